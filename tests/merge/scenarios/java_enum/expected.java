enum State {
    OPEN,
    CLOSED,
    PAID,
    REFUSED
}

enum State {
    OPEN,
    CLOSED,
    PAID
}

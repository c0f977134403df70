enum State {
    OPEN,
    CLOSED,
    REFUSED
}

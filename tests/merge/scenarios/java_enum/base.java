enum State {
    OPEN,
    CLOSED
}

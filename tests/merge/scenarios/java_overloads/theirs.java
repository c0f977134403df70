class Log {
    void info(String text) {
        write(text);
    }

    void info(Event event) {
        send(event.toJson());
    }
}

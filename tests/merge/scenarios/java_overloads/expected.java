class Log {
    void info(String text) {
        write(text);
    }

    void info(String text, Throwable cause) {
        write(text, cause.getMessage());
    }

    void info(Event event) {
        send(event.toJson());
    }
}

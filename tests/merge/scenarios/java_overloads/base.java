class Log {
    void info(String text) {
        write(text);
    }
}

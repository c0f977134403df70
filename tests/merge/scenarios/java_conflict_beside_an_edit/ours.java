class Limits {
    int least = 1;
    int most = 20;
    String unit = "km";
}

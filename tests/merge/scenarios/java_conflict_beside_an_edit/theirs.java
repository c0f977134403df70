class Limits {
    int least = 0;
    int most = 30;
    String unit = "m";
}

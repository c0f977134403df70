class Limits {
    int least = 1;
    int most = 10;
    String unit = "m";
}

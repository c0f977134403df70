class Limits {
    int least = 0;
<<<<<<< ours
    int most = 20;
||||||| base
    int most = 10;
=======
    int most = 30;
>>>>>>> theirs
    String unit = "km";
}

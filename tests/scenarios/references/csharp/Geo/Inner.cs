namespace Geo {
  namespace Inner {
    class Unit {
      public static int Two() { return 2; }
    }
  }
}

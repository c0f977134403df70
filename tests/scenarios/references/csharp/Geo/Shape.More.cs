namespace Geo;
partial class Shape {
  int Twice() { return 2 * Width(); }
}

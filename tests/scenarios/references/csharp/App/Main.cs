using Geo;
using Two = Geo.Inner.Unit;
using static Geo.Inner.Unit;
namespace App.Views;
class Main {
  int Go() {
    var s = new Shape();
    return s.Area() + Helper.Three();
  }
  int More() { return Two.Two() + Geo.Inner.Unit.Two(); }
}

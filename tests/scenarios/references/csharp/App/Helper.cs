using Geo.Inner;
namespace App;
static class Helper {
  public static int Three() { return Unit.Two() + 1; }
}

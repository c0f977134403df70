using App;
namespace Other;
class Wrong {
  int Go() { return Unit.Two() + Helper.Three(); }
}

package org.shop.app;
import static org.shop.math.Unit.*;
import org.shop.ui.*;
class Main {
  int go() { return two(); }
  int wrong() { return Unit.two(); }
}

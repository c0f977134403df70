package org.shop.ui;
import static org.shop.math.Unit.two;
import org.shop.geo.*;
import org.shop.math.Unit;
public class Panel {
  int go(Shape s) { return s.area() + two(); }
  int more() { return Unit.two() + org.shop.math.Unit.two(); }
}

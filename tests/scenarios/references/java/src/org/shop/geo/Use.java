package org.shop.geo;
class Use {
  int go(Shape s) {
    return s.area() + s.width();
  }
}

package org.shop.geo;
class ShapeTest {
  int area() { return new Shape().area(); }
}

package org.shop;
public class Base {
  int width() { return 1; }
}

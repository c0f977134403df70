package org.shop.math;
public class Unit {
  public static int two() { return 2; }
}

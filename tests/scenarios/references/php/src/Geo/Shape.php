<?php
namespace Geo;
class Shape {
  public function area() { return $this->width(); }
  private function width() { return 1; }
}

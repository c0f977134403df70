<?php
use Geo\Shape;
function run(Shape $s) { return $s->area(); }

#include "geo.hpp"
int run(geo::Shape& s) { return s.area(); }

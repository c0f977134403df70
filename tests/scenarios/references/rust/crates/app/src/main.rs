use my_geo::points;
use serde::points::origin;
fn main() { points::origin(); my_geo::points::origin(); origin(); }

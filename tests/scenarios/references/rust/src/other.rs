fn wrong() { two(); }
pub fn new() -> i32 { let s = crate::geo::Shape::default(); s.area() }

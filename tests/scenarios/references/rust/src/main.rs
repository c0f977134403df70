use crate::geo::{make, Shape};
fn go(s: &Shape) -> i32 { s.area() }
fn main() { make(); }

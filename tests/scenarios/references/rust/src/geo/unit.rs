use super::Shape;
pub fn two() -> i32 { crate::geo::make().area() }
pub fn of(s: &mut Shape) -> i32 { s.area() }
#[cfg(test)]
mod tests {
    use super::*;
    use super::of as measured;
    fn check() { two(); measured(1); }
}

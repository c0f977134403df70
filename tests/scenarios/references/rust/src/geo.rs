pub struct Shape { w: i32 }
pub mod unit;
impl Shape {
    pub fn area(&self) -> i32 { self.twice() + unit::two() }
    fn twice(&self) -> i32 { self.w }
    pub fn default() -> Self { Shape { w: 1 } }
}
pub fn make() -> Shape { Shape { w: 1 } }

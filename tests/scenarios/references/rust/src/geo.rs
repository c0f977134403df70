pub struct Shape { w: i32 }
impl Shape {
    pub fn area(&self) -> i32 { self.twice() }
    fn twice(&self) -> i32 { self.w }
}
pub fn make() -> Shape { Shape { w: 1 } }

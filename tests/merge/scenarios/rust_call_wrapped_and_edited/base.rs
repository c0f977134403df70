fn shape(&self) -> Option<Shape> {
    fresh.offset_left(7)?
}

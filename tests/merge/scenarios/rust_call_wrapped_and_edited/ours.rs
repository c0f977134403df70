fn shape(&self) -> Option<Shape> {
    fresh.offset_left(7).max_width_error(fresh.width, self.span)?
}

fn shape(&self) -> Option<Shape> {
<<<<<<< ours
    fresh.offset_left(7).max_width_error(fresh.width, self.span)?
||||||| base
    fresh.offset_left(7)?
=======
    fresh.offset_left(7, self.span)?
>>>>>>> theirs
}

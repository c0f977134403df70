pub fn origin() -> i32 { 0 }

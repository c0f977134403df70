use std::collections::{BTreeMap, HashMap, VecDeque};

#[derive(Debug)]
pub enum Event {
    Open,
    Close,
    Resize { width: u32 },
}

impl Event {
    pub fn is_open(&self) -> bool {
        matches!(self, Event::Open)
    }

    #[inline]
    pub fn queue(self, all: &mut VecDeque<Event>) {
        all.push_back(self);
    }
}

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

#[derive(Debug)]
pub enum Event {
    Open,
    Close,
    Error(String),
    Resize { width: u32 },
}

impl Event {
    pub fn is_open(&self) -> bool {
        matches!(self, Event::Open)
    }

    pub fn message(&self) -> Option<&str> {
        None
    }

    #[inline]
    pub fn queue(self, all: &mut VecDeque<Event>) {
        all.push_back(self);
    }
}

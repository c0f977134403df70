use std::collections::{BTreeMap, HashMap};

#[derive(Debug)]
pub enum Event {
    Open,
    Close,
}

impl Event {
    pub fn is_open(&self) -> bool {
        matches!(self, Event::Open)
    }
}

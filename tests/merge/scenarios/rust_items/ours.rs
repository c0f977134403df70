use std::collections::{BTreeMap, HashMap, HashSet};

#[derive(Debug)]
pub enum Event {
    Open,
    Close,
    Error(String),
}

impl Event {
    pub fn is_open(&self) -> bool {
        matches!(self, Event::Open)
    }

    pub fn message(&self) -> Option<&str> {
        None
    }
}

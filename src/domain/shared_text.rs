//! A text that many rows share and one of them holds.
//! In: texts; out: cheap copies that read, compare and serialize as the text does.
//! Decides nothing on who shares: whoever makes rows by the million keeps what repeats.

use serde::{Serialize, Serializer};
use std::collections::BTreeSet;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A text held once, however many rows have it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SharedText(Arc<str>);

impl SharedText {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for SharedText {
    fn default() -> Self {
        Self::from("")
    }
}

impl From<&str> for SharedText {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for SharedText {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl Deref for SharedText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SharedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Serialize for SharedText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl PartialEq<str> for SharedText {
    fn eq(&self, other: &str) -> bool {
        &*self.0 == other
    }
}

impl PartialEq<&str> for SharedText {
    fn eq(&self, other: &&str) -> bool {
        &*self.0 == *other
    }
}

/// The texts that are held already.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SharedTexts(BTreeSet<Arc<str>>);

impl SharedTexts {
    /// The one that is held, which this text becomes if there is none.
    pub fn hold(&mut self, text: &str) -> SharedText {
        if let Some(held) = self.0.get(text) {
            return SharedText(held.clone());
        }
        let held: Arc<str> = text.into();
        self.0.insert(held.clone());
        SharedText(held)
    }

    /// The one that is held, or a text of its own.
    pub fn held(&self, text: &str) -> SharedText {
        self.0.get(text).map_or_else(|| text.into(), |held| SharedText(held.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_are_held_once_and_read_as_texts() {
        let mut all = SharedTexts::default();
        let (a, b, c) = (all.hold("review"), all.hold("review"), all.held("watch"));
        assert!(Arc::ptr_eq(&a.0, &b.0) && a == "review" && a != c && c == *"watch");
        assert!(Arc::ptr_eq(&all.held("review").0, &a.0));
        assert_eq!(
            (format!("{a:>8}"), serde_json::json!(a)),
            ("  review".to_owned(), serde_json::json!("review"))
        );
    }
}

//! A text of the policy that reaches people, in the languages that statements speak.
//! In: one text, or one in English and one in German; out: what is said in which language.
//! Translates nothing: a text that is there once is told as it stands.

use serde::{Deserialize, Serialize};

/// What a policy says, in its languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Spelled")]
pub struct Phrase {
    /// In English, or as an operator wrote it once; result files hold this one.
    pub en: String,
    /// In German; none where it was written once.
    pub de: Option<String>,
}

/// As a policy file may spell it.
#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "expected a text, or one in English and one in German: .en = \"...\" and .de = \"...\""
)]
enum Spelled {
    Once(String),
    Each(Each),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Each {
    en: String,
    de: String,
}

impl From<Spelled> for Phrase {
    fn from(spelled: Spelled) -> Self {
        match spelled {
            Spelled::Once(en) => Self { en, de: None },
            Spelled::Each(Each { en, de }) => Self { en, de: Some(de) },
        }
    }
}

impl Phrase {
    /// Whether it says nothing in one of its languages.
    pub fn is_empty(&self) -> bool {
        self.texts().any(|text| text.trim().is_empty())
    }

    /// Whether this character stands in it.
    pub fn has(&self, sign: char) -> bool {
        self.texts().any(|text| text.contains(sign))
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.en.as_str()).chain(self.de.as_deref())
    }
}

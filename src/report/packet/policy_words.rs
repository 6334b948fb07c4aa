//! What the policy of a run says, in the language of the statement.
//! In: English texts as the result files hold them, the texts that the manifest keeps; out: the same in the language asked for.
//! Translates nothing: what the policy says once is told as it stands.

use super::{Language, Packet, Reader};
use crate::decision::API_UNKNOWN;

/// How well a text is founded, behind it.
const MARKS: [&str; 4] = [" [V]", " [Q]", " [M]", " [S]"];

impl Packet {
    /// A text of the policy by its place there, in English and German; none in runs of before the manifest kept them.
    pub(super) fn texts(&self, place: &str) -> Option<[&str; 2]> {
        let text = self.manifest.at("/policy/texts").get(place)?;
        let en = text["en"].as_str()?;
        Some([en, text["de"].as_str().unwrap_or(en)])
    }

    /// The same text in a language; as it is where the policy does not know it.
    pub(super) fn said<'a>(&'a self, english: &'a str, language: Language) -> &'a str {
        let texts = self.manifest.at("/policy/texts").as_object().into_iter().flatten();
        let found = texts.map(|(_, text)| text).find(|text| text["en"] == english);
        let german = found.and_then(|text| text["de"].as_str()).filter(|_| language == Language::De);
        german.unwrap_or(english)
    }

    /// The basis; marks are for those who can look them up.
    pub(super) fn basis(&self, reader: Reader, language: Language) -> String {
        let marked: &str = &self.account.policy_basis;
        let mark = MARKS.into_iter().find(|mark| marked.ends_with(mark)).unwrap_or_default();
        let plain = marked.strip_suffix(mark).unwrap_or(marked);
        let quoted = self.said(plain, language).to_owned();
        match reader {
            Reader::Analyst => format!("{quoted}{mark}"),
            Reader::Holder => MARKS.into_iter().fold(quoted, |text, mark| text.replace(mark, "")),
        }
    }

    /// Grounds as the result files join them, each in the language asked for.
    pub(super) fn grounds(&self, joined: &str, language: Language) -> Vec<String> {
        let each = joined.split("; ").filter(|ground| !ground.is_empty());
        each.map(|ground| match ground.strip_suffix(API_UNKNOWN[0]) {
            Some(plain) => format!("{}{}", self.said(plain, language), language.pick(API_UNKNOWN)),
            None => self.said(ground, language).to_owned(),
        })
        .collect()
    }
}

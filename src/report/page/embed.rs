//! Data from outside inside a page: names by number, and JSON that cannot leave its element.
//! In: names as the log spells them, JSON; out: text with nothing in it that a browser or a reader could misread.
//! Changes no name: what hides or steers stands there as an escape, and the name itself stays exact for the file of decisions.

use crate::domain::{escaped_json, shown_name, visible};
use hashbrown::HashMap;
use serde_json::{Map, Value, json};
use std::borrow::Cow;

/// The names of a page, each once.
#[derive(Debug, Default)]
pub struct Names {
    all: Vec<String>,
    place: HashMap<String, usize>,
}

impl Names {
    /// The number of a name.
    pub fn at(&mut self, name: &str) -> usize {
        if let Some(at) = self.place.get(name) {
            return *at;
        }
        self.all.push(name.to_owned());
        self.place.insert(name.to_owned(), self.all.len() - 1);
        self.all.len() - 1
    }

    /// A name as it is shown.
    pub fn shown(&self, at: usize) -> String {
        self.all.get(at).map(|name| shown_name(name).into_owned()).unwrap_or_default()
    }

    /// All of them as they are shown.
    pub fn all_shown(&self) -> Vec<Cow<'_, str>> {
        self.all.iter().map(|name| shown_name(name)).collect()
    }
}

/// The same value with nothing hidden in any of its texts.
pub fn cleaned(value: Value) -> Value {
    match value {
        Value::String(text) => match visible(&text) {
            Cow::Owned(shown) => Value::String(shown),
            Cow::Borrowed(_) => Value::String(text),
        },
        Value::Array(all) => all.into_iter().map(cleaned).collect(),
        Value::Object(all) => {
            Value::Object(all.into_iter().map(|(key, value)| (key, cleaned(value))).collect())
        }
        other => other,
    }
}

/// The data with its names, as the content of a `script` element.
pub fn json(data: &Value, names: &Names) -> String {
    let mut whole = data.as_object().cloned().unwrap_or_default();
    whole.insert("names".to_owned(), json!(names.all));
    let differs = names.all.iter().enumerate().filter_map(|(at, name)| match shown_name(name) {
        Cow::Owned(shown) => Some((at.to_string(), Value::String(shown))),
        Cow::Borrowed(_) => None,
    });
    whole.insert("shown".to_owned(), Value::Object(differs.collect::<Map<_, _>>()));
    escaped(&Value::Object(whole).to_string())
}

/// JSON without a character that could end its element, open another one, or hide: such stand in strings only, where JSON
/// has escapes for them.
pub fn escaped(json: &str) -> String {
    escaped_json(json, |c| matches!(c, '<' | '>' | '&'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::is_hidden;

    const HOSTILE: [&str; 7] = [
        "</script><script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "<!--<script>",
        "a\u{2028}b\u{2029}c\u{0}\u{7}",
        "\u{202e}gnp.exe\u{200b}\u{e0041}",
        "&lt;b&gt; \\u003c \\\" \\",
        "__proto__",
    ];

    #[test]
    fn no_name_leaves_its_element_and_each_comes_back_as_it_was() {
        let mut names = Names::default();
        HOSTILE.iter().for_each(|name| {
            names.at(name);
        });
        let text = json(&json!({ "note": cleaned(json!(HOSTILE)) }), &names);
        for bad in ["<", ">", "&", "\u{2028}", "\u{2029}"] {
            assert!(!text.contains(bad), "{bad:?}: {text}");
        }
        assert!(!text.chars().any(is_hidden), "{text}");
        let back: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(back["names"], json!(HOSTILE), "exact, for the file of decisions");
        assert_eq!(back["shown"]["4"], "\\u{202e}gnp.exe\\u{200b}\\u{e0041}");
        assert!(
            back["note"].as_array().expect("texts").iter().all(|t| !t
                .as_str()
                .expect("text")
                .chars()
                .any(is_hidden))
        );
        assert!(back["shown"].get("0").is_none(), "what hides nothing is shown as it is");
    }

    #[test]
    fn a_name_has_one_number() {
        let mut names = Names::default();
        assert_eq!([names.at("a"), names.at("b"), names.at("a")], [0, 1, 0]);
        assert_eq!(names.shown(1), "b");
    }
}

//! What kind a character is, as Unicode says: hidden, a mark on another one, part of a word; and texts with nothing hidden.
//! In: characters and texts from outside; out: yes or no, the same text with what hides or steers as `\u{7}`, and names back.
//! Knows no output and no language: what quotes, formulas and markup need beside it is the business of each.

use std::borrow::Cow;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// Whether a character leaves no mark of its own: two names that differ by it alone look the same.
///
/// Unicode calls most of them Default_Ignorable_Code_Point; beside it stand control characters, separators of lines,
/// blanks that are letters or symbols by name, what is set aside for internal use, and combining marks that show nothing.
pub fn is_hidden(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    match c {
        '\u{34f}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{2800}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffc}'
        | '\u{e0000}'..='\u{e0fff}' => true,
        // Letters of the scripts that are written most need no table.
        '\u{c0}'..='\u{2ff}'
        | '\u{370}'..='\u{52f}'
        | '\u{1e00}'..='\u{1fff}'
        | '\u{3041}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}' => false,
        _ => {
            is_set_aside(c)
                || matches!(c.general_category(), GeneralCategory::Control | GeneralCategory::Format)
        }
    }
}

/// Whether a character is drawn on the one before it: accents, vowel points, strokes through it, rings around it.
pub fn is_mark(c: char) -> bool {
    // Nothing before the first of them, and no letter of Chinese or Korean.
    '\u{300}' <= c
        && !matches!(c, '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
        && matches!(c.general_category(), GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark)
}

/// Whether a character says something in a word: a letter, a mark or a number, and no sign, symbol or emoji.
pub fn is_wordy(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric();
    }
    c.is_alphanumeric() || c.general_category_group() == GeneralCategoryGroup::Mark
}

/// What Unicode promises never to give a meaning.
fn is_set_aside(c: char) -> bool {
    matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe
}

/// A text with everything hidden written out, as a terminal, a table and a page may show it.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\t' | '\n' | '\r' => out.extend(c.escape_default()),
            c if is_hidden(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// JSON in which everything hidden, and what `also` names, stands as `\u202e`: between its texts there is nothing such but
/// line ends and tabs, which stay, and in them JSON has escapes for it, so that the same values come back.
pub fn escaped_json(json: &str, also: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(json.len() + json.len() / 16);
    for c in json.chars() {
        if also(c) || (is_hidden(c) && !matches!(c, '\t' | '\n' | '\r')) {
            c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
        } else {
            out.push(c);
        }
    }
    out
}

/// A name as it is shown: two names never look the same, and [`typed_name`] makes the name of it again.
///
/// Beside what hides stand written out: blanks at its ends or in a row, every blank that is not the plain one, and a
/// backslash that would be read as the start of such an escape.
pub fn shown_name(name: &str) -> Cow<'_, str> {
    let mut out = String::with_capacity(name.len() + 8);
    let mut before = None;
    for (at, c) in name.char_indices() {
        let after = name[at + c.len_utf8()..].chars().next();
        let between = |c: Option<char>| c.is_some_and(|c| !c.is_whitespace());
        match c {
            '\t' | '\n' | '\r' => out.extend(c.escape_default()),
            '\\' if escape(&name[at..]).is_some() => out.extend(c.escape_unicode()),
            // At the end it says that a name was cut.
            CUT if after.is_none() => out.extend(c.escape_unicode()),
            ' ' if between(before) && between(after) => out.push(c),
            c if c.is_whitespace() || is_hidden(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
        before = Some(c);
    }
    if out == name { Cow::Borrowed(name) } else { Cow::Owned(out) }
}

/// The name that a text shows; a text without an escape is the name itself.
pub fn typed_name(text: &str) -> Cow<'_, str> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (head, tail) = rest.split_at(at);
        out.push_str(head);
        let (c, long) = escape(tail).unwrap_or(('\\', 1));
        out.push(c);
        rest = &tail[long..];
    }
    out.push_str(rest);
    if out == text { Cow::Borrowed(text) } else { Cow::Owned(out) }
}

/// What an escape at the start of a text stands for, and how long it is.
fn escape(text: &str) -> Option<(char, usize)> {
    let rest = text.strip_prefix('\\')?;
    let short =
        [('t', '\t'), ('n', '\n'), ('r', '\r')].into_iter().find(|(letter, _)| rest.starts_with(*letter));
    if let Some((_, c)) = short {
        return Some((c, 2));
    }
    // No further than an escape can reach: a name of nothing but beginnings would be searched to its end at each of them.
    let near: String = rest.strip_prefix("u{")?.chars().take(7).collect();
    let (digits, _) = near.split_once('}')?;
    let is_hex = (1..=6).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_hexdigit());
    let c = u32::from_str_radix(digits, 16).ok().filter(|_| is_hex).and_then(char::from_u32)?;
    Some((c, digits.len() + 4))
}

/// Behind a name that was cut short where it was shown.
pub const CUT: char = '\u{2026}';

/// Whom of these somebody means who typed this: what is shown so, else what is spelled so, else the only one whose shown
/// name begins so, where it was cut.
pub fn meant<'a>(typed: &str, names: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    let name = typed_name(typed);
    let is = |wanted: &str| names.clone().find(|name| *name == wanted);
    is(&name).or_else(|| is(typed)).or_else(|| {
        let start = typed.strip_suffix(CUT).filter(|start| !start.is_empty())?;
        let mut like = names.clone().filter(|name| shown_name(name).starts_with(start));
        like.next().filter(|_| like.next().is_none())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Names of what is hard: escapes and parts of them, blanks, hidden characters.
    fn hard() -> impl Strategy<Value = String> {
        let part = prop_oneof![
            Just("\\"),
            Just("u{"),
            Just("}"),
            Just("7"),
            Just("n"),
            Just("t"),
            Just(" "),
            Just("\u{a0}"),
            Just("\n"),
            Just("\u{7}"),
            Just("\u{202e}"),
            Just("e\u{301}"),
            Just("\u{2026}"),
            Just("\\u{5c}"),
        ];
        let parts = proptest::collection::vec(part, 0..12).prop_map(|parts| parts.concat());
        prop_oneof![parts, any::<String>()]
    }

    proptest! {
        #[test]
        fn what_is_shown_is_what_can_be_typed(name in hard(), other in hard()) {
            let shown = shown_name(&name);
            prop_assert_eq!(typed_name(&shown), name.as_str());
            prop_assert!(!shown.chars().any(|c| is_hidden(c) || (c.is_whitespace() && c != ' ')), "{}", shown);
            prop_assert!(shown.trim() == shown && !shown.contains("  "), "{}", shown);
            prop_assert!(matches!(visible(&shown), Cow::Borrowed(_)), "shown once more it stays the same");
            prop_assert_eq!(meant(&shown, [other.as_str(), name.as_str()].into_iter()), Some(name.as_str()));
        }
    }

    #[test]
    fn a_name_is_told_from_the_one_that_is_spelled_as_it_is_shown() {
        for (name, shown) in [
            ("a\nb", "a\\nb"),
            ("a\\nb", "a\\u{5c}nb"),
            ("\\u{7}", "\\u{5c}u{7}"),
            ("DOMAIN\\user", "DOMAIN\\user"),
            ("\\\\server\\x", "\\\\server\\x"),
            (" lead", "\\u{20}lead"),
            ("a  b c", "a\\u{20}\\u{20}b c"),
            ("a\u{a0}b", "a\\u{a0}b"),
            (" ", "\\u{20}"),
        ] {
            assert_eq!((shown_name(name).as_ref(), typed_name(shown).as_ref()), (shown, name));
        }
        let names = ["a\nb", "a\\nb", "long-name-one", "long-name-two", "\\n"];
        let of = |typed| meant(typed, names.into_iter());
        assert_eq!(of("a\\nb"), Some("a\nb"), "what is shown so comes first");
        assert_eq!(of("\\n"), Some("\\n"), "else what is spelled so");
        assert_eq!(of("a\\u{5c}nb"), Some("a\\nb"));
        assert_eq!(
            [of("long-name-t\u{2026}"), of("long-\u{2026}"), of("\u{2026}")],
            [Some("long-name-two"), None, None]
        );
        for no_escape in
            ["\\", "\\u", "\\u{", "\\u{}", "\\u{d800}", "\\u{1234567}", "\\u{+7}", "\\u{7", "\\x41"]
        {
            assert_eq!(typed_name(no_escape), no_escape);
        }
    }

    #[test]
    fn what_hides_or_steers_is_written_out() {
        for (raw, shown) in [
            ("bob\u{7}", "bob\\u{7}"),
            ("a\u{1b}[31mb", "a\\u{1b}[31mb"),
            ("a\nb\tc\0", "a\\nb\\tc\\u{0}"),
            ("\u{202e}evil\u{202c}", "\\u{202e}evil\\u{202c}"),
            ("\u{feff}a\u{200b}b\u{9b}", "\\u{feff}a\\u{200b}b\\u{9b}"),
            ("a\u{2028}\u{ad}\u{e0041}\u{fffe}", "a\\u{2028}\\u{ad}\\u{e0041}\\u{fffe}"),
        ] {
            assert_eq!(visible(raw), shown);
        }
        for same in [
            "",
            "Zo\u{eb}",
            "a b-c_d.e",
            "\u{645}\u{631}\u{62d}\u{628}\u{627}",
            "\u{928}\u{92e}\u{938}\u{94d}\u{924}\u{947}",
            "\u{1f600}",
        ] {
            assert!(matches!(visible(same), Cow::Borrowed(text) if text == same), "{same}");
        }
    }
}

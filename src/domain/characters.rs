//! What kind a character is, as Unicode says: hidden, a mark on another one, part of a word; and texts with nothing hidden.
//! In: characters and texts from outside; out: yes or no, and the same text with what hides or steers as `\u{7}`.
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

#[cfg(test)]
mod tests {
    use super::*;

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

//! Letters without what can be hidden between them or drawn on them.
//! In: characters of a text, in compatibility form where that takes a table; out: what becomes of each.
//! Keeps the marks that a script cannot do without: Arabic, Hebrew, Indic, Thai and Japanese ones on letters of such scripts.

use crate::domain::{is_hidden, is_mark};

/// What folding does to a character that joins with none beside it.
pub(super) enum Simple {
    /// It becomes this one.
    Is(char),
    /// It goes.
    Drops,
    /// Only tables can say.
    Not,
}

/// The letters from À to ÿ without their accents.
const BARE: [char; 64] = [
    'A', 'A', 'A', 'A', 'A', 'A', 'Æ', 'C', 'E', 'E', 'E', 'E', 'I', 'I', 'I', 'I', 'Ð', 'N', 'O', 'O', 'O',
    'O', 'O', '×', 'Ø', 'U', 'U', 'U', 'U', 'Y', 'Þ', 'ß', 'a', 'a', 'a', 'a', 'a', 'a', 'æ', 'c', 'e', 'e',
    'e', 'e', 'i', 'i', 'i', 'i', 'ð', 'n', 'o', 'o', 'o', 'o', 'o', '÷', 'ø', 'u', 'u', 'u', 'u', 'y', 'þ',
    'y',
];

/// Latin, Cyrillic, Arabic and Devanagari letters, Chinese, kana, Hangul, full-width forms and emoji: the bulk of what is written beyond ASCII.
/// `before` is what stands before it, folded.
pub(super) fn simple(c: char, before: &str) -> Simple {
    match c {
        '\u{c0}'..='\u{ff}' => Simple::Is(BARE[c as usize - 0xc0]),
        'Ё' => Simple::Is('Е'),
        'ё' => Simple::Is('е'),
        'Й' => Simple::Is('И'),
        'й' => Simple::Is('и'),
        ' '..='~' | '\t' | '\n' | '\r' => Simple::Is(c),
        '\u{4e00}'..='\u{9fff}' | '\u{410}'..='\u{44f}' => Simple::Is(c),
        '\u{621}'..='\u{63a}'
        | '\u{641}'..='\u{64a}'
        | '\u{1f300}'..='\u{1f64f}'
        | '\u{1f900}'..='\u{1f9ff}' => Simple::Is(c),
        '、' | '。' | '\u{3008}'..='\u{3011}' | '‘' | '’' | '“' | '”' | '€' | '£' => {
            Simple::Is(c)
        }
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).map_or(Simple::Not, Simple::Is),
        // Signs of vowels stand on a letter of their own script.
        '\u{93e}'..='\u{94d}' if !before.ends_with(|b| matches!(b, '\u{904}'..='\u{94d}')) => Simple::Not,
        '\u{904}'..='\u{939}' | '\u{93d}'..='\u{94d}' | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' => {
            Simple::Is(c)
        }
        '\u{ac00}'..='\u{d7a3}' | '–' | '—' | '·' => Simple::Is(c),
        '\u{3000}' => Simple::Is(' '),
        '\u{200b}'..='\u{200f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' => Simple::Drops,
        _ => Simple::Not,
    }
}

/// Chinese and emoji: neither case nor digits among them.
pub(super) fn has_no_case(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{1f300}'..='\u{1f64f}' | '\u{1f900}'..='\u{1f9ff}')
}

/// Whether a character may carry an accent that can be taken off, or be one.
pub(super) fn may_be_marked(c: char) -> bool {
    match c {
        '\u{0}'..='\u{bf}' | '\u{410}'..='\u{418}' | '\u{41a}'..='\u{438}' | '\u{43a}'..='\u{44f}' => false,
        '\u{c0}'..='\u{52f}' | '\u{640}' | '\u{1e00}'..='\u{1fff}' => true,
        c => is_mark(c),
    }
}

/// Whether a word is one letter of a script that has small and capital ones.
pub(super) fn is_single(word: &str) -> bool {
    let mut letters = word.chars();
    letters.next().is_some_and(char::is_lowercase) && letters.next().is_none()
}

/// Tells which characters of a decomposed text stay.
#[derive(Default)]
pub(super) struct Bare {
    /// Whether marks stay on the last character that is none.
    marks_stay: bool,
}

impl Bare {
    /// Whether the next character stays.
    pub fn keeps(&mut self, c: char) -> bool {
        if is_invisible(c) {
            return false;
        }
        if is_mark(c) {
            return self.marks_stay && !is_stray_accent(c);
        }
        self.marks_stay = c.is_alphabetic() && !is_european(c);
        true
    }
}

/// Latin, Greek, Cyrillic, their extensions and phonetic letters: languages that are read without accents, if not well.
fn is_european(c: char) -> bool {
    matches!(c, '\u{0}'..='\u{52f}' | '\u{1d00}'..='\u{1dbf}' | '\u{1e00}'..='\u{1fff}' | '\u{2c60}'..='\u{2c7f}'
        | '\u{a640}'..='\u{a69f}' | '\u{a720}'..='\u{a7ff}')
}

/// What leaves no trace of its own, but for white space; and the stroke that only lengthens an Arabic word.
pub(super) fn is_invisible(c: char) -> bool {
    (is_hidden(c) && !is_space(c)) || c == '\u{640}'
}

fn is_space(c: char) -> bool {
    if c.is_ascii() { matches!(c, '\n' | '\t' | '\r') } else { c.is_whitespace() }
}

/// Accents, strokes and rings of no script in particular, or of European ones.
pub(super) fn is_stray_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

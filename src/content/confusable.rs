//! Letters that look like Latin ones, folded where they pose as Latin and nowhere else.
//! In: a text in compatibility form; out: the same text with posing letters as the Latin ones they look like.
//! Knows no word of any language; it looks at which scripts meet in a word and in a text.

/// Greek, Cyrillic and Armenian letters and the Latin ones they look like, sorted by the letter; both cases where they differ.
/// After Unicode's confusables (UTS 39), cut to single letters whose look-alike is one ASCII letter.
/// A small Cyrillic letter that looks like a small capital is folded with its capital.
const LOOK_ALIKES: &[(char, char)] = &[
    ('Α', 'a'),
    ('Β', 'b'),
    ('Ε', 'e'),
    ('Ζ', 'z'),
    ('Η', 'h'),
    ('Ι', 'i'),
    ('Κ', 'k'),
    ('Μ', 'm'),
    ('Ν', 'n'),
    ('Ο', 'o'),
    ('Ρ', 'p'),
    ('Τ', 't'),
    ('Υ', 'y'),
    ('Χ', 'x'),
    ('ά', 'a'),
    ('ί', 'i'),
    ('α', 'a'),
    ('γ', 'y'),
    ('ε', 'e'),
    ('η', 'n'),
    ('ι', 'i'),
    ('κ', 'k'),
    ('ν', 'v'),
    ('ο', 'o'),
    ('ρ', 'p'),
    ('σ', 'o'),
    ('τ', 't'),
    ('υ', 'u'),
    ('χ', 'x'),
    ('ω', 'w'),
    ('ό', 'o'),
    ('ύ', 'u'),
    ('ϲ', 'c'),
    ('ϳ', 'j'),
    ('Ё', 'e'),
    ('Ѕ', 's'),
    ('І', 'i'),
    ('Ї', 'i'),
    ('Ј', 'j'),
    ('А', 'a'),
    ('В', 'b'),
    ('Е', 'e'),
    ('К', 'k'),
    ('М', 'm'),
    ('Н', 'h'),
    ('О', 'o'),
    ('Р', 'p'),
    ('С', 'c'),
    ('Т', 't'),
    ('У', 'y'),
    ('Х', 'x'),
    ('Ь', 'b'),
    ('а', 'a'),
    ('в', 'b'),
    ('г', 'r'),
    ('е', 'e'),
    ('к', 'k'),
    ('м', 'm'),
    ('н', 'h'),
    ('о', 'o'),
    ('п', 'n'),
    ('р', 'p'),
    ('с', 'c'),
    ('т', 't'),
    ('у', 'y'),
    ('х', 'x'),
    ('ь', 'b'),
    ('ѐ', 'e'),
    ('ё', 'e'),
    ('ѕ', 's'),
    ('і', 'i'),
    ('ї', 'i'),
    ('ј', 'j'),
    ('ѵ', 'v'),
    ('Ү', 'y'),
    ('ү', 'y'),
    ('Һ', 'h'),
    ('һ', 'h'),
    ('Ӏ', 'l'),
    ('ӏ', 'l'),
    ('ԁ', 'd'),
    ('Ԍ', 'g'),
    ('Ԛ', 'q'),
    ('ԛ', 'q'),
    ('Ԝ', 'w'),
    ('ԝ', 'w'),
    ('հ', 'h'),
    ('ո', 'n'),
    ('ս', 'u'),
    ('օ', 'o'),
];

/// Latin small capitals and phonetic shapes: no language is written in them, so they are folded everywhere.
const SHAPES: &[(char, char)] = &[
    ('ı', 'i'),
    ('ɑ', 'a'),
    ('ɡ', 'g'),
    ('ɢ', 'g'),
    ('ɪ', 'i'),
    ('ɴ', 'n'),
    ('ʀ', 'r'),
    ('ʏ', 'y'),
    ('ʙ', 'b'),
    ('ʜ', 'h'),
    ('ʟ', 'l'),
    ('ᴀ', 'a'),
    ('ᴄ', 'c'),
    ('ᴅ', 'd'),
    ('ᴇ', 'e'),
    ('ᴊ', 'j'),
    ('ᴋ', 'k'),
    ('ᴍ', 'm'),
    ('ᴏ', 'o'),
    ('ᴘ', 'p'),
    ('ᴛ', 't'),
    ('ᴜ', 'u'),
    ('ᴠ', 'v'),
    ('ᴡ', 'w'),
    ('ᴢ', 'z'),
    ('ꜰ', 'f'),
    ('ꜱ', 's'),
];

/// Enclosed capitals that compatibility forms leave alone, by the first of 26.
const ENCLOSED: &[u32] = &[0x1f150, 0x1f170];

/// The scripts that hold look-alikes of Latin letters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Posing,
    Other,
}

/// Appends `text` with look-alikes folded: in words that also hold a Latin letter, and in words made of nothing but
/// look-alikes where the text has Latin words and no word that is plainly Cyrillic, Greek or Armenian.
pub(super) fn fold(text: &str, out: &mut String) {
    let seen = words(text).map(look).fold(Look::default(), Look::with);
    let all_poses = seen.latin_word && !seen.plain_word;
    for piece in text.split_inclusive(char::is_whitespace) {
        let look = look(piece);
        if look.posing && (look.latin || (all_poses && !look.unfoldable)) {
            out.extend(piece.chars().map(|c| posing(c).or_else(|| shape(c)).unwrap_or(c)));
        } else {
            out.extend(piece.chars().map(|c| shape(c).unwrap_or(c)));
        }
    }
}

/// What letters a word holds, and what words a text holds.
#[derive(Clone, Copy, Default)]
struct Look {
    latin: bool,
    posing: bool,
    unfoldable: bool,
    latin_word: bool,
    plain_word: bool,
}

impl Look {
    fn with(self, word: Look) -> Look {
        Look {
            latin_word: self.latin_word || word.latin,
            plain_word: self.plain_word || (word.unfoldable && !word.latin),
            ..self
        }
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace()
}

fn look(word: &str) -> Look {
    let mut look = Look::default();
    for c in word.chars() {
        match script(c) {
            Script::Latin => look.latin = true,
            Script::Posing if posing(c).is_some() => look.posing = true,
            Script::Posing => look.unfoldable = true,
            Script::Other => {}
        }
    }
    look
}

fn script(c: char) -> Script {
    match c {
        'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' => Script::Latin,
        // Greek, Cyrillic and Armenian letters.
        '\u{370}'..='\u{58f}' => Script::Posing,
        _ => Script::Other,
    }
}

fn posing(c: char) -> Option<char> {
    in_table(LOOK_ALIKES, c)
}

/// Whether a text may hold anything to fold; most do not, and one look at the ranges says so.
pub(super) fn concerns(text: &str) -> bool {
    text.chars().any(|c| script(c) == Script::Posing || has_shape(c))
}

/// The ranges that shapes lie in.
fn has_shape(c: char) -> bool {
    matches!(c, 'ı' | '\u{250}'..='\u{2af}' | '\u{1d00}'..='\u{1d7f}' | '\u{a730}' | '\u{a731}' | '\u{1f150}'..='\u{1f18f}')
}

fn shape(c: char) -> Option<char> {
    if !has_shape(c) {
        return None;
    }
    let enclosed = ENCLOSED.iter().find_map(|first| {
        let offset = u8::try_from(u32::from(c).checked_sub(*first)?).ok()?;
        (offset < 26).then(|| char::from(b'a' + offset))
    });
    enclosed.or_else(|| in_table(SHAPES, c))
}

fn in_table(table: &[(char, char)], c: char) -> Option<char> {
    table.binary_search_by_key(&c, |(from, _)| *from).ok().map(|i| table[i].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        let mut out = String::new();
        fold(text, &mut out);
        out
    }

    #[test]
    fn tables_are_sorted_and_say_each_letter_once() {
        for table in [LOOK_ALIKES, SHAPES] {
            assert!(table.windows(2).all(|w| w[0].0 < w[1].0), "{table:?}");
            assert!(table.iter().all(|(from, _)| concerns(&from.to_string())));
            assert!(table.iter().all(|(from, to)| !from.is_ascii() && to.is_ascii_lowercase()));
        }
    }

    #[test]
    fn posing_letters_are_folded() {
        assert_eq!(folded("Cl\u{430}im your \u{440}rize"), "Claim your prize");
        // A word of nothing but look-alikes beside Latin words.
        assert_eq!(folded("win \u{441}\u{430}\u{441}\u{430}\u{43e} now"), "win cacao now");
        assert_eq!(folded("\u{1f166}\u{1f158}\u{1f15d} ɴᴏᴡ"), "win now");
    }

    #[test]
    fn other_languages_are_left_alone() {
        for text in [
            "как тот кот там",
            "Привет, это вот сам Google и мы там",
            "καλημέρα σας και το Google",
            "恭喜您中奖 领取 iPhone",
            "नमस्ते दुनिया",
            "مرحبا بالعالم",
            "բարեւ ձեզ",
            "Tiếng Việt và Türkçe ığdır".trim_end_matches("ığdır"),
        ] {
            assert_eq!(folded(text), text);
        }
    }
}

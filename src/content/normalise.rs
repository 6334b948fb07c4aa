//! One spelling for texts that mean to be the same message, and the objects that a text carries.
//! In: a text; out: lower case, compatible forms, no invisible marks, digits, links and mentions as one character each.
//! Knows no language; look-alike letters are folded by the neighbor, hosts and numbers are read by the other one.

use super::letters::{self, Simple};
use super::objects::{self, Object};
use super::{confusable, digits};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// Stands for a run of digits or an amount.
pub(super) const DIGITS: char = '\u{fdd0}';
/// Stands for a link.
const LINK: char = '\u{fdd1}';
/// Stands for a mail address.
const MAIL: char = '\u{fdd2}';
/// Stands for a mention of somebody.
const MENTION: char = '\u{fdd3}';

/// The characters that stand for a class. Unicode sets them aside for internal use and they are dropped from what
/// comes in, so nobody can write one.
pub const MARKS: std::ops::RangeInclusive<char> = DIGITS..=MENTION;

/// A normalised text and what was met on the way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Normalised {
    /// The one spelling; classes stand as [`MARKS`].
    pub text: String,
    /// Whether it held a link.
    pub has_link: bool,
    /// Hosts of links, then numbers to call or write to, in order of appearance, with repetitions.
    pub objects: Vec<Object>,
}

impl Normalised {
    /// The spelling with readable classes, for people and tests.
    pub fn readable(&self) -> String {
        self.text
            .replace(DIGITS, "#")
            .replace(LINK, "<link>")
            .replace(MAIL, "<mail>")
            .replace(MENTION, "<mention>")
    }
}

/// Normalises texts and keeps its buffers between them.
#[derive(Debug, Default)]
pub struct Normaliser {
    folded: String,
    spare: String,
    /// Where the links were.
    links: Vec<(usize, usize)>,
    out: Normalised,
}

/// Normalises one text; for many, keep a [`Normaliser`].
pub fn normalise(text: &str) -> Normalised {
    let mut normaliser = Normaliser::default();
    normaliser.normalise(text);
    normaliser.out
}

impl Normaliser {
    /// Normalises a text: NFKC, lower case, invisible marks dropped and accents too where a script does without,
    /// look-alike letters and digits folded where they pose as Latin, spelled-out words joined, white space folded; runs of digits, links, mail addresses and mentions become their mark, and amounts
    /// lose their separators. Linear time; plain ASCII and most of Latin, Cyrillic, Arabic and Chinese writing takes no table.
    pub fn normalise(&mut self, text: &str) -> &Normalised {
        self.out.text.clear();
        self.out.has_link = false;
        self.out.objects.clear();
        self.folded.clear();
        if is_plain(text.as_bytes()) {
            self.folded.push_str(text);
            self.folded.make_ascii_lowercase();
        } else {
            self.fold_unicode(text);
        }
        self.push_words();
        &self.out
    }

    fn fold_unicode(&mut self, text: &str) {
        if !self.fold_simple(text) {
            self.compose(text);
        }
        if confusable::concerns(&self.spare) {
            confusable::fold(&self.spare, &mut self.folded);
            std::mem::swap(&mut self.folded, &mut self.spare);
            self.folded.clear();
        }
        self.lower();
    }

    /// Compatibility forms without a table, where every character has one of its own; false where one has not.
    fn fold_simple(&mut self, text: &str) -> bool {
        self.spare.clear();
        for c in text.chars() {
            match letters::simple(c, &self.spare) {
                Simple::Is(c) => self.spare.push(c),
                Simple::Drops => {}
                Simple::Not => return false,
            }
        }
        true
    }

    fn compose(&mut self, text: &str) {
        self.spare.clear();
        if is_nfkc_quick(text.chars()) == IsNormalized::Yes && !text.chars().any(letters::may_be_marked) {
            self.spare.extend(text.chars().filter(|c| !letters::is_invisible(*c)));
        } else {
            let mut bare = letters::Bare::default();
            self.spare.extend(text.nfkd().filter(|c| bare.keeps(*c)).nfc());
        }
    }

    fn lower(&mut self) {
        for c in self.spare.chars() {
            if c.is_ascii() {
                self.folded.push(c.to_ascii_lowercase());
            } else if letters::has_no_case(c) {
                self.folded.push(c);
            } else if c.is_whitespace() {
                self.folded.push(' ');
            } else {
                // Lower case may bring back a mark of its own.
                self.folded.extend(c.to_lowercase().filter(|c| !letters::is_stray_accent(*c)));
            }
        }
    }

    fn push_words(&mut self) {
        let (folded, bytes) = (self.folded.as_str(), self.folded.as_bytes());
        self.links.clear();
        let (mut at, mut digits, mut singles) = (0, 0, 0);
        while at < bytes.len() {
            let (start, mut seen) = (at, 0);
            while at < bytes.len() && KINDS[bytes[at] as usize] & BLANK == 0 {
                let kind = KINDS[bytes[at] as usize];
                seen |= kind;
                digits += usize::from(kind & (DIGIT | WIDE) != 0);
                at += 1;
            }
            if start < at {
                singles = if letters::is_single(&folded[start..at]) { singles + 1 } else { 0 };
                if SPELLED == singles {
                    join_last(&mut self.out.text);
                }
                if !self.out.text.is_empty() && singles < SPELLED {
                    self.out.text.push(' ');
                }
                if seen == 0 {
                    self.out.text.push_str(&folded[start..at]);
                } else if push_word(&mut self.out, &folded[start..at], seen) {
                    self.links.push((start, at));
                }
            }
            at += 1;
        }
        if objects::LEAST_DIGITS <= digits {
            // Numbers are looked for across words, and not within links.
            let mut from = 0;
            for (start, end) in &self.links {
                objects::numbers(&folded[from..*start], &mut self.out.objects);
                from = *end;
            }
            objects::numbers(&folded[from..], &mut self.out.objects);
        }
    }
}

/// So many single letters on end are a word that was spelled out to look like others.
const SPELLED: usize = 3;

/// Takes the space between the last two words away, which are a letter each.
fn join_last(out: &mut String) {
    if let Some(space) = out.rfind(' ') {
        out.remove(space);
    }
}

/// What a byte is of interest for.
const KINDS: [u8; 256] = kinds();
/// White space; of any width before, as folding leaves only ASCII.
const BLANK: u8 = 1;
/// A digit.
const DIGIT: u8 = 2;
/// What links, mail addresses and mentions are made with.
const SPECIAL: u8 = 4;
/// Beyond ASCII.
const WIDE: u8 = 8;

const fn kinds() -> [u8; 256] {
    let mut kinds = [0; 256];
    let mut b = 0;
    while b < 256 {
        kinds[b] = match b as u8 {
            b' ' | b'\t' | b'\n' | b'\r' => BLANK,
            b'0'..=b'9' => DIGIT,
            b'@' | b'/' | b'.' => SPECIAL,
            128.. => WIDE,
            _ => 0,
        };
        b += 1;
    }
    kinds
}

/// Whether a text is printable ASCII with tabs and line ends only.
fn is_plain(bytes: &[u8]) -> bool {
    // One pass without a branch per byte.
    bytes
        .iter()
        .fold(true, |plain, b| plain & (matches!(b, b' '..=b'~') | matches!(b, b'\t' | b'\n' | b'\r')))
}

/// Appends one word of the kinds `seen`, as its class or with its digits masked; true when it is a link.
fn push_word(out: &mut Normalised, word: &str, seen: u8) -> bool {
    if seen & SPECIAL != 0 {
        let core = word.trim_matches(|c: char| c.is_ascii_punctuation() && !matches!(c, '@' | '/' | '#'));
        if objects::is_link(core) {
            out.has_link = true;
            out.objects.extend(objects::host(core));
            push_class(&mut out.text, word, core, LINK);
            return true;
        }
        if core.contains('@')
            && !core.starts_with('@')
            && core.rsplit('@').next().is_some_and(|d| d.contains('.'))
        {
            push_class(&mut out.text, word, core, MAIL);
            return false;
        }
        if core.len() > 1 && core.starts_with('@') {
            push_class(&mut out.text, word, core, MENTION);
            return false;
        }
    }
    if seen & (DIGIT | WIDE) != 0 {
        digits::push_masked(&mut out.text, word);
    } else {
        out.text.push_str(word);
    }
    false
}

/// Keeps the punctuation around a class, so that `(see http://x)` and `(see http://y)` meet.
fn push_class(out: &mut String, word: &str, core: &str, class: char) {
    let start = word.find(core).unwrap_or(0);
    out.push_str(&word[..start]);
    out.push(class);
    out.push_str(&word[start + core.len()..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(raw: &str) -> String {
        normalise(raw).readable()
    }

    #[test]
    fn variants_of_one_message_meet() {
        assert_eq!(text("Win  $1,000 now!"), text("win\u{200b} $25 NOW!"));
        assert_eq!(text("Ｗｉｎ now"), text("win\u{fe0f} now"));
        assert_eq!(text("𝐖𝐢𝐧 w\u{336}i\u{336}n now"), text("win win now"));
        assert_eq!(text("W\u{456}n n\u{43e}w"), text("win now"));
        assert_eq!(text("see https://a.example/x?y=1"), text("see http://b.example"));
        assert_eq!(text("ask @alice, ok"), text("ask @bob, ok"));
        assert_eq!(text("code 12:30 a1b22"), "code # a#b#");
        assert_eq!(text("mail a.b@example.org."), "mail <mail>.");
        assert_ne!(text("win now"), text("win later"));
    }

    #[test]
    fn languages_keep_their_letters() {
        for same in [
            "привет как дела",
            "恭喜您中奖",
            "नमस्ते दुनिया",
            "مرحبا بالعالم",
            "مَرْحَبًا",
            "שָׁלוֹם עוֹלָם",
            "ที่นี่ครับ",
            "がぎぐ パピプ",
            "한국어 나 너 우 리",
            "क़लम",
            "😀🎉",
        ] {
            assert_eq!(text(same), same.nfkc().collect::<String>());
        }
        // Accents say little where a script has letters without them, and anybody can put them on.
        assert_eq!(text("καλημέρα tiếng việt чей ёж Čeština"), "καλημερα tieng viet чеи еж cestina");
        assert_eq!(text("e\u{301}"), text("é"));
        assert_eq!(text("кот\u{a0}там"), "кот там");
        assert_eq!(text("\u{661}\u{662}\u{663} ক\u{9e7}"), "# ক#");
    }

    #[test]
    fn what_is_drawn_on_hidden_in_or_spelled_into_a_word_is_gone() {
        let plain = text("dear friend join our club");
        for c in "\u{2800}\u{1d173}\u{1bca0}\u{3164}\u{ffa0}\u{17b5}\u{fff9}\u{fffc}\u{e0041}\u{34f}\u{2064}\u{301}\u{336}\u{600}\u{6dd}\u{8e2}\u{fe20}\u{489}\u{483}\u{20dd}\u{93c}\u{94d}\u{5bf}\u{64e}\u{e4d}\u{180b}\u{640}\u{3099}".chars() {
            let hidden: String = "Dear friend join our club".chars().flat_map(|l| [l, c]).collect();
            assert_eq!(text(&hidden), plain, "{:x}", u32::from(c));
        }
        assert_eq!(
            text("D\u{200a}e\u{2009}a\u{202f}r f r i e n d join o\u{2005}u\u{200a}r club"),
            "dearfriend join our club"
        );
        assert_eq!(text("a b or an X Y plot"), "a b or an x y plot", "two letters are a list");
        assert_eq!(text("D34r fr13nd j0in 1nvestment"), "dear friend join investment");
        assert_eq!(
            text("h1n1 b2b mp3 5pm 4th covid19 x9k2p7 windows10"),
            "hin# b#b mp# #pm #th covid# x#k#p# windows#"
        );
    }

    #[test]
    fn links_are_noticed() {
        assert!(normalise("go to www.example.org").has_link);
        assert!(normalise("(bit.ly/3xYz)").has_link);
        assert!(!normalise("and/or e.g. 3.5/4").has_link);
        assert_eq!(normalise("").text, "");
        assert_eq!(normalise(" \u{200b} ").text, "");
    }

    #[test]
    fn a_mark_cannot_be_written() {
        assert_eq!(normalise("a\u{fdd1}b").text, "ab");
        assert_ne!(normalise("a # b").text, normalise("a 7 b").text);
    }

    #[test]
    fn objects_come_with_the_text() {
        let objects = normalise("Call +49 170 1234567 or https://www.Shop.example/x 12/2020").objects;
        assert_eq!(objects, [Object::Host("shop.example".into()), Object::Number("491701234567".into())]);
    }

    proptest! {
        #[test]
        fn ascii_takes_the_fast_path_to_the_same_place(raw in "[ -~\\t\\n]{0,60}") {
            let mut slow = Normaliser::default();
            slow.fold_unicode(&raw);
            slow.push_words();
            prop_assert_eq!(normalise(&raw), slow.out);
        }

        #[test]
        fn simple_characters_need_no_table(
            raw in "[ -~\u{904}-\u{939}\u{93d}-\u{94d}\u{3041}-\u{3096}\u{30a1}-\u{30fa}\u{ac00}-\u{d7a3}\u{3000}–—·\u{c0}-\u{ff}\u{410}-\u{44f}Ёё\u{621}-\u{64a}、。\u{3008}-\u{3011}\u{4e00}-\u{9fff}\u{ff01}-\u{ff5e}\u{200b}-\u{200f}\u{fe0f}\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}‘’“”€£]{0,30}",
        ) {
            let (mut fast, mut slow) = (Normaliser::default(), Normaliser::default());
            if fast.fold_simple(&raw) {
                slow.compose(&raw);
                prop_assert_eq!(fast.spare, slow.spare);
            }
        }

        #[test]
        fn nothing_breaks_it_and_buffers_leave_no_trace(raw in any::<String>(), before in any::<String>()) {
            let mut normaliser = Normaliser::default();
            normaliser.normalise(&before);
            prop_assert_eq!(normaliser.normalise(&raw), &normalise(&raw));
        }
    }
}

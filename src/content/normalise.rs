//! One spelling for texts that mean to be the same message.
//! In: a text; out: lower case, compatible forms, no invisible marks, digits, links and mentions as classes.
//! Knows no language, and folds no look-alike letters.

use unicode_normalization::UnicodeNormalization;

/// A normalised text and what was met on the way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Normalised {
    /// The one spelling.
    pub text: String,
    /// Whether it held a link.
    pub has_link: bool,
}

/// Stands for a link.
const LINK: &str = "<link>";
/// Stands for a mail address.
const MAIL: &str = "<mail>";
/// Stands for a mention of somebody.
const MENTION: &str = "<mention>";

/// Normalises a text: NFKC, lower case, invisible marks dropped, white space folded; runs of digits become `#`,
/// links, mail addresses and mentions become their class, and amounts lose their separators.
pub fn normalise(text: &str) -> Normalised {
    let mut out = Normalised { text: String::with_capacity(text.len()), has_link: false };
    let folded: String = text.nfkc().filter(|c| !is_invisible(*c)).flat_map(char::to_lowercase).collect();
    for word in folded.split_whitespace() {
        if !out.text.is_empty() {
            out.text.push(' ');
        }
        out.has_link |= push_word(&mut out.text, word);
    }
    out
}

/// Appends one word, as its class or with its digits masked; true when it is a link.
fn push_word(out: &mut String, word: &str) -> bool {
    let core = word.trim_matches(|c: char| c.is_ascii_punctuation() && !matches!(c, '@' | '/' | '#'));
    if is_link(core) {
        push_class(out, word, core, LINK);
        return true;
    }
    if core.contains('@')
        && !core.starts_with('@')
        && core.rsplit('@').next().is_some_and(|d| d.contains('.'))
    {
        push_class(out, word, core, MAIL);
    } else if core.len() > 1 && core.starts_with('@') {
        push_class(out, word, core, MENTION);
    } else {
        push_masked(out, word);
    }
    false
}

/// Keeps the punctuation around a class, so that `(see http://x)` and `(see http://y)` meet.
fn push_class(out: &mut String, word: &str, core: &str, class: &str) {
    let start = word.find(core).unwrap_or(0);
    out.push_str(&word[..start]);
    out.push_str(class);
    out.push_str(&word[start + core.len()..]);
}

fn is_link(word: &str) -> bool {
    if word.contains("://") || word.starts_with("www.") {
        return true;
    }
    // `bit.ly/abc`, `wa.me/123`: a host with a path; `e.g./i.e.` has no letters behind the slash that follow a known shape.
    let Some((host, path)) = word.split_once('/') else { return false };
    let Some((name, top)) = host.rsplit_once('.') else { return false };
    !path.is_empty()
        && (2..=12).contains(&top.len())
        && top.bytes().all(|b| b.is_ascii_lowercase())
        && name.len() > 1
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
}

/// Runs of digits become one `#`; separators inside an amount vanish with them.
fn push_masked(out: &mut String, word: &str) {
    let chars: Vec<char> = word.chars().collect();
    let mut i = 0;
    while i < chars.len() {
        if !chars[i].is_numeric() {
            out.push(chars[i]);
            i += 1;
            continue;
        }
        out.push('#');
        i += 1;
        while i < chars.len() {
            let inside = matches!(chars[i], '.' | ',' | ':' | '\'' | '/' | '-')
                && chars.get(i + 1).is_some_and(|c| c.is_numeric());
            if !chars[i].is_numeric() && !inside {
                break;
            }
            i += 1;
        }
    }
}

/// Zero-width and direction marks, joiners, variation selectors, tags, soft hyphens and control characters.
fn is_invisible(c: char) -> bool {
    let kept = matches!(c, '\n' | '\t' | '\r');
    (c.is_control() && !kept)
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e01ef}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(raw: &str) -> String {
        normalise(raw).text
    }

    #[test]
    fn variants_of_one_message_meet() {
        assert_eq!(text("Win  $1,000 now!"), text("win\u{200b} $25 NOW!"));
        assert_eq!(text("Ｗｉｎ now"), text("win\u{fe0f} now"));
        assert_eq!(text("see https://a.example/x?y=1"), text("see http://b.example"));
        assert_eq!(text("ask @alice, ok"), text("ask @bob, ok"));
        assert_eq!(text("code 12:30 a1b22"), "code # a#b#");
        assert_eq!(text("mail a.b@example.org."), "mail <mail>.");
        assert_ne!(text("win now"), text("win later"));
    }

    #[test]
    fn links_are_noticed() {
        assert!(normalise("go to www.example.org").has_link);
        assert!(normalise("(bit.ly/3xYz)").has_link);
        assert!(!normalise("and/or e.g. 3.5/4").has_link);
        assert_eq!(normalise("").text, "");
    }
}

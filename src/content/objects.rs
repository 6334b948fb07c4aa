//! What a text points to: hosts of links and numbers to call or write to.
//! In: a folded text or word; out: objects as written once, to be keyed by the caller.
//! Knows no list of public suffixes: where a country sells names under a second level, a short list of those decides.

/// Digits that make a number an object.
pub(super) const LEAST_DIGITS: usize = 6;
/// Digits above which a run is a serial and no number anybody reaches (E.164 has 15).
const MOST_DIGITS: usize = 15;

/// An object in a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Object {
    /// Registrable host of a link; at shorteners and messengers with the first part of the path, since the host alone
    /// is shared by strangers.
    Host(String),
    /// Digits of a number to call or write to, without separators.
    Number(String),
}

/// Ends of bare hosts, as in `shop.example.com`; ends that are words after a forgotten space are left out.
const BARE_ENDS: &[&str] = &[
    "app", "biz", "cc", "click", "club", "cn", "com", "info", "link", "live", "net", "online", "org", "ru",
    "shop", "site", "store", "top", "vip", "xyz",
];

/// Second levels under which a country sells names.
const SECOND_LEVELS: &[&str] =
    &["ac", "co", "com", "edu", "go", "gob", "gov", "mil", "ne", "net", "or", "org"];

/// Hosts shared by strangers, whose path is what counts.
const SHARED_HOSTS: &[&str] = &[
    "bit.ly",
    "cutt.ly",
    "goo.gl",
    "is.gd",
    "lnkd.in",
    "ow.ly",
    "rb.gy",
    "rebrand.ly",
    "s.id",
    "shorturl.at",
    "t.co",
    "t.ly",
    "t.me",
    "telegram.me",
    "tiny.cc",
    "tinyurl.com",
    "v.gd",
    "wa.me",
    "whatsapp.com",
];

/// Whether a word without outer punctuation is a link: a scheme, `www.`, a host with a path, or a host with a common end.
pub(super) fn is_link(word: &str) -> bool {
    if word.contains("://") || word.starts_with("www.") {
        return true;
    }
    // `bit.ly/abc`, `wa.me/123`; `e.g./i.e.` has no letters behind the slash that follow a known shape.
    let (host, path) = word.split_once('/').unwrap_or((word, ""));
    let Some((name, top)) = host.rsplit_once('.') else { return false };
    (if path.is_empty() { BARE_ENDS.binary_search(&top).is_ok() } else { (2..=12).contains(&top.len()) })
        && top.bytes().all(|b| b.is_ascii_lowercase())
        && name.len() > 1
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
}

/// The object behind a link.
pub(super) fn host(link: &str) -> Option<Object> {
    let rest = link.split_once("://").map_or(link, |(_, rest)| rest);
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let named = authority.rsplit('@').next().unwrap_or(authority);
    let host = named.split(':').next().unwrap_or(named).trim_matches('.');
    let registrable = registrable(host.strip_prefix("www.").unwrap_or(host));
    if registrable.is_empty() {
        return None;
    }
    let first = path.trim_start_matches('/').split(['/', '?', '#', '&']).next().unwrap_or("");
    if SHARED_HOSTS.binary_search(&registrable).is_ok() && !first.is_empty() {
        return Some(Object::Host(format!("{registrable}/{first}")));
    }
    Some(Object::Host(registrable.to_owned()))
}

/// The last two labels, or three under a country's second level; an address of digits stays whole.
fn registrable(host: &str) -> &str {
    if host.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return host;
    }
    let mut dots = host.rmatch_indices('.').map(|(at, _)| at);
    let (Some(last), Some(second)) = (dots.next(), dots.next()) else { return host };
    let is_sold_below =
        host.len() - last == 3 && SECOND_LEVELS.binary_search(&&host[second + 1..last]).is_ok();
    if !is_sold_below {
        return &host[second + 1..];
    }
    dots.next().map_or(host, |third| &host[third + 1..])
}

/// Appends the numbers of a stretch: groups of digits with at most one separator and one blank between them, 6 to 15
/// digits in all. Dates, times and amounts with thousands set off by commas are none.
pub(super) fn numbers(stretch: &str, out: &mut Vec<Object>) {
    let mut run = Run::default();
    for c in stretch.chars() {
        match (digit(c), c) {
            (Some(d), _) => run.digit(d),
            (None, ' ' | '-' | '.' | '/' | '(' | ')' | '\u{a0}') => run.separator(c, out),
            _ => run.finish(out),
        }
    }
    run.finish(out);
}

/// A number being read.
#[derive(Default)]
struct Run {
    digits: String,
    /// Lengths of the groups so far; the last one is open.
    groups: Vec<usize>,
    /// Separators since the last digit.
    gap: usize,
    /// The separator that all groups share, if they do.
    joint: Option<char>,
    is_mixed: bool,
}

impl Run {
    fn digit(&mut self, d: char) {
        if self.groups.is_empty() || self.gap > 0 {
            self.groups.push(0);
        }
        self.gap = 0;
        if let Some(open) = self.groups.last_mut() {
            *open += 1;
        }
        self.digits.push(d);
    }

    fn separator(&mut self, c: char, out: &mut Vec<Object>) {
        if self.digits.is_empty() {
            return;
        }
        self.gap += 1;
        self.is_mixed |= self.joint.is_some_and(|joint| joint != c);
        self.joint = Some(c);
        if self.gap > 2 {
            self.finish(out);
        }
    }

    fn finish(&mut self, out: &mut Vec<Object>) {
        if (LEAST_DIGITS..=MOST_DIGITS).contains(&self.digits.len()) && !self.is_date() {
            out.push(Object::Number(std::mem::take(&mut self.digits)));
        }
        self.digits.clear();
        self.groups.clear();
        self.gap = 0;
        self.joint = None;
        self.is_mixed = false;
    }

    /// Groups as in 31.12.2025, 2025-12-31 or 12/2025.
    fn is_date(&self) -> bool {
        matches!(self.groups[..], [1..=2, 1..=2, 2 | 4] | [4, 1..=2, 1..=2] | [1..=2, 4])
            && self.joint.is_some_and(|joint| matches!(joint, '.' | '-' | '/' | ' '))
    }
}

/// A decimal digit of the scripts that messages are written in, as ASCII.
fn digit(c: char) -> Option<char> {
    if c.is_ascii() {
        return c.is_ascii_digit().then_some(c);
    }
    if !('\u{660}'..='\u{1049}').contains(&c) {
        return None;
    }
    /// Zeros of Arabic, Persian, Devanagari, Bengali, Gujarati, Tamil, Telugu, Thai and Burmese digits.
    const ZEROS: [u32; 9] = [0x660, 0x6f0, 0x966, 0x9e6, 0xae6, 0xbe6, 0xc66, 0xe50, 0x1040];
    ZEROS.iter().find_map(|zero| char::from_digit(u32::from(c).checked_sub(*zero).filter(|d| *d < 10)?, 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let mut out = Vec::new();
        numbers(text, &mut out);
        out.into_iter()
            .map(|o| match o {
                Object::Host(s) | Object::Number(s) => s,
            })
            .collect()
    }

    fn host_of(link: &str) -> String {
        match host(link) {
            Some(Object::Host(s)) => s,
            _ => String::new(),
        }
    }

    #[test]
    fn lists_are_sorted() {
        for list in [BARE_ENDS, SECOND_LEVELS, SHARED_HOSTS] {
            let mut sorted = list.to_vec();
            sorted.sort_unstable();
            assert_eq!(list, sorted);
        }
    }

    #[test]
    fn numbers_are_read_across_separators() {
        assert_eq!(found("call (0800) 123-456 now"), ["0800123456"]);
        assert_eq!(found("text 87121 or 123456"), ["123456"]);
        assert_eq!(found("\u{661}\u{662}\u{663}\u{664}\u{665}\u{666}"), ["123456"]);
        assert!(found("31.12.2025 2025-12-31 1,000,000 12:30:45 12/2025, 1234567890123456").is_empty());
        assert!(found("").is_empty());
    }

    #[test]
    fn hosts_are_registrable() {
        assert_eq!(host_of("https://user@www.a.b.example.com:80/x?y"), "example.com");
        assert_eq!(host_of("shop.co.uk/x"), "shop.co.uk");
        assert_eq!(host_of("m.shop.co.uk/x"), "shop.co.uk");
        assert_eq!(host_of("http://10.0.0.1/x"), "10.0.0.1");
        assert_eq!(host_of("bit.ly/abc/d"), "bit.ly/abc");
        assert_eq!(host_of("wa.me/49170?text=hi"), "wa.me/49170");
        assert_eq!(host_of("http://"), "");
    }

    #[test]
    fn words_with_a_dot_are_no_links() {
        assert!(is_link("win-cash.com") && is_link("bit.ly/x"));
        assert!(!is_link("e.g") && !is_link("ok.so") && !is_link("3.5/4") && !is_link("."));
    }
}

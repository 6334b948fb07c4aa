//! Tells raw phone numbers from tokens, and brings a number into one spelling.
//! In: an identifier as the log gives it; out: whether it looks like an E.164 number, and its digits behind a plus.
//! Knows no country and no numbering plan: a bare run of digits is only an identifier.

/// Whether an identifier looks like a raw phone number.
///
/// A number is `+` and 8 to 15 digits, or `00` and the same, with blanks, dashes, dots or brackets between them.
/// Digits alone are an identifier, unless they begin with `00`, a digit other than 0 and have 12 digits or more.
pub fn looks_like_number(value: &str) -> bool {
    let bytes = value.as_bytes();
    match bytes.first() {
        Some(b'+' | b' ' | b'(') => {}
        Some(b'0') if bytes.get(1) == Some(&b'0') => {}
        _ => return false,
    }
    let value = value.trim();
    let (rest, plus) = match (value.strip_prefix('+'), value.strip_prefix("(+"), value.strip_prefix("00")) {
        (Some(rest), _, _) | (_, Some(rest), _) => (rest, true),
        (_, _, Some(rest)) => (rest, false),
        _ => return false,
    };
    let mut digits = 0;
    let mut separators = 0;
    for c in rest.chars() {
        match c {
            '0'..='9' => digits += 1,
            ' ' | '-' | '.' | '(' | ')' | '/' | '\u{a0}' => separators += 1,
            _ => return false,
        }
    }
    let least = if plus || separators > 0 { 8 } else { 10 };
    (least..=15).contains(&digits) && (plus || !rest.starts_with('0'))
}

/// One spelling for a number: plus and digits. Anything else stays as it is.
pub fn canonical(value: &str) -> std::borrow::Cow<'_, str> {
    if !looks_like_number(value) {
        return value.into();
    }
    let trimmed = value.trim();
    let rest = trimmed.strip_prefix("00").unwrap_or(trimmed);
    let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
    format!("+{digits}").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_from_tokens() {
        for number in
            ["+491701234567", "+49 170 123-4567", "(+49) 170 1234567", "00491701234567", "00 49 170 123456"]
        {
            assert!(looks_like_number(number), "{number}");
        }
        for token in ["491701234567", "+1234", "u00491701", "0001", "00000000000123", "+49170x1234", "", "+"]
        {
            assert!(!looks_like_number(token), "{token}");
        }
    }

    #[test]
    fn spellings_of_one_number_meet() {
        assert_eq!(canonical("+49 170 123-4567"), "+491701234567");
        assert_eq!(canonical("00491701234567"), "+491701234567");
        assert_eq!(canonical("abc 12"), "abc 12");
    }
}

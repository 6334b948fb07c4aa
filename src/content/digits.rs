//! Digits in a word: those that pose as letters, and those that count something and become one mark.
//! In: a folded word; out: the same with its digits as letters or masked.
//! Knows no word of any language; it looks at what stands beside a digit.

use super::letters::has_no_case;
use super::normalise::DIGITS;
use std::borrow::Cow;

/// Digits and the letters that they pose as; 1 stands for i, as l is written less often.
const POSING: [(char, char); 6] = [('0', 'o'), ('1', 'i'), ('3', 'e'), ('4', 'a'), ('5', 's'), ('7', 't')];
/// A word this long may begin with a posing digit; `5pm` and `4th` may not.
const LEAST_LETTERS: usize = 4;

/// Runs of digits become one mark; separators inside an amount vanish with them.
pub(super) fn push_masked(out: &mut String, word: &str) {
    let word = unposed(word);
    let mut rest = word.chars();
    while let Some(c) = rest.next() {
        if has_no_case(c) || !c.is_numeric() {
            out.push(c);
            continue;
        }
        out.push(DIGITS);
        loop {
            let mut ahead = rest.clone();
            match ahead.next() {
                Some(c) if c.is_numeric() => {}
                Some('.' | ',' | ':' | '\'' | '/' | '-') if ahead.next().is_some_and(char::is_numeric) => {}
                _ => break,
            }
            rest.next();
        }
    }
}

/// A word with its posing digits as letters: one or two between two letters, or one before a long word, where letters
/// are no fewer than digits and every such digit looks like a letter. What ends in digits counts something.
fn unposed(word: &str) -> Cow<'_, str> {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    if digits == 0 || letters < 2 || letters < digits {
        return Cow::Borrowed(word);
    }
    let mut chars: Vec<char> = word.chars().collect();
    let mut at = 0;
    while at < chars.len() {
        let run = chars[at..].iter().take_while(|c| c.is_ascii_digit()).count();
        let end = at + run;
        let after = chars.get(end).is_some_and(|c| c.is_alphabetic());
        let inside = 0 < at && chars[at - 1].is_alphabetic() && run <= 2;
        let first = at == 0 && run == 1 && LEAST_LETTERS <= letters;
        if 0 < run && after && (inside || first) {
            let posing: Option<Vec<char>> = chars[at..end].iter().map(|d| posing(*d)).collect();
            posing.into_iter().for_each(|letters| chars[at..end].copy_from_slice(&letters));
        }
        at = end.max(at + 1);
    }
    Cow::Owned(chars.into_iter().collect())
}

fn posing(digit: char) -> Option<char> {
    POSING.iter().find(|(d, _)| *d == digit).map(|(_, letter)| *letter)
}

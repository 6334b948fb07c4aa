//! Made-up short messages: templates in variants among texts that are alike to nothing.
//! In: a number and a seed, or texts to make variants of; out: one text a line, the same for the same seed.
//! Knows no engine and reads no real log: what it is given to vary is the caller's.

use super::Outcome;
use crate::Draws;
use std::fmt::Write as _;
use std::io::Write;

/// Words that a vocabulary begins with, the most frequent first.
const COMMON: &str = "the to you a i and is in of for it me my on your that have be are at we so do this no with not \
    if just can will when up now get how ok what all go know out like but was there from come time day good love send \
    call want going need see tell still more here then home back sorry later today please think night week been money \
    about home work meet free reply offer order win claim prize account card bank visit deal sale save stop text new \
    one only today limited click gift check price pay loan cash bonus hello dear friend thanks morning birthday party \
    dinner train bus car school class phone number message mail house mother father sister brother";
const ONSETS: &str = "b br c ch d dr f g gr h j k l m n p pl qu r s sh st t tr v w y";
const RIMES: &str = "a an ar at e ed en er es i in ing is it o on or ow u un us ay ee ion";
/// One text that a tenth of all are variants of.
const HEAVIEST: &str =
    "dear friend you win a limited bonus gift card from our bank today only, visit the shop and claim it now";
const HEAVY: f64 = 0.1;
/// Part of all texts that are variants of some template, the heaviest included.
const VARIANTS: f64 = 0.4;

/// Writes `n` texts: a tenth variants of one template, three tenths of n / 100 others by Zipf's law, the rest alone.
pub fn generate(n: usize, seed: u64, out: &mut impl Write) -> Outcome {
    let (mut draws, words) = (Draws(seed), vocabulary());
    let templates: Vec<String> = (0..(n / 100).max(1)).map(|_| sentence(&mut draws, &words)).collect();
    for _ in 0..n {
        let kind = draws.unit();
        let text = if kind < HEAVY {
            variant(&mut draws, HEAVIEST, &words, 3)
        } else if kind < VARIANTS {
            let at = rank(&mut draws, templates.len());
            variant(&mut draws, &templates[at], &words, 3)
        } else {
            sentence(&mut draws, &words)
        };
        writeln!(out, "{text}")?;
    }
    Ok(out.flush()?)
}

/// Writes `n` texts made of `originals`: a quarter as they are, the others with up to four changes.
pub fn mutate(originals: &[String], n: usize, seed: u64, out: &mut impl Write) -> Outcome {
    let mut draws = Draws(seed);
    let words = originals.iter().flat_map(|t| t.split(' ')).filter(|w| !w.is_empty());
    let words: Vec<String> = words.map(str::to_owned).collect();
    if words.is_empty() {
        return Err("no texts to make variants of".into());
    }
    for i in 0..n {
        let original = pick(&mut draws, originals);
        if i % 4 == 0 {
            writeln!(out, "{original}")?;
        } else {
            writeln!(out, "{}", variant(&mut draws, original, &words, 4))?;
        }
    }
    Ok(out.flush()?)
}

fn index(draws: &mut Draws, n: usize) -> usize {
    draws.below(n as u64) as usize
}

fn pick<'a, T>(draws: &mut Draws, from: &'a [T]) -> &'a T {
    &from[index(draws, from.len())]
}

/// A rank below n by Zipf's law with exponent 1.
fn rank(draws: &mut Draws, n: usize) -> usize {
    ((n as f64).powf(draws.unit()) as usize - 1).min(n - 1)
}

/// The common words and 20,000 made of one to three syllables.
fn vocabulary() -> Vec<String> {
    let mut draws = Draws(77);
    let mut words: Vec<String> = COMMON.split(' ').map(str::to_owned).collect();
    let (onsets, rimes): (Vec<&str>, Vec<&str>) = (ONSETS.split(' ').collect(), RIMES.split(' ').collect());
    for _ in 0..20_000 {
        let syllables = 1 + index(&mut draws, 3);
        let mut word = String::new();
        for _ in 0..syllables {
            word += *pick(&mut draws, &onsets);
            word += *pick(&mut draws, &rimes);
        }
        words.push(word);
    }
    words
}

/// 20 to 160 characters, 90 in the mean, with a number or a link now and then.
fn sentence(draws: &mut Draws, words: &[String]) -> String {
    let length = 20 + (70.0 * (draws.unit() + draws.unit())) as usize;
    let mut out = String::new();
    while out.len() < length {
        if !out.is_empty() {
            out += *pick(draws, &[" ", " ", " ", " ", " ", " ", ", ", ". "]);
        }
        // Writing to a string cannot fail.
        let _ = match draws.below(30) {
            0 => write!(out, "{}", draws.below(100_000)),
            1 => {
                let host = &words[rank(draws, words.len())];
                write!(out, "http://{host}.com/{}", draws.below(9_999))
            }
            _ => write!(out, "{}", words[rank(draws, words.len())]),
        };
    }
    out
}

/// Up to `most` changes: a word replaced, put in, taken out, or one of its characters.
fn variant(draws: &mut Draws, original: &str, words: &[String], most: usize) -> String {
    let mut parts: Vec<String> = original.split(' ').map(str::to_owned).collect();
    for _ in 0..index(draws, most + 1) {
        if parts.is_empty() {
            break;
        }
        let at = index(draws, parts.len());
        let word = words[rank(draws, words.len())].clone();
        match draws.below(4) {
            0 => parts[at] = word,
            1 => parts.insert(at, word),
            2 => {
                parts.remove(at);
            }
            _ => {
                let mut chars: Vec<char> = parts[at].chars().collect();
                if !chars.is_empty() {
                    let c = index(draws, chars.len());
                    chars[c] = char::from(b'a' + draws.below(26) as u8);
                }
                parts[at] = chars.into_iter().collect();
            }
        }
    }
    parts.join(" ")
}

//! A value seen on a whole stream and on what is left of it without its busiest people or groups: the more telling one.
//! In: a value over each part, with how many actions are behind it; out: one of the two.
//! Junk for a few recipients blurs the whole only; a stream to a few recipients shows in the whole only.

use super::facts::View;
use super::feature::{Absent, Value, count};

/// A value and how many things it is over.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seen {
    /// How many.
    pub n: usize,
    /// The value.
    pub value: f64,
}

impl Seen {
    /// A value over `n` things, if there is one.
    pub fn over(n: usize, value: Option<f64>) -> Option<Self> {
        value.map(|value| Self { n, value })
    }
}

/// Which of two values tells more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Telling {
    /// The larger one.
    High,
    /// The smaller one.
    Low,
}

/// The more telling view of a stream; the part only if it rests on `least` things, or the whole does not either.
///
/// `apart` says whether the part differs from the whole: for most accounts it does not, and nothing is seen twice.
pub fn telling(tells: Telling, least: usize, apart: bool, of: impl Fn(View) -> Option<Seen>) -> Option<Seen> {
    let whole = of(View::Whole);
    if !apart {
        return whole;
    }
    let part = of(View::Even).filter(|part| {
        let enough = least <= part.n || whole.is_none_or(|whole| whole.n < least);
        enough && whole.is_none_or(|whole| tells.more(part.value, whole.value))
    });
    part.or(whole)
}

impl Telling {
    fn more(self, a: f64, b: f64) -> bool {
        match self {
            Telling::High => b < a,
            Telling::Low => a < b,
        }
    }
}

/// What was seen, as the value of a card.
pub fn value(seen: Option<Seen>) -> Value {
    seen.map(|seen| seen.value).ok_or(Absent::NoEvidence)
}

/// What is behind it, as the value of a card: 0 where nothing was seen.
pub fn base(seen: Option<Seen>) -> Value {
    count(seen.map_or(0, |seen| seen.n))
}

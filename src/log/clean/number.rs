//! Counts, numbers and flags out of whatever type the log stores them in.
//! In: a cell; out: the value, nothing where the log says nothing, or why the row is refused.
//! Rounds nothing: a fraction where a count is expected is refused.

use crate::log::clean::Cell;
use crate::log::{NO, RejectReason, YES};

/// A finite number.
pub(crate) fn number(cell: Cell) -> Result<Option<f64>, RejectReason> {
    let value = match cell {
        Cell::Null => return Ok(None),
        Cell::Int(n) => n as f64,
        Cell::Uint(n) => n as f64,
        Cell::Float(x) => x,
        Cell::Text(text) => {
            let text = text.trim();
            if text.is_empty() {
                return Ok(None);
            }
            text.parse().map_err(|_| RejectReason::NotANumber)?
        }
        Cell::Flag(_) | Cell::Moment(..) => return Err(RejectReason::NotANumber),
    };
    if value.is_finite() { Ok(Some(value)) } else { Err(RejectReason::NotFinite) }
}

/// A non-negative integer; a float without a fraction will do.
pub(crate) fn count(cell: Cell) -> Result<Option<u64>, RejectReason> {
    match cell {
        Cell::Null => Ok(None),
        Cell::Int(n) => u64::try_from(n).map(Some).map_err(|_| RejectReason::Negative),
        Cell::Uint(n) => Ok(Some(n)),
        Cell::Text(text)
            if !text.is_empty() && text.len() < 19 && text.bytes().all(|b| b.is_ascii_digit()) =>
        {
            Ok(Some(text.bytes().fold(0, |n, b| n * 10 + u64::from(b - b'0'))))
        }
        other => match number(other)? {
            None => Ok(None),
            Some(x) if x < 0.0 => Err(RejectReason::Negative),
            Some(x) if x.fract() != 0.0 => Err(RejectReason::NotANumber),
            Some(x) if x > 9e18 => Err(RejectReason::TooLarge),
            Some(x) => Ok(Some(x as u64)),
        },
    }
}

/// A count that fits the packed rows; more than four billion is refused.
pub(crate) fn count_u32(cell: Cell) -> Result<Option<u32>, RejectReason> {
    match count(cell)? {
        None => Ok(None),
        Some(n) => match u32::try_from(n) {
            Ok(n) if n < u32::MAX => Ok(Some(n)),
            _ => Err(RejectReason::TooLarge),
        },
    }
}

/// Yes or no.
pub(crate) fn flag(cell: Cell) -> Result<Option<bool>, RejectReason> {
    match cell {
        Cell::Null => Ok(None),
        Cell::Flag(yes) => Ok(Some(yes)),
        Cell::Int(0) | Cell::Uint(0) => Ok(Some(false)),
        Cell::Int(1) | Cell::Uint(1) => Ok(Some(true)),
        Cell::Text(text) => match flag_word(text) {
            Some(yes) => Ok(Some(yes)),
            None if text.trim().is_empty() => Ok(None),
            None => Err(RejectReason::NotAFlag),
        },
        Cell::Float(x) if x == 0.0 || x == 1.0 => Ok(Some(x == 1.0)),
        _ => Err(RejectReason::NotAFlag),
    }
}

fn flag_word(text: &str) -> Option<bool> {
    const YES_WORDS: [&str; 5] = ["true", "1", "yes", "t", "y"];
    const NO_WORDS: [&str; 5] = ["false", "0", "no", "f", "n"];
    let text = text.trim();
    if YES_WORDS.iter().any(|w| w.eq_ignore_ascii_case(text)) {
        return Some(true);
    }
    NO_WORDS.iter().any(|w| w.eq_ignore_ascii_case(text)).then_some(false)
}

/// A flag or a count, packed: count + 1, capped at 255; 0 when absent.
pub(crate) fn forwarded(cell: Cell) -> Result<u8, RejectReason> {
    if let Cell::Flag(yes) = cell {
        return Ok(1 + u8::from(yes));
    }
    if let Cell::Text(text) = cell
        && let Some(yes) = flag_word(text)
    {
        return Ok(1 + u8::from(yes));
    }
    Ok(count(cell)?.map_or(0, |n| n.min(254) as u8 + 1))
}

/// A flag or a token that means yes, packed.
pub(crate) fn link(cell: Cell) -> Result<u8, RejectReason> {
    match cell {
        Cell::Null => Ok(0),
        Cell::Text(text) => match flag_word(text) {
            Some(false) => Ok(NO),
            None if text.trim().is_empty() => Ok(0),
            _ => Ok(YES),
        },
        other => Ok(flag(other)?.map_or(0, |yes| if yes { YES } else { NO })),
    }
}

/// Reads a 64-bit sketch: a whole number, where tables know signed ones only its two's complement, or 16 hexadecimal digits.
pub(crate) fn sketch(cell: Cell) -> Result<Option<u64>, RejectReason> {
    match cell {
        Cell::Int(bits) => Ok(Some(bits as u64)),
        Cell::Text(text) if text.trim().len() == 16 => {
            let text = text.trim();
            u64::from_str_radix(text, 16).map(Some).map_err(|_| RejectReason::NotANumber)
        }
        Cell::Text(text) if text.trim().starts_with('-') => {
            text.trim().parse::<i64>().map(|bits| Some(bits as u64)).map_err(|_| RejectReason::NotANumber)
        }
        // A count may be as large as a signed number; of a sketch all 64 bits are used.
        Cell::Text(text) if text.trim().parse::<u64>().is_ok() => Ok(text.trim().parse().ok()),
        other => count(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sketches_come_in_three_spellings() {
        assert_eq!(sketch(Cell::Uint(u64::MAX)), Ok(Some(u64::MAX)));
        assert_eq!(sketch(Cell::Int(-1)), Ok(Some(u64::MAX)));
        assert_eq!(sketch(Cell::Text("-1")), Ok(Some(u64::MAX)));
        assert_eq!(sketch(Cell::Text("ffffffffffffffff")), Ok(Some(u64::MAX)));
        assert_eq!(sketch(Cell::Text("12")), Ok(Some(12)));
        assert_eq!(sketch(Cell::Text(" 18446744073709551615")), Ok(Some(u64::MAX)));
        assert_eq!(sketch(Cell::Text("")), Ok(None));
        assert_eq!(sketch(Cell::Text("twelve")), Err(RejectReason::NotANumber));
    }

    #[test]
    fn counts_refuse_what_is_no_count() {
        assert_eq!(count(Cell::Text("12")), Ok(Some(12)));
        assert_eq!(count(Cell::Text("12.0")), Ok(Some(12)));
        assert_eq!(count(Cell::Text("12.5")), Err(RejectReason::NotANumber));
        assert_eq!(count(Cell::Int(-1)), Err(RejectReason::Negative));
        assert_eq!(count(Cell::Float(f64::NAN)), Err(RejectReason::NotFinite));
        assert_eq!(count(Cell::Text("nan")), Err(RejectReason::NotFinite));
        assert_eq!(count_u32(Cell::Uint(u64::from(u32::MAX))), Err(RejectReason::TooLarge));
        assert_eq!(count_u32(Cell::Text("99999999999999999999")), Err(RejectReason::TooLarge));
        assert_eq!(count(Cell::Null), Ok(None));
    }

    #[test]
    fn flags_counts_and_tokens() {
        assert_eq!(flag(Cell::Text("True")), Ok(Some(true)));
        assert_eq!(flag(Cell::Text("maybe")), Err(RejectReason::NotAFlag));
        assert_eq!(forwarded(Cell::Text("false")), Ok(1));
        assert_eq!(forwarded(Cell::Int(5)), Ok(6));
        assert_eq!(forwarded(Cell::Int(9999)), Ok(255));
        assert_eq!(link(Cell::Text("d_77")), Ok(YES));
        assert_eq!(link(Cell::Text("no")), Ok(NO));
        assert_eq!(link(Cell::Null), Ok(0));
    }
}

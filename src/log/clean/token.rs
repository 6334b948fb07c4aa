//! Identifiers: their bytes as the log gives them, an integer as its decimal digits.
//! In: a cell; out: the identifier as text, borrowed or written into a small buffer, or why the row is refused.
//! Folds no case and trims nothing: that is for a mapping to say.

use crate::log::RejectReason;
use crate::log::clean::Cell;

/// Longest identifier in bytes.
pub(crate) const MAX_BYTES: usize = 512;

/// Room for the decimal digits of an integer.
#[derive(Debug, Default)]
pub(crate) struct Decimal([u8; 20]);

/// `00` to `99`: two digits a division.
const PAIRS: [u8; 200] = {
    let mut pairs = [0; 200];
    let mut i = 0;
    while i < 100 {
        pairs[2 * i] = b'0' + (i / 10) as u8;
        pairs[2 * i + 1] = b'0' + (i % 10) as u8;
        i += 1;
    }
    pairs
};

impl Decimal {
    #[inline]
    fn write(&mut self, negative: bool, mut n: u64) -> &[u8] {
        let mut at = self.0.len();
        while n >= 100 {
            let pair = 2 * (n % 100) as usize;
            n /= 100;
            at -= 2;
            self.0[at..at + 2].copy_from_slice(&PAIRS[pair..pair + 2]);
        }
        if n >= 10 {
            at -= 2;
            self.0[at..at + 2].copy_from_slice(&PAIRS[2 * n as usize..2 * n as usize + 2]);
        } else {
            at -= 1;
            self.0[at] = b'0' + n as u8;
        }
        if negative {
            at -= 1;
            self.0[at] = b'-';
        }
        &self.0[at..]
    }
}

/// An identifier of a row.
pub(crate) struct Identifier;

impl Identifier {
    /// The identifier's bytes; `None` when the cell is empty.
    #[inline]
    pub fn bytes<'a>(cell: Cell<'a>, decimal: &'a mut Decimal) -> Result<Option<&'a [u8]>, RejectReason> {
        match cell {
            Cell::Null => Ok(None),
            Cell::Text(text) => match text.len() {
                0 => Ok(None),
                1..=MAX_BYTES => {
                    let blank = text.as_bytes()[0] <= b' ' && text.trim().is_empty();
                    Ok((!blank).then_some(text.as_bytes()))
                }
                _ => Err(RejectReason::Oversized),
            },
            Cell::Int(n) => Ok(Some(decimal.write(n < 0, n.unsigned_abs()))),
            Cell::Uint(n) => Ok(Some(decimal.write(false, n))),
            Cell::Flag(_) | Cell::Float(_) | Cell::Moment(..) => Err(RejectReason::NotANumber),
        }
    }

    /// The identifier's text; `None` when the cell is empty.
    pub fn read<'a>(cell: Cell<'a>, decimal: &'a mut Decimal) -> Result<Option<&'a str>, RejectReason> {
        // The bytes are those of a text or ASCII digits.
        Ok(Self::bytes(cell, decimal)?.map(|bytes| std::str::from_utf8(bytes).unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_and_text_of_the_same_digits_meet() {
        let (mut a, mut b) = (Decimal::default(), Decimal::default());
        for n in [0, 7, 10, 99, 100, 101, 999, -12, -100, i64::MIN, i64::MAX] {
            let text = n.to_string();
            assert_eq!(Identifier::read(Cell::Int(n), &mut a), Identifier::read(Cell::Text(&text), &mut b));
        }
        assert_eq!(Identifier::read(Cell::Uint(u64::MAX), &mut a), Ok(Some("18446744073709551615")));
    }

    #[test]
    fn empty_and_endless_identifiers_are_refused() {
        let mut decimal = Decimal::default();
        assert_eq!(Identifier::read(Cell::Text(""), &mut decimal), Ok(None));
        assert_eq!(Identifier::read(Cell::Text("   "), &mut decimal), Ok(None));
        let long = "x".repeat(513);
        assert_eq!(Identifier::read(Cell::Text(&long), &mut decimal), Err(RejectReason::Oversized));
    }
}

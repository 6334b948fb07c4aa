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

impl Decimal {
    fn write(&mut self, negative: bool, mut n: u64) -> &str {
        let mut at = self.0.len();
        loop {
            at -= 1;
            self.0[at] = b'0' + (n % 10) as u8;
            n /= 10;
            if n == 0 {
                break;
            }
        }
        if negative {
            at -= 1;
            self.0[at] = b'-';
        }
        // Only ASCII digits and a minus were written.
        std::str::from_utf8(&self.0[at..]).unwrap_or_default()
    }
}

/// An identifier of a row.
pub(crate) struct Identifier;

impl Identifier {
    /// The identifier's text; `None` when the cell is empty.
    #[inline]
    pub fn read<'a>(cell: Cell<'a>, decimal: &'a mut Decimal) -> Result<Option<&'a str>, RejectReason> {
        match cell {
            Cell::Null => Ok(None),
            Cell::Text(text) => match text.len() {
                0 => Ok(None),
                1..=MAX_BYTES => Ok((text.as_bytes()[0] != b' ' || !text.trim().is_empty()).then_some(text)),
                _ => Err(RejectReason::Oversized),
            },
            Cell::Int(n) => Ok(Some(decimal.write(n < 0, n.unsigned_abs()))),
            Cell::Uint(n) => Ok(Some(decimal.write(false, n))),
            Cell::Flag(_) | Cell::Float(_) | Cell::Moment(..) => Err(RejectReason::NotANumber),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_and_text_of_the_same_digits_meet() {
        let (mut a, mut b) = (Decimal::default(), Decimal::default());
        for n in [0, 7, -12, i64::MIN, i64::MAX] {
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

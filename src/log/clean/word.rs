//! Words of a closed list out of text cells, remembering spellings: logs repeat themselves.
//! In: a cell; out: the word, nothing where the log says nothing, or that the word is unknown.
//! Offers no correction here: the nearest word is looked up only for the rows that are kept as rejects.

use crate::domain::Word;
use crate::log::RejectReason;
use crate::log::clean::Cell;

/// Spellings remembered: more than most columns have.
const REMEMBERED: usize = 8;

/// Reads one column of words.
pub(crate) struct WordReader<W> {
    known: Vec<(String, W)>,
}

impl<W: Word> Default for WordReader<W> {
    fn default() -> Self {
        Self { known: Vec::with_capacity(REMEMBERED) }
    }
}

impl<W: Word> WordReader<W> {
    /// The word of a cell.
    #[inline]
    pub fn read(&mut self, cell: Cell) -> Result<Option<W>, RejectReason> {
        match cell {
            Cell::Null => Ok(None),
            Cell::Text(text) => match self.known.iter().find(|(known, _)| known == text) {
                Some((_, word)) => Ok(Some(*word)),
                None => self.learn(text),
            },
            _ => Err(RejectReason::UnknownWord),
        }
    }

    #[cold]
    fn learn(&mut self, text: &str) -> Result<Option<W>, RejectReason> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        let word = W::parse(text).ok_or(RejectReason::UnknownWord)?;
        if self.known.len() < REMEMBERED {
            self.known.push((text.to_owned(), word));
        }
        Ok(Some(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Chat;

    #[test]
    fn words_are_remembered_and_strangers_refused() {
        let mut reader = WordReader::<Chat>::default();
        assert_eq!(reader.read(Cell::Text("")), Ok(None));
        assert_eq!(reader.read(Cell::Text("Group")), Ok(Some(Chat::Group)));
        assert_eq!(reader.read(Cell::Text("Group")), Ok(Some(Chat::Group)));
        assert_eq!(reader.read(Cell::Text("direct")), Ok(Some(Chat::Direct)));
        assert_eq!(reader.read(Cell::Text("grp")), Err(RejectReason::UnknownWord));
        assert_eq!(reader.read(Cell::Null), Ok(None));
        assert_eq!(reader.read(Cell::Int(1)), Err(RejectReason::UnknownWord));
    }
}

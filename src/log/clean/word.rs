//! Words of a closed list out of text cells, remembering spellings: logs repeat themselves.
//! In: a cell; out: the word's packed code, 0 where the log says nothing, or that the word is unknown.
//! Offers no correction here: the nearest word is looked up only for the rows that are kept as rejects.

use crate::domain::Word;
use crate::log::clean::Cell;
use crate::log::{RejectReason, pack};
use std::marker::PhantomData;

/// Spellings remembered: more than most columns have.
const REMEMBERED: usize = 8;

/// Longest text, in bytes, that an Arrow view holds in place.
const IN_PLACE: u32 = 12;

/// Reads one column of words.
pub(crate) struct WordReader<W> {
    known: Vec<(String, u8)>,
    /// Spellings short enough that their view is the whole text.
    viewed: Vec<(u128, u8)>,
    word: PhantomData<W>,
}

impl<W> Default for WordReader<W> {
    fn default() -> Self {
        Self {
            known: Vec::with_capacity(REMEMBERED),
            viewed: Vec::with_capacity(REMEMBERED),
            word: PhantomData,
        }
    }
}

impl<W: Word + PartialEq> WordReader<W> {
    /// The packed word of a cell.
    #[inline]
    pub fn read(&mut self, cell: Cell) -> Result<u8, RejectReason> {
        match cell {
            Cell::Null => Ok(0),
            Cell::Text(text) => match self.known.iter().find(|(known, _)| known == text) {
                Some((_, code)) => Ok(*code),
                None => self.learn(text),
            },
            _ => Err(RejectReason::UnknownWord),
        }
    }

    /// The packed word of a text cell that stands in a column of views, as this view.
    #[inline]
    pub fn read_view(&mut self, view: u128, cell: Cell) -> Result<u8, RejectReason> {
        if let Some((_, code)) = self.viewed.iter().find(|(known, _)| *known == view) {
            return Ok(*code);
        }
        let code = self.read(cell)?;
        // The lowest four bytes of a view are the text's length.
        if view as u32 <= IN_PLACE && self.viewed.len() < REMEMBERED {
            self.viewed.push((view, code));
        }
        Ok(code)
    }

    #[cold]
    fn learn(&mut self, text: &str) -> Result<u8, RejectReason> {
        if text.trim().is_empty() {
            return Ok(0);
        }
        let code = pack(Some(W::parse(text).ok_or(RejectReason::UnknownWord)?));
        if self.known.len() < REMEMBERED {
            self.known.push((text.to_owned(), code));
        }
        Ok(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Chat;
    use arrow_array::StringViewArray;

    #[test]
    fn words_are_remembered_and_strangers_refused() {
        let mut reader = WordReader::<Chat>::default();
        assert_eq!(reader.read(Cell::Text("")), Ok(0));
        assert_eq!(reader.read(Cell::Text("Group")), Ok(pack(Some(Chat::Group))));
        assert_eq!(reader.read(Cell::Text("Group")), Ok(pack(Some(Chat::Group))));
        assert_eq!(reader.read(Cell::Text("direct")), Ok(pack(Some(Chat::Direct))));
        assert_eq!(reader.read(Cell::Text("grp")), Err(RejectReason::UnknownWord));
        assert_eq!(reader.read(Cell::Null), Ok(0));
        assert_eq!(reader.read(Cell::Int(1)), Err(RejectReason::UnknownWord));
    }

    #[test]
    fn a_view_says_what_its_text_says() {
        // The last two are too long for a view to hold them in place.
        let texts = ["direct", "Group", "", "group", "grp", "               list", "               group"];
        let views = StringViewArray::from(texts.to_vec());
        let mut reader = WordReader::<Chat>::default();
        for _ in 0..2 {
            for (row, text) in texts.iter().enumerate() {
                let plain = WordReader::<Chat>::default().read(Cell::Text(text));
                assert_eq!(reader.read_view(views.views()[row], Cell::Text(text)), plain, "{text}");
            }
        }
    }
}

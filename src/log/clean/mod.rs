//! Typed validation: a cell of a foreign log becomes a value of the contract, or a reason to refuse the row.
//! In: Arrow columns; out: tokens, times, words, counts and flags, each failure with a typed reason.
//! Knows no file and keeps no row: collecting rejects is the reader's business.

mod cell;
mod number;
mod time;
mod token;
mod word;

pub(crate) use cell::{Cell, Column};
pub(crate) use number::{count, count_u32, flag, forwarded, link, number, sketch};
pub(crate) use time::{TimeReader, guess_unit};
pub(crate) use token::{Decimal, Identifier};
pub(crate) use word::WordReader;

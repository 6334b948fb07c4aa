//! The one door to whole tables: list files, read them in batches, fit foreign ones by a mapping, write and join.
//! In: paths; out: format-neutral batches and small tables, each failure with its file, row and column.
//! Knows nothing of messages: which columns a table needs, and what they mean, is said by `log::schema`.

mod amend;
mod batch;
mod bytes;
mod csv_read;
mod failure;
mod footer;
mod groups;
mod input_file;
mod listing;
#[cfg(test)]
mod listing_tests;
mod mapping;
mod mapping_apply;
mod mapping_parse;
mod ndjson_line;
mod ndjson_read;
mod open;
mod parquet_read;
mod parquet_table;
mod stream;
mod table;

pub use amend::{Amendment, amend_parquet, pick_rows};
pub use batch::{Batch, Broken, BrokenRow};
pub use bytes::{Format, Stop, digest};
pub use failure::{TableError, sanitise};
pub use footer::{Footer, footer};
pub use groups::RowGroups;
pub use input_file::{InputFile, STDIN};
pub use listing::{Listing, Wanted, list};
pub use mapping::{Condition, Field, Mapping, Section, Split, Test, TimeSpec, TimeUnit, Value, Vocabulary};
pub use ndjson_line::LIST_SEPARATOR;
pub use open::{Batches, FileLayout, Nested, TableFile};
pub use parquet_table::{
    GROUP_ROWS, left_join, read_columns, read_parquet, read_parquet_parts, write_parquet, write_parquet_parts,
};
pub use stream::{Holds, TableStream};
pub use table::{Table, Values};

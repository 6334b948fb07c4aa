//! What leaves: frozen row types, run folders, tables, pages.
//! In: feature rows, score cards, decisions, counts; out: the files of one run.
//! Decides nothing, and shows no recipient and no reporter.

mod feature_file;
mod folder;

pub use feature_file::{FeatureFile, NamedRow, read_features};
pub use folder::{FolderError, RunFolder};

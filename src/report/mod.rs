//! What leaves: frozen row types, run folders, tables, pages.
//! In: feature rows, score cards, decisions, counts; out: the files of one run.
//! Decides nothing, and shows no recipient and no reporter.

mod backtest;
mod campaigns;
mod evaluation;
mod feature_file;
mod flips;
mod folder;
mod html;
mod junit;
mod queue;
mod read_back;
mod record_v1;
mod result_files;
mod run;
mod sheet;

pub use backtest::{backtest_sheet, found_csv};
pub use campaigns::NamedCampaign;
pub use evaluation::{
    ABOUT, About, evaluation_json, evaluation_sheet, flat_numbers, read_measures, shown, told,
};
pub use feature_file::{
    FeatureFile, FeatureFileError, NamedRow, fill_in, read_feature_columns, read_features,
};
pub use flips::{comparison_sheet, flips_block, gate_sheet};
pub use folder::{FolderError, RunFolder};
pub use junit::junit;
pub use read_back::{AccountRow, PublishedRun, ReasonRow, newest_run, read_run};
pub use record_v1::Judged;
pub use result_files::RESULT_FILES;
pub use run::{ReportError, Run, Summary};
pub use sheet::{Block, Cell, Sheet};

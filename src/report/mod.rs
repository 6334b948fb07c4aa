//! What leaves: frozen row types, run folders, tables, pages.
//! In: feature rows, score cards, decisions, counts; out: the files of one run.
//! Decides nothing, and shows no recipient and no reporter.

mod campaigns;
mod feature_file;
mod folder;
mod html;
mod queue;
mod read_back;
mod read_campaigns;
mod record_v1;
mod run;

pub use campaigns::NamedCampaign;
pub use feature_file::{FeatureFile, FeatureFileError, NamedRow, fill_in, read_features};
pub use folder::{FolderError, RunFolder};
pub use read_back::{AccountRow, PublishedRun, ReasonRow, newest_run, read_run};
pub use read_campaigns::{CampaignRow, read_campaigns};
pub use record_v1::Judged;
pub use run::{RESULT_FILES, ReportError, Run, Summary};

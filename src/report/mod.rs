//! What leaves: frozen row types, run folders, tables, pages.
//! In: feature rows, score cards, decisions, counts; out: the files of one run.
//! Decides nothing, and shows no recipient and no reporter.

mod backtest;
mod campaigns;
mod delta;
mod delta_campaigns;
mod delta_words;
mod drift;
mod earlier;
mod erase;
mod erase_names;
mod evaluation;
mod feature_file;
mod flips;
mod folder;
mod journal;
mod junit;
mod lines;
mod manifest;
mod packet;
mod page;
mod queue;
mod read_back;
mod read_campaigns;
mod record_v1;
mod run;
mod run_metrics;
mod sheet;
mod upkeep;

pub use backtest::{backtest_sheet, found_csv};
pub use campaigns::NamedCampaign;
pub use delta::{AccountChange, Delta, PreviousRun, Standing};
pub use delta_campaigns::CampaignChange;
pub use delta_words::{Cause, Change};
pub use drift::Drift;
pub use earlier::{Earlier, EarlierCampaign, EarlierError, evidence_seen};
pub use erase::{Erased, Request, erase, has_rows_of};
pub use evaluation::{
    ABOUT, About, evaluation_json, evaluation_sheet, flat_numbers, read_measures, shown, told,
};
pub use feature_file::{
    FeatureFile, FeatureFileError, NamedRow, fill_in, read_feature_columns, read_features,
};
pub use flips::{comparison_sheet, flips_block, gate_sheet};
pub use folder::{FolderError, RunFolder};
pub use journal::Journal;
pub use junit::junit;
pub use manifest::{
    HELD, Manifest, ManifestError, Mismatch, OTHER_FILES, PUBLISHED, RELEASED, RESULT_FILES, Verified,
    VerifyError, verify,
};
pub use packet::{
    CANDIDATES_LEAST, Language, Packet, PacketError, Reader, Told, page as packet_page, told_of,
};
pub use queue::{
    Case, CaseKind, Decided, Draft, Expected, History, Observed, Queue, QueueTerms, Stratum, check_case_url,
    exports,
};
pub use read_back::{AccountRow, PublishedRun, ReasonRow, newest_run, newest_run_before, read_run};
pub use read_campaigns::{CampaignRow, read_campaigns};
pub use record_v1::Judged;
pub use run::{HELD_PREFIX, Heard, ReportError, Run, Summary};
pub use sheet::{Block, Cell, Sheet};
pub use upkeep::{Retention, RunEntry, UpkeepError, is_held, release, remove, runs};

//! Contents that were made from one text: near-duplicates joined and clustered.
//! In: shingle sets or sketches of distinct contents; out: verified edges, clusters of them, and a table of templates.
//! Knows no account: who sent what is joined later.

mod cluster;
mod hamming;
mod join;
#[expect(clippy::module_inception, reason = "the stage's main step, named like what it finds")]
mod near;
mod templates;
mod texts;
mod verify;

pub use cluster::{Cluster, Clusters};
pub use hamming::{SketchSettings, near_sketches};
pub use near::{NearSettings, near_texts};
pub use templates::Templates;
pub use texts::{TextError, Texts, TextsBuilder};
pub use verify::{Ratio, overlap};

//! Timelines and context become a feature table: one file per family, one card per feature.
//! In: one account's slices and its context row; out: named values, or the reason why there is none.
//! A card earns its place by a rule, a person who reads it, or a published detector that uses it.

mod activity;
mod broadcasts;
#[cfg(test)]
mod claim_world;
#[cfg(test)]
mod claims;
pub mod client;
pub mod contact;
pub mod content;
pub mod coordination;
mod extract;
mod facts;
pub mod fanout;
mod feature;
pub mod feedback;
#[cfg(test)]
mod feedback_tests;
pub mod groups;
#[cfg(test)]
mod growth_tests;
#[cfg(test)]
mod kernel_tests;
pub mod kernels;
pub mod lifecycle;
pub mod population;
pub mod rate;
pub mod registration;
mod reporters;
pub mod sameness;
#[cfg(test)]
pub mod small_world;
#[cfg(test)]
mod stream_tests;
pub mod streams;
mod table;
pub mod templates;
pub mod timing;
mod view;
pub mod volume;

pub use activity::{Activity, TemplateSizes};
pub use coordination::Membership;
pub use extract::{Night, extract, extract_watched};
pub use facts::{Action, Facts, Scratch};
pub use feature::{Absent, Family, Feature, Invariance, LEAST_TOLD, Mark, Reads, Unit, Value};
pub use population::{Origin as PopulationOrigin, Place, Population, PopulationError, descriptive};
pub use table::{AccountFeatures, FeatureTable};

/// All feature cards, in the order of the columns of `features.parquet`.
pub fn cards() -> Vec<&'static Feature> {
    [
        volume::CARDS,
        rate::CARDS,
        timing::CARDS,
        fanout::CARDS,
        contact::CARDS,
        content::CARDS,
        templates::CARDS,
        sameness::CARDS,
        streams::CARDS,
        lifecycle::CARDS,
        registration::CARDS,
        client::CARDS,
        groups::CARDS,
        feedback::CARDS,
        coordination::CARDS,
    ]
    .concat()
}

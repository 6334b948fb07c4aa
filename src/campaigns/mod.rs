//! Accounts steered by one hand: the same objects at the same times, lists split over numbers, closed warm-up circles.
//! In: plain shares, deliveries and edges between account indexes; out: edges, groups and measures, never a verdict.
//! Knows neither log nor rules; membership alone is at most a reason to watch.

mod audience;
mod blocks;
mod campaign;
mod circles;
mod clique;
#[cfg(test)]
mod clique_tests;
mod components;
#[cfg(test)]
mod components_tests;
mod incidence;
mod kept;
mod lockstep;
#[cfg(test)]
mod lockstep_tests;
mod occasions;
mod pair_counts;
mod published;
mod scripts;
mod search;
mod sharded;
#[cfg(test)]
mod sharded_tests;
mod share;
mod shares;
mod triangles;

pub use audience::{AudienceBuilder, Audiences, Delivery, Overlap, SKETCH};
pub use campaign::{Campaign, CampaignKind, CampaignMember, Part, Tie};
pub use circles::{Newcomers, newcomers};
pub use clique::{Clique, CliqueSettings, DirectEdge, Totals, cliques};
pub use components::{Cohesion, Edge, Group, Grouped, Member, Standing, grouped};
pub use incidence::Beside;
pub use lockstep::{LeftOut, Lockstep, LockstepSettings, Rule, lockstep, lockstep_beside};
pub use search::{Found, Search, SearchError};
pub use sharded::{Sharded, ShardedEdge, ShardedGroup, ShardedSettings, sharded};
pub use share::{CampaignError, Share};
pub use shares::{SharedThing, shared_things};

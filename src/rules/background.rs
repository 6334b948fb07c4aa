//! Small graded parts below all limits, so that sub-scores rank accounts that no rule names.
//! In: counts and one-sided streams of one account; out: at most eight points per sub-score, never enough for `watch`.
//! Reads nothing that chatter between accomplices can lower, and shrinks what rests on few messages.

use super::row::Row;
use crate::features::{
    Feature, client, contact, content, fanout, feedback, groups, rate, registration, sameness, streams,
    timing, volume,
};

/// The most points the background adds to one sub-score.
pub const MOST: f64 = 8.0;

/// Messages at which a shrunk grade counts half.
const SHRINK: f64 = 8.0;

/// One graded feature: 0 at `from`, 1 at `to`, straight in ln(1 + value) where it rises and an end lies above 1, else
/// straight in the value.
pub struct Grade {
    /// What is graded.
    pub feature: &'static Feature,
    /// Where it counts nothing.
    pub from: f64,
    /// Where it counts in full; below `from` for falling ones.
    pub to: f64,
    /// A count n by which the grade shrinks as n / (n + k).
    pub shrink: Option<(&'static Feature, f64)>,
}

/// A part of the background: the best of its grades, times its weight.
pub struct Part {
    /// Its share of the whole.
    pub weight: f64,
    /// Of these the best counts.
    pub best_of: &'static [Grade],
}

/// The parts of each sub-score's background, for the catalog.
pub const PARTS: [(&str, &[Part]); 3] =
    [("automation", AUTOMATION), ("broadcast", BROADCAST), ("unsolicited", UNSOLICITED)];

const fn counted(feature: &'static Feature, from: f64, to: f64) -> Grade {
    Grade { feature, from, to, shrink: None }
}

const fn shrunk(feature: &'static Feature, from: f64, to: f64, by: &'static Feature) -> Grade {
    graded(feature, from, to, by, SHRINK)
}

const fn graded(feature: &'static Feature, from: f64, to: f64, by: &'static Feature, k: f64) -> Grade {
    Grade { feature, from, to, shrink: Some((by, k)) }
}

/// Weights were chosen once for three labeled public logs of posts together, rounded, and are the same everywhere.
const AUTOMATION: &[Part] = &[
    Part {
        weight: 0.20,
        best_of: &[
            shrunk(&timing::ONE_WAY_ENTROPY, 4.0, 1.0, &timing::ONE_WAY_GAPS),
            shrunk(&timing::GROUP_ENTROPY, 4.0, 1.0, &timing::GROUP_GAPS),
        ],
    },
    Part {
        weight: 0.18,
        best_of: &[
            graded(&sameness::ONE_WAY_REPEAT, 0.0, 1.0, &sameness::ONE_WAY_REPEAT_N, 4.0),
            graded(&sameness::GROUP_REPEAT, 0.0, 1.0, &sameness::GROUP_REPEAT_N, 4.0),
        ],
    },
    Part {
        weight: 0.18,
        best_of: &[
            graded(&streams::ONE_WAY_MINUTE, 0.0, 0.2, &volume::ONE_WAY, 2.0),
            graded(&streams::GROUP_MINUTE, 0.0, 0.2, &volume::GROUP_POSTS, 2.0),
        ],
    },
    Part {
        weight: 0.14,
        best_of: &[counted(&streams::GROUP_HOPS, 0.0, 100.0), counted(&streams::ONE_WAY_HOPS, 0.0, 100.0)],
    },
    Part {
        weight: 0.14,
        best_of: &[
            shrunk(&sameness::ONE_WAY_SIZE_CV, 1.2, 0.0, &sameness::ONE_WAY_SIZE_N),
            shrunk(&sameness::GROUP_SIZE_CV, 1.2, 0.0, &sameness::GROUP_SIZE_N),
        ],
    },
    Part {
        weight: 0.08,
        best_of: &[shrunk(&streams::UNPROMPTED_QUIET, 0.02, 0.2, &streams::UNPROMPTED_QUIET_N)],
    },
    Part { weight: 0.04, best_of: &[counted(&rate::UNEXPLAINED_MAX_60S, 1.0, 60.0)] },
    Part { weight: 0.04, best_of: &[shrunk(&client::ELIGIBLE_ZERO, 0.2, 1.0, &client::ELIGIBLE_N)] },
];

const BROADCAST: &[Part] = &[
    Part { weight: 0.26, best_of: &[counted(&volume::ONE_WAY, 0.0, 200.0)] },
    Part {
        weight: 0.18,
        best_of: &[
            counted(&fanout::UNEXPLAINED_MAX_24H, 3.0, 200.0),
            counted(&groups::POSTED_24H, 3.0, 100.0),
        ],
    },
    Part {
        weight: 0.20,
        best_of: &[counted(&content::REACH_MAX_24H, 0.0, 50.0), counted(&content::TOP_GROUPS, 0.0, 50.0)],
    },
    Part {
        weight: 0.16,
        best_of: &[
            shrunk(&sameness::ONE_WAY_REPEAT, 0.0, 1.0, &sameness::ONE_WAY_REPEAT_N),
            shrunk(&sameness::GROUP_REPEAT, 0.0, 1.0, &sameness::GROUP_REPEAT_N),
        ],
    },
    Part { weight: 0.10, best_of: &[counted(&volume::ONE_WAY_PER_RECIPIENT, 0.0, 50.0)] },
    Part { weight: 0.10, best_of: &[counted(&volume::UNPROMPTED, 0.0, 1_000.0)] },
];

const UNSOLICITED: &[Part] = &[
    Part { weight: 0.26, best_of: &[counted(&contact::NEW_UNANSWERED_SURE, 0.0, 100.0)] },
    Part { weight: 0.18, best_of: &[counted(&contact::STRANGERS_SILENT, 0.0, 50.0)] },
    Part { weight: 0.16, best_of: &[counted(&fanout::NEW_SILENT_MAX_24H, 0.0, 50.0)] },
    Part {
        weight: 0.12,
        best_of: &[
            counted(&feedback::REPORTER_COMPONENTS, 0.0, 10.0),
            counted(&feedback::BLOCKER_COMPONENTS, 0.0, 20.0),
            counted(&groups::OBJECTED_N, 0.0, 30.0),
        ],
    },
    Part {
        weight: 0.10,
        best_of: &[
            shrunk(&contact::GREY_SILENT, 0.05, 0.5, &contact::NEW_SILENT),
            shrunk(&contact::ENUMERATED, 0.1, 0.8, &contact::ENUMERATED_N),
        ],
    },
    Part { weight: 0.10, best_of: &[counted(&volume::ONE_WAY, 0.0, 200.0)] },
    Part {
        weight: 0.08,
        best_of: &[
            counted(&registration::BLOCK_BANNED, 0.0, 0.5),
            counted(&registration::NETWORK_BANNED, 0.0, 0.5),
        ],
    },
];

/// Every feature the background reads.
#[cfg(test)]
pub fn uses() -> Vec<&'static Feature> {
    let parts = PARTS.into_iter().flat_map(|(_, parts)| parts);
    parts
        .flat_map(|p| p.best_of)
        .flat_map(|g| [Some(g.feature), g.shrink.map(|(by, _)| by)])
        .flatten()
        .collect()
}

/// Points for automation, broadcast and unsolicited.
pub fn points(row: &Row) -> [f64; 3] {
    PARTS.map(|(_, parts)| {
        let sum: f64 = parts.iter().map(|p| p.weight * best(row, p.best_of)).sum();
        MOST * sum.clamp(0.0, 1.0)
    })
}

fn best(row: &Row, grades: &[Grade]) -> f64 {
    grades.iter().filter_map(|g| grade(row, g)).fold(0.0, f64::max)
}

fn grade(row: &Row, grade: &Grade) -> Option<f64> {
    let value = row.plain(grade.feature)?;
    let part = if 1.0 < grade.from.max(grade.to) && grade.from < grade.to {
        (value.max(0.0).ln_1p() - grade.from.ln_1p()) / (grade.to.ln_1p() - grade.from.ln_1p())
    } else {
        (value - grade.from) / (grade.to - grade.from)
    };
    let trust = match grade.shrink {
        None => 1.0,
        Some((by, k)) => {
            let n = row.plain(by)?;
            n / (n + k)
        }
    };
    Some(part.clamp(0.0, 1.0) * trust)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_sum_to_one() {
        for (_, parts) in PARTS {
            let sum: f64 = parts.iter().map(|p| p.weight).sum();
            assert!((sum - 1.0).abs() < 1e-9, "{sum}");
        }
    }
}

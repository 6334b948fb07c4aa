//! What is made of an account while its messages are at hand: its judgment, and what it did over time if somebody will look.
//! In: an account's facts and row; out: judged accounts in account order.
//! Keeps nothing more of who is neither noted nor may be drawn for the audit slice.

use crate::features::{AccountFeatures, Activity, Facts};
use crate::report::{Draft, Judged};

/// Judges an account by its name and row.
pub type Judge<'a> = dyn Fn(&str, &AccountFeatures) -> Judged + Sync + 'a;

/// Who looks at accounts as they are extracted; nobody where a run only extracts.
#[derive(Default)]
pub struct Look<'a> {
    /// What judges.
    pub judge: Option<&'a Judge<'a>>,
    /// An empty draft for the audit slice.
    pub draft: Draft,
}

impl Look<'_> {
    /// Judges the next account of a part of the log, whose own draft `draft` is.
    pub(super) fn at(
        &self,
        name: &str,
        (facts, row): (&Facts, &AccountFeatures),
        draft: &mut Draft,
        all: &mut Vec<Judged>,
    ) {
        let Some(judge) = self.judge else { return };
        let (judged, place) = (judge(name, row), all.len());
        let out = if judged.is_noted() { None } else { draft.take(&judged, place) };
        let activity = (out != Some(place)).then(|| Box::new(Activity::of(facts)));
        all.push(Judged { activity, ..judged });
        forget(all, out);
    }
}

/// Adds the accounts of a part to those before them, and settles who of all of them may still be drawn.
pub(super) fn gather(all: &mut Vec<Judged>, part: Vec<Judged>, draft: &mut Draft) {
    for judged in part {
        let drafted = judged.activity.is_some() && !judged.is_noted();
        let out = if drafted { draft.take(&judged, all.len()) } else { None };
        all.push(judged);
        forget(all, out);
    }
}

fn forget(all: &mut [Judged], out: Option<usize>) {
    if let Some(judged) = out.and_then(|place| all.get_mut(place)) {
        judged.activity = None;
    }
}

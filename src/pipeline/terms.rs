//! What turns a feature row into a judged account: policy, profile, model, sanctions, decisions, and then its campaign.
//! In: a row, and what a night judges by; out: score card and decision.
//! One row at a time: what the night as a whole comes to is decided elsewhere.

use crate::campaigns::{CampaignKind, Part};
use crate::decision::{self, Circumstances, Decision, Known, Measure, OwnConduct, Policy, Rulings};
use crate::features::{Absent, AccountFeatures, Population, Reads, feedback};
use crate::model::Model;
use crate::report::{Judged, NamedCampaign, NamedRow};
use crate::scoring::ScoreCard;
use crate::{rules, scoring};
use hashbrown::HashMap;
use std::collections::BTreeMap;

/// What an account is judged by, beside its conduct.
pub(super) struct Terms<'a> {
    population: Option<&'a Population>,
    model: Option<&'a Model>,
    policy: &'a Policy,
    known: &'a Known,
    rulings: Option<&'a Rulings>,
    as_of: i64,
}

impl<'a> Terms<'a> {
    /// The terms of a night whose "now" is `as_of`.
    pub(super) fn new(
        learned: (Option<&'a Population>, Option<&'a Model>),
        policy: &'a Policy,
        known: &'a Known,
        rulings: Option<&'a Rulings>,
        as_of: i64,
    ) -> Self {
        Self { population: learned.0, model: learned.1, policy, known, rulings, as_of }
    }

    /// Judges one account.
    pub(super) fn judge(&self, name: &str, features: &AccountFeatures) -> Judged {
        let Self { population, model, policy, known, rulings, as_of } = *self;
        let outcome = rules::run(features, population, &policy.limits);
        let card = scoring::score(features, outcome, policy.evidence.minimum_actions);
        let card = scoring::fuse(card, model.and_then(|model| model.says(features)));
        let off_platform = known.off_platform(name);
        let innocent = rulings.and_then(|rulings| rulings.innocent(name, as_of));
        let remembered = rulings.map(|rulings| rulings.remembered(name, as_of)).unwrap_or_default();
        let circumstances = Circumstances {
            innocent: innocent.as_ref(),
            remembered: &remembered,
            as_of_us: as_of,
            sanction: known.sanction(name, as_of),
            off_platform: &off_platform,
        };
        let decision = decision::decide(&card, &circumstances, policy);
        let own = self.own_conduct(features, &circumstances, (&card, &decision));
        Judged {
            name: name.to_owned(),
            card,
            decision,
            own,
            campaign: None,
            activity: None,
            reported: reported(features),
        }
    }

    /// What the account's own conduct carries, judged again as if nobody had said anything about it.
    ///
    /// Feedback only ever adds, so whoever is not restricted and broadcasts to nobody who asked for it need not be
    /// judged twice.
    fn own_conduct(
        &self,
        features: &AccountFeatures,
        circumstances: &Circumstances,
        (card, decision): (&ScoreCard, &Decision),
    ) -> OwnConduct {
        let whole = Measure::of(decision.verdict, decision.finding);
        if whole == Measure::None && !card.outcome.opted_in {
            return OwnConduct { measure: Measure::None, grounds: Vec::new() };
        }
        let alone = features.without(&[Reads::Feedback, Reads::Talk]);
        let outcome = rules::run(&alone, self.population, &self.policy.limits);
        let card = scoring::score(&alone, outcome, self.policy.evidence.minimum_actions);
        let card = scoring::fuse(card, self.model.and_then(|model| model.says(&alone)));
        let decision = decision::decide(&card, circumstances, self.policy);
        let measure = Measure::of(decision.verdict, decision.finding);
        OwnConduct { measure, grounds: decision.grounds_in_words }
    }

    /// Judges those again who were found in company, by their place; what they did over time stays as it was summed up.
    pub(super) fn judge_again(&self, judged: &mut [Judged], members: BTreeMap<u32, NamedRow>) {
        for (place, row) in members {
            let before = &mut judged[place as usize];
            // Who is noted for company only has none, wherever its part of the log was cut.
            let activity = before.activity.take().filter(|_| before.is_noted());
            *before = Judged { activity, ..self.judge(&row.name, &row.features) };
        }
    }
}

/// One or two reporters are not told as a number, but they are some.
fn reported(features: &AccountFeatures) -> Option<bool> {
    match features.get(&feedback::REPORTS_RAW) {
        Ok(n) => Some(0.0 < n),
        Err(absent) => (absent == Absent::Suppressed).then_some(true),
    }
}

/// Says of each account which campaign it belongs to: of several the one whose rule gives it most points, then the
/// first.
pub(super) fn tell_campaigns(judged: &mut [Judged], campaigns: &[NamedCampaign]) {
    let mut of: HashMap<&str, Vec<&NamedCampaign>> = HashMap::new();
    for campaign in campaigns {
        campaign.with(Part::Member).for_each(|member| of.entry(member).or_default().push(campaign));
    }
    for j in judged.iter_mut() {
        let points = |c: &NamedCampaign| {
            let hit = j.card.outcome.found(rule_of(c.campaign.kind));
            hit.map_or(0.0, |hit| hit.contribution())
        };
        let own = of.get(j.name.as_str()).into_iter().flatten().copied();
        let most = own.reduce(|best, next| if points(best) < points(next) { next } else { best });
        j.campaign = most.map(|campaign| campaign.id.clone());
    }
}

/// The rule that looks at campaigns of a kind.
fn rule_of(kind: CampaignKind) -> &'static rules::Rule {
    match kind {
        CampaignKind::Lockstep => &rules::coordination::LOCKSTEP,
        CampaignKind::Sharded => &rules::coordination::SHARDED,
        CampaignKind::Clique => &rules::coordination::CLOSED_CIRCLE,
    }
}

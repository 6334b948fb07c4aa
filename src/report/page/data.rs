//! The night as the page holds it: health, tally, queue, accounts, campaigns, changes, rules, terms.
//! In: a finished night and its queue; out: one JSON value of bounded size, and the names that it refers to by number.
//! Decides and draws nothing: a list that is cut says how many more there are.

use super::accounts::{Gathered, change};
use super::embed::{Names, cleaned};
use super::rules;
use super::spread::Spread;
use crate::campaigns::{CampaignMember, Part};
use crate::decision::Verdict;
use crate::domain::Timestamp;
use crate::evaluate::wilson;
use crate::features::LEAST_TOLD;
use crate::report::campaigns::NamedCampaign;
use crate::report::delta::Delta;
use crate::report::delta_words::{Cause, Change};
use crate::report::queue::{Case, Expected, Queue, QueueTerms, case_url};
use crate::report::record_v1::Judged;
use crate::report::run::Run;
use crate::scoring::reasons;
use serde_json::{Value, json};

/// Changes and alerts shown.
const MOST_CHANGES: usize = 1_000;
/// Campaigns shown, members of each, and of all together.
const MOST_CAMPAIGNS: usize = 200;
const MOST_MEMBERS: usize = 300;
const MOST_MEMBERS_IN_ALL: usize = 6_000;

/// The data of the page and the names in it.
pub fn of(run: &Run, id: &str, (queue, terms): (&Queue, &QueueTerms)) -> (Value, Names) {
    let mut names = Names::default();
    let mut gathered = Gathered::new(run);
    let cases: Vec<&Case> = queue.cases.iter().take_while(|c| gathered.take(c.account, &mut names)).collect();
    let noted = (0..run.judged.len()).filter(|place| run.judged[*place].is_noted());
    let shown = noted.clone().filter(|place| gathered.take(*place, &mut names)).count();
    let more_accounts = noted.count() - shown;
    let cases_json: Vec<Value> = cases.iter().map(|c| case(run, c, terms, &mut names)).collect();
    let spread = Spread::of(
        run.judged.iter().map(|j| (j.decision.verdict.word(), j.card.sub_scores().map(|s| s.get()))),
    );
    let campaigns = campaigns(run, &mut names);
    let delta = run.delta.as_ref().map(|delta| changes(delta, &mut names));
    let alerts = alerts(run, &mut names);
    let more = json!({ "accounts": more_accounts, "campaigns": run.campaigns.len() - campaigns.len() });
    debug_assert!(cases.len() <= gathered.len());
    let (accounts, features) = gathered.finish();
    let data = json!({
        "run": terms_of(run, id),
        "health": health(run),
        "counts": run.counts.iter().collect::<Vec<_>>(),
        "tally": tally(run),
        "scores": spread.json(run.earlier_spread.as_ref()),
        "observed": run.decisions.as_ref().map(|decisions| decisions.history.observed.as_json()),
        "measures": measures(&run.judged),
        "queue": { "cases": cases_json, "more": queue.cases.len() - cases.len(), "possible": queue.possible,
                   "capacity": queue.capacity, "behind": queue.accounts, "precision": precision(run, queue),
                   "expected": queue.expected.as_ref().map(Expected::told) },
        "drift": run.drift.as_ref().map(|drift| drift.as_json(run.policy.quota.max_drift)),
        "delta": delta, "alerts": alerts, "campaigns": campaigns, "accounts": accounts,
        "rules": rules::rows(&run.judged, run.policy), "features": features, "more": more,
        "off_platform": run.off_platform.iter().map(|o| json!({
            "subject": o.subject, "evidence": o.evidence.len(), "accounts": o.accounts.len(),
            "recommendation": o.recommendation })).collect::<Vec<_>>(),
    });
    (cleaned(data), names)
}

/// What the night was judged by; nothing in it depends on the machine.
fn terms_of(run: &Run, id: &str) -> Value {
    json!({
        "id": id, "simulated": run.simulated, "held": run.held, "version": env!("CARGO_PKG_VERSION"),
        "from": Timestamp(run.window.from_us()).rfc3339(), "to": Timestamp(run.window.to_us()).rfc3339(),
        "log_start": Timestamp(run.log_start).rfc3339(), "accounts": run.judged.len(),
        "policy": run.policy.version_name(), "policy_digest": run.policy.digest,
        "population": run.population.map(|p| json!({
            "as_of": p.origin().as_of, "simulated": p.origin().simulated, "accounts": p.accounts_n() })),
        "model": run.model.map(|m| m.id()), "decisions": run.decisions.as_ref().map(|d| &d.digest),
        "input_digest": format!("{:032x}", run.seen.digest),
        "features_fingerprint": crate::features::FeatureTable::fingerprint(),
        "warnings": run.warnings(),
    })
}

fn health(run: &Run) -> Vec<Value> {
    run.reports
        .iter()
        .map(|r| {
            json!({ "table": r.table.name(), "files": r.files.len(), "rows": r.rows_read,
                    "ok": r.rows_ok, "rejected": r.rejects.total() })
        })
        .collect()
}

fn tally(run: &Run) -> Vec<Value> {
    let before = |name: &str| run.earlier_spread.as_ref().map(|(spread, _)| spread.with(name));
    let line = |(name, n): (String, u64)| match name.split_once('.') {
        Some((_, part)) => json!({ "name": part, "n": n, "part": true, "before": null }),
        None => json!({ "name": name, "n": n, "part": false, "before": before(&name) }),
    };
    run.tally().into_iter().map(line).collect()
}

/// The paper's two shares, of everybody at review and above.
fn measures(judged: &[Judged]) -> Vec<Value> {
    let flagged = || judged.iter().filter(|j| Verdict::Review <= j.decision.verdict);
    let first_stage = |j: &Judged| reasons(&j.card).first().map(|r| r.stage) == Some("registration");
    let registered = (flagged().filter(|j| first_stage(j)).count(), flagged().count());
    let known = || flagged().filter_map(|j| j.reported);
    let (quiet, told) = (known().filter(|reported| !reported).count(), known().count());
    // Nobody must learn of one or two accounts whether somebody spoke against them.
    let few = |n: usize| (1..LEAST_TOLD).contains(&n);
    let quiet = if few(quiet) || few(told - quiet) { None } else { Some((quiet, told)) };
    let row = |name: &str, counted: Option<(usize, usize)>, paper: &str| {
        let interval = counted.map(|(hits, n)| wilson(hits, n));
        json!({ "name": name, "hits": counted.map(|c| c.0), "n": counted.map(|c| c.1), "paper": paper,
                "low": interval.map(|i| i.low), "high": interval.map(|i| i.high) })
    };
    vec![
        row("found at registration", Some(registered), "about 20 %"),
        row("without a recent user report", quiet, "more than 75 %"),
    ]
}

/// The mean chance of abuse over the cases that have one.
fn precision(run: &Run, queue: &Queue) -> Option<Value> {
    let simulated = run.model.is_some_and(|m| m.artifact().training.simulated);
    let of = |c: &Case| {
        let card = &run.judged.get(c.account)?.card;
        let chance = if simulated { card.simulated_chance() } else { card.chance() };
        chance.map(|c| c.p.get())
    };
    let all: Vec<f64> = queue.cases.iter().filter_map(of).collect();
    let mean = all.iter().sum::<f64>() / all.len() as f64;
    (!all.is_empty()).then(|| json!({ "n": all.len(), "mean": mean, "simulated": simulated }))
}

fn case(run: &Run, case: &Case, terms: &QueueTerms, names: &mut Names) -> Value {
    let name = |place: usize| run.judged.get(place).map_or("", |j| j.name.as_str());
    let campaign = run.judged.get(case.account).and_then(|j| j.campaign.as_deref());
    json!({
        "id": case.id, "kind": case.kind.word(), "at": names.at(name(case.account)), "members": case.members,
        "sample": case.sample.iter().map(|place| names.at(name(*place))).collect::<Vec<_>>(),
        "sample_error": case.sample_error(), "otherwise_at_most": case.otherwise_at_most().unwrap_or(0.0),
        "blind": case.blind, "campaign": campaign, "url": case_url(terms, name(case.account), &case.id),
    })
}

/// What changed since the earlier run.
fn changes(delta: &Delta, names: &mut Names) -> Value {
    let mut row = |c: &crate::report::delta::AccountChange| {
        let mut told = change(c);
        told["at"] = json!(names.at(&c.name));
        told
    };
    let rows: Vec<Value> = delta.accounts.iter().take(MOST_CHANGES).map(&mut row).collect();
    let campaigns: Vec<Value> = delta
        .campaigns
        .iter()
        .take(MOST_CAMPAIGNS)
        .map(|c| json!({ "id": c.id, "change": c.change, "why": c.why }))
        .collect();
    let accounts = Change::ALL.map(|change| json!({ "name": change.word(), "n": delta.with(change) }));
    let causes = Cause::ALL.map(|cause| json!({ "name": cause.word(), "n": delta.by(cause) }));
    json!({
        "previous": delta.previous.as_json(), "terms": delta.terms, "input": delta.input,
        "accounts": accounts.to_vec(), "causes": causes.to_vec(), "rows": rows, "campaigns": campaigns,
        "more": delta.accounts.len().saturating_sub(MOST_CHANGES),
    })
}

/// Sanctions and decisions that somebody must be told of, by account.
fn alerts(run: &Run, names: &mut Names) -> Vec<Value> {
    let noted = run.judged.iter().flat_map(|j| j.decision.notes.iter().map(move |note| (j, note)));
    let told = noted.filter_map(|(j, note)| Some((j, note.strip_prefix("alert: ")?)));
    told.take(MOST_CHANGES).map(|(j, note)| json!({ "at": names.at(&j.name), "note": note })).collect()
}

fn campaigns(run: &Run, names: &mut Names) -> Vec<Value> {
    let mut room = MOST_MEMBERS_IN_ALL;
    let mut all = Vec::new();
    for named in run.campaigns.iter().take(MOST_CAMPAIGNS) {
        let members = named.names.len().min(MOST_MEMBERS);
        if room < members {
            break;
        }
        room -= members;
        let change = run.delta.iter().flat_map(|d| &d.campaigns).find(|c| c.id == named.id);
        let mut told = campaign(named, members, names);
        told["change"] = json!(change.map(|c| c.change));
        told["why"] = json!(change.map(|c| c.why.as_str()));
        all.push(told);
    }
    all
}

fn campaign(named: &NamedCampaign, most: usize, names: &mut Names) -> Value {
    let c = &named.campaign;
    let mut member = |(m, name): (&CampaignMember, &String)| {
        json!({ "at": names.at(name), "part": m.part.word(), "partners": m.partners, "led": m.led,
                "followed": m.followed, "tied": m.tied })
    };
    let members: Vec<Value> = c.members.iter().zip(&named.names).take(most).map(&mut member).collect();
    let place = |account: u32| {
        let at = c.members.binary_search_by_key(&account, |m| m.account).ok();
        at.filter(|at| *at < most)
    };
    let pairs: Vec<(usize, usize, u32)> =
        c.ties.iter().filter_map(|t| Some((place(t.low)?, place(t.high)?, t.n))).collect();
    let day = |ts| Timestamp(ts).date();
    let unclear = named.with(Part::Unclear).count();
    json!({
        "id": named.id, "kind": c.kind.word(), "size": c.size(), "unclear": unclear, "links": c.links, "things": c.objects,
        "days": c.days, "from": c.window.map(|w| day(w.0)), "to": c.window.map(|w| day(w.1)),
        "representative": named.representative.as_ref().map(|name| json!({
            "name": name, "accounts": c.representative.map_or(0, |(_, n)| n) })),
        "members": members, "more": named.names.len() - most, "pairs": pairs, "daily": c.daily,
    })
}

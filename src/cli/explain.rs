//! `explain ACCOUNT`: a page about one account that a person can read and check.
//! In: a published run; out: verdict, sub-scores, ranked reasons, what speaks for the account, what was not observable.
//! Recomputes nothing: it shows what was published, and tonight's percentiles as description only.

use super::args::Flags;
use super::{Failure, terminal};
use crate::domain::{counted, shown_name, visible};
use crate::features::{Feature, Place, cards, descriptive};
use crate::report::{
    AccountRow, CampaignRow, Manifest, PublishedRun, ReasonRow, newest_run, read_campaigns, read_features,
    read_run,
};
use crate::rules::{self, Sense};
use serde_json::json;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Runs the command.
pub fn run(flags: &Flags) -> Result<(), Failure> {
    let folder = folder(flags.run.as_deref())?;
    let run = read_run(&folder)?;
    let wanted = flags.subject.as_deref().unwrap_or_default();
    let none = |problem| Failure::usage(format!("{}: {problem}", folder.display()));
    let account = run.find(wanted).map_err(none)?;
    let campaigns = read_campaigns(&folder)?;
    if flags.json {
        return Ok(terminal::json(&json_page(&run, account, &campaigns))?);
    }
    Ok(terminal::data(&terminal::lines(&page(&run, account, &campaigns, &folder)?))?)
}

/// Which night it is and what there is to know of it before anything else.
fn night(manifest: &Manifest) -> String {
    let simulated = manifest.at("/simulated").as_bool() == Some(true);
    let marks = [(simulated, ", SIMULATED"), (manifest.held().is_some(), ", HELD: nothing was exported")];
    let marks: String = marks.into_iter().filter(|(is, _)| *is).map(|(_, mark)| mark).collect();
    format!("{}{marks}", terminal::safe(manifest.run_id()))
}

fn folder(given: Option<&Path>) -> Result<PathBuf, Failure> {
    if let Some(folder) = given {
        return Ok(folder.to_owned());
    }
    newest_run(Path::new("runs"))
        .ok_or_else(|| Failure::usage("no run folder below runs/; name one with --run, or scan first"))
}

fn json_page(run: &PublishedRun, a: &AccountRow, campaigns: &[CampaignRow]) -> String {
    let company: Vec<serde_json::Value> = campaigns
        .iter()
        .filter_map(|c| Some((c, c.part_of(&a.name)?)))
        .map(|(c, part)| {
            json!({ "campaign": c.id, "kind": c.kind, "part": part, "members": c.members().collect::<Vec<_>>(),
                    "days": c.days, "span": c.span, "same_as": c.same_as })
        })
        .collect();
    let rows = |list: Vec<&ReasonRow>| -> Vec<serde_json::Value> {
        list.into_iter()
            .map(|r| {
                json!({ "rank": r.rank, "code": r.code, "stage": r.stage, "family": r.family, "statement": r.statement,
                        "feature": r.feature, "observed": r.observed, "threshold": r.threshold, "n": r.n, "unit": r.unit,
                        "window": r.window, "peer_percentile": r.peer_percentile, "contribution": r.contribution,
                        "source_mark": r.source_mark, "counterfactual": r.counterfactual })
            })
            .collect()
    };
    json!({
        "account": a.name, "as_of": a.as_of, "verdict": a.verdict, "finding": a.finding, "state": a.state,
        "scores": { "automation": a.automation, "broadcast": a.broadcast, "unsolicited": a.unsolicited },
        "evidence_level": a.evidence_level, "families_missing": a.families_missing, "rank": a.rank,
        "messages_n": a.messages_n, "requires_human_review": a.requires_human_review,
        "policy": { "version": a.policy_version, "basis": a.policy_basis, "grounds": a.grounds }, "recommendation": a.recommendation,
        "notes": a.notes, "off_platform_n": a.off_platform_n,
        "reasons": rows(run.reasons_of(&a.name)), "mitigations": rows(run.mitigations_of(&a.name)),
        "campaigns": company,
        "automated_means": { "detection": true, "decision": false },
    })
    .to_string()
}

fn bar(score: f64) -> String {
    let full = (score * 20.0).round() as usize;
    format!("{}{} {score:.2}", "#".repeat(full), ".".repeat(20 - full.min(20)))
}

fn page(
    run: &PublishedRun,
    a: &AccountRow,
    campaigns: &[CampaignRow],
    folder: &Path,
) -> Result<String, Failure> {
    let mut text = String::new();
    let features = read_features(&folder.join("features.parquet"))?;
    let rows: Vec<_> = features.iter().map(|r| r.features.clone()).collect();
    let peers = descriptive(&rows);
    let finding = if a.finding == "none" { String::new() } else { format!(", finding {}", a.finding) };
    let _ = writeln!(text, "account      {}", shown_name(&a.name));
    let _ = writeln!(text, "run          {}", night(&Manifest::read(folder)?));
    let _ = writeln!(text, "as of        {}   rank {} of {}", a.as_of, a.rank, run.accounts.len());
    let _ = writeln!(text, "verdict      {}{finding}   state {}", a.verdict, a.state);
    let _ = writeln!(text, "recommended  {}", a.recommendation);
    if let Some(decides) = decides(a) {
        let _ = writeln!(text, "             {decides}");
    }
    let actions = counted(a.messages_n.unwrap_or(0.0) as u64, "action");
    let _ = writeln!(text, "evidence     {} ({actions})", a.evidence_level);
    for (name, score) in
        [("automation", a.automation), ("broadcast", a.broadcast), ("unsolicited", a.unsolicited)]
    {
        let _ = writeln!(text, "{name:12} {}", bar(score));
    }
    let _ = writeln!(text, "             sub-scores order accounts; they are not probabilities");
    let reasons = run.reasons_of(&a.name);
    let _ = writeln!(text, "\nwhy{}", if reasons.is_empty() { ": no rule fired" } else { "" });
    for r in reasons {
        reason(&mut text, r, &peers);
    }
    company(&mut text, a, campaigns);
    let mitigations = run.mitigations_of(&a.name);
    if !mitigations.is_empty() {
        let _ = writeln!(text, "\nfor the account (shown, never bought off)");
        for m in mitigations {
            let _ = writeln!(text, "  {}: {}", m.code, m.statement);
        }
    }
    if !a.notes.is_empty() {
        // A line end in what somebody wrote would begin a part of the page.
        let _ = writeln!(text, "\nnotes        {}", visible(&a.notes));
    }
    if a.off_platform_n > 0.0 {
        let _ =
            writeln!(text, "\noff-platform evidence on file: {}; it never enters a score", a.off_platform_n);
    }
    not_observable(&mut text, a, &features);
    if !a.grounds.is_empty() {
        let _ = writeln!(text, "\ngrounds      {}", a.grounds);
    }
    let _ = writeln!(text, "\nbasis        {}\n             policy {}", a.policy_basis, a.policy_version);
    let _ =
        writeln!(text, "marks        V published, Q quoted second-hand, X measured by us, S our suggestion");
    Ok(text)
}

/// Who decides, where there is anything to decide.
fn decides(a: &AccountRow) -> Option<&'static str> {
    match (a.verdict.as_str(), a.finding.as_str()) {
        _ if !a.is_recommended() => None,
        ("watch", "none") => Some("nothing to decide yet; any measure would be for a person to decide"),
        _ if a.requires_human_review => Some("a person must decide: yes"),
        _ => Some("a person must decide: no"),
    }
}

/// Fellow members named on the page; the file and `--json` hold all.
const MOST_MEMBERS: usize = 12;

/// The campaigns it was found in, and with whom.
fn company(text: &mut String, a: &AccountRow, campaigns: &[CampaignRow]) {
    let own: Vec<_> = campaigns.iter().filter_map(|c| Some((c, c.part_of(&a.name)?))).collect();
    if own.is_empty() {
        return;
    }
    let _ = writeln!(text, "\ncompany (alone at most a reason to watch)");
    for (c, part) in own {
        let days = counted(c.days, "day");
        let span = c.span.as_ref().map_or(String::new(), |(from, to)| format!(", {from} to {to}"));
        let part = match part {
            "member" => "",
            "original" => "; this account is no member: it was always first, or is imitated",
            _ => "; this account is no member: times are too coarse to tell who was first",
        };
        let _ = writeln!(text, "  {} ({}): {}, on {days}{span}{part}", c.id, c.kind, c.size_told());
        let others: Vec<&str> = c.members().filter(|name| *name != a.name).collect();
        let named: Vec<String> = others.iter().take(MOST_MEMBERS).map(|name| terminal::safe(name)).collect();
        let more = others.len().saturating_sub(MOST_MEMBERS);
        let more = if 0 < more { format!(" and {more} more") } else { String::new() };
        if !named.is_empty() {
            let _ = writeln!(text, "     with {}{more}", named.join(", "));
        }
        if !c.same_as.is_empty() {
            let _ = writeln!(text, "     the same accounts as {}", c.same_as.join(", "));
        }
    }
}

fn reason(text: &mut String, r: &ReasonRow, peers: &dyn Fn(&Feature, f64) -> Option<Place>) {
    let _ = writeln!(
        text,
        "  {}. {} ({}, {}; {:.0} points) [{}]",
        r.rank, r.code, r.stage, r.family, r.contribution, r.source_mark
    );
    let _ = writeln!(text, "     {}", r.statement);
    let card = cards().into_iter().find(|c| c.name == r.feature);
    let tonight = card.zip(r.observed).and_then(|(card, value)| peers(card, value));
    let falls = falls(r);
    let mut line = format!("     value {} (", r.feature);
    let _ = write!(line, "window {}, threshold {}", r.window, r.threshold);
    if let Some(p) = r.peer_percentile {
        let (side, share) = if falls { ("below", 1.0 - p) } else { ("at or above", p) };
        let _ = write!(line, ", {side} {:.1} % of earlier nights' accounts", 100.0 * share);
    }
    if let Some(place) = tonight {
        let (side, share) = if falls { ("below", place.at_or_above) } else { ("above", place.at_or_below) };
        let of = place.n;
        let _ = write!(line, ", at or {side} {:.1} % of tonight's {of} accounts, descriptive", 100.0 * share);
    }
    let _ = writeln!(text, "{line})");
    if !r.counterfactual.is_empty() {
        let _ = writeln!(text, "     {}", r.counterfactual);
    }
}

/// Whether the rule fires on small values: then it is the accounts above that say how rare the value is.
fn falls(r: &ReasonRow) -> bool {
    let rule = rules::cards().into_iter().find(|rule| rule.code == r.code);
    let limit = rule.and_then(|rule| rule.limits.iter().find(|l| l.feature.name == r.feature));
    match limit {
        Some(limit) => matches!(limit.sense, Sense::Below | Sense::AtMost),
        // The same quantity on another stream.
        None => r.observed.is_some_and(|value| value < r.threshold),
    }
}

fn not_observable(text: &mut String, a: &AccountRow, features: &[crate::report::NamedRow]) {
    let Some(row) = features.iter().find(|r| r.name == a.name) else { return };
    let mut by_reason: std::collections::BTreeMap<&str, Vec<&str>> = Default::default();
    for (card, value) in cards().into_iter().zip(row.features.values()) {
        if let Err(absent) = value {
            by_reason.entry(absent.meaning()).or_default().push(card.name);
        }
    }
    if by_reason.is_empty() {
        return;
    }
    let _ = writeln!(text, "\nnot observable");
    if !a.families_missing.is_empty() {
        let _ = writeln!(text, "  whole families: {}", a.families_missing);
    }
    for (why, names) in by_reason {
        let shown: Vec<&str> = names.iter().copied().take(6).collect();
        let more = if names.len() > shown.len() {
            format!(" and {} more", names.len() - shown.len())
        } else {
            String::new()
        };
        let _ = writeln!(text, "  {why}: {}{more}", shown.join(", "));
    }
}

//! `report.html`: one self-contained page, no network, escaping on.
//! In: a finished night; out: HTML with the night's health, tallies, accounts with reasons, and rule hits.
//! Shows aggregates and accounts only, never a recipient or a reporter.

use super::campaigns::NamedCampaign;
use super::delta::{Cause, Change, Delta};
use super::queue::Queue;
use super::run::{ReportError, Run};
use crate::campaigns::Part;
use crate::domain::{Timestamp, visible};
use crate::rules;
use crate::scoring::{MOST_SHOWN, mitigations, reasons};
use minijinja::{AutoEscape, Environment, escape_formatter};
use serde_json::{Value, json};
use std::borrow::Cow;

/// Accounts shown on the page; the rest stands in the tables.
const MOST_ACCOUNTS: usize = 300;
/// Changes and alerts shown.
const MOST_CHANGES: usize = 100;
/// Campaigns shown, and members of each.
const MOST_CAMPAIGNS: usize = 50;
const MOST_MEMBERS: usize = 12;

/// Renders the page.
pub fn page(run: &Run, id: &str, queue: &Queue) -> Result<String, ReportError> {
    let failed = |e: minijinja::Error| ReportError::Render { file: "report.html", problem: format!("{e:#}") };
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    // Whatever the page says, nothing hidden reaches the browser.
    environment.set_formatter(|out, state, value| match value.as_str().map(visible) {
        Some(Cow::Owned(shown)) => escape_formatter(out, state, &shown.into()),
        _ => escape_formatter(out, state, value),
    });
    environment.add_template("report.html", include_str!("report.html.j2")).map_err(failed)?;
    let template = environment.get_template("report.html").map_err(failed)?;
    let noted: Vec<Value> = (1..)
        .zip(&run.judged)
        .filter(|(_, j)| j.is_noted())
        .take(MOST_ACCOUNTS)
        .map(|(rank, j)| {
            json!({
                "rank": rank, "name": j.name, "verdict": j.decision.verdict.word(),
                "finding": j.decision.finding.word(), "state": j.decision.state.word(),
                "automation": j.card.automation.get(), "broadcast": j.card.broadcast.get(),
                "unsolicited": j.card.unsolicited.get(), "messages": j.card.messages_n,
                "evidence": j.card.evidence.word(), "recommendation": j.decision.recommendation,
                "grounds": j.decision.grounds_in_words, "basis": j.decision.policy_basis, "notes": j.decision.notes,
                "off_platform": j.decision.off_platform.len(),
                "missing": j.card.families.missing_words(),
                "reasons": reasons(&j.card), "mitigations": mitigations(&j.card),
            })
        })
        .collect();
    let hidden = run.judged.iter().filter(|j| j.is_noted()).count().saturating_sub(noted.len());
    let page = json!({
        "id": id,
        "simulated": run.simulated,
        "from": Timestamp(run.window.from_us()).rfc3339(),
        "to": Timestamp(run.window.to_us()).rfc3339(),
        "tally": tally(run),
        "inputs": inputs(run),
        "campaigns": run.campaigns.iter().take(MOST_CAMPAIGNS).map(campaign).collect::<Vec<_>>(),
        "more_campaigns": run.campaigns.len().saturating_sub(MOST_CAMPAIGNS),
        "accounts": noted,
        "most_reasons": MOST_SHOWN,
        "hidden": hidden,
        "off_platform": run.off_platform,
        "rules": rule_rows(run),
        "policy": run.policy.version_name(),
        "warnings": run.warnings(),
        "population": run.population.map(|p| json!({ "origin": p.origin(), "accounts": p.accounts_n() })),
        "total": run.judged.len(),
        "held": run.held,
        "queue": { "cases": queue.cases.len(), "possible": queue.possible, "capacity": queue.capacity,
                   "accounts": queue.accounts[0], "behind": queue.accounts[1], "counts": queue.metrics() },
        "delta": run.delta.as_ref().map(changes),
        "alerts": alerts(run),
    });
    template.render(minijinja::value::Serde(&page)).map_err(failed)
}

/// What changed since the earlier run.
fn changes(delta: &Delta) -> Value {
    let rows: Vec<Value> = delta
        .accounts
        .iter()
        .take(MOST_CHANGES)
        .map(|c| {
            json!({ "name": c.name, "change": c.change.word(), "cause": c.cause.word(), "why": c.why,
                    "terms": c.terms.join(", "), "before": c.rungs()[0], "now": c.rungs()[1] })
        })
        .collect();
    let campaigns: Vec<Value> = delta
        .campaigns
        .iter()
        .take(MOST_CAMPAIGNS)
        .map(|c| json!({ "id": c.id, "before": c.before_id, "change": c.change, "why": c.why }))
        .collect();
    let count = |name: String, n: usize| json!({ "name": name, "n": n });
    let accounts = Change::ALL.map(|change| {
        count(change.word().to_owned(), delta.accounts.iter().filter(|c| c.change == change).count())
    });
    let causes = Cause::ALL.map(|cause| {
        count(cause.word().replace('_', " "), delta.accounts.iter().filter(|c| c.cause == cause).count())
    });
    json!({
        "previous": delta.previous.as_json(), "terms": delta.terms, "input": delta.input,
        "accounts": accounts.to_vec(), "causes": causes.to_vec(), "rows": rows, "campaigns": campaigns,
        "more": delta.accounts.len().saturating_sub(MOST_CHANGES),
        "more_campaigns": delta.campaigns.len().saturating_sub(MOST_CAMPAIGNS),
    })
}

/// Sanctions and decisions that somebody must be told of, by account.
fn alerts(run: &Run) -> Vec<Value> {
    let noted = run.judged.iter().flat_map(|j| j.decision.notes.iter().map(move |note| (j, note)));
    let told = noted.filter_map(|(j, note)| Some((j, note.strip_prefix("alert: ")?)));
    told.take(MOST_CHANGES).map(|(j, note)| json!({ "name": j.name, "note": note })).collect()
}

fn campaign(named: &NamedCampaign) -> Value {
    let (c, size) = (&named.campaign, named.campaign.size());
    let some = |part| named.with(part).take(MOST_MEMBERS).collect::<Vec<_>>();
    let day = |ts| Timestamp(ts).date();
    json!({
        "id": named.id, "kind": c.kind.word(), "size": size, "links": c.links, "things": c.objects, "days": c.days,
        "window": c.window.map(|(first, last)| format!("{} to {}", day(first), day(last))).unwrap_or_default(),
        "members": some(Part::Member),
        "more": size.saturating_sub(MOST_MEMBERS),
        "unclear": some(Part::Unclear), "originals": some(Part::Original),
    })
}

fn tally(run: &Run) -> Vec<Value> {
    let line = |(name, n): (String, u64)| match name.split_once('.') {
        Some((_, part)) => json!({ "class": part, "text": format!("of these {part}"), "n": n, "part": true }),
        None => json!({ "class": name, "text": name, "n": n, "part": false }),
    };
    run.tally().into_iter().map(line).collect()
}

fn inputs(run: &Run) -> Vec<Value> {
    run.reports
        .iter()
        .map(|r| {
            json!({ "table": r.table.name(), "files": r.files.len(), "rows": r.rows_read,
                    "ok": r.rows_ok, "rejected": r.rejects.total() })
        })
        .collect()
}

fn rule_rows(run: &Run) -> Vec<Value> {
    rules::cards()
        .into_iter()
        .filter_map(|rule| {
            let hits = |lasting: bool| {
                let fired = |j: &&super::record_v1::Judged| {
                    j.card.outcome.hits.iter().any(|h| h.rule == rule && (!lasting || h.carries()))
                };
                run.judged.iter().filter(fired).count()
            };
            let n = hits(false);
            (0 < n).then(|| json!({ "code": rule.code, "name": rule.name, "hits": n, "lasting": hits(true) }))
        })
        .collect()
}

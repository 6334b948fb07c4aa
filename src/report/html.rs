//! `report.html`: one self-contained page, no network, escaping on.
//! In: a finished night; out: HTML with the night's health, tallies, accounts with reasons, and rule hits.
//! Shows aggregates and accounts only, never a recipient or a reporter.

use super::campaigns::NamedCampaign;
use super::run::{ReportError, Run};
use crate::campaigns::Part;
use crate::domain::Timestamp;
use crate::rules;
use crate::scoring::{MOST_SHOWN, mitigations, reasons};
use minijinja::{AutoEscape, Environment};
use serde_json::{Value, json};

/// Accounts shown on the page; the rest stands in the tables.
const MOST_ACCOUNTS: usize = 300;
/// Campaigns shown, and members of each.
const MOST_CAMPAIGNS: usize = 50;
const MOST_MEMBERS: usize = 12;

/// Renders the page.
pub fn page(run: &Run, id: &str) -> Result<String, ReportError> {
    let failed = |e: minijinja::Error| ReportError::Render { file: "report.html", problem: format!("{e:#}") };
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
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
    });
    template.render(minijinja::value::Serde(&page)).map_err(failed)
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

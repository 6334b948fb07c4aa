//! The model card: what a model is for, what it must not be used for, what it was made from and how well it does.
//! In: an artifact; out: Markdown with the same bytes for the same artifact.
//! Praises nothing: every number stands with its n and interval, every limit of the labels with it.

use crate::model::{Artifact, Kind, Metric, Trained, corrected};
use std::fmt::Write;

/// Features shown.
const MOST_FEATURES: usize = 20;

/// The card of a model.
pub fn card(artifact: &Artifact) -> String {
    let mut text = String::new();
    let what = match artifact.kind {
        Kind::Logistic => "Logistic regression",
        Kind::Boosted => "Boosted trees",
    };
    let _ = writeln!(text, "# Model card: {}\n", artifact.id());
    let _ = writeln!(text, "{what}, trained by bulkwatch {}. {}\n", artifact.made_with, standing(artifact));
    uses(&mut text, artifact);
    data(&mut text, artifact);
    results(&mut text, artifact);
    calibration(&mut text, artifact);
    features(&mut text, artifact);
    limits(&mut text, artifact);
    text
}

fn standing(artifact: &Artifact) -> &'static str {
    if artifact.training.simulated {
        "**Trained on simulated labels:** what it says holds for the simulator; it moves nobody past `watch`, and its chances \
         are written as `p_abuse_simulated`."
    } else if artifact.is_calibrated() {
        "Calibrated on the operator's labels at the stated base rate; it moves nobody past `review`."
    } else {
        "Not calibrated to a base rate: it orders accounts, tells no chance, and moves nobody past `watch`."
    }
}

fn uses(text: &mut String, artifact: &Artifact) {
    text.push_str("## Intended use\n\n");
    let of = if artifact.cards.is_some() {
        "Ordering accounts of the operator's own log for people who review them, beside the rules (`scan --model`)."
    } else {
        "Measuring the method on a plain table. It knows no feature cards and cannot be used in a scan."
    };
    let _ = writeln!(text, "{of}\n");
    text.push_str(
        "## Must not be used\n\n- To act on an account without a person's decision.\n- On a platform, country or time it was \
         not trained on: it abstains outside the ranges it saw, but similar ranges are no proof of similar people.\n- As \
         evidence of what its labels do not say: it repeats whoever gave them, mistakes included.\n- To lower what a rule \
         found: it never does.\n\n",
    );
}

fn data(text: &mut String, artifact: &Artifact) {
    let t = &artifact.training;
    let list = |words: &[String]| if words.is_empty() { "not stated".to_owned() } else { words.join(", ") };
    let none_or = |words: &[String]| if words.is_empty() { "none".to_owned() } else { words.join(", ") };
    text.push_str("## Data\n\n");
    let rows = [
        ("positive accounts", t.positive_n.to_string()),
        ("other accounts", t.negative_n.to_string()),
        ("labels counted as positive", list(&t.positive_labels)),
        ("source of the labels", list(&t.label_sources)),
        ("simulated", if t.simulated { "yes" } else { "no" }.to_owned()),
        ("labels of accounts without a feature row", t.unknown_n.to_string()),
        ("accounts with contradicting labels, left out", t.conflicting_n.to_string()),
        ("feature rows without a label of either kind", t.unlabeled_n.to_string()),
        ("labels known at the latest", t.labels_until.clone().unwrap_or_else(|| "at any time".to_owned())),
        ("rows of labels known only later, left out", t.later_n.to_string()),
        ("least confidence of a label that states one", t.least_confidence.to_string()),
        ("rows of labels less sure, left out", t.unsure_n.to_string()),
        ("groups kept in one fold", t.groups_n.to_string()),
        ("left out on request", none_or(&t.without)),
        ("nearly equal to the label, answered for", none_or(&t.not_a_leak)),
        ("directions held", directions(t)),
        ("fitted by", t.fitted_by.clone()),
        (
            "sampled for the last fit",
            format!("{:.3} of the positive, {:.3} of the others", t.positive_sampled, t.other_sampled),
        ),
        ("folds, repeats, seed", format!("{}, {}, {}", t.folds, t.repeats, t.seed)),
        ("feature cards", artifact.cards.clone().unwrap_or_else(|| "none: a plain table".to_owned())),
    ];
    text.push_str("| | |\n|---|---|\n");
    for (name, value) in rows {
        let _ = writeln!(text, "| {name} | {} |", value.replace('|', "\\|"));
    }
    for origin in &t.inputs {
        let _ = writeln!(
            text,
            "| input {} | blake3 {} |",
            origin.file.replace('|', "\\|"),
            &origin.digest[..16.min(origin.digest.len())]
        );
    }
    text.push('\n');
}

fn directions(t: &Trained) -> String {
    let (up, down) = (t.never_lower.len(), t.never_raise.len());
    format!("more of {up} features never lowers the log-odds, more of {down} never raises them")
}

fn results(text: &mut String, artifact: &Artifact) {
    text.push_str(
        "## Measured out of fold\n\nEvery account is scored by a model that saw neither it nor its group; 95 % intervals by \
         resampling accounts (ranking) or by Wilson (shares). These are accounts like the labeled ones, not the population.\n\n\
         | metric | value | 95 % interval | n |\n|---|---|---|---|\n",
    );
    for Metric { name, value, low, high, n } in &artifact.outcome.metrics {
        let _ = writeln!(text, "| {name} | {value:.4} | {low:.4} to {high:.4} | {n} |");
    }
    let best = artifact.outcome.metrics.iter().find(|m| m.name == "auroc").is_some_and(|m| 0.99 < m.value);
    if best {
        text.push_str(
            "\n**An AUROC above 0.99 is more likely a leak than a success; find out which before use.**\n",
        );
    }
    text.push('\n');
}

fn calibration(text: &mut String, artifact: &Artifact) {
    text.push_str("## Calibration\n\n");
    let Some(c) = &artifact.calibration else {
        text.push_str("None: fewer than twenty accounts of a kind.\n\n");
        return;
    };
    match c.base_rate {
        Some(rate) => {
            let _ = writeln!(
                text,
                "Isotonic steps over out-of-fold scores; labels {:.4} positive, moved to {rate}.\n",
                c.labels_rate
            );
        }
        None => {
            let _ = writeln!(
                text,
                "Isotonic steps over out-of-fold scores at the labels' own share, {:.4}; no base rate stated.\n",
                c.labels_rate
            );
        }
    }
    text.push_str(
        "| log-odds from | accounts | positive | share | chance at the base rate |\n|---|---|---|---|---|\n",
    );
    for b in &c.blocks {
        let share = b.positive as f64 / b.n as f64;
        let there = c.base_rate.map_or_else(
            || "-".to_owned(),
            |to| {
                format!("{:.5}", corrected((b.positive as f64 + 0.5) / (b.n as f64 + 1.0), c.labels_rate, to))
            },
        );
        let _ = writeln!(text, "| {:.3} | {} | {} | {share:.3} | {there} |", b.from, b.n, b.positive);
    }
    text.push('\n');
}

fn features(text: &mut String, artifact: &Artifact) {
    let heaviest = artifact.heaviest();
    let shown = MOST_FEATURES.min(heaviest.len());
    let _ = writeln!(
        text,
        "## Features\n\nThe {shown} heaviest of {}, by mean size of their contribution.\n",
        artifact.features.len()
    );
    text.push_str("| feature | log-odds | more of it | present in |\n|---|---|---|---|\n");
    for f in &heaviest[..shown] {
        let more = if 0.0 < f.direction { "raises" } else { "lowers" };
        let _ =
            writeln!(text, "| {} | {:.3} | {more} | {} |", f.name.replace('|', "\\|"), f.weight, f.table.n);
    }
    text.push('\n');
}

fn limits(text: &mut String, artifact: &Artifact) {
    text.push_str(
        "## Limits\n\n- An absent value counts as the training median and contributes nothing: absence convicts nobody.\n- It \
         abstains where half of what it weighs is absent or more than a tenth of the values lie outside the training range [S].\n\
         - Directions are means; a single account may see the opposite.\n",
    );
    if artifact.cards.is_some() {
        text.push_str(
            "- Enforcement, feedback and what others sent are no inputs; more speed, reach or company never lowers the log-odds, \
             and being answered never raises them.\n",
        );
    }
    if artifact.training.groups_n == 0 {
        text.push_str("- No campaigns were known: accounts that act together may lie in different folds, which flatters the numbers.\n");
    }
    match artifact.outcome.watch_from {
        Some(from) => {
            let _ = writeln!(
                text,
                "- It lifts to `watch` from log-odds {from:.3}, which one of a hundred negatives reached out of fold [S]."
            );
        }
        None => text.push_str("- Too few negatives to say what is rare among them: it lifts nobody.\n"),
    }
}

//! Rule cards and the graded background as catalog entries and as the page RULES.md.
//! In: `rules::cards()` and `rules::background::PARTS`; out: text and JSON.
//! Adds nothing to a card.

use super::Entry;
use crate::domain::Share;
use crate::rules::background::{Grade, PARTS, Part};
use crate::rules::{BACKGROUND_MOST, Rule, cards};
use serde_json::{Value, json};
use std::fmt::Write;

/// One entry a rule, then one a sub-score for its background.
pub fn entries() -> Vec<Entry> {
    let background = PARTS.into_iter().map(|(score, parts)| background(score, parts));
    cards().into_iter().map(entry).chain(background).collect()
}

fn entry(card: &'static Rule) -> Entry {
    let mut object = serde_json::to_value(card).unwrap_or_default();
    if let Value::Object(object) = &mut object {
        object.insert("group_cap".to_owned(), json!(card.group.cap()));
    }
    Entry {
        kind: "rule",
        name: card.code.to_owned(),
        summary: card.name.to_owned(),
        page: page_of(card),
        card: object,
    }
}

fn background(score: &str, parts: &[Part]) -> Entry {
    let grade = |grade: &Grade| {
        let shrink = grade.shrink.map(|(by, k)| json!({ "by": by.name, "k": k }));
        json!({ "feature": grade.feature.name, "from": grade.from, "to": grade.to, "shrink": shrink })
    };
    let part = |part: &Part| json!({ "weight": part.weight, "best_of": part.best_of.iter().map(grade).collect::<Vec<_>>() });
    let mut page = format!("background of {score}\n");
    for line in background_lines(parts) {
        let _ = writeln!(page, "  {line}");
    }
    Entry {
        kind: "background",
        name: format!("background_{score}"),
        summary: format!("at most {BACKGROUND_MOST} points for {score} below all limits"),
        page,
        card: json!({
            "sub_score": score,
            "most": BACKGROUND_MOST,
            "scale_points": Share::SCALE_POINTS,
            "parts": parts.iter().map(part).collect::<Vec<_>>(),
        }),
    }
}

fn background_lines(parts: &[Part]) -> Vec<String> {
    let grade = |grade: &Grade| {
        let trust =
            grade.shrink.map_or(String::new(), |(by, k)| format!(", times n / (n + {k}) of {}", by.name));
        format!("{} from {} to {}{trust}", grade.feature.name, grade.from, grade.to)
    };
    let line = |part: &Part| {
        let grades: Vec<String> = part.best_of.iter().map(grade).collect();
        format!("weight {}: {}", part.weight, grades.join("; or "))
    };
    parts.iter().map(line).collect()
}

fn lines(card: &Rule) -> Vec<(String, String)> {
    let [automation, broadcast, unsolicited] = card.points.get();
    let uses: Vec<&str> = card.uses.iter().map(|f| f.name).collect();
    let word = |what: &dyn std::fmt::Debug| format!("{what:?}").to_lowercase();
    let mut lines = vec![
        ("statement".to_owned(), card.statement.to_owned()),
        (
            "group, stage, family, role".to_owned(),
            format!(
                "{}, {}, {}, {}",
                word(&card.group),
                card.stage.word(),
                card.family.name(),
                word(&card.role)
            ),
        ),
        (
            "points at full strength".to_owned(),
            format!(
                "automation {automation}, broadcast {broadcast}, unsolicited {unsolicited}; its group adds at most {} to each",
                card.group.cap()
            ),
        ),
    ];
    for limit in card.limits {
        let population = limit
            .population
            .map(|q| format!(", an absolute floor beside the {:.1} % quantile of earlier nights", 100.0 * q))
            .unwrap_or_default();
        let origin = if limit.origin.is_empty() { String::new() } else { format!("; {}", limit.origin) };
        lines.push((
            format!("limit {}", limit.key),
            format!(
                "{} on {} ({}){population}; allowed {} to {}; [{}] {}{origin}",
                limit.default,
                limit.feature.name,
                word(&limit.sense),
                limit.range.0,
                limit.range.1,
                limit.marks(),
                limit.why
            ),
        ));
    }
    lines.push(("above watch".to_owned(), card.persistence.to_owned()));
    lines.push(("innocent look-alikes".to_owned(), card.look_alikes.to_owned()));
    lines.push(("reads".to_owned(), uses.join(", ")));
    lines.push(("status".to_owned(), word(&card.status)));
    lines.push(("source".to_owned(), format!("[{}] {}", card.source.0.letter(), card.source.1)));
    lines.retain(|(_, says)| !says.is_empty());
    lines
}

fn page_of(card: &Rule) -> String {
    let mut text = format!("{} {}\n", card.code, card.name);
    for (what, says) in lines(card) {
        let _ = writeln!(text, "  {what}: {says}");
    }
    text
}

/// RULES.md
pub fn page() -> String {
    let mut text = String::from(
        "# Rules\n\nPrinted from the rule cards; a test fails on any difference.\n\
         Marks: V published, Q quoted second-hand, X measured by us, S our suggestion.\n",
    );
    let mut group = None;
    for card in cards() {
        if group != Some(card.group) {
            let _ = writeln!(text, "\n## {:?}", card.group);
            group = Some(card.group);
        }
        let _ = writeln!(text, "\n### {} {}\n", card.code, card.name);
        for (what, says) in lines(card) {
            let _ = writeln!(text, "- {what}: {says}");
        }
    }
    text.push_str(&background_page());
    text
}

fn background_page() -> String {
    let mut text = format!(
        "\n## Background\n\nBelow all limits each sub-score gets at most {BACKGROUND_MOST} points, so that accounts no rule names are \
         ranked too; never enough for `watch`.\nOf each line the best counts: 0 at the first number, 1 at the second. \
         A grade that rises, with an end above 1, runs straight in ln(1 + value), any other in the value. \
         Points are {BACKGROUND_MOST} times the weighted sum; a sub-score is 1 - exp(-points / {}).\n",
        Share::SCALE_POINTS
    );
    for (score, parts) in PARTS {
        let _ = writeln!(text, "\n### background of {score}\n");
        for line in background_lines(parts) {
            let _ = writeln!(text, "- {line}");
        }
    }
    text
}

//! The rows of the queue, as a spreadsheet and as a case tool read them.
//! In: cases of a run; out: CSV cells made harmless, NDJSON lines with typed values, the same in both.
//! Of a blind case it tells what the account is called and nothing of what was found.

use super::cases::{Case, Queue, QueueTerms};
use crate::domain::{nearest, shown_name};
use crate::report::read_back::{AccountRow, PublishedRun};
use crate::report::record_v1::{spreadsheet_safe, url_part};
use crate::report::run::ReportError;
use serde_json::{Map, Value, json};

/// What a column is made of.
struct Source<'a> {
    run: &'a PublishedRun,
    case: &'a Case,
    account: &'a AccountRow,
    terms: &'a QueueTerms,
}

/// A column: its name, whether a blind case shows it, and its value.
type Column = (&'static str, Shown, fn(&Source) -> Value);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    /// In every row.
    Always,
    /// Not in a blind row.
    Open,
    /// Of a blind row for machines only, which weight by it.
    Machines,
}

use Shown::{Always, Machines, Open};

const COLUMNS: &[Column] = &[
    ("case", Always, |s| json!(s.case.id)),
    ("second_reviewer", Always, |s| json!(s.case.blind)),
    ("kind", Open, |s| json!(s.case.kind.word())),
    ("rank", Open, |s| json!(s.account.rank)),
    ("account", Always, |s| json!(s.account.name)),
    ("verdict", Open, |s| json!(s.account.verdict)),
    ("finding", Open, |s| json!(s.account.finding)),
    ("automation", Open, |s| score(s.account.automation)),
    ("broadcast", Open, |s| score(s.account.broadcast)),
    ("unsolicited", Open, |s| score(s.account.unsolicited)),
    ("messages_n", Always, |s| json!(s.account.messages_n.unwrap_or(0.0) as i64)),
    ("first_reason", Open, |s| {
        json!(s.run.reasons_of(&s.account.name).first().map(|r| r.statement.as_str()).unwrap_or_default())
    }),
    ("reason_codes", Open, |s| json!(s.account.reason_codes)),
    ("families", Open, |s| families(s.account)),
    ("mitigation_codes", Open, |s| json!(s.account.mitigation_codes)),
    ("grounds", Open, |s| json!(s.account.grounds)),
    ("recommendation", Open, |s| json!(s.account.recommendation)),
    ("notes", Open, |s| json!(s.account.notes)),
    ("off_platform_n", Open, |s| json!(s.account.off_platform_n as i64)),
    ("requires_human_review", Always, |s| json!(s.account.requires_human_review)),
    ("campaign", Always, |s| json!(s.account.campaign)),
    ("members_n", Always, |s| json!(s.case.members)),
    ("sample", Always, |s| {
        json!(s.case.sample.iter().map(|place| s.run.accounts[*place].name.as_str()).collect::<Vec<_>>())
    }),
    ("sample_inclusion_probability", Always, |s| json!(s.case.sample_inclusion())),
    ("sample_error", Always, |s| json!(s.case.sample_error())),
    ("otherwise_at_most", Always, |s| json!(s.case.otherwise_at_most())),
    ("inclusion_probability", Machines, |s| json!(s.case.inclusion)),
    ("stratum", Machines, |s| json!(s.case.stratum)),
    ("as_of", Always, |s| json!(s.account.as_of)),
    ("case_url", Always, |s| json!(case_url(s.terms, &s.account.name, &s.case.id))),
];

fn score(score: f64) -> Value {
    // Three digits: more would promise what a sub-score does not hold.
    json!((score * 1_000.0).round() / 1_000.0)
}

/// The kinds of evidence that agree; a decision keeps them, so that another kind can be told from them.
fn families(account: &AccountRow) -> Value {
    if account.families_agreeing.is_empty() { json!(["none"]) } else { json!(account.families_agreeing) }
}

/// What a link template may hold.
const PLACEHOLDERS: [&str; 2] = ["{account}", "{case}"];

/// Refuses a link template that leads elsewhere than to a case: an unknown placeholder, none at all, or what a browser
/// would run instead of open.
pub fn check_case_url(template: &str) -> Result<(), String> {
    if template.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err("it holds a blank".to_owned());
    }
    let head = template.split(['/', '?', '#', '{']).next().unwrap_or_default();
    let scheme = head.split_once(':').map(|(scheme, _)| scheme);
    if scheme.is_some_and(|scheme| !["http", "https"].iter().any(|s| scheme.eq_ignore_ascii_case(s))) {
        return Err("it must begin with https:// or http://".to_owned());
    }
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        let end = rest[at..].find('}').map_or(rest.len(), |end| at + end + 1);
        let found = &rest[at..end];
        if !PLACEHOLDERS.contains(&found) {
            let near = nearest(found, PLACEHOLDERS).map(|near| format!("; did you mean {near}?"));
            return Err(format!("{found} is no placeholder{}", near.unwrap_or_default()));
        }
        rest = &rest[end..];
    }
    if !PLACEHOLDERS.iter().any(|known| template.contains(known)) {
        return Err(
            "it holds neither {account} nor {case}, so every case would have the same link".to_owned()
        );
    }
    Ok(())
}

/// The link to a case in the team's own tool, where there is a template for it.
pub fn case_url(terms: &QueueTerms, account: &str, case: &str) -> Option<String> {
    let url = terms.case_url.as_deref()?;
    Some(url.replace("{account}", &url_part(account)).replace("{case}", &url_part(case)))
}

fn sources<'a>(
    run: &'a PublishedRun,
    queue: &'a Queue,
    terms: &'a QueueTerms,
) -> impl Iterator<Item = Source<'a>> {
    queue.cases.iter().map(move |case| Source { run, case, account: &run.accounts[case.account], terms })
}

/// `review_queue.csv`.
pub fn csv(run: &PublishedRun, queue: &Queue, terms: &QueueTerms) -> Result<Vec<u8>, ReportError> {
    let failed = |problem: String| ReportError::Render { file: "review_queue.csv", problem };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS.iter().map(|(name, ..)| name)).map_err(|e| failed(e.to_string()))?;
    for source in sources(run, queue, terms) {
        let cells = COLUMNS.iter().map(|(name, shown, value)| {
            let hidden = source.case.blind && *shown != Always;
            match value(&source) {
                _ if hidden => String::new(),
                value if NAMES.contains(name) => names_cell(&value),
                value => cell(&value),
            }
        });
        writer.write_record(cells).map_err(|e| failed(e.to_string()))?;
    }
    writer.into_inner().map_err(|e| failed(e.to_string()))
}

/// Columns of names, which a spreadsheet gets as they can be typed again.
const NAMES: [&str; 2] = ["account", "sample"];

fn names_cell(value: &Value) -> String {
    match value {
        Value::Array(all) => name_cell(all.iter().filter_map(Value::as_str)),
        value => name_cell(value.as_str().into_iter()),
    }
}

/// Names as a spreadsheet's cell: each as it is shown, and the cell no formula.
pub fn name_cell<'a>(names: impl Iterator<Item = &'a str>) -> String {
    spreadsheet_safe(&names.map(shown_name).collect::<Vec<_>>().join(" "))
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => spreadsheet_safe(text),
        Value::Array(all) => {
            let parts: Vec<&str> = all.iter().filter_map(Value::as_str).collect();
            spreadsheet_safe(&parts.join(" "))
        }
        other => other.to_string(),
    }
}

/// `review_queue.ndjson`.
pub fn ndjson(run: &PublishedRun, queue: &Queue, terms: &QueueTerms) -> Result<Vec<u8>, ReportError> {
    let mut out = Vec::new();
    for source in sources(run, queue, terms) {
        let value = |(name, shown, value): &Column| {
            let hidden = source.case.blind && *shown == Open;
            ((*name).to_owned(), if hidden { Value::Null } else { value(&source) })
        };
        let row: Map<String, Value> = COLUMNS.iter().map(value).collect();
        serde_json::to_writer(&mut out, &row)
            .map_err(|e| ReportError::Render { file: "review_queue.ndjson", problem: e.to_string() })?;
        out.push(b'\n');
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::queue::CaseKind;

    #[test]
    fn a_link_template_leads_to_a_case_or_is_refused() {
        for fine in ["https://x/{case}", "HTTP://x?a={account}&c={case}", "/cases/{case}", "cases#{account}"]
        {
            assert_eq!(check_case_url(fine), Ok(()), "{fine}");
        }
        for (bad, why) in [
            ("https://x/{acount}", "did you mean {account}?"),
            ("https://x/{account", "did you mean {account}?"),
            ("https://x/}{case}", "is no placeholder"),
            ("https://x/", "neither {account} nor {case}"),
            ("javascript:alert('{case}')", "https://"),
            ("JavaScript:alert({account})", "https://"),
            ("data:text/html,{case}", "https://"),
            (" https://x/{case}", "a blank"),
        ] {
            let error = check_case_url(bad).expect_err(bad);
            assert!(error.contains(why), "{bad}: {error}");
        }
    }

    #[test]
    fn a_blind_row_tells_who_and_nothing_of_what_was_found() {
        let account = AccountRow {
            name: "=cmd".to_owned(),
            verdict: "abuse_high".into(),
            unsolicited: 0.876_54,
            reason_codes: vec!["M5".to_owned()],
            notes: "a note".to_owned(),
            ..AccountRow::default()
        };
        let run = PublishedRun::of(vec![account]);
        let terms = QueueTerms { capacity: None, case_url: Some("https://x/{account}".to_owned()), seed: 1 };
        let case = |blind| Case {
            id: "case-1".to_owned(),
            kind: CaseKind::Audit,
            account: 0,
            members: 1,
            sample: Vec::new(),
            inclusion: 0.25,
            stratum: Some(4),
            blind,
        };
        let queue = |blind| Queue {
            cases: vec![case(blind)],
            possible: 0,
            accounts: [0, 0],
            capacity: None,
            expected: None,
        };
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        let open = text(csv(&run, &queue(false), &terms).expect("rows"));
        for told in ["abuse_high", "0.877", "M5", "a note", "audit", "0.25", "'=cmd", "https://x/%3Dcmd"] {
            assert!(open.contains(told), "{told}: {open}");
        }
        let hidden = text(csv(&run, &queue(true), &terms).expect("rows"));
        let (_, row) = hidden.split_once('\n').expect("a row");
        for told in ["abuse_high", "0.877", "M5", "a note", "audit", "0.25"] {
            assert!(!row.contains(told), "{told}: {row}");
        }
        assert!(row.contains("'=cmd"), "{row}");
        let line: Value =
            serde_json::from_slice(&ndjson(&run, &queue(true), &terms).expect("rows")).expect("JSON");
        assert_eq!(
            (&line["verdict"], &line["kind"], &line["first_reason"]),
            (&Value::Null, &Value::Null, &Value::Null)
        );
        assert_eq!((&line["inclusion_probability"], &line["account"]), (&json!(0.25), &json!("=cmd")));
    }
}

//! `report.html`: the one file that an analyst opens: self-contained, no network, readable without a program of its own.
//! In: a finished night and its queue; out: HTML that holds the night as JSON, a small script, a charting library, and a
//! plain page for who has no JavaScript.
//! Shows aggregates and accounts only, never a recipient or a reporter; what comes from outside reaches it escaped.

mod accounts;
mod data;
mod embed;
mod released;
mod rules;
mod spread;

pub use released::released;
pub use spread::Spread;

use super::queue::{Queue, QueueTerms};
use super::run::{ReportError, Run};
use minijinja::{AutoEscape, Environment};
use serde_json::{Map, Value, json};

const STYLE: &str = include_str!("page.css");
/// Apache ECharts with the chart types used here only; `charts/build` makes it from pinned packages.
const CHARTS: &str = include_str!("charts/echarts.min.js");
/// Our own script, in the order in which its parts need each other.
const SCRIPT: [&str; 12] = [
    include_str!("script/dom.js"),
    include_str!("script/store.js"),
    include_str!("script/table.js"),
    include_str!("script/filters.js"),
    include_str!("script/charts.js"),
    include_str!("script/conduct.js"),
    include_str!("script/account.js"),
    include_str!("script/decide.js"),
    include_str!("script/observed.js"),
    include_str!("script/views.js"),
    include_str!("script/terms.js"),
    include_str!("script/route.js"),
];
/// Cases that the plain page shows.
const TOP: usize = 25;

/// Renders the page.
pub fn page(run: &Run, id: &str, queue: &Queue, terms: &QueueTerms) -> Result<String, ReportError> {
    let (data, names) = data::of(run, id, (queue, terms));
    let plain = plain(&data, &names)?;
    let json = embed::json(&data, &names);
    let nonce = nonce(&json);
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'"
    );
    let script = SCRIPT.join("\n");
    Ok(format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n<title>bulkwatch {id}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n{plain}\
         {DATA}{json}{DATA_END}\n\
         <script nonce=\"{nonce}\">\n{CHARTS}\n</script>\n\
         <script nonce=\"{nonce}\">\n(() => {{\n\"use strict\";\n{script}}})();\n</script>\n</body>\n</html>\n"
    ))
}

/// Around the data of a page.
const DATA: &str = "<script type=\"application/json\" id=\"data\">";
const DATA_END: &str = "</script>";

/// What a script of ours is known by. Nobody can foresee it who does not know the whole night, so no name can carry it
/// into a script of its own.
fn nonce(json: &str) -> String {
    blake3::hash(json.as_bytes()).to_hex()[..32].to_owned()
}

/// What is shown before, and without, any script: marks, tally, health, the top of the queue.
/// What is due on accounts that no blind case is about: it tells that something was found.
fn alerts_to_all<'a>(data: &'a Value, cases: &[Value]) -> Vec<&'a Value> {
    let blind = cases.iter().filter(|case| case["blind"] == true);
    let sampled = |case: &'_ Value| case["sample"].as_array().cloned().unwrap_or_default();
    let hidden: Vec<Value> =
        blind.flat_map(|case| [vec![case["at"].clone()], sampled(case)].concat()).collect();
    data["alerts"].as_array().into_iter().flatten().filter(|alert| !hidden.contains(&alert["at"])).collect()
}

fn plain(data: &Value, names: &embed::Names) -> Result<String, ReportError> {
    let failed = |e: minijinja::Error| ReportError::Render { file: "report.html", problem: format!("{e:#}") };
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_template("plain.html", include_str!("plain.html.j2")).map_err(failed)?;
    let cases = data["queue"]["cases"].as_array().map_or(&[][..], Vec::as_slice);
    let accounts = data["accounts"].as_array().map_or(&[][..], Vec::as_slice);
    let top: Vec<Value> = cases
        .iter()
        .take(TOP)
        .map(|case| {
            let account = accounts.iter().find(|a| a["at"] == case["at"]).unwrap_or(&Value::Null);
            let name = case["at"].as_u64().map_or_else(String::new, |at| names.shown(at as usize));
            json!({ "name": name, "blind": case["blind"], "verdict": account["verdict"],
                    "reason": account["reasons"][0]["statement"] })
        })
        .collect();
    let shown = ["run", "tally", "health", "delta", "queue", "campaigns", "more"];
    let mut context: Map<String, Value> =
        shown.iter().map(|key| ((*key).to_owned(), data[*key].clone())).collect();
    context.insert("top".to_owned(), json!(top));
    context.insert("alerts".to_owned(), json!(alerts_to_all(data, cases)));
    context.insert("names".to_owned(), json!(names.all_shown()));
    let template = environment.get_template("plain.html").map_err(failed)?;
    template.render(minijinja::value::Serde(&context)).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_due_is_told_of_nobody_whose_case_is_blind() {
        let data = json!({ "alerts": [{ "at": 1, "note": "a" }, { "at": 2, "note": "b" }, { "at": 3, "note": "c" }] });
        let cases = [
            json!({ "at": 1, "blind": false, "sample": [] }),
            json!({ "at": 2, "blind": true, "sample": [] }),
            json!({ "at": null, "blind": true, "sample": [3, 4] }),
        ];
        assert_eq!(alerts_to_all(&data, &cases), [&json!({ "at": 1, "note": "a" })]);
    }
}

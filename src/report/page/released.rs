//! The page of a held run once a person let it go: it says so, and keeps everything else as it was published.
//! In: a page as it was written, who let the night go, when and why; out: the same page with that in the place of the mark.
//! Judges and draws nothing; a page that carries no such mark is left as it is.

use super::embed::escaped;
use super::{DATA, DATA_END, nonce};
use crate::report::run::ReportError;
use minijinja::{AutoEscape, Environment, context};
use serde_json::{Value, json};

/// How the mark begins and ends; nothing from outside can write it, as names are escaped.
const MARK: [&str; 2] = ["<p class=\"mark\" role=\"alert\">HELD: ", "</p>"];
const TOLD: &str =
    "<p class=\"mark\">RELEASED by {{ by }} on {{ at }}: {{ reason }}. It had been held: {{ held }}.</p>";

/// The page after its release; none where it shows no held run.
pub fn released(page: &str, by: &str, reason: &str, at: &str) -> Result<Option<String>, ReportError> {
    let Some((plain, rest)) = page.split_once(DATA) else { return Ok(None) };
    let Some((json, script)) = rest.split_once(DATA_END) else { return Ok(None) };
    let Some((before, marked)) = plain.split_once(MARK[0]) else { return Ok(None) };
    let Some((_, after)) = marked.split_once(MARK[1]) else { return Ok(None) };
    let failed = |problem: String| ReportError::Render { file: "report.html", problem };
    let mut data: Value = serde_json::from_str(json).map_err(|e| failed(e.to_string()))?;
    let held = data["run"]["held"].take();
    let [by, reason] = [by, reason].map(crate::domain::visible);
    data["run"]["released"] = json!({ "by": by, "reason": reason, "at": at, "held": held });
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    // The reason begins with the word that stands before it here.
    let held = held.as_str().unwrap_or_default();
    let held = held.strip_prefix("held: ").unwrap_or(held);
    let told = environment
        .render_str(TOLD, context! { by, reason, at, held })
        .map_err(|e| failed(format!("{e:#}")))?;
    let changed = escaped(&data.to_string());
    let (old, new) = (nonce(json), nonce(&changed));
    // It stands in the head and at the scripts; the data cannot hold it, as it follows from the data.
    let head = [before, &told, after, DATA].concat().replace(&old, &new);
    Ok(Some([head, changed, DATA_END.to_owned(), script.replace(&old, &new)].concat()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_released_page_says_who_and_why_and_nothing_in_that_is_markup() {
        let json =
            escaped(&json!({ "run": { "held": "held: 3 < 4" }, "names": ["</p>HELD: x"] }).to_string());
        let nonce_of = nonce(&json);
        let page = format!(
            "<meta {nonce_of}><p class=\"mark\" role=\"alert\">HELD: held: 3 &lt; 4. Nothing.</p><b>{DATA}{json}{DATA_END}\n<script nonce={nonce_of}>"
        );
        let told = released(&page, "A. <b>Night", "a \"wave\"\u{202e}", "2022-06-01T08:00:00Z")
            .expect("rendered")
            .expect("held");
        assert!(
            told.contains(
                "RELEASED by A. &lt;b&gt;Night on 2022-06-01T08:00:00Z: a &quot;wave&quot;\\u{202e}."
            ),
            "{told}"
        );
        assert!(
            told.contains("It had been held: 3 &lt; 4.</p><b>") && !told.contains("HELD: held"),
            "{told}"
        );
        let json = told.split_once(DATA).and_then(|(_, rest)| rest.split_once(DATA_END)).expect("data").0;
        let data: Value = serde_json::from_str(json).expect("JSON");
        assert_eq!((&data["run"]["held"], &data["names"][0]), (&Value::Null, &json!("</p>HELD: x")));
        assert!(!told.contains(&nonce_of) && told.matches(nonce(json).as_str()).count() == 2, "{told}");
        for other in ["", "<p>no page of ours", page.replace("HELD: ", "").as_str()] {
            assert_eq!(released(other, "a", "b", "c").expect("read"), None);
        }
    }
}

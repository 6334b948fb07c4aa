//! The outcomes of a gate as JUnit XML, which every CI reads.
//! In: outcomes and flips; out: one suite with one case a requirement, its failure naming the accounts.
//! Writes no time and no machine, so that the same outcome has the same bytes.

use crate::evaluate::{Flip, GateResult, Outcome};
use crate::table_io::sanitise;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use std::io;

/// Accounts named in one failure.
const NAMED: usize = 100;

/// The file.
pub fn junit(suite: &str, results: &[GateResult], flips: &[Flip]) -> io::Result<String> {
    let mut out = Writer::new_with_indent(Vec::new(), b' ', 2);
    out.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let count = |is: &dyn Fn(&GateResult) -> bool| results.iter().filter(|r| is(r)).count().to_string();
    let (all, failures) = (count(&|_| true), count(&GateResult::fails));
    let skipped = count(&|r| r.outcome == Outcome::Undecided && !r.fails());
    let suite = plain(suite);
    let mut head = BytesStart::new("testsuites");
    head.push_attribute(("name", "bulkwatch gate"));
    out.write_event(Event::Start(head))?;
    let mut head = BytesStart::new("testsuite");
    for (name, value) in [("name", &suite), ("tests", &all), ("failures", &failures), ("skipped", &skipped)] {
        head.push_attribute((name, value.as_str()));
    }
    head.push_attribute(("errors", "0"));
    out.write_event(Event::Start(head))?;
    for result in results {
        case(&mut out, &suite, result, flips)?;
    }
    out.write_event(Event::End(BytesEnd::new("testsuite")))?;
    out.write_event(Event::End(BytesEnd::new("testsuites")))?;
    String::from_utf8(out.into_inner()).map(|text| text + "\n").map_err(io::Error::other)
}

fn case(out: &mut Writer<Vec<u8>>, suite: &str, result: &GateResult, flips: &[Flip]) -> io::Result<()> {
    let name = plain(&format!("{} {}", result.requirement.name(), result.requirement.words()));
    let mut start = BytesStart::new("testcase");
    start.push_attribute(("classname", suite));
    start.push_attribute(("name", name.as_str()));
    if result.outcome == Outcome::Passed {
        return out.write_event(Event::Empty(start));
    }
    out.write_event(Event::Start(start))?;
    let word = if result.outcome == Outcome::Failed { "failed" } else { "undecided" };
    let message = plain(&format!("{word}: {}", result.why));
    let element = if result.fails() { "failure" } else { "skipped" };
    let mut inner = BytesStart::new(element);
    inner.push_attribute(("message", message.as_str()));
    if result.fails() {
        inner.push_attribute(("type", word));
        out.write_event(Event::Start(inner))?;
        out.write_event(Event::Text(BytesText::new(&details(result, flips))))?;
        out.write_event(Event::End(BytesEnd::new(element)))?;
    } else {
        out.write_event(Event::Empty(inner))?;
    }
    out.write_event(Event::End(BytesEnd::new("testcase")))
}

fn details(result: &GateResult, flips: &[Flip]) -> String {
    let mut text = plain(&result.requirement.because);
    for flip in flips.iter().take(NAMED) {
        let (account, because) = (plain(&flip.account), plain(&flip.because.join("; ")));
        let (from, to) = (flip.from.word(), flip.to.word());
        text.push_str(&format!("\n{}: {account}: {from} -> {to}: {because}", flip.kind.words().0));
    }
    if NAMED < flips.len() {
        text.push_str(&format!("\nand {} more", flips.len() - NAMED));
    }
    text
}

/// A text without what XML 1.0 cannot hold, however it is escaped: controls become visible, and two characters that are none.
fn plain(text: &str) -> String {
    sanitise(text, usize::MAX).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::Verdict;
    use crate::evaluate::{FlipKind, Gate, Measure};
    use proptest::prelude::*;
    use quick_xml::Reader;

    fn result(outcome: Outcome, why: &str, more: &str) -> GateResult {
        let text = format!("name = \"g\"\n[[require]]\nmetric = \"m\"\nat_least = 1\n{more}");
        let requirement = Gate::parse(&text).expect("parses").require.remove(0);
        let measure = Measure::with_bounds(Some(0.5), 3, None, "share");
        GateResult { requirement, measure, outcome, why: why.to_owned() }
    }

    fn flip(account: &str) -> Flip {
        let because = vec!["lost M3 (f 57)".to_owned()];
        let (from, to) = (Verdict::Review, Verdict::Watch);
        Flip { account: account.to_owned(), kind: FlipKind::DetectionLost, from, to, because }
    }

    #[test]
    fn a_suite_as_ci_reads_it() {
        let results = [
            result(Outcome::Passed, "", ""),
            result(Outcome::Failed, "0.5 is not at least 1", "because = \"no detection is lost\""),
            result(Outcome::Undecided, "n is 3", "undecided = \"pass\""),
        ];
        let text = junit("night", &results, &[flip("sim_a")]).expect("written");
        assert!(
            text.contains("<testsuite name=\"night\" tests=\"3\" failures=\"1\" skipped=\"1\" errors=\"0\">"),
            "{text}"
        );
        assert!(
            text.contains("no detection is lost\ndetection lost: sim_a: review -&gt; watch: lost M3 (f 57)"),
            "{text}"
        );
        assert!(text.contains("<skipped message=\"undecided: n is 3\"/>"), "{text}");
    }

    proptest! {
        #[test]
        fn whatever_a_name_holds_the_file_stays_well_formed(account in any::<String>(), why in any::<String>()) {
            let text = junit(&account, &[result(Outcome::Failed, &why, "")], &[flip(&account)]).expect("written");
            let mut reader = Reader::from_str(&text);
            let mut depth = 0i32;
            loop {
                match reader.read_event().expect("well-formed") {
                    Event::Start(e) => { depth += 1; e.attributes().for_each(|a| drop(a.expect("an attribute"))); }
                    Event::End(_) => depth -= 1,
                    Event::Eof => break,
                    _ => {}
                }
            }
            prop_assert_eq!(depth, 0);
            prop_assert_eq!(text.matches("<testcase").count(), 1);
            let allowed = |c: char| matches!(c, '\n' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
            prop_assert!(text.chars().all(allowed));
        }
    }
}

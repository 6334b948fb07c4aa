//! What people decided on accounts, kept in files that nights read: confirmed, innocent, unsure; why, who, when, in which run.
//! In: CSV files of decisions; out: per account what was said, and whether it keeps the account silent tonight.
//! Changes no score: who was decided innocent stays silent until evidence of a kind appears that was not there.

use super::innocent::Innocent;
use crate::domain::{AgreementFamily, DAY_US, ErrorClass, Timestamp, Word, nearest, needs_quote, typed_name};
use crate::scoring::FamilySet;
use std::collections::BTreeMap;
use thiserror::Error;

/// What a person said of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Said {
    /// It abuses.
    Confirmed,
    /// It does not.
    Innocent,
    /// The person could not tell.
    Unsure,
}

impl Word for Said {
    const ALL: &'static [(&'static str, Self)] =
        &[("confirmed", Self::Confirmed), ("innocent", Self::Innocent), ("unsure", Self::Unsure)];
}

impl Said {
    /// The word in files.
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].0
    }
}

/// One decision of a person.
#[derive(Debug, Clone, PartialEq)]
pub struct Ruling {
    /// On whom.
    pub account: String,
    /// What was said.
    pub said: Said,
    /// Why.
    pub why: String,
    /// Who said it.
    pub who: String,
    /// When, microseconds UTC.
    pub when: i64,
    /// The run that was looked at.
    pub run: String,
    /// The agreeing families that the person saw; none where the file does not tell.
    pub families: Option<FamilySet>,
    /// From when on it keeps nobody silent, microseconds UTC.
    pub until: i64,
    /// File and line it stands in, as an editor counts.
    pub place: String,
}

/// Days that a decision counts for where its file names no end (ours, S).
pub const USUAL_DAYS: i64 = 180;
/// Days before its end from which a sanction or a decision is told to expire (ours, S).
pub const NEAR_EXPIRY_DAYS: i64 = 14;

/// Why a file of decisions is refused.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum RulingError {
    /// A column is missing, or another one nearly has a known name.
    #[error("decisions {file}: {problem}")]
    Columns {
        /// The file.
        file: String,
        /// What is wrong.
        problem: String,
    },
    /// A value of a row.
    #[error("decisions {file}, row {row} (line {line}), {column}: {problem}")]
    Value {
        /// The file.
        file: String,
        /// The row, the header not counted.
        row: usize,
        /// The line of the file in which the row begins.
        line: u64,
        /// The column.
        column: &'static str,
        /// What is wrong.
        problem: String,
    },
}

impl RulingError {
    /// The class of the failure.
    pub fn class(&self) -> ErrorClass {
        ErrorClass::Input
    }
}

const NEEDED: [&str; 6] = ["account", "decision", "why", "who", "when", "run"];
const OPTIONAL: [&str; 2] = ["families", "until"];

/// All decisions that were given, by account.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rulings {
    by_account: BTreeMap<String, Vec<Ruling>>,
}

/// A longer text is no reason that a queue, a page or a cell of a spreadsheet has room for [S].
const MOST_CHARS: usize = 2_000;

impl Rulings {
    /// Reads a file; its name is told in errors.
    pub fn parse(file: &str, text: &str) -> Result<Self, RulingError> {
        let refuse = |problem: String| RulingError::Columns { file: file.to_owned(), problem };
        let text = text.trim_start_matches('\u{feff}');
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::Headers).from_reader(text.as_bytes());
        let head = reader.headers().map_err(|e| refuse(e.to_string()))?.clone();
        let place = |name: &str| head.iter().position(|h| h == name);
        for name in head.iter().filter(|h| !NEEDED.contains(h) && !OPTIONAL.contains(h)) {
            if let Some(near) = nearest(name, NEEDED.into_iter().chain(OPTIONAL)) {
                return Err(refuse(format!("unknown column {name}; did you mean {near}?")));
            }
        }
        let twice = |name: &&&str| 1 < head.iter().filter(|h| h == *name).count();
        if let Some(twice) = NEEDED.iter().chain(&OPTIONAL).find(twice) {
            return Err(refuse(format!("column {twice} is there more than once; which one counts?")));
        }
        if head.len() == 1 && head[0].contains(';') {
            return Err(refuse("it is separated by semicolons; save it separated by commas".to_owned()));
        }
        if let Some(missing) = NEEDED.into_iter().find(|name| place(name).is_none()) {
            return Err(refuse(format!("column {missing} is missing; needed are {}", NEEDED.join(", "))));
        }
        let mut all = Self::default();
        for (row, record) in (1..).zip(reader.records()) {
            let record = record.map_err(|e| refuse(format!("row {row}: {e}")))?;
            let cell = |name: &str| place(name).and_then(|i| record.get(i)).unwrap_or_default();
            // A name may begin or end with a blank; nothing else does.
            let cell = |name: &str| if name == "account" { cell(name) } else { cell(name).trim() };
            all.push(ruling((file, row, line(text, record.position())), &cell)?);
        }
        Ok(all)
    }

    fn push(&mut self, ruling: Ruling) {
        self.by_account.entry(ruling.account.clone()).or_default().push(ruling);
    }

    /// Takes in the decisions of another file; the same decision twice counts once.
    pub fn merge(&mut self, other: Self) {
        for ruling in other.by_account.into_values().flatten() {
            let same = |r: &Ruling| Ruling { place: String::new(), ..r.clone() };
            let known = self.by_account.get(&ruling.account).into_iter().flatten();
            if !known.into_iter().any(|r| same(r) == same(&ruling)) {
                self.push(ruling);
            }
        }
    }

    /// The decisions on each account.
    pub fn each(&self) -> impl Iterator<Item = (&str, &[Ruling])> {
        self.by_account.iter().map(|(account, all)| (account.as_str(), all.as_slice()))
    }

    /// The decisions on one account.
    pub fn on(&self, account: &str) -> &[Ruling] {
        self.by_account.get(account).map_or(&[], Vec::as_slice)
    }

    /// A digest of everything that counts.
    pub fn digest(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        let mut lines: Vec<String> = self
            .by_account
            .values()
            .flatten()
            .map(|r| {
                let families = r.families.map(|f| f.words().join(","));
                format!("{:?}", (&r.account, r.said, &r.why, &r.who, r.when, &r.run, families, r.until))
            })
            .collect();
        lines.sort();
        for line in lines {
            hasher.update(line.as_bytes()).update(b"\n");
        }
        hasher.finalize().to_hex().to_string()
    }

    /// Runs of decisions that do not tell what evidence the person saw.
    pub fn runs_to_look_up(&self) -> std::collections::BTreeSet<&str> {
        let all = self.by_account.values().flatten();
        all.filter(|r| r.said == Said::Innocent && r.families.is_none()).map(|r| r.run.as_str()).collect()
    }

    /// Fills in what evidence there was, from the run that was looked at.
    pub fn look_up(&mut self, run: &str, families: impl Fn(&str) -> Option<FamilySet>) {
        for ruling in self.by_account.values_mut().flatten().filter(|r| r.run == run && r.families.is_none())
        {
            ruling.families = families(&ruling.account);
        }
    }

    /// What the decisions before `as_of` mean for an account; none where nobody's last word is "innocent", or somebody's
    /// is "confirmed" and counts still.
    pub fn innocent(&self, account: &str, as_of: i64) -> Option<Innocent> {
        let said = last_words(self.on(account), as_of);
        if said.iter().any(|r| r.said == Said::Confirmed && as_of < r.until) {
            return None;
        }
        let innocent: Vec<&Ruling> = said.into_iter().filter(|r| r.said == Said::Innocent).collect();
        let last = innocent.iter().max_by_key(|r| (r.when, r.until, &r.who))?;
        let known: Vec<FamilySet> = innocent.iter().filter_map(|r| r.families).collect();
        Some(Innocent {
            families: known.iter().copied().reduce(FamilySet::union),
            until: last.until,
            told: format!("{} in run {}: {}", Timestamp(last.when).date(), last.run, last.why),
        })
    }
}

/// Each person's last decision before a moment; one that was taken later does not exist yet. What differs of one moment,
/// such as one day, is all returned, and contradicts itself.
pub fn last_words(all: &[Ruling], as_of: i64) -> Vec<&Ruling> {
    let mut by_person: BTreeMap<&str, Vec<&Ruling>> = BTreeMap::new();
    // Of the same said twice the first by what it says counts, wherever it stands in a file.
    let mut sorted: Vec<&Ruling> = all.iter().filter(|r| r.when < as_of).collect();
    sorted.sort_by_key(|r| (r.until, &r.run, &r.why, r.families.map(|f| f.words())));
    for ruling in sorted {
        let last = by_person.entry(&ruling.who).or_default();
        if last.first().is_some_and(|l| l.when < ruling.when) {
            last.clear();
        }
        if last.first().is_none_or(|l| l.when == ruling.when) && last.iter().all(|l| l.said != ruling.said) {
            last.push(ruling);
        }
    }
    by_person.into_values().flatten().collect()
}

/// The line in which a record begins; the reader counts from before the blank lines that it skips.
fn line(text: &str, at: Option<&csv::Position>) -> u64 {
    let Some(at) = at else { return 0 };
    let rest = text.as_bytes().get(at.byte() as usize..).unwrap_or_default();
    let blank = rest.iter().take_while(|b| matches!(b, b'\r' | b'\n'));
    at.line() + blank.filter(|b| **b == b'\n').count() as u64
}

fn ruling<'a>(
    (file, row, line): (&str, usize, u64),
    cell: &dyn Fn(&str) -> &'a str,
) -> Result<Ruling, RulingError> {
    let bad = |column, problem| RulingError::Value { file: file.to_owned(), row, line, column, problem };
    if let Some(empty) = NEEDED.into_iter().find(|name| cell(name).is_empty()) {
        return Err(bad(empty, "is empty".to_owned()));
    }
    let words = || Said::ALL.iter().map(|(word, _)| *word);
    for name in NEEDED.into_iter().filter(|name| *name != "account") {
        let long = cell(name).chars().count();
        if MOST_CHARS < long {
            return Err(bad(name, format!("is {long} characters long, more than {MOST_CHARS}")));
        }
    }
    let Some(said) = Said::parse(cell("decision")) else {
        let found = cell("decision");
        let near = nearest(found, words()).map(|n| format!("; did you mean {n}?")).unwrap_or_default();
        return Err(bad("decision", format!("{found:?} is none of confirmed, innocent, unsure{near}")));
    };
    let moment = |column: &'static str| {
        let problem = || format!("{:?} is neither a date nor RFC 3339", cell(column));
        Timestamp::parse(cell(column)).map(|t| t.0).ok_or_else(|| bad(column, problem()))
    };
    let when = moment("when")?;
    let until = if cell("until").is_empty() { when + USUAL_DAYS * DAY_US } else { moment("until")? };
    if until <= when {
        return Err(bad("until", format!("{:?} is not after {:?}", cell("until"), cell("when"))));
    }
    let mut families = None;
    if !cell("families").is_empty() {
        let mut set = FamilySet::default();
        for word in cell("families").split([',', ';', ' ']).filter(|w| !w.is_empty() && *w != "none") {
            let Some(family) = AgreementFamily::parse(word) else {
                let near = nearest(word, AgreementFamily::EACH.map(AgreementFamily::name))
                    .map(|n| format!("; did you mean {n}?"))
                    .unwrap_or_default();
                return Err(bad("families", format!("{word:?} is no family{near}")));
            };
            set.insert(family);
        }
        families = Some(set);
    }
    Ok(Ruling {
        account: typed_name(unquoted(cell("account"))).into_owned(),
        said,
        why: cell("why").to_owned(),
        who: cell("who").to_owned(),
        when,
        run: cell("run").to_owned(),
        families,
        until,
        place: format!("{file}:{line}"),
    })
}

/// The quote that the queue puts before a cell that a spreadsheet would take for a formula.
fn unquoted(account: &str) -> &str {
    account.strip_prefix('\'').filter(|rest| needs_quote(rest)).unwrap_or(account)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::Ruled;

    const HEAD: &str = "account,decision,why,who,when,run,families,until\n";

    fn rulings(rows: &str) -> Rulings {
        Rulings::parse("d.csv", &format!("{HEAD}{rows}")).expect("valid")
    }

    fn at(day: &str) -> i64 {
        Timestamp::parse(day).expect("a day").0
    }

    #[test]
    fn each_persons_last_word_counts_and_one_confirmation_keeps_nobody_silent() {
        let rows = "a,confirmed,bulk,ann,2022-01-01,r,rate,\na,innocent,a school,ann,2022-01-03,r,rate reach,\n\
                    b,innocent,a shop,ann,2022-01-01,r,none,\nb,confirmed,bulk,bob,2022-01-01,r,rate,\n\
                    c,unsure,-,ann,2022-01-01,r,,\n'=c,innocent,odd name,ann,2022-01-01,r,none,\n";
        let all = rulings(rows);
        assert_eq!(all.innocent("a", at("2022-01-03")), None, "not yet said");
        let a = all.innocent("a", at("2022-01-04")).expect("last word");
        assert_eq!(a.families.expect("told").words(), ["rate", "reach"]);
        assert_eq!(a.until, at("2022-01-03") + USUAL_DAYS * DAY_US);
        let others = ["b", "c"].map(|name| all.innocent(name, at("2022-02-01")));
        assert_eq!(others, [None, None]);
        assert!(all.innocent("=c", at("2022-02-01")).is_some(), "as the queue wrote it");
    }

    #[test]
    fn the_order_of_rows_decides_nothing_and_names_are_read_as_they_are() {
        let rows =
            ["2022-03-01\n", "2022-02-01\n"].map(|end| format!("a,innocent,x,ann,2022-01-01,r,,{end}"));
        let read = |text: String| rulings(&text).innocent("a", at("2022-01-02")).expect("said");
        assert_eq!(read(rows.concat()), read([rows[1].as_str(), &rows[0]].concat()));
        let row = |name: &str| format!("\"{name}\",innocent,odd,ann,2022-01-01,r,none,\n");
        let all = rulings(&["''=x", "' -y", " lead", "'z"].map(row).concat());
        let names: Vec<&str> = all.each().map(|(name, _)| name).collect();
        assert_eq!(names, [" -y", " lead", "'=x", "'z"]);
    }

    #[test]
    fn silence_ends_with_another_kind_of_evidence_or_with_its_time() {
        let all = rulings("a,innocent,a school,ann,2022-01-01,r,rate reach,2022-03-01\n");
        let innocent = all.innocent("a", at("2022-01-02")).expect("said");
        let ruled = |words: &[&str], day| innocent.ruled(FamilySet::of(words.iter().copied()), at(day));
        assert_eq!(ruled(&["rate"], "2022-01-02"), Ruled::Silent);
        assert_eq!(ruled(&[], "2022-01-02"), Ruled::Silent);
        assert_eq!(ruled(&["rate", "content"], "2022-01-02"), Ruled::NewEvidence);
        assert_eq!(ruled(&["rate"], "2022-02-15"), Ruled::NearExpiry);
        assert_eq!(ruled(&["rate"], "2022-03-01"), Ruled::Expired);
        let unknown = Innocent { families: None, ..innocent.clone() };
        assert_eq!(unknown.ruled(FamilySet::default(), at("2022-01-02")), Ruled::Unfounded);
        let note = innocent.note(Ruled::NewEvidence, FamilySet::of(["rate", "content"]));
        assert!(note.starts_with("alert: ") && note.ends_with("since: content"), "{note}");
    }

    #[test]
    fn files_are_refused_by_row_and_column_and_told_what_is_near() {
        let refused = |text: &str| Rulings::parse("d.csv", text).expect_err(text).to_string();
        assert!(refused("account,decision,why,who,wen,run\n").contains("did you mean when?"));
        assert!(refused("account,decision,why,who,when\n").contains("column run is missing"));
        let row = |row: &str| refused(&format!("{HEAD}{row}\n"));
        let long = row(&format!("a,confirmed,{},ann,2022-01-01,r,,", "x".repeat(MOST_CHARS + 1)));
        assert!(long.contains("row 1 (line 2), why: is 2001 characters long"), "{long}");
        assert!(row("a,inocent,x,ann,2022-01-01,r,,").contains("row 1 (line 2), decision: \"inocent\""));
        assert!(row("a,inocent,x,ann,2022-01-01,r,,").ends_with("did you mean innocent?"));
        assert!(
            row("\n\na,innocent,\"x\ny\",ann,2022-01-01,r,,\n\nb,no,x,ann,2022-01-01,r,,")
                .contains("row 2 (line 7)")
        );
        assert!(row("a,innocent,,ann,2022-01-01,r,,").contains("why: is empty"));
        assert!(row("a,innocent,x,ann,soon,r,,").contains("when: \"soon\""));
        assert!(row("a,innocent,x,ann,2022-01-01,r,rat,").contains("did you mean rate?"));
        assert!(row("a,innocent,x,ann,2022-01-01,r,,2021-01-01").contains("is not after"));
    }

    #[test]
    fn what_was_seen_is_looked_up_and_the_same_decision_counts_once() {
        let mut all = rulings("a,innocent,x,ann,2022-01-01,r,,\n");
        all.merge(rulings("a,innocent,x,ann,2022-01-01,r,,\nb,unsure,x,ann,2022-01-01,r2,,\n"));
        assert_eq!(all.each().map(|(_, said)| said.len()).collect::<Vec<_>>(), [1, 1]);
        assert_eq!(all.runs_to_look_up().into_iter().collect::<Vec<_>>(), ["r"]);
        let before = all.digest();
        all.look_up("r", |_| Some(FamilySet::of(["rate"])));
        assert!(all.runs_to_look_up().is_empty() && all.digest() != before);
    }
}

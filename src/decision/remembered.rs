//! What people decided on an account on earlier nights that keeps it no silence: confirmed, unsure, or one against the other.
//! In: decisions, an account, as_of; out: a note a decision, for whoever looks at the account tonight.
//! Moves no verdict, and does not say who decided.

use super::rulings::{Ruling, Rulings, Said, last_words};
use crate::domain::{DAY_US, Timestamp};
use std::cmp::Reverse;

impl Rulings {
    /// The notes, the latest decision first; none where nobody decided or the decision counts no longer; "innocent"
    /// stands among them beside "confirmed" only, else it has notes of its own.
    pub fn remembered(&self, account: &str, as_of: i64) -> Vec<String> {
        let mut counting = last_words(self.on(account), as_of);
        counting.retain(|r| as_of < r.until);
        let is = |word: Said| counting.iter().any(|r| r.said == word);
        let is_disputed = is(Said::Innocent) && is(Said::Confirmed);
        let disputed = if is_disputed { "disputed: " } else { "" };
        counting.retain(|r| is_disputed || r.said != Said::Innocent);
        counting.sort_by_key(|r| (Reverse(r.when.div_euclid(DAY_US)), r.said, &r.run, &r.why));
        let note = |r: &&Ruling| {
            let (word, day) = (r.said.name(), Timestamp(r.when).date());
            format!("{disputed}decided {word} on {day} in run {}: {}", r.run, r.why)
        };
        let mut notes: Vec<String> = counting.iter().map(note).collect();
        // Two people who said the same in the same words are one note: it does not say who.
        notes.dedup();
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notes(rows: &str, account: &str, day: &str) -> Vec<String> {
        let text = format!("account,decision,why,who,when,run,families,until\n{rows}");
        let all = Rulings::parse("d.csv", &text).expect("valid");
        all.remembered(account, Timestamp::parse(day).expect("a day").0)
    }

    #[test]
    fn what_keeps_nobody_silent_is_remembered_without_a_name_until_its_end() {
        let rows = "a,confirmed,bulk,ann,2022-01-01,r1,,\na,confirmed,bulk,bob,2022-01-01,r1,,\n\
                    b,unsure,odd,ann,2022-01-02,r2,,2022-02-01\nc,innocent,shop,ann,2022-01-01,r1,,\n\
                    d,innocent,shop,ann,2022-01-01,r1,,\nd,confirmed,bulk,bob,2022-01-03,r2,,\n\
                    f,innocent,shop,ann,2022-01-01,r1,,\nf,unsure,odd,bob,2022-01-03,r2,,\n\
                    g,innocent,shop,ann,2022-03-01,r1,,\ng,confirmed,bulk,bob,2022-01-03,r2,,2022-02-01\n\
                    h,unsure,odd,ann,2022-01-03T08:00:00Z,r,,\nh,unsure,new,bob,2022-01-03T09:00:00Z,r,,\n\
                    h,unsure,odd,eve,2022-01-03T10:00:00Z,r,,\n";
        assert_eq!(notes(rows, "a", "2022-01-05"), ["decided confirmed on 2022-01-01 in run r1: bulk"]);
        assert_eq!(notes(rows, "b", "2022-01-05"), ["decided unsure on 2022-01-02 in run r2: odd"]);
        assert!(notes(rows, "c", "2022-01-05").is_empty(), "that has notes of its own");
        let told = notes(rows, "d", "2022-01-05");
        let expected = [
            "disputed: decided confirmed on 2022-01-03 in run r2: bulk",
            "disputed: decided innocent on 2022-01-01 in run r1: shop",
        ];
        assert_eq!(told, expected);
        assert_eq!(notes(rows, "f", "2022-01-05"), ["decided unsure on 2022-01-03 in run r2: odd"]);
        assert!(
            notes(rows, "g", "2022-03-05").is_empty(),
            "the other side counts no longer: nothing is disputed"
        );
        assert_eq!(notes(rows, "h", "2022-01-05").len(), 2, "two said the same at other hours of the day");
        // Neither before it was said nor after its end; nothing of who nobody decided on.
        assert!(notes(rows, "b", "2022-01-02").is_empty() && notes(rows, "b", "2022-02-01").is_empty());
        assert!(notes(rows, "e", "2022-01-05").is_empty());
        assert!(notes(rows, "a", "2023-01-05").is_empty(), "a number may have changed hands");
    }
}

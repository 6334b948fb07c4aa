//! Which words of the notes beside a decision are the program's own, and which people wrote: reasons, owners, names.
//! In: a note, or several in a row; out: its parts in order, each with who wrote it.
//! Knows the notes by their fixed words: a new note of the program's adds its own here.

use super::verdict::Verdict;
use crate::domain::AgreementFamily;

/// The fixed words of notes, as they stand between what people wrote.
const FIXED: [&str; 26] = [
    "sanctioned as ",
    "sanction as ",
    "alert: ",
    "; expires on ",
    ": renew or end",
    " ignored, owner or reason is missing",
    " ignored, expiry or declared volume is missing",
    " ignored, the volume is not known",
    " has not begun",
    "agreed service (",
    ") expired on ",
    ") expired",
    " a day, but its messages, the people they reached or its group acts came to ",
    " within 24 h",
    "decided innocent on ",
    "decided confirmed on ",
    "decided unsure on ",
    "disputed: ",
    "; silent until ",
    " in run ",
    " or until another kind of evidence appears",
    "; this counts until ",
    "; this counted until ",
    "; ignored, the evidence of that run is not known any more",
    NEW_KINDS,
    UNSEEN,
];
/// Before the families of evidence that are new.
pub(super) const NEW_KINDS: &str = "; evidence of another kind since: ";
/// Where an audience older than the log kept the verdict down.
pub(super) const UNSEEN: &str = "most of the silent people it writes to were written to before the log could tell who began: \
                                 whether they asked for it is unknown, so that it stays at review";
/// Before the verdicts that a model moved an account between.
pub(super) const LIFTED: &str = "a learned model lifted it from ";

/// With what a note begins: elsewhere people wrote it.
const BEGINNINGS: [&str; 4] = ["alert: ", "disputed: ", "decided ", "sanction"];

/// The parts of a note in order: the text, and whether people wrote it.
pub fn parts(note: &str) -> Vec<(&str, bool)> {
    let (mut all, mut rest, mut people) = (Vec::new(), note, 0);
    while people < rest.len() {
        let before = &note[..note.len() - rest.len() + people];
        let begins =
            before.is_empty() || ["; ", "alert: ", "disputed: "].iter().any(|end| before.ends_with(end));
        let at = &rest[people..];
        let own = if !begins && BEGINNINGS.iter().any(|b| at.starts_with(b)) { 0 } else { own_at(at) };
        if own == 0 {
            people += rest[people..].chars().next().map_or(1, char::len_utf8);
            continue;
        }
        all.extend((0 < people).then_some((&rest[..people], true)));
        all.push((&rest[people..people + own], false));
        (rest, people) = (&rest[people + own..], 0);
    }
    all.extend((!rest.is_empty()).then_some((rest, true)));
    all
}

/// How long the program's own words are with which a text begins; 0 where it does not begin so.
fn own_at(text: &str) -> usize {
    if let Some(mut rest) = text.strip_prefix(NEW_KINDS) {
        while let Some(after) = AgreementFamily::EACH.iter().find_map(|f| rest.strip_prefix(f.name())) {
            rest = after.strip_prefix(", ").unwrap_or(after);
        }
        return text.len() - rest.len();
    }
    if let Some(rest) = text.strip_prefix(LIFTED) {
        let verdict =
            |text: &str| Verdict::ALL.iter().map(|v| v.word()).find(|w| text.starts_with(w)).map(str::len);
        let to = " to ";
        let lifted = verdict(rest).filter(|from| rest[*from..].starts_with(to));
        let whole = lifted.and_then(|from| Some(from + to.len() + verdict(&rest[from + to.len()..])?));
        return LIFTED.len() + whole.unwrap_or(0);
    }
    let is_day = |text: &str| {
        let shape = text.bytes().take(10).map(|b| if b.is_ascii_digit() { b'0' } else { b });
        shape.eq(*b"0000-00-00")
    };
    // Before a day we say "until" and "on", and the day is ours; people say so before other things.
    let day = |fixed: &str| if fixed.ends_with(" until ") || fixed.ends_with(" on ") { 10 } else { 0 };
    let fits = |fixed: &&&str| text.strip_prefix(**fixed).is_some_and(|rest| day(fixed) == 0 || is_day(rest));
    FIXED.iter().filter(fits).map(|fixed| fixed.len() + day(fixed)).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::{Innocent, Ruled, Rulings, SanctionState, Sanctioned};
    use crate::domain::DAY_US;
    use crate::scoring::FamilySet;

    /// Every note, with X where people wrote something.
    fn notes() -> Vec<String> {
        let x = || "X".to_owned();
        let sanctioned = Sanctioned {
            class: x(),
            reason: x(),
            owner: x(),
            starts_at: Some(0),
            expires_at: Some(DAY_US),
            declared_per_day: Some(5.0),
        };
        let states = [
            SanctionState::Holds,
            SanctionState::NearExpiry,
            SanctionState::Unfounded,
            SanctionState::Unbounded,
            SanctionState::NotYet,
            SanctionState::Expired,
            SanctionState::OutsideEnvelope { observed: 9.0, declared: 5.0 },
            SanctionState::Unknown,
        ];
        let innocent = Innocent { families: None, until: DAY_US, told: "1970-01-01 in run X: X".to_owned() };
        let new = FamilySet::of(["rate", "content"]);
        let head = "account,decision,why,who,when,run\n";
        let said = |words: &str| {
            let rows: String =
                words.split(' ').map(|word| format!("a,{word},X,{word},1970-01-01,X\n")).collect();
            let all = Rulings::parse("X", &format!("{head}{rows}")).expect("valid");
            all.remembered("a", DAY_US)
        };
        let mut all: Vec<String> = states.map(|state| sanctioned.note(state)).to_vec();
        all.extend(Ruled::ALL.map(|ruled| innocent.note(ruled, new)));
        all.extend(["confirmed", "unsure", "confirmed innocent"].iter().flat_map(|words| said(words)));
        all.push(format!("{LIFTED}review to abuse_high"));
        all.push(UNSEEN.to_owned());
        all
    }

    #[test]
    fn every_word_of_a_note_is_people_s_or_known_as_our_own() {
        let all = notes();
        assert_eq!(all.len(), 8 + 5 + 4 + 2);
        for note in all.iter().cloned().chain([all.join("; ")]) {
            let parts = parts(&note);
            assert_eq!(parts.iter().map(|(text, _)| *text).collect::<String>(), note);
            for (text, _) in parts.iter().filter(|(_, people)| *people) {
                let words = text.split(|c: char| !c.is_alphabetic()).filter(|w| !w.is_empty());
                // What binds two things that people wrote is no more than this.
                let left: Vec<&str> = words.filter(|w| !["X", "by", "for", "only"].contains(w)).collect();
                assert!(left.is_empty(), "{left:?} of {note}");
            }
        }
    }

    #[test]
    fn what_people_wrote_stays_theirs() {
        let told = parts(
            "alert: decided innocent on 2022-01-01 in run r1: see alert: a model school; evidence of another kind since: rate, content",
        );
        let people: String = told.iter().filter(|(_, people)| *people).map(|(text, _)| *text).collect();
        assert_eq!(people, "r1: see alert: a model school");
        let until = parts("decided unsure on 2022-01-02 in run r2: wait; silent until he writes");
        assert!(until.contains(&("r2: wait; silent until he writes", true)), "{until:?}");
        assert_eq!(parts("é"), [("é", true)]);
        assert!(parts("").is_empty());
    }
}

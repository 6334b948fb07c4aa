//! What the holder may be told: own conduct, rule by rule, in words for people who know no rules.
//! In: the codes that fired and the account's own values; out: sentences with bands, in the order of the cards.
//! A rule that reads what others said is never told, and neither are neighbors at sign-up or members of a campaign by number.

use super::bands::band;
use super::{Language, Packet};
use crate::features::{Feature, Reads, Unit, fanout, groups, rate};
use crate::rules::{self, AgreementFamily, Role, Rule};

/// People written to from whom feedback may have come, below which feedback is not even mentioned.
pub const CANDIDATES_LEAST: f64 = 20.0;

/// What is told of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// What it found, with its leading value as a band.
    Band,
    /// What it found, without a value: it is about others.
    Name,
    /// Nothing.
    Nothing,
}

/// What the holder is told of a rule.
pub fn told_of(rule: &Rule) -> Told {
    let limits = rule.limits.iter().map(|limit| limit.feature);
    let mut all = rule.uses.iter().copied().chain(limits);
    if all.any(says_what_others_said) || rule.family == AgreementFamily::Feedback {
        return Told::Nothing;
    }
    match rule.family {
        AgreementFamily::Registration | AgreementFamily::Coordination => Told::Name,
        _ => Told::Band,
    }
}

fn says_what_others_said(feature: &Feature) -> bool {
    feature.reads.iter().any(|reads| matches!(reads, Reads::Feedback | Reads::Talk))
}

/// The sentences about what the account did, or about what speaks for it.
pub fn sentences(packet: &Packet, benign: bool, language: Language) -> Vec<String> {
    let codes = if benign { &packet.account.mitigation_codes } else { &packet.account.reason_codes };
    let fired =
        |rule: &&'static Rule| codes.iter().any(|code| code == rule.code) && rule.role != Role::Descriptive;
    rules::cards().into_iter().filter(fired).filter_map(|rule| sentence(packet, rule, language)).collect()
}

fn sentence(packet: &Packet, rule: &Rule, language: Language) -> Option<String> {
    let told = told_of(rule);
    if told == Told::Nothing {
        return None;
    }
    let usual = words(rule.code)?;
    // A rule may fire on one of several values: what is told is the one it fired on, or none, never another one.
    let mut lines = packet.reasons.iter().chain(&packet.mitigations);
    let fired_on = lines.find(|line| line.code == rule.code).map(|line| line.feature.as_str());
    let (card, text) = match (rule.limits.first(), fired_on) {
        (Some(limit), Some(name)) if limit.feature.name == name => {
            (Some(limit.feature), language.pick(usual))
        }
        (_, Some(name)) => {
            match OTHERWISE.iter().find(|(own, card, ..)| *own == rule.code && card.name == name) {
                Some((_, card, en, de)) => (Some(*card), language.pick([en, de])),
                None => (None, without_value(language.pick(usual))),
            }
        }
        _ => (None, without_value(language.pick(usual))),
    };
    let lead = card.filter(|_| told == Told::Band);
    // A mean of counts is as near to one person as a count.
    let unit = |card: &Feature| if card.unit == Unit::Ratio { Unit::Count } else { card.unit };
    let value = lead.and_then(|card| Some(band(packet.features.get(card).ok()?, unit(card), language)));
    Some(match value {
        Some(value) => format!("{text}: {value}"),
        None => text.to_owned(),
    })
}

/// The words of a rule without those that lead over to its value.
fn without_value(text: &str) -> &str {
    text.split_once(';').map_or(text, |(text, _)| text)
}

/// Whether so many people could have given feedback that mentioning it points at nobody: people written to, or added to
/// groups. Whether any was given is no part of it: a mention that comes and goes would tell.
pub fn may_mention_feedback(packet: &Packet) -> bool {
    let many = |card| packet.features.get(card).is_ok_and(|n| CANDIDATES_LEAST <= n);
    many(&fanout::RECIPIENTS) || many(&groups::ADDED)
}

/// The same for rules that fire on one of several values, where it was not the first: code, feature, English, German.
const OTHERWISE: &[(&str, &Feature, &str, &str)] = &[
    (
        "M11",
        &groups::ADDED_1H,
        "people added to groups within one hour",
        "innerhalb einer Stunde zu Gruppen hinzugefügte Personen",
    ),
    (
        "M11b",
        &groups::ADDED_24H,
        "people added to groups within a day",
        "innerhalb eines Tages zu Gruppen hinzugefügte Personen",
    ),
    ("M2", &rate::UNEXPLAINED_MAX_24H, "messages in the busiest day", "Nachrichten am Tag mit den meisten"),
];

/// What a rule that fired on this value is about, in German and for whoever decides: also where holders are told nothing.
pub fn german(code: &str, feature: &str) -> Option<&'static str> {
    let other =
        OTHERWISE.iter().find(|(own, card, ..)| *own == code && card.name == feature).map(|found| found.3);
    let never = || UNTOLD.iter().find(|(own, _)| *own == code).map(|(_, de)| *de);
    other.or_else(|| words(code).map(|[_, de]| without_value(de))).or_else(never)
}

/// Rules of which holders are told nothing, in German.
const UNTOLD: &[(&str, &str)] = &[
    ("M12", "zu Gruppen Hinzugefügte, die binnen eines Tages wieder hinauswollten"),
    ("F1", "Meldungen beim ersten Kontakt"),
    ("F2", "Sperrungen durch Empfänger"),
    ("F4", "Nachrichten nach einer Abmeldung"),
    ("L8", "Meldungen von Personen, die das Konto nicht zuerst angeschrieben hat"),
];

/// What a rule is about, in English and German; none for what is never told.
pub fn words(code: &str) -> Option<[&'static str; 2]> {
    let found = WORDS.iter().find(|(own, ..)| *own == code)?;
    Some([found.1, found.2])
}

/// Code, English, German; the band of the rule's leading value is put behind.
const WORDS: &[(&str, &str, &str)] = &[
    (
        "M1",
        "a hundred messages within seconds; the account's age at that moment",
        "hundert Nachrichten innerhalb von Sekunden; Alter des Kontos dabei",
    ),
    ("M11", "groups created within one hour", "innerhalb einer Stunde erstellte Gruppen"),
    ("M2", "messages in the busiest minute", "Nachrichten in der Minute mit den meisten"),
    (
        "M7",
        "pauses between messages as regular as those of programs; variety of the pauses",
        "Pausen zwischen Nachrichten so regelmäßig wie bei Programmen; Vielfalt der Pausen",
    ),
    (
        "M7b",
        "messages around the clock; share in the quietest six hours",
        "Nachrichten rund um die Uhr; Anteil in den ruhigsten sechs Stunden",
    ),
    (
        "M7c",
        "messages by timetable to people who never wrote; share of these in the same hour of the day",
        "Nachrichten nach Fahrplan an Personen, die nie schrieben; Anteil davon zur selben Tagesstunde",
    ),
    (
        "M6",
        "texts to people who never wrote, without anything typed before; share of such texts",
        "Texte an Personen, die nie schrieben, ohne vorheriges Tippen; Anteil an diesen Texten",
    ),
    ("M6b", "typing that does not fit the messages", "Tippen, das nicht zu den Nachrichten passt"),
    (
        "M13",
        "chats one message was forwarded to at once",
        "Chats, an die eine Nachricht auf einmal weitergeleitet wurde",
    ),
    ("M14", "people on one broadcast list", "Personen auf einer Broadcast-Liste"),
    (
        "M3",
        "people written to within a day who had not written before",
        "innerhalb eines Tages angeschriebene Personen, die zuvor nicht geschrieben hatten",
    ),
    (
        "M3b",
        "new people written to within a day who did not answer",
        "innerhalb eines Tages neu angeschriebene Personen, die nicht antworteten",
    ),
    (
        "M4",
        "a new account that wrote to people who do not know it; how many",
        "neues Konto, das an Unbekannte schrieb; wie viele",
    ),
    ("M5", "new chats that stayed without an answer", "neue Chats, die ohne Antwort blieben"),
    (
        "M15",
        "new people who did not answer and whom no message ever reached; share of those who did not answer",
        "neu Angeschriebene ohne Antwort, die keine Nachricht je erreichte; Anteil an denen ohne Antwort",
    ),
    ("M16", "people with consecutive numbers; share", "Personen mit aufeinanderfolgenden Nummern; Anteil"),
    (
        "M17",
        "most messages to one person who never wrote",
        "meiste Nachrichten an eine Person, die nie schrieb",
    ),
    (
        "M8",
        "people who got one and the same content within a day and have not written since",
        "Personen, die innerhalb eines Tages denselben Inhalt erhielten und seither nicht schrieben",
    ),
    (
        "M8b",
        "messages to people who never wrote, or posts to groups, that repeat earlier ones; share of the messages to such people",
        "Nachrichten an Personen, die nie schrieben, oder in Gruppen, die frühere wiederholen; Anteil an den Nachrichten an \
         solche Personen",
    ),
    (
        "M10",
        "times the same audience was served",
        "wie oft denselben Personen eine Rundsendung geschickt wurde",
    ),
    (
        "M10b",
        "messages sent along a stored list; how often",
        "Nachrichten entlang einer gespeicherten Liste; wie oft",
    ),
    ("M11b", "groups created within a day", "innerhalb eines Tages erstellte Gruppen"),
    (
        "M12b",
        "people added to groups who do not know the account; share",
        "zu Gruppen hinzugefügte Personen, die das Konto nicht kennen; Anteil",
    ),
    (
        "G1",
        "groups joined by link and written to at once",
        "Gruppen, denen das Konto per Link beitrat und in die es sofort schrieb",
    ),
    ("G2", "groups that got the same content", "Gruppen, die denselben Inhalt erhielten"),
    (
        "R1",
        "number and address at sign-up are of different countries",
        "Nummer und Adresse bei der Anmeldung aus verschiedenen Ländern",
    ),
    (
        "R2",
        "registered from a block of numbers with much abuse",
        "angemeldet aus einem Nummernblock mit viel Missbrauch",
    ),
    ("R3", "registered from a network with much abuse", "angemeldet aus einem Netz mit viel Missbrauch"),
    ("R4", "registered together with many others", "gemeinsam mit vielen anderen angemeldet"),
    ("R5", "registered from a device with many accounts", "angemeldet auf einem Gerät mit vielen Konten"),
    ("C1", "messages in step with other accounts", "Nachrichten im Gleichschritt mit anderen Konten"),
    ("C2", "one mailing split over several accounts", "eine Rundsendung, auf mehrere Konten verteilt"),
    (
        "C3",
        "one of several new accounts that write to one another only",
        "eines von mehreren neuen Konten, die nur einander schreiben",
    ),
    ("L1", "messages that answer somebody; share", "Nachrichten, die jemandem antworten; Anteil"),
    ("L2", "people who wrote first; share", "Personen, die zuerst schrieben; Anteil"),
    (
        "L3",
        "people written to within a day, within the tier of the business platform",
        "innerhalb eines Tages angeschriebene Personen, im Rahmen der Stufe der Geschäftsplattform",
    ),
    ("L4", "people who answered; share", "Personen, die antworteten; Anteil"),
    (
        "L5",
        "people of the audience who wrote first or have the account saved; share",
        "Personen des Publikums, die zuerst schrieben oder das Konto gespeichert haben; Anteil",
    ),
    (
        "L6",
        "people written to who have written to it at some time; share",
        "angeschriebene Personen, die dem Konto irgendwann geschrieben haben; Anteil",
    ),
    (
        "L7",
        "people who do not have the account saved; share",
        "Personen, die das Konto nicht gespeichert haben; Anteil",
    ),
    (
        "L9",
        "silent people it wrote to since before the records begin; how many",
        "Personen ohne Antwort, denen es schon vor Beginn der Aufzeichnung schrieb; wie viele",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_that_may_be_told_has_words_and_no_other_has() {
        for rule in rules::cards().into_iter().filter(|r| r.role != Role::Descriptive) {
            let told = told_of(rule) != Told::Nothing;
            assert_eq!(words(rule.code).is_some(), told, "{}", rule.code);
            assert!(german(rule.code, "").is_some(), "{}: whoever decides reads German too", rule.code);
        }
        let never: Vec<&str> = rules::cards()
            .into_iter()
            .filter(|rule| told_of(rule) == Told::Nothing)
            .map(|rule| rule.code)
            .collect();
        for code in ["F1", "F2", "F4", "M12", "L8"] {
            assert!(never.contains(&code), "{code}: {never:?}");
        }
    }
}

//! The measure and its ground: what own conduct carries for its holder, and what is recommended for whoever decides.
//! In: a packet, whom it is for; out: the parts of the statement about measure and contractual ground.
//! A holder's text follows from own conduct alone: feedback may move the recommendation, and never a word of it.

use super::blank::{blank, decided};
use super::conduct::may_mention_feedback;
use super::page::line;
use super::{Language, Packet, Reader};
use crate::decision::{Finding, Measure, Verdict};
use std::fmt::Write;

const MEASURES: [(Measure, [&str; 2]); 4] = [
    (Measure::None, ["no restriction", "keine Einschränkung"]),
    (
        Measure::Notice,
        [
            "a notice on what the policy in force says of broadcasting; no chat is restricted",
            "ein Hinweis darauf, was die geltende Richtlinie zu Rundsendungen sagt; kein Chat wird eingeschränkt",
        ],
    ),
    (
        Measure::NoNewChats,
        ["no new chats; existing chats stay open", "keine neuen Chats; bestehende Chats bleiben offen"],
    ),
    (Measure::Suspension, ["suspension of the account, in all chats", "Sperrung des Kontos in allen Chats"]),
];

/// Stands in every holder's statement, so that it tells nothing of any.
const FURTHER: [&str; 2] = [
    "The decision is a person's and stands in the line below. This statement gives no reason for anything that goes further \
     than this; that would need a statement of its own.",
    "Die Entscheidung trifft ein Mensch; sie steht in der folgenden Zeile. Für alles, was darüber hinausgeht, gibt dieses \
     Schreiben keinen Grund an; dafür wäre ein eigenes Schreiben nötig.",
];
/// The same where the policy frees a suspension from a person's look beforehand.
const FURTHER_FREED: [&str; 2] = [
    "A person's decision, where there is one, stands in the line below. This statement gives no reason for anything that goes \
     further than this; that would need a statement of its own.",
    "Die Entscheidung eines Menschen steht, wo es sie gibt, in der folgenden Zeile. Für alles, was darüber hinausgeht, gibt \
     dieses Schreiben keinen Grund an; dafür wäre ein eigenes Schreiben nötig.",
];

fn in_words(measure: Measure, language: Language) -> &'static str {
    let found = MEASURES.iter().find(|(own, _)| *own == measure);
    found.map_or("", |(_, texts)| match language {
        Language::En => texts[0],
        Language::De => texts[1],
    })
}

/// What own conduct carries.
fn own(packet: &Packet) -> Measure {
    let told = packet.account.own_measure.as_deref();
    Measure::ALL.into_iter().find(|measure| Some(measure.word()) == told).unwrap_or(Measure::None)
}

/// What is recommended.
fn whole(packet: &Packet) -> Measure {
    let a = &packet.account;
    let verdict = Verdict::ALL.into_iter().find(|v| a.verdict == v.word()).unwrap_or(Verdict::NoFinding);
    Measure::of(verdict, Finding::of(&a.finding))
}

/// Whether the policy lets this measure be taken before a person has looked: hard rules only, and their own conduct.
pub fn acts_without_a_person(packet: &Packet) -> bool {
    own(packet) == Measure::Suspension && !packet.account.requires_human_review
}

/// The first part: the measure, where it holds and how long.
pub fn measure(packet: &Packet, reader: Reader, language: Language) -> String {
    let say = |texts| language.pick(texts);
    let own_words = in_words(own(packet), language);
    if reader == Reader::Holder {
        let mut text = match own(packet) {
            Measure::None => say([
                "The account's own conduct justifies no restriction.",
                "Das eigene Verhalten des Kontos rechtfertigt keine Einschränkung.",
            ])
            .to_owned(),
            _ => {
                let justifies = [
                    "Justified by the account's own conduct",
                    "Durch das eigene Verhalten des Kontos gerechtfertigt",
                ];
                format!("{}: {own_words}.", say(justifies))
            }
        };
        text.push_str(&scope(own(packet), language));
        let further = if acts_without_a_person(packet) { FURTHER_FREED } else { FURTHER };
        let _ = write!(text, "\n\n{}\n\n{}", say(further), decided(language));
        return text;
    }
    let whole = whole(packet);
    let mut text = format!("{}: {}.", say(["Recommended", "Empfohlen"]), in_words(whole, language));
    text.push_str(&scope(whole, language));
    let policy = say(["In the words of the policy", "In den Worten der Richtlinie"]);
    let said = packet.said(&packet.account.recommendation, language);
    let _ = write!(text, "\n\n{policy}: {}", line(said));
    let alone = say([
        "Justified by own conduct alone, and named in the holder's statement",
        "Durch eigenes Verhalten allein gerechtfertigt und im Schreiben an das Konto genannt",
    ]);
    let _ = write!(text, "\n\n{alone}: {own_words}.");
    if own(packet) < whole {
        let _ = write!(text, " {}", say(BEYOND));
        if !may_mention_feedback(packet) {
            let _ = write!(text, " {}", say(FEW));
        }
    }
    let _ = write!(text, "\n\n{}", decided(language));
    text
}

/// Territory and duration of a restriction; a notice has neither.
fn scope(measure: Measure, language: Language) -> String {
    if measure < Measure::NoNewChats {
        return String::new();
    }
    let fill = |what| blank(what, language);
    let territory = fill(["all countries, or which", "alle Länder, oder welche"]);
    let (from, to) = (fill(["date", "Datum"]), fill(["date", "Datum"]));
    match language {
        Language::En => format!(
            "\n\n- Territorial scope: the recommendation names no country. {territory}\n\
             - Duration: from {from}, at the latest until {to}"
        ),
        Language::De => format!(
            "\n\n- Räumlicher Geltungsbereich: Die Empfehlung nennt kein Land. {territory}\n\
             - Dauer: ab {from}, längstens bis {to}"
        ),
    }
}

const BEYOND: [&str; 2] = [
    "The rest comes from what others said: whoever decides on more than own conduct justifies tells the holder that \
     somebody spoke, and has to found it in words that point at nobody.",
    "Der Rest beruht auf dem, was andere sagten: wer mehr anordnet, als eigenes Verhalten rechtfertigt, verrät, dass jemand \
     gesprochen hat, und muss es so begründen, dass es auf niemanden zeigt.",
];
const FEW: [&str; 2] = [
    "Fewer than 20 people were written to or added to groups, so that this would point at them: do not go further.",
    "Weniger als 20 Personen wurden angeschrieben oder zu Gruppen hinzugefügt, es würde also auf sie zeigen: nicht weiter gehen.",
];

/// The fifth part: the contractual ground.
pub fn contract(packet: &Packet, reader: Reader, language: Language) -> String {
    let a = &packet.account;
    let (measure, grounds) = match reader {
        Reader::Holder => (own(packet), &a.own_grounds),
        Reader::Analyst => (whole(packet), &a.grounds),
    };
    if measure == Measure::None && (reader == Reader::Holder || grounds.is_empty()) {
        let none = [
            "None is applied: there is no restriction to give a ground for.",
            "Keine, da keine Einschränkung besteht.",
        ];
        return language.pick(none).to_owned();
    }
    let basis = packet.basis(reader, language);
    let clause =
        ["clause of the terms in force at that time", "Klausel der Nutzungsbedingungen, die damals galten"];
    let mut text =
        format!("{}: {} {}", language.pick(["Basis", "Grundlage"]), line(&basis), blank(clause, language));
    let named = packet.grounds(grounds, language);
    let missing = ["the ground: the program assigned none", "der Grund: Das Programm hat keinen zugeordnet"];
    let told = if named.is_empty() { blank(missing, language) } else { line(&named.join("; ")) };
    let _ = write!(text, "\n\n{}: {told}", language.pick(["Grounds", "Gründe"]));
    if named.is_empty() {
        return text;
    }
    let place = |place| packet.texts(place).map(|[en, _]| en);
    let (groups, people) = (place("grounds.groups"), place("grounds.unsolicited"));
    let all = || grounds.split("; ");
    let of_messages = all().any(|ground| groups != Some(ground) && people != Some(ground));
    let of = |wanted: Option<&str>| all().any(|ground| wanted == Some(ground));
    let _ = write!(text, "\n\n{}:", language.pick(["Why", "Warum"]));
    for (applies, why) in [(of_messages, WHY), (of(people), WHY_PEOPLE), (of(groups), WHY_GROUPS)] {
        if applies {
            let _ = write!(text, " {}", language.pick(why));
        }
    }
    let _ =
        write!(text, " {}", language.pick(["Intent is not claimed.", "Eine Absicht wird nicht behauptet."]));
    text
}

const WHY_PEOPLE: [&str; 2] = [
    "The service's FAQ on responsible use asks to message only people who made contact first or asked for it, and to stop \
     when asked; the conduct under 2 does not look like that in metadata.",
    "Die FAQ des Dienstes zur verantwortungsvollen Nutzung verlangt, nur Personen anzuschreiben, die zuerst Kontakt \
     aufgenommen oder darum gebeten haben, und auf Wunsch aufzuhören; danach sieht das Verhalten unter 2 in Metadaten nicht \
     aus.",
];

const WHY: [&str; 2] = [
    "The conduct under 2 is what bulk or automated messaging looks like in metadata.",
    "Das Verhalten unter 2 ist das, woran man massenhafte oder automatisierte Nachrichten in Metadaten erkennt.",
];
/// What the FAQ speaks of is messaging; that it covers more is a reading, and said to be one.
const WHY_GROUPS: [&str; 2] = [
    "Creating groups or adding people as told under 2 is what bulk or automated use looks like in metadata. The quoted FAQ \
     speaks of messaging; that it covers this too is how the operator's policy reads it.",
    "Wer wie unter 2 beschrieben Gruppen anlegt oder Personen hinzufügt, nutzt den Dienst so, wie man es in Metadaten von \
     massenhafter oder automatisierter Nutzung kennt. Die genannte FAQ spricht von Nachrichten; dass sie auch dies \
     erfasst, ist die Lesart der Richtlinie des Betreibers.",
];

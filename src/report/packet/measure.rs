//! The measure and its ground: what own conduct carries for its holder, and what is recommended for whoever decides.
//! In: a packet, whom it is for; out: the parts of the statement about measure and contractual ground.
//! A holder's text follows from own conduct alone: feedback may move the recommendation, and never a word of it.

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
            "a notice that broadcasting belongs on the business platform; no chat is restricted",
            "ein Hinweis, dass Rundsendungen auf die Geschäftsplattform gehören; kein Chat wird eingeschränkt",
        ],
    ),
    (
        Measure::NoNewChats,
        [
            "no new chats until a person has decided; existing chats stay open",
            "keine neuen Chats, bis ein Mensch entschieden hat; bestehende Chats bleiben offen",
        ],
    ),
    (
        Measure::Suspension,
        [
            "suspension of the account, in all chats, until a person has decided on it and on an appeal",
            "Sperrung des Kontos in allen Chats, bis ein Mensch darüber und über einen Widerspruch entschieden hat",
        ],
    ),
];

const DECIDED: [&str; 2] = [
    "Decided: ________ by: ________ on: ________ until: ________",
    "Entschieden: ________ von: ________ am: ________ bis: ________",
];

/// Stands in every holder's statement, so that it tells nothing of any.
const FURTHER: [&str; 2] = [
    "The decision is a person's and stands in the line below. What goes further than own conduct carries is not founded \
     by this statement and needs one of its own.",
    "Die Entscheidung trifft ein Mensch; sie steht in der folgenden Zeile. Was über das hinausgeht, was eigenes Verhalten \
     trägt, begründet dieses Schreiben nicht; es bedarf einer eigenen Begründung.",
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

/// The first part: the measure.
pub fn measure(packet: &Packet, reader: Reader, language: Language) -> String {
    let say = |texts| language.pick(texts);
    let own_words = in_words(own(packet), language);
    if reader == Reader::Holder {
        let carries = say(["The account's own conduct carries", "Das eigene Verhalten des Kontos trägt"]);
        return format!("{carries}: {own_words}.\n\n{}\n\n{}", say(FURTHER), say(DECIDED));
    }
    let whole = whole(packet);
    let mut text = format!("{}: {}.", say(["Recommended", "Empfohlen"]), in_words(whole, language));
    let policy = say(["In the words of the policy", "In den Worten der Richtlinie"]);
    let _ = write!(text, "\n\n{policy}: {}", line(&packet.account.recommendation));
    let alone = say([
        "Own conduct alone carries, and the holder's statement names",
        "Eigenes Verhalten allein trägt, und das Schreiben an das Konto nennt",
    ]);
    let _ = write!(text, "\n\n{alone}: {own_words}.");
    if own(packet) < whole {
        let _ = write!(text, " {}", say(BEYOND));
        if !may_mention_feedback(packet) {
            let _ = write!(text, " {}", say(FEW));
        }
    }
    let _ = write!(text, "\n\n{}", say(DECIDED));
    text
}

const BEYOND: [&str; 2] = [
    "The rest comes from what others said: whoever decides on more than own conduct carries tells the holder that \
     somebody spoke, and has to found it in words that point at nobody.",
    "Der Rest beruht auf dem, was andere sagten: wer mehr verfügt, als eigenes Verhalten trägt, verrät, dass jemand \
     gesprochen hat, und muss es so begründen, dass es auf niemanden zeigt.",
];
const FEW: [&str; 2] = [
    "Fewer than 20 people were written to, so that this would point at them: do not go further.",
    "Weniger als 20 Personen wurden angeschrieben, es würde also auf sie zeigen: nicht weiter gehen.",
];

/// The fifth part: the contractual ground.
pub fn contract(packet: &Packet, reader: Reader, language: Language) -> String {
    let a = &packet.account;
    if reader == Reader::Holder && own(packet) == Measure::None {
        return language
            .pick([
                "None is applied: own conduct carries no restriction.",
                "Keine wird angewandt: eigenes Verhalten trägt keine Einschränkung.",
            ])
            .to_owned();
    }
    let in_english = language.pick(["", " (im Wortlaut der Quelle)"]);
    let mut text =
        format!("{}{in_english}: {}", language.pick(["Basis", "Grundlage"]), line(&a.policy_basis));
    let grounds = if reader == Reader::Holder { &a.own_grounds } else { &a.grounds };
    if !grounds.is_empty() {
        let _ = write!(text, "\n\n{}: {}", language.pick(["Grounds", "Gründe"]), line(grounds));
    }
    let why = [
        "Why: the conduct under 2 is what bulk or automated messaging looks like in metadata. Intent is not claimed.",
        "Warum: das Verhalten unter 2 ist das, woran man Massen- oder automatisierte Nachrichten in Metadaten erkennt. Eine Absicht wird nicht behauptet.",
    ];
    let _ = write!(text, "\n\n{}", language.pick(why));
    text
}

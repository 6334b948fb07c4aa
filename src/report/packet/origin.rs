//! How the findings came about: by the operator's own analysis, by which automated means, and who decides.
//! In: a packet, whom it is for; out: the sentences of the statement on own initiative and on automated means.
//! Says the same whatever anybody reported: whether there was a notice is the operator's to state.

use super::blank::blank;
use super::measure::acts_without_a_person;
use super::{Language, Packet, Reader};

/// Where the findings come from: true of every account of every run.
pub fn origin(reader: Reader, language: Language) -> String {
    let own = [
        "The findings come from the operator's own analysis of message metadata, which looks at all accounts.",
        "Die Feststellungen stammen aus einer eigenen Auswertung von Metadaten durch den Betreiber, die alle Konten betrachtet.",
    ];
    let conduct = [
        " What this statement gives reasons for rests on the account's own conduct.",
        " Was dieses Schreiben begründet, beruht auf dem eigenen Verhalten des Kontos.",
    ];
    let notice = [
        "whether the decision was taken on the operator's own initiative or after a notice",
        "ob die Entscheidung auf eigene Initiative des Betreibers oder nach einer Meldung getroffen wurde",
    ];
    // An analyst is also told what rests on others.
    let conduct = if reader == Reader::Holder { language.pick(conduct) } else { "" };
    let mut text = format!("{}{conduct} {}", language.pick(own), blank(notice, language));
    if reader == Reader::Analyst {
        let warned = [
            " \"After a notice\" tells the holder that somebody spoke: write it only where the decision rests on it and \
             where it points at nobody.",
            " „Nach einer Meldung“ verrät, dass jemand gesprochen hat: nur schreiben, wenn die Entscheidung darauf beruht \
             und es auf niemanden zeigt.",
        ];
        text.push_str(language.pick(warned));
    }
    text
}

/// The third part: automated means.
pub fn automated(packet: &Packet, language: Language) -> String {
    let mut parts = vec![language.pick([
        "The findings are those of a program that computes numbers from message metadata and compares them with limits that \
         were set beforehand.",
        "Die Feststellungen sind die eines Programms, das aus Metadaten von Nachrichten Zahlen berechnet und mit vorab \
         festgelegten Grenzen vergleicht.",
    ])];
    let inputs = packet.manifest.at("/inputs").as_array();
    let reads_text = inputs.into_iter().flatten().any(|input| input["text_read"] == true);
    parts.push(language.pick(if reads_text { FINGERPRINTS } else { NO_TEXT }));
    if packet.manifest.at("/model").is_object() {
        parts.push(language.pick(MODEL));
    }
    parts.push(language.pick(if acts_without_a_person(packet) { FREED } else { A_PERSON }));
    let mut text = parts.join(" ");
    if acts_without_a_person(packet) {
        let at_once = [
            "whether the suspension took effect before a person looked",
            "ob die Sperrung wirksam wurde, bevor ein Mensch sie geprüft hat",
        ];
        text = format!("{text} {}", blank(at_once, language));
    }
    text
}

const NO_TEXT: [&str; 2] = [
    "It read no text of any message; of contents it knows at most fingerprints, which tell whether two are alike.",
    "Es hat keinen Text einer Nachricht gelesen; von Inhalten kennt es höchstens Prüfwerte, die zeigen, ob zwei einander gleichen.",
];
const FINGERPRINTS: [&str; 2] = [
    "It turned texts of messages into fingerprints, which tell whether two are alike, and kept no text.",
    "Texte von Nachrichten hat es in Prüfwerte umgewandelt, die zeigen, ob zwei einander gleichen; einen Text hat es nicht \
     behalten.",
];
const MODEL: [&str; 2] = [
    "A model learned from labeled accounts may also draw a person's attention to an account; no measure rests on it.",
    "Auch ein Modell, das an eingeordneten Konten gelernt wurde, kann einen Menschen auf ein Konto aufmerksam machen; keine \
     Maßnahme beruht darauf.",
];
const A_PERSON: [&str; 2] = [
    "The program decides nothing: the decision is taken by a person.",
    "Das Programm entscheidet nichts: Die Entscheidung trifft ein Mensch.",
];
const FREED: [&str; 2] = [
    "The program recommends. In such a case the operator's policy does not ask that a person look before the account is \
     suspended; you can ask that a person decide.",
    "Das Programm empfiehlt. In einem solchen Fall verlangt die Richtlinie des Betreibers nicht, dass ein Mensch das Konto \
     vor der Sperrung ansieht; Sie können verlangen, dass ein Mensch entscheidet.",
];

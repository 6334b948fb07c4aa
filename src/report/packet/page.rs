//! The packet as a text: a statement in the order of Article 17(3) DSA, and for analysts the evidence behind it.
//! In: a packet, whom it is for, the language; out: Markdown, without clock and path, the same for the same run.
//! States what is recommended; who decides, and what, is left open for a person to fill in.

use super::blank::{DRAFT, redress};
use super::conduct::{german, may_mention_feedback, sentences};
use super::measure::{contract, measure};
use super::origin::{automated, origin};
use super::{Language, Packet, Reader};
use crate::decision::State;
use crate::domain::shown_name;
use crate::report::read_back::ReasonRow;
use std::fmt::Write;

/// Renders a packet; `quote` makes one word of a command out of a value.
pub fn page(packet: &Packet, reader: Reader, language: Language, quote: &dyn Fn(&str) -> String) -> String {
    let mut text = String::new();
    head(&mut text, packet, reader, language);
    let titles = [
        ["1. Measure, scope and duration", "1. Maßnahme, Umfang und Dauer"],
        ["2. Facts and circumstances", "2. Tatsachen und Umstände"],
        ["3. Automated means", "3. Automatisierte Mittel"],
        ["4. Legal ground", "4. Rechtsgrundlage"],
        ["5. Contractual ground", "5. Vertragliche Grundlage"],
        ["6. Redress", "6. Rechtsbehelfe"],
    ];
    let parts: [String; 6] = [
        measure(packet, reader, language),
        facts(packet, reader, language),
        automated(packet, language),
        language.pick(LEGAL).to_owned(),
        contract(packet, reader, language),
        redress(&packet.reference(), language),
    ];
    for (title, part) in titles.into_iter().zip(parts) {
        let _ = write!(text, "\n## {}\n\n{}\n", language.pick(title), part.trim_end());
    }
    if reader == Reader::Analyst {
        evidence(&mut text, packet, language, quote);
    }
    text
}

const LEGAL: [&str; 2] = [
    "None: it is not claimed that any content is illegal. For the contract see 5.",
    "Keine: Es wird nicht behauptet, dass ein Inhalt rechtswidrig ist. Zum Vertrag siehe 5.",
];
const MAY_HAVE: [&str; 2] = [
    "Where people who were written to or added to groups gave feedback, it may have been considered elsewhere; the measure \
     under 1 does not rest on it. Whether anybody gave any, who and when is not told, for their protection.",
    "Wo Personen, die angeschrieben oder zu Gruppen hinzugefügt wurden, Rückmeldung gegeben haben, kann sie an anderer Stelle \
     berücksichtigt worden sein; die Maßnahme unter 1 beruht nicht darauf. Ob jemand das tat, wer und wann, wird zu deren \
     Schutz nicht mitgeteilt.",
];

fn head(text: &mut String, packet: &Packet, reader: Reader, language: Language) {
    let say = |texts| language.pick(texts);
    let _ = writeln!(text, "# {}\n", say(["Statement of reasons", "Begründung"]));
    if packet.manifest.at("/simulated").as_bool() == Some(true) {
        let _ = writeln!(text, "**{}**\n", say(["SIMULATED", "SIMULIERT"]));
    }
    let _ = writeln!(text, "{}\n", say(DRAFT));
    let at = |pointer: &str| moment(packet.manifest.at(pointer).as_str().unwrap_or_default());
    let _ = writeln!(text, "- {}: {}", say(["Account", "Konto"]), line(&shown_name(&packet.account.name)));
    let _ = writeln!(text, "- {}: {}", say(["Reference", "Aktenzeichen"]), packet.reference());
    let (from, to) = (at("/window/from"), at("/window/to"));
    let _ = writeln!(text, "- {}: {from} – {to} UTC", say(["Period", "Zeitraum"]));
    let _ = writeln!(text, "- {}: {}", say(["Policy", "Richtlinie"]), packet.account.policy_version);
    if reader == Reader::Analyst {
        let a = &packet.account;
        let held = packet.manifest.held().map(|reason| format!(", HELD: {reason}")).unwrap_or_default();
        let _ = writeln!(text, "- {}: {}{held}", say(["Run", "Lauf"]), packet.manifest.run_id());
        let finding = if a.finding == "none" { String::new() } else { format!(", {}", a.finding) };
        let _ = writeln!(text, "- {}: {}{finding} ({})", say(["Verdict", "Befund"]), a.verdict, a.state);
        let _ = writeln!(
            text,
            "- {} {:.3}, {} {:.3}, {} {:.3} ({})",
            say(["automation", "Automatisierung (automation)"]),
            a.automation,
            say(["broadcast", "Rundsendung (broadcast)"]),
            a.broadcast,
            say(["unsolicited", "Unerwünschtheit (unsolicited)"]),
            a.unsolicited,
            say(["an order, no probabilities", "eine Rangfolge, keine Wahrscheinlichkeiten"])
        );
    }
}

/// A moment without what says nothing: the statement names days and hours for people.
fn moment(rfc3339: &str) -> String {
    rfc3339.strip_suffix(":00Z").unwrap_or(rfc3339.trim_end_matches('Z')).replace('T', " ")
}

/// Text from a log or a policy, on one line and harmless in Markdown.
pub(super) fn line(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.replace('`', "'").replace('<', "&lt;").replace('[', "\\[").replace('*', "\\*")
}

fn facts(packet: &Packet, reader: Reader, language: Language) -> String {
    let mut text = format!("{}\n\n", origin(reader, language));
    match reader {
        Reader::Holder => {
            let own = sentences(packet, false, language);
            let nothing = match packet.account.state == State::Insufficient.word() {
                true => ["There is too little to judge.", "Für ein Urteil ist zu wenig da."],
                false => [
                    "Nothing of the account's own conduct stands out.",
                    "Am eigenen Verhalten fällt nichts auf.",
                ],
            };
            if own.is_empty() {
                let _ = writeln!(text, "{}", language.pick(nothing));
            }
            bullets(&mut text, &own);
            let speaks_for = sentences(packet, true, language);
            if !speaks_for.is_empty() {
                let _ = writeln!(
                    text,
                    "\n{}:\n",
                    language.pick(["What speaks for the account", "Was für das Konto spricht"])
                );
                bullets(&mut text, &speaks_for);
            }
            if may_mention_feedback(packet) {
                let _ = writeln!(text, "\n{}", language.pick(MAY_HAVE));
            }
        }
        Reader::Analyst => {
            if language == Language::De && !packet.reasons.is_empty() {
                let _ = writeln!(
                    text,
                    "Hinter jedem Gegenstand steht der Satz im englischen Wortlaut des Laufs.\n"
                );
            }
            packet.reasons.iter().for_each(|r| reason(&mut text, r, language));
            if packet.reasons.is_empty() {
                let _ =
                    writeln!(text, "{}", language.pick(["No rule fired.", "Keine Regel hat angeschlagen."]));
            }
            if !packet.mitigations.is_empty() {
                let _ = writeln!(
                    text,
                    "\n{}:\n",
                    language.pick(["What speaks for the account", "Was für das Konto spricht"])
                );
                packet.mitigations.iter().for_each(|r| reason(&mut text, r, language));
            }
            also_known(&mut text, packet, language);
        }
    }
    text
}

/// What stands beside the reasons, for whoever decides: company and evidence from outside found nothing alone.
fn also_known(text: &mut String, packet: &Packet, language: Language) {
    let a = &packet.account;
    if let Some(campaign) = &a.campaign {
        let company = [
            "Company, alone at most a reason to watch: campaign",
            "Gesellschaft, allein höchstens Anlass zum Beobachten: Kampagne",
        ];
        let _ = writeln!(text, "\n{} {} (campaigns.parquet)", language.pick(company), line(campaign));
    }
    if a.off_platform_n > 0.0 {
        let outside = [
            "Evidence from outside the platform on file, which enters no score",
            "Vorliegende Belege von außerhalb der Plattform, die in keine Bewertung eingehen",
        ];
        let _ = writeln!(text, "\n{}: {} (off_platform.ndjson)", language.pick(outside), a.off_platform_n);
    }
    if !a.notes.is_empty() {
        let notes = language.pick(["Notes of the run", "Vermerke des Laufs, im englischen Wortlaut"]);
        let _ = writeln!(text, "\n{notes}: {}", line(&a.notes));
    }
}

fn bullets(text: &mut String, lines: &[String]) {
    for line in lines {
        let _ = writeln!(text, "- {line}");
    }
}

/// A reason as published; its sentence is English, its subject is said in the language asked for.
fn reason(text: &mut String, r: &ReasonRow, language: Language) {
    let subject = german(&r.code, &r.feature)
        .filter(|_| language == Language::De)
        .map(|subject| format!("{subject}. "));
    let _ = writeln!(
        text,
        "- **{}** [{}] {}{}",
        r.code,
        r.source_mark,
        subject.unwrap_or_default(),
        line(&r.statement)
    );
    if !r.counterfactual.is_empty() {
        let _ = writeln!(text, "  - {}", line(&r.counterfactual));
    }
}

/// What an analyst defends a decision with: digests, and the command that yields the same bytes.
fn evidence(text: &mut String, packet: &Packet, language: Language, quote: &dyn Fn(&str) -> String) {
    let title = language.pick(["Evidence, frozen", "Belege, eingefroren"]);
    let _ = write!(text, "\n## {title}\n\n");
    let at = |pointer: &str| packet.manifest.at(pointer).as_str().unwrap_or("-").to_owned();
    for (name, pointer) in [
        (["policy digest", "Prüfsumme der Richtlinie"], "/policy/digest"),
        (["feature cards", "Merkmalskarten"], "/features_fingerprint"),
        (["population", "Vergleichsgesamtheit"], "/population/digest"),
        (["tool", "Programm"], "/tool/version"),
        (["input digest", "Prüfsumme der Eingaben"], "/input_digest"),
    ] {
        let _ = writeln!(text, "- {}: `{}`", language.pick(name), at(pointer));
    }
    for (file, digest) in packet.manifest.outputs("outputs") {
        let _ = writeln!(text, "- {file}: `{digest}`");
    }
    let again = [
        "Scored again where the scan ran, these files have the same digests (erased accounts aside):",
        "Dort erneut bewertet, wo der Lauf stattfand, haben diese Dateien dieselben Prüfsummen (von gelöschten Konten abgesehen):",
    ];
    let flag = |(flag, value): (String, String)| format!(" --{flag}={}", quote(&value));
    let flags: String = packet.score_again().into_iter().map(flag).collect();
    let _ = write!(text, "\n{}\n\n```sh\nbulkwatch scan{flags}\n```\n", language.pick(again));
}

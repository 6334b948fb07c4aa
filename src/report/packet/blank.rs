//! What only the operator knows, as marked blanks: addresses, bodies, dates, and whether somebody gave notice.
//! In: what belongs there; out: a blank that nobody overlooks, the same in every statement.
//! Fills in nothing: an invented address would be worse than none.

use super::Language;

/// Stands at the head of every statement.
pub const DRAFT: [&str; 2] = [
    "Draft: the operator of the service fills in, or strikes out, every place marked **[TO FILL IN: ...]** before this is \
     sent.",
    "Entwurf: Der Betreiber des Dienstes füllt jede mit **[AUSZUFÜLLEN: ...]** markierte Stelle vor dem Versand aus oder \
     streicht sie.",
];

/// A place that the operator fills in.
pub fn blank(what: [&str; 2], language: Language) -> String {
    format!("**[{}: {}]**", language.pick(["TO FILL IN", "AUSZUFÜLLEN"]), language.pick(what))
}

/// Who decided what, and when.
pub fn decided(language: Language) -> String {
    let fill = |what| blank(what, language);
    let (what, who, when) =
        (fill(["what", "was"]), fill(["name and role", "Name und Funktion"]), fill(["date", "Datum"]));
    match language {
        Language::En => format!("Decided: {what} by {who} on {when}."),
        Language::De => format!("Entschieden: {what} von {who} am {when}."),
    }
}

/// The last part: what its holder can do against the decision.
pub fn redress(reference: &str, language: Language) -> String {
    let fill = |what| blank(what, language);
    let place = fill(["address or form for complaints", "Anschrift oder Formular für Beschwerden"]);
    let until = fill(["date", "Datum"]);
    let body = fill([
        "name and address of the body, or that there is none",
        "Name und Anschrift der Stelle, oder dass es keine gibt",
    ]);
    let court = fill(["competent court, time limit", "zuständiges Gericht, Frist"]);
    match language {
        Language::En => format!(
            "- **Complaint to the operator.** You can object to the decision, tell your own view and ask that a person decide \
             again. Write to {place} by {until} and quote {reference}.\n\
             - **Out-of-court dispute settlement.** {body}\n\
             - **Courts.** You can also take the decision to a court. {court}\n\n\
             As long as the data are kept, the analysis can be repeated on them and comes to the same result."
        ),
        Language::De => format!(
            "- **Beschwerde beim Betreiber.** Sie können der Entscheidung widersprechen, Ihre Sicht darlegen und verlangen, \
             dass ein Mensch neu entscheidet. Schreiben Sie bis {until} an {place} und nennen Sie {reference}.\n\
             - **Außergerichtliche Streitbeilegung.** {body}\n\
             - **Gericht.** Sie können die Entscheidung auch von einem Gericht überprüfen lassen. {court}\n\n\
             Solange die Daten aufbewahrt werden, lässt sich die Auswertung mit demselben Ergebnis wiederholen."
        ),
    }
}

//! The front page of the scenarios' folder, made from the scenarios themselves.
//! In: all scenarios; out: Markdown with a table of what each is and what it expects.
//! Refuses to say anything the scenarios do not say.

use super::scenario::Scenario;
use std::fmt::Write;

const HEAD: &str = "# Simulated scenarios

Everything in this folder is simulated: no row was ever sent by anybody. Each folder is a small log in the form of the \
input contract, with a `scenario.toml` that says why it exists and what must hold of the accounts in it, always as a \
comparison and with its reason. The logs are made by `src/simulate/` from fixed seeds; every actor has a stream of its \
own, so a new actor moves nobody else. `bulkwatch simulate --write data/scenarios` writes the folder again, and a test \
compares it. `_population` is a log of earlier nights without abusers, for rules that compare with a population. The \
data may be used under the license of the program.

| scenario | what | messages | subject | expected |
|---|---|---|---|---|
";

/// Renders the page.
pub fn readme(scenarios: &[Scenario]) -> String {
    let mut page = HEAD.to_owned();
    for scenario in scenarios {
        let card = &scenario.card;
        let messages = scenario.tables.messages.len();
        let mut lead = format!("`{}` | {} | {messages}", card.name, card.title);
        if card.expect.is_empty() {
            let _ = writeln!(page, "| {lead} | | |");
        }
        for expect in &card.expect {
            let _ = writeln!(page, "| {lead} | `{}` | {} |", expect.subject(), expect.claims().join("; "));
            lead = " | | ".to_owned();
        }
    }
    page
}

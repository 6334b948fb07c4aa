//! `coaction LOG`: who put out the same things within seconds of whom, by the published rule of co-sharing networks.
//! In: a message log whose content is what is shared and whose msg_id is the post; out: edges between accounts.
//! Judges nobody: a scan's own search asks for repetition and for who was first; this is the literature's measure.

use super::args::Flags;
use super::{Failure, scan, terminal, whole};
use crate::campaigns::{Lockstep, LockstepSettings, Rule, Share, lockstep};
use crate::domain::{ErrorClass, SECOND_US, Token};
use crate::log::{EventSink, MessageEvent, read_messages};
use crate::table_io::{Table, write_parquet};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use serde_json::json;
use std::path::Path;

/// Runs the command.
pub fn run(flags: &Flags) -> Result<(), Failure> {
    let settings = scan::resolve(flags)?;
    let inputs = scan::inputs(&settings)?;
    let rule = settings_of(flags)?;
    let (sinks, report) = read_messages(&inputs.messages, &scan::read_settings(&settings)?, Shares::default)?;
    let (rows, names) = indexed(sinks);
    if rows.is_empty() {
        let problem = format!("none of {} rows has a content, so nothing is shared", report.rows_ok);
        return Err(Failure::new(ErrorClass::Input, problem));
    }
    let accounts = u32::try_from(names.len()).unwrap_or(u32::MAX);
    let found = lockstep(&rows, accounts, &rule)
        .map_err(|e| Failure::new(ErrorClass::Usage, format!("co-action: {e}")))?;
    if let Some(path) = &flags.write {
        write(path, &found, &names)?;
    }
    tell(flags, &rule, &found, rows.len())
}

/// The published rule with what the user says of it; the defaults are those of the rule's own example.
fn settings_of(flags: &Flags) -> Result<LockstepSettings, Failure> {
    let number = |text: &Option<String>, what: &str, default: u32| match text {
        None => Ok(default),
        Some(text) => text
            .parse::<u32>()
            .map_err(|_| Failure::usage(format!("{what} is {text}, expected a whole number"))),
    };
    let window = number(&flags.within, "--within", 60)?;
    let participation = number(&flags.participation, "--participation", 2)?;
    Ok(LockstepSettings {
        window_us: i64::from(window) * SECOND_US,
        rule: Rule::Published { participation },
        ..LockstepSettings::published()
    })
}

/// Shares as they come.
#[derive(Default)]
struct Shares {
    rows: Vec<(Token, i64, u64, u64)>,
    names: Vec<(Token, String)>,
}

impl EventSink for Shares {
    fn message(&mut self, event: &MessageEvent) {
        if event.content != 0 {
            // A row without an id is a post of its own.
            let own = (self.rows.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ event.ts as u64;
            let post = if event.msg == 0 { own | 1 } else { event.msg };
            self.rows.push((event.sender, event.ts, event.content, post));
        }
    }

    fn name(&mut self, token: Token, name: &str) {
        self.names.push((token, name.to_owned()));
    }
}

/// Shares under dense indexes in account order, and the accounts' names.
fn indexed(sinks: Vec<Shares>) -> (Vec<Share>, Vec<String>) {
    let (mut rows, mut names) = (Vec::new(), Vec::new());
    for sink in sinks {
        rows.extend(sink.rows);
        names.extend(sink.names);
    }
    names.sort_unstable();
    names.dedup_by_key(|(token, _)| *token);
    let place: HashMap<Token, u32, FixedState> =
        names.iter().zip(0..).map(|((token, _), place)| (*token, place)).collect();
    let share = |(sender, ts, object, content): &(Token, i64, u64, u64)| {
        Some(Share { object: *object, account: *place.get(sender)?, ts: *ts, content: *content })
    };
    let shares = rows.iter().filter_map(share).collect();
    (shares, names.into_iter().map(|(_, name)| name).collect())
}

fn write(path: &Path, found: &Lockstep, names: &[String]) -> Result<(), Failure> {
    let name = |account: u32| names[account as usize].clone();
    let edges = &found.edges;
    let table = Table::new()
        .with("account_a", edges.iter().map(|e| name(e.low())).collect::<Vec<_>>())
        .with("account_b", edges.iter().map(|e| name(e.high())).collect::<Vec<_>>())
        .with("pairs_n", edges.iter().map(|e| u64::from(e.n)).collect::<Vec<_>>())
        .with("a_first_n", edges.iter().map(|e| u64::from(e.low_first)).collect::<Vec<_>>())
        .with("b_first_n", edges.iter().map(|e| u64::from(e.high_first)).collect::<Vec<_>>());
    whole::write(path, |part| Ok(write_parquet(part, &table, &[("bulkwatch.schema", "coaction 1")])?))
}

fn tell(flags: &Flags, rule: &LockstepSettings, found: &Lockstep, shares: usize) -> Result<(), Failure> {
    let pairs: u64 = found.edges.iter().map(|e| u64::from(e.n)).sum();
    let Rule::Published { participation } = rule.rule else { return Ok(()) };
    let within = rule.window_us / SECOND_US;
    let said = json!({
        "rule": "co-sharing network", "within_s": within, "participation": participation,
        "shares": shares, "accounts": found.accounts(), "edges": found.edges.len(), "pairs_of_shares": pairs,
    });
    let text = if flags.json {
        said.to_string()
    } else {
        format!(
            "{} accounts, {} edges, {pairs} pairs of shares; {shares} shares, at most {within} s apart, participation \
             {participation}",
            found.accounts(),
            found.edges.len()
        )
    };
    Ok(terminal::data(&text)?)
}

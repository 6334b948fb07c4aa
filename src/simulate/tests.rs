//! What the scenarios promise of themselves: same bytes as committed, valid keys, subjects that exist, independence.
//! In: the scenarios and the committed folder; out: failures that say how to regenerate.
//! Refuses to run a detector: that is the integration tests' part.

use super::stage::Stage;
use super::*;
use crate::domain::DAY_US;
use flate2::read::GzDecoder;
use std::collections::{BTreeSet, HashSet};
use std::io::Read;
use std::path::PathBuf;
use std::sync::LazyLock;

static ALL: LazyLock<Vec<Scenario>> = LazyLock::new(scenarios);

fn unpacked(name: &str, bytes: Vec<u8>) -> Vec<u8> {
    if !name.ends_with(".gz") {
        return bytes;
    }
    let mut plain = Vec::new();
    GzDecoder::new(bytes.as_slice()).read_to_end(&mut plain).unwrap();
    plain
}

/// Compares what is inside the files, so that another version of the compressor changes nothing.
#[test]
fn committed_scenarios_are_what_the_seeds_give() {
    let committed = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data/scenarios");
    let mut wrong = Vec::new();
    let mut expected = BTreeSet::from([PathBuf::from("README.md")]);
    if std::fs::read_to_string(committed.join("README.md")).ok() != Some(readme(&ALL)) {
        wrong.push("README.md".to_owned());
    }
    for scenario in ALL.iter() {
        let files = scenario.files().unwrap();
        assert_eq!(files, scenario.files().unwrap(), "{} is not repeatable", scenario.card.name);
        for file in files {
            let place = PathBuf::from(&scenario.card.name).join(&file.name);
            let found = std::fs::read(committed.join(&place)).ok().map(|bytes| unpacked(&file.name, bytes));
            if found != Some(unpacked(&file.name, file.bytes)) {
                wrong.push(place.display().to_string());
            }
            expected.insert(place);
        }
    }
    for folder in std::fs::read_dir(&committed).into_iter().flatten().flatten() {
        for file in std::fs::read_dir(folder.path()).into_iter().flatten().flatten() {
            let place = PathBuf::from(folder.file_name()).join(file.file_name());
            if !expected.contains(&place) {
                wrong.push(format!("{} (nobody writes it)", place.display()));
            }
        }
    }
    if !wrong.is_empty() {
        let fresh = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/scenarios");
        write_all(&fresh).unwrap();
        panic!(
            "data/scenarios differs from what the seeds give: {wrong:?}; regenerate with \
             `bulkwatch simulate --out data/scenarios` (a fresh copy lies in target/scenarios)"
        );
    }
}

#[test]
fn message_keys_are_unique_and_times_lie_in_the_log() {
    for scenario in ALL.iter() {
        let (_, to) = scenario.card.window().unwrap();
        assert!(!scenario.tables.messages.is_empty(), "{}: a log needs messages", scenario.card.name);
        let mut keys = HashSet::new();
        for message in &scenario.tables.messages {
            let key = (&message.sender, &message.msg_id, &message.recipient);
            assert!(keys.insert(key), "{}: {key:?} twice", scenario.card.name);
            assert!(message.ts < to.0 && message.ts % 1_000 == 0, "{}: {message:?}", scenario.card.name);
            assert_ne!(message.sender, message.recipient);
        }
    }
}

#[test]
fn accounts_have_one_row() {
    for scenario in ALL.iter() {
        let mut seen = HashSet::new();
        for account in &scenario.tables.accounts {
            assert!(seen.insert(&account.account), "{}: {} twice", scenario.card.name, account.account);
        }
    }
}

/// Everyone a table lets act or be named.
fn actors(tables: &Tables) -> HashSet<&str> {
    let mut names: HashSet<&str> = tables.messages.iter().map(|m| m.sender.as_str()).collect();
    names.extend(tables.registrations.iter().map(|r| r.account.as_str()));
    names.extend(tables.group_events.iter().map(|g| g.actor.as_str()));
    names.extend(tables.operators.iter().map(|o| o.operator.as_str()));
    names.extend(tables.off_platform.iter().map(|o| o.account.as_str()));
    names
}

#[test]
fn expectations_are_about_somebody_and_say_something() {
    let verdicts = ["no_finding", "watch", "review", "abuse_high", "abuse_certain"];
    for scenario in ALL.iter() {
        let names = actors(&scenario.tables);
        for expect in &scenario.card.expect {
            let place = format!("{}: {}", scenario.card.name, expect.subject());
            let exact = expect.account.as_ref().or(expect.operator.as_ref());
            let found = match &expect.accounts_prefix {
                Some(prefix) => names.iter().any(|name| name.starts_with(prefix.as_str())),
                None => exact.is_some_and(|name| names.contains(name.as_str())),
            };
            assert!(found, "{place} does not act");
            let members = expect
                .accounts_prefix
                .as_ref()
                .filter(|_| expect.reason.is_some() || expect.verdict_at_least.is_some());
            for name in
                members.iter().flat_map(|prefix| names.iter().filter_map(|n| n.strip_prefix(prefix.as_str())))
            {
                assert!(name.bytes().all(|b| b.is_ascii_digit()), "{place}: the prefix also names ..{name}");
            }
            assert!(!expect.claims().is_empty() && !expect.because.is_empty(), "{place} says nothing");
            for verdict in
                [&expect.verdict, &expect.verdict_at_least, &expect.verdict_at_most].into_iter().flatten()
            {
                assert!(verdicts.contains(&verdict.as_str()), "{place}: {verdict}");
            }
        }
        if let Some(population) = &scenario.card.population {
            assert!(ALL.iter().any(|other| &other.card.name == population));
        }
    }
}

#[test]
fn one_more_actor_moves_nobody_else() {
    let play = |extra: bool| {
        let mut stage = Stage::new(5, 1_000 * DAY_US, 37);
        if extra {
            actors::people::personal_advice(&mut stage, "sim_extra", 80);
        }
        actors::people::ordinary(&mut stage, "sim_first");
        let mut rows = stage.into_tables().messages;
        rows.retain(|m| !m.sender.contains("sim_extra") && !m.recipient.contains("sim_extra"));
        rows
    };
    assert_eq!(play(false), play(true));
    assert!(!play(true).is_empty());
}

#[test]
fn the_padded_twin_acts_like_the_plain_one() {
    let padding = ALL.iter().find(|scenario| scenario.card.name == "padding").unwrap();
    let run = |name: &str| -> Vec<(i64, Option<String>)> {
        let mut sends: Vec<_> = padding
            .tables
            .messages
            .iter()
            .filter(|m| m.sender == name && m.recipient.starts_with("target_"))
            .map(|m| (m.ts, m.content.clone()))
            .collect();
        sends.sort();
        sends
    };
    assert_eq!(run("sim_plain"), run("sim_padded"));
    assert_eq!(run("sim_plain").len(), 520);
}

#[test]
fn the_paper_burst_is_exact() {
    let scenario = ALL.iter().find(|scenario| scenario.card.name == "paper_burst").unwrap();
    let span = |name: &str| {
        let times: Vec<i64> =
            scenario.tables.messages.iter().filter(|m| m.sender == name).map(|m| m.ts).collect();
        let registered =
            scenario.tables.accounts.iter().find(|a| a.account == name).unwrap().registered_at.unwrap();
        let (first, last) = (times.iter().min().unwrap(), times.iter().max().unwrap());
        (times.len(), last - first, first - registered)
    };
    assert_eq!(span("sim_burst_exact"), (100, 15_000_000, 300_000_000));
    assert_eq!(span("sim_burst_15001"), (100, 15_001_000, 300_000_000));
    assert_eq!(span("sim_burst_99"), (99, 15_000_000, 300_000_000));
    assert_eq!(span("sim_burst_age_601").2, 600_001_000);
}

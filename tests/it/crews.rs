//! Crews of several accounts from a log to `campaigns.parquet`: what they change, when they meet, whom they imitate.
//! In: small logs of platform fingerprints or texts written here; out: who is a member.
//! Kernels have references of their own; here stands what lies between them and a log.

use super::program::{ok, run_folder};
use bulkwatch::domain::Timestamp;
use bulkwatch::features::{Feature, coordination};
use bulkwatch::report::read_features;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;

/// 2026-01-05T10:00Z, in seconds.
const START: i64 = 1_767_607_200;
const DAY: i64 = 86_400;

/// A log that is written line by line.
struct Log {
    csv: String,
    flags: Vec<&'static str>,
}

impl Log {
    fn new(columns: &str) -> Self {
        Self { csv: format!("ts,sender,recipient,{columns}\n"), flags: Vec::new() }
    }

    fn row(&mut self, second: i64, who: &str, to: &str, rest: &str) {
        let at = Timestamp(second * 1_000_000).rfc3339();
        writeln!(self.csv, "{at},{who},{to},{rest}").expect("a string takes it");
    }

    /// Five people who write something of their own every day.
    fn bystanders(&mut self, rest: impl Fn(i64, i64) -> String) {
        for day in 0..30 {
            for person in 0..5 {
                let (who, to) = (format!("person{person}"), format!("friend{person}_{}", day % 3));
                self.row(START + day * DAY + person * 977, &who, &to, &rest(day, person));
            }
        }
    }

    /// Accounts of which a card is at least so much.
    fn found(&self, card: &Feature, least: f64) -> BTreeSet<String> {
        let temp = tempfile::tempdir().expect("temp");
        fs::write(temp.path().join("log.csv"), &self.csv).expect("written");
        fs::write(temp.path().join("key"), b"a key of at least sixteen bytes").expect("written");
        let args = ["scan", "log.csv", "--quiet", "--out", "runs", "--features-only"];
        ok(temp.path(), &[&args[..], &self.flags].concat());
        let rows = read_features(&run_folder(&temp.path().join("runs")).join("features.parquet"));
        let rows = rows.expect("features").into_iter();
        rows.filter(|row| row.features.get(card).is_ok_and(|n| least <= n)).map(|row| row.name).collect()
    }
}

fn crew(n: usize) -> BTreeSet<String> {
    (0..n).map(|i| format!("crew{i}")).collect()
}

#[test]
fn whoever_was_first_is_no_member_whatever_is_answered_or_was_sent_before_the_window() {
    // A secretary's notices go down a list; who is at its head answers, and puppets pass the notice on at once.
    let mut answered = Log::new("chat,content");
    // A person's posts, of which puppets know a fifth from the months before the window and put those out first.
    let mut replayed = Log::new("chat,content");
    replayed.flags = vec!["--from", "2026-01-05", "--to", "2026-02-04"];
    for day in 0..10 {
        let at = START + day * DAY;
        for reader in 0..60 {
            let at = at + reader * 5;
            answered.row(at, "secretary", &format!("reader{reader}"), &format!("direct,n{day}"));
            if reader < 3 {
                answered.row(at + 20, &format!("reader{reader}"), "secretary", "direct,thanks");
            }
        }
        for puppet in 0..3 {
            for reader in 0..12 {
                let (who, to) = (format!("reader{puppet}"), format!("puppet{puppet}_{day}_{reader}"));
                answered.row(at + puppet * 5 + 25 + reader, &who, &to, &format!("direct,n{day}"));
            }
        }
        let known = day % 5 == 0;
        if known {
            replayed.row(START - 60 * DAY + day, "person", "circle", &format!("group,post{day}"));
        }
        replayed.row(at, "person", "circle", &format!("group,post{day}"));
        for puppet in 0..3 {
            let at = if known { at - 120 } else { at + 30 } + (puppet * 7 + day * 11) % 20;
            replayed.row(at, &format!("puppet{puppet}"), "wall", &format!("group,post{day}"));
        }
    }
    for (log, innocent) in [(answered, "secretary"), (replayed, "person")] {
        for card in [&coordination::LOCKSTEP_MEMBERS, &coordination::SHARDED_MEMBERS] {
            assert!(!log.found(card, 1.0).contains(innocent), "{innocent} {}", card.name);
        }
    }
}

/// Turns of four numbers on four days: every two are neighbors on two of them, each once first.
const TURNS: [[i64; 4]; 4] = [[0, 1, 2, 3], [2, 0, 3, 1], [3, 2, 1, 0], [1, 3, 0, 2]];

/// When account `number` of a crew begins on a day: in an order that changes.
fn begins(number: i64, day: i64) -> i64 {
    START + day * DAY + (number * 37 + day * 53) % 240
}

#[test]
fn a_farm_is_found_whatever_its_size_and_company() {
    for n in [60, 65, 200] {
        let mut log = Log::new("chat,content");
        for day in 0..12 {
            for number in 0..n {
                let group = format!("group{number}");
                log.row(begins(number, day), &format!("crew{number}"), &group, &format!("group,c{day}"));
            }
        }
        for person in 0..600 {
            log.row(START + person, &format!("person{person}"), "hall", &format!("group,own{person}"));
        }
        assert_eq!(log.found(&coordination::LOCKSTEP_MEMBERS, 3.0), crew(n as usize), "{n}");
    }
}

/// A school that sends eight notices over and over, weekly and at the same hour.
fn school(log: &mut Log) {
    for week in 0..4 {
        for notice in 0..7 {
            let at = START + (7 * week + notice) * DAY;
            for reader in 0..20 {
                log.row(at + reader, "school", &format!("parent{reader}"), &format!("direct,n{notice}"));
            }
        }
    }
}

#[test]
fn whoever_can_be_foreseen_is_no_member_of_those_who_imitate_it_in_advance() {
    // Puppets put every notice out in the first minute, and follow the school from then on.
    let mut early = Log::new("chat,content");
    school(&mut early);
    // Puppets are five minutes before the school all the time, with people of their own.
    let mut ahead = Log::new("chat,content");
    school(&mut ahead);
    for puppet in 0..3 {
        let who = format!("puppet{puppet}");
        for notice in 0..7 {
            early.row(START + 60 + puppet, &who, "nobody", &format!("direct,n{notice}"));
        }
        for day in 0..28 {
            let at = START + day * DAY;
            for reader in 0..12 {
                let to = format!("{who}_{reader}");
                let rest = format!("direct,n{}", day % 7);
                early.row(at + 300 + puppet * 20 + reader, &who, &to, &rest);
                ahead.row(at - 300 + (puppet * 31 + day * 17) % 60 + reader, &who, &to, &rest);
            }
        }
    }
    for log in [early, ahead] {
        for card in [&coordination::LOCKSTEP_MEMBERS, &coordination::SHARDED_MEMBERS] {
            assert!(!log.found(card, 1.0).contains("school"), "{}", card.name);
        }
    }
}

#[test]
fn a_list_split_over_numbers_is_found_as_lists_and_when_mailings_are_long_or_few() {
    let sends = |chat: &str, days: &[i64], gap: i64, people: i64, late: i64| {
        let mut log = Log::new("chat,content,msg_id");
        log.bystanders(|day, person| format!("direct,own{day}_{person},"));
        for day in days {
            for number in 0..4i64 {
                let turn = TURNS[*day as usize % 4][number as usize];
                for person in 0..people {
                    let at = START + day * DAY + turn * late + person * gap;
                    let to = format!("t{number}_{day}_{person}");
                    let id = if chat == "list" { format!("m{number}_{day}") } else { String::new() };
                    log.row(at, &format!("crew{number}"), &to, &format!("{chat},c{day},{id}"));
                }
            }
        }
        log.found(&coordination::SHARDED_MEMBERS, 3.0)
    };
    let days: Vec<i64> = (0..9).collect();
    assert_eq!(sends("direct", &days, 11, 18, 45), crew(4));
    assert_eq!(sends("list", &days, 0, 18, 45), crew(4), "one action reaches eighteen people");
    assert_eq!(
        sends("direct", &days, 11, 50, 660),
        crew(4),
        "the next begins two minutes after the last one ends"
    );
    assert_eq!(sends("direct", &[3, 9, 15, 21], 11, 18, 45), crew(4), "four days of thirty");
}

/// How a crew changes what it sends from one recipient to the next.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Mutation {
    Nothing,
    Spinning,
    Letters,
    WordsAroundALink,
    WordsAroundANumber,
    FreshFile,
    EveryWord,
}

/// One message of day `day` to the `n`-th recipient: text, kind, size.
fn mutated(by: Mutation, day: usize, n: usize) -> (String, &'static str, usize) {
    // Words follow from a seed; none of them is anybody's.
    let word = |seed: usize| {
        let mut state = seed as u64 ^ 0x9e37_79b9_7f4a_7c15;
        (0..6)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                char::from(b'a' + (state >> 40) as u8 % 26)
            })
            .collect::<String>()
    };
    let words = |seed: usize, n: usize| (0..n).map(|i| word(seed * 1_000 + i)).collect::<Vec<_>>().join(" ");
    let fixed = words(day, 22);
    let fresh = words(1_000 + day * 500 + n, 12);
    match by {
        Mutation::Nothing => (fixed, "text", 150),
        Mutation::Spinning => {
            let greeting = ["dear", "hello", "hi", "good day"][n % 4];
            (format!("{greeting} {fixed} {}", ["thanks", "bye", "regards"][n % 3]), "text", 160 + n % 9)
        }
        Mutation::Letters => {
            let at = 3 * (n % 20) + 1;
            let joint = ["\u{200b}", "\u{200d}", "\u{2060}"][n % 3];
            let text: String = fixed.chars().enumerate().fold(String::new(), |mut text, (i, c)| {
                let alike = [('a', '\u{430}'), ('e', '\u{435}'), ('o', '\u{43e}')];
                let c = alike.iter().find(|(of, _)| *of == c && i % 2 == n % 2).map_or(c, |(_, like)| *like);
                text.push(c);
                if i == at {
                    text.push_str(joint);
                }
                text
            });
            (text, "text", 170)
        }
        Mutation::WordsAroundALink => {
            (format!("{fresh} https://offer{day}.example/{}", word(n)), "text", 120)
        }
        Mutation::WordsAroundANumber => (
            format!("{fresh} call +49 30 5550{:02} {}", 10 + day, ["now", "today", "soon"][n % 3]),
            "text",
            120,
        ),
        Mutation::FreshFile => (format!("{fresh} {n}"), "image", 90_000 + 4_096 * day),
        Mutation::EveryWord => (fresh, "text", 100 + n % 50),
    }
}

/// Who of a crew of five is found, beside twenty-five who do the same on their own.
fn found(by: Mutation) -> BTreeSet<String> {
    let mut log = Log::new("kind,size,text");
    log.flags = vec!["--key-file", "key", "--lawful-basis", "research"];
    let mut line = |ts: i64, who: &str, to: &str, (text, kind, size): (String, &str, usize)| {
        log.row(ts, who, to, &format!("{kind},{size},\"{text}\""));
    };
    for day in 0..10 {
        for number in 0..5 {
            for person in 0..16 {
                let n = number * 16 + person;
                let at = begins(number, day) + 11 * person;
                let said = mutated(by, day as usize, n as usize);
                line(at, &format!("crew{number}"), &format!("p{day}_{n}"), said);
            }
        }
        for other in 0..25 {
            for person in 0..16 {
                // Nobody else ever sends the same.
                let said = mutated(by, (100 + other * 20 + day) as usize, (100 * other + person) as usize);
                let at = START + day * DAY + (other * 31 + day * 17) % 300 + 11 * person;
                line(at, &format!("other{other}"), &format!("q{other}_{day}_{person}"), said);
            }
        }
    }
    log.found(&coordination::SHARDED_MEMBERS, 3.0)
}

#[test]
fn a_list_split_over_numbers_is_found_however_its_text_is_changed() {
    use Mutation::{EveryWord, FreshFile, Letters, Nothing, Spinning, WordsAroundALink, WordsAroundANumber};
    for by in [Nothing, Spinning, Letters, WordsAroundALink, WordsAroundANumber, FreshFile] {
        assert_eq!(found(by), crew(5), "{by:?}");
    }
    // Known: where every word is new and nothing is pointed to, nothing is shared that could be seen.
    assert_eq!(found(EveryWord), BTreeSet::new());
}

#[test]
fn own_words_around_a_common_link_are_in_step() {
    let mut log = Log::new("chat,content,link");
    for day in 0..9 {
        for number in 0..4 {
            let (who, group) = (format!("crew{number}"), format!("group{number}"));
            log.row(begins(number, day), &who, &group, &format!("group,c{day}_{number},offer{day}"));
        }
    }
    log.bystanders(|day, person| format!("direct,own{day}_{person},"));
    assert_eq!(log.found(&coordination::LOCKSTEP_MEMBERS, 3.0), crew(4));
}

//! Packets: what an analyst defends a decision with, what a holder is told, and what nobody can infer from it.
//! In: the mixed night, and small logs with and without a planted reporter; out: packets, compared.
//! Somebody who tries to find a reporter is played here with everything a holder can see.

use super::program::{ok, root, run_folder, run_in};
use bulkwatch::report::{Language, Packet, RESULT_FILES, Reader, packet_page, read_run};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

fn packet(run: &Path, account: &str, reader: &str, language: &str) -> String {
    ok(
        &root(),
        &["packet", account, "--run", run.to_str().expect("text"), "--for", reader, "--lang", language],
    )
}

/// The SIMULATED night of the demo, scanned below a folder.
fn demo_night(folder: &Path, more: &[&str]) -> PathBuf {
    let out = folder.join("runs");
    let to = out.to_str().expect("text");
    ok(&root(), &[&["scan", "--quiet", "--config", "data/demo/night.toml", "--out", to], more].concat());
    run_folder(&out)
}

#[test]
fn an_analyst_gets_the_evidence_and_a_command_that_yields_the_same_bytes() {
    let dir = tempfile::tempdir().expect("temp");
    let run = demo_night(dir.path(), &["--capacity", "10"]);
    let page = packet(&run, "sim_flood", "analyst", "en");
    let order = [
        "## 1. Measure",
        "## 2. Facts",
        "## 3. Automated",
        "## 4. Legal",
        "## 5. Contractual",
        "## 6. Redress",
    ];
    let places: Vec<usize> = order.iter().map(|part| page.find(part).expect(part)).collect();
    assert!(places.is_sorted(), "the order of Article 17(3)");
    assert!(page.contains("**M5**") && page.contains("would not fire if"), "{page}");
    assert_eq!(page, packet(&run, "sim_flood", "analyst", "en"));
    let command = page.split("```sh\n").nth(1).and_then(|rest| rest.split('\n').next()).expect("a command");
    let mut words: Vec<&str> = command.split(' ').skip(1).collect();
    let again = dir.path().join("again");
    let place = format!("--out={}", again.to_str().expect("text"));
    assert_eq!(words.pop(), Some("--out=scored-again"));
    words.push(&place);
    words.insert(1, "--quiet");
    ok(&root(), &words);
    let again = run_folder(&again);
    for file in RESULT_FILES.iter().filter(|file| run.join(file).exists()) {
        let bytes = |run: &Path| fs::read(run.join(file)).expect(file);
        assert!(bytes(&run) == bytes(&again), "{file} differs");
        assert!(page.contains(blake3::hash(&bytes(&again)).to_hex().as_str()), "{file}: no digest");
    }
    let german = packet(&run, "sim_flood", "analyst", "de");
    assert!(
        german.contains("## 2. Tatsachen und Umstände")
            && german.contains("neue Chats, die ohne Antwort blieben")
    );
    let wrong = run_in(&root(), &["packet", "sim_floud", "--run", run.to_str().expect("text")]);
    assert!(wrong.code == 2 && wrong.err.contains("did you mean sim_flood?"), "{}", wrong.err);
    let wrong = run_in(&root(), &["packet", "sim_flood", "--for", "holdr"]);
    assert!(wrong.code == 2 && wrong.err.contains("did you mean holder?"), "{}", wrong.err);
}

#[test]
fn a_holder_is_told_own_conduct_in_bands_and_nothing_of_others() {
    let dir = tempfile::tempdir().expect("temp");
    let run = demo_night(dir.path(), &[]);
    let published = read_run(&run).expect("a run");
    let noted: Vec<_> = published.accounts.iter().filter(|a| a.is_noted()).collect();
    for account in noted.iter().step_by(3) {
        for language in ["en", "de"] {
            let page = packet(&run, &account.name, "holder", language);
            let others = published.accounts.iter().filter(|a| a.name != account.name && 6 < a.name.len());
            let named: Vec<&str> = others.map(|a| a.name.as_str()).filter(|n| page.contains(n)).collect();
            assert!(named.is_empty() || named.iter().all(|n| account.name.contains(n)), "{named:?}");
            for reason in published.reasons_of(&account.name) {
                assert!(!page.contains(&reason.statement), "{}: exact", account.name);
                assert!(reason.counterfactual.is_empty() || !page.contains(&reason.counterfactual));
            }
            for word in ["F1", "F2", "F4", "report", "block", "optout", "campaign", "scores", "unsolicited"] {
                let told = page.contains(word) && !page.contains("block of numbers");
                assert!(!told, "{}: {word}\n{page}", account.name);
            }
        }
    }
    let page = packet(&run, "sim_flood", "holder", "en");
    assert!(page.contains("new chats that stayed without an answer: between 1000 and 2000"), "{page}");
    assert!(
        page.contains("people who were written to or added to groups gave feedback"),
        "many candidates: it may be mentioned"
    );
}

/// One night of a sender and what was reported.
struct World {
    /// People written to; the last one is planted, and is written to on the last day only.
    people: usize,
    /// Others who report.
    reporters: usize,
    /// Whether the planted one reports.
    planted: bool,
}

/// Scans both nights of a world: before and after the planted one was written to.
fn nights(folder: &Path, world: &World) -> [PathBuf; 2] {
    fs::create_dir_all(folder).expect("made");
    let mut log = String::from("ts,sender,recipient,msg_id,content\n");
    let mut said = String::from("ts,reporter,reported,kind,reported_initiated\n");
    // Bystanders, so that the log holds more than the sender.
    for i in 0..200 {
        let _ = writeln!(log, "2022-04-0{}T0{}:00:00Z,b{i},b{},x{i},y{i}", 1 + i % 9, i % 10, i + 1);
    }
    let at = |i: usize| if i + 1 == world.people { (26, 9) } else { (21 + i / 20, 2 + i % 20) };
    for i in 0..world.people {
        let (day, hour) = at(i);
        for k in 0..3 {
            let _ = writeln!(log, "2022-04-{day:02}T{hour:02}:{:02}:00Z,s,p{i},m{i}-{k},same", k * 3);
        }
    }
    for i in 0..world.reporters {
        let (day, hour) = at(i);
        let _ = writeln!(said, "2022-04-{day:02}T{hour:02}:30:00Z,p{i},s,report,true");
    }
    if world.planted {
        let _ = writeln!(said, "2022-04-26T20:00:00Z,p{},s,report,true", world.people - 1);
    }
    fs::write(folder.join("log.csv"), log).expect("written");
    fs::write(folder.join("said.csv"), said).expect("written");
    ["2022-04-26", "2022-04-27"].map(|to| {
        let out = folder.join(to);
        let shown = out.to_str().expect("text");
        let args =
            ["scan", "log.csv", "--quiet", "--feedback", "said.csv", "--to", to, "--log-start", "2022-01-01"];
        ok(folder, &[&args[..], &["--out", shown]].concat());
        run_folder(&out)
    })
}

/// What a holder sees, without the reference, which stands for the run and nothing else.
fn seen(run: &Path) -> String {
    let page = packet(run, "s", "holder", "en");
    page.lines()
        .filter(|l| !l.starts_with("- Reference") && !l.contains("quote "))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn nobody_finds_a_planted_reporter_from_one_packet_or_from_two_in_a_row() {
    let dir = tempfile::tempdir().expect("temp");
    let (mut compared, mut told, mut measures) = (0, 0, Vec::new());
    for people in [12, 40] {
        for reporters in [0, 2, 3] {
            let see = |planted| {
                let folder = dir.path().join(format!("{people}-{reporters}-{planted}"));
                let runs = nights(&folder, &World { people, reporters, planted });
                let codes = |run: &PathBuf| {
                    read_run(run).expect("a run").accounts.into_iter().find(|a| a.name == "s")
                };
                let last = codes(&runs[1]).expect("the sender").reason_codes;
                (runs.map(|run| seen(&run)), last)
            };
            let ((without, codes), (with, more)) = (see(false), see(true));
            // What the run itself knows does differ, or there would be nothing to infer.
            told += usize::from(codes != more && more.iter().any(|code| code == "F1"));
            assert_eq!(without[0], with[0], "{people} {reporters}: the night before");
            // From one packet: the world with the reporter looks like the one without.
            // From two in a row: so does the step from the night before.
            compared += 1;
            if without[1] != with[1] {
                let facts = |page: &str| {
                    page[page.find("## 2.").expect("facts")..page.find("## 3.").expect("end")].to_owned()
                };
                assert_eq!(facts(&without[1]), facts(&with[1]), "{people} {reporters}: facts never tell");
                measures.push((people, reporters));
            }
            let mention = "people who were written to or added to groups gave feedback";
            for page in without.iter().chain(&with) {
                assert_eq!(page.contains(mention), 20 <= people, "by candidates alone\n{page}");
            }
        }
    }
    assert_eq!(compared, 6);
    assert!(0 < told, "in no world did the planted report make a rule fire: the test shows nothing");
    assert!(measures.is_empty(), "the measure itself moved with one report: {measures:?}");
}

/// What a holder is told of each of these accounts, without the reference, which stands for the run.
fn told_to_holders(run: &Path, accounts: &[&str]) -> Vec<String> {
    let page = |account: &&str| {
        let packet = Packet::read(run, account, Reader::Holder).expect("a packet");
        let page = packet_page(&packet, Reader::Holder, Language::En, &|text| text.to_owned());
        page.replace(&packet.reference(), "REFERENCE")
    };
    accounts.iter().map(page).collect()
}

#[test]
fn feedback_moves_the_measure_and_no_word_to_the_holder() {
    let dir = tempfile::tempdir().expect("temp");
    let at = |name: &str| dir.path().join(name).to_str().expect("text").to_owned();
    let population = super::scenarios::population(dir.path());
    let population = population.to_str().expect("text");
    let all = fs::read_to_string(root().join("data/scenarios/mixed_night/feedback.csv")).expect("feedback");
    let head = all.lines().next().expect("a head");
    // The same night with all that was said, with what three people said of each, and with nothing.
    let mut said = std::collections::BTreeMap::<&str, BTreeSet<&str>>::new();
    let reported = head.split(',').position(|c| c == "reported").expect("a column");
    let reporter = head.split(',').position(|c| c == "reporter").expect("a column");
    let mut few = format!("{head}\n");
    for line in all.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let people = said.entry(cells[reported]).or_default();
        if people.len() < 3 || people.contains(cells[reporter]) {
            people.insert(cells[reporter]);
            let _ = writeln!(few, "{line}");
        }
    }
    let worlds = [("all.csv", all.clone()), ("few.csv", few), ("none.csv", format!("{head}\n"))];
    let runs = worlds.map(|(name, text)| {
        fs::write(dir.path().join(name), text).expect("written");
        let out = dir.path().join(format!("runs-{name}"));
        super::nights::scan(&out, &["--feedback", &at(name), "--population", population])
    });
    let rows = runs.each_ref().map(|run| read_run(run).expect("a run").accounts);
    let noted: BTreeSet<&str> =
        rows.iter().flatten().filter(|a| a.is_noted()).map(|a| a.name.as_str()).collect();
    let noted: Vec<&str> = noted.into_iter().collect();
    let pages = runs.each_ref().map(|run| told_to_holders(run, &noted));
    for (i, account) in noted.iter().enumerate() {
        assert_eq!(pages[0][i], pages[1][i], "{account}");
        assert_eq!(pages[0][i], pages[2][i], "{account}");
    }
    // What is recommended does differ, or there would be nothing to infer.
    let restricted = |rows: &[bulkwatch::report::AccountRow]| -> BTreeSet<String> {
        rows.iter().filter(|a| a.verdict.starts_with("abuse")).map(|a| a.name.clone()).collect()
    };
    let moved: Vec<String> = restricted(&rows[0]).difference(&restricted(&rows[2])).cloned().collect();
    assert!(!moved.is_empty(), "feedback moved no measure: the test shows nothing");
    // Whoever decides is told, and told what it would tell.
    let page = packet(&runs[0], &moved[0], "analyst", "en");
    assert!(
        page.contains("Recommended: no new chats") && page.contains("The rest comes from what others said"),
        "{page}"
    );
    assert!(
        packet(&runs[0], &moved[0], "analyst", "de").contains("Der Rest beruht auf dem, was andere sagten")
    );
}

#[test]
fn a_holder_is_told_the_value_that_a_rule_fired_on_and_no_other() {
    let dir = tempfile::tempdir().expect("temp");
    let run = demo_night(dir.path(), &[]);
    let adder = packet(&run, "sim_adder_day", "holder", "en");
    assert!(adder.contains("people added to groups within a day: between 1000 and 2000"), "{adder}");
    assert!(!adder.contains("groups created"), "it created fewer than five: {adder}");
    // Its pauses and repeats are those of its posts, for which the rules' usual values say nothing.
    let hopper = packet(&run, "sim_hopper", "holder", "en");
    assert!(hopper.contains("- pauses between messages as regular as those of programs\n"), "{hopper}");
    assert!(
        hopper
            .contains("- messages to people who never wrote, or posts to groups, that repeat earlier ones\n"),
        "{hopper}"
    );
    for account in ["sim_adder_day", "sim_hopper", "sim_flood"] {
        for language in ["en", "de"] {
            assert!(
                !packet(&run, account, "holder", language).contains("110\u{a0}%"),
                "no share is above 100 %"
            );
        }
    }
}

/// English words that no sentence of a German statement holds.
const ENGLISH: [&str; 9] =
    [" the ", " and ", " of ", " to ", " people", "messag", "terms", "bulk", "automated"];

#[test]
fn a_statement_holds_what_article_17_3_asks_for_and_marks_what_only_the_operator_knows() {
    let dir = tempfile::tempdir().expect("temp");
    let run = demo_night(dir.path(), &[]);
    let burst = packet(&run, "sim_burst", "holder", "en");
    let in_order = [
        "## 1.",
        "- Territorial scope: ",
        "- Duration: ",
        "## 2.",
        "the operator's own analysis of message metadata",
        "**[TO FILL IN: whether the decision was taken on the operator's own initiative or after a notice]**",
        "## 3.",
        "a program that computes numbers",
        "the decision is taken by a person",
        "## 5.",
        "**[TO FILL IN: clause of the terms in force at that time]**",
        "Grounds: automated messaging outside the business API; bulk messaging outside the business API",
        "## 6.",
        "**Complaint to the operator.**",
        "**[TO FILL IN: address or form for complaints]**",
        "**Out-of-court dispute settlement.**",
        "**[TO FILL IN: name and address of the body, or that there is none]**",
        "**Courts.**",
    ];
    let places =
        in_order.map(|part| burst.find(part).unwrap_or_else(|| panic!("{part}: missing in\n{burst}")));
    assert!(places.is_sorted(), "{places:?}\n{burst}");
    // Nothing is said of territory and duration where nothing is restricted, and the blank on notices stands everywhere.
    let quiet = packet(&run, "sim_flood", "holder", "en");
    assert!(!quiet.contains("Territorial scope") && quiet.contains("after a notice]**"), "{quiet}");
    for account in ["sim_burst", "sim_factory", "sim_flood", "sim_adder_day", "sim_robot", "sim_hopper"] {
        let page = packet(&run, account, "holder", "de");
        let left: Vec<&str> = ENGLISH.into_iter().filter(|word| page.contains(word)).collect();
        assert!(left.is_empty() && !page.contains("[V]"), "{account}: {left:?}\n{page}");
        assert_eq!(
            page.matches("AUSZUFÜLLEN").count(),
            packet(&run, account, "holder", "en").matches("TO FILL IN").count()
        );
    }
    let german = packet(&run, "sim_burst", "holder", "de");
    assert!(german.contains(
        "Gründe: automatisiertes Versenden von Nachrichten außerhalb der Business-API; massenhaftes"
    ));
    // The factory sent nothing: no ground of its statement speaks of messages but to say that the FAQ does.
    let factory = packet(&run, "sim_factory", "holder", "en");
    assert!(factory.contains("Grounds: creating groups or adding people to groups in bulk\n"), "{factory}");
    assert!(
        factory.contains("The quoted FAQ speaks of messaging;")
            && !factory.contains("bulk or automated messaging looks")
    );
    // Whoever bothers strangers and does nothing else has a ground of its own, and no blank.
    let spam = packet(&run, "sim_new_spam", "analyst", "en");
    assert!(
        spam.contains("Grounds: contacting people who neither wrote first nor asked for it")
            && !spam.contains("assigned none"),
        "{spam}"
    );
    // Who is on the product made for programs is not told to have done it elsewhere.
    let pushy = packet(&run, "sim_pushy", "analyst", "en");
    assert!(!pushy.contains("outside the business API"), "{pushy}");
    // Whoever decides is told what stands beside the reasons; the holder is not.
    for (account, told) in [
        ("sim_shard_0", "Company, alone at most a reason to watch: campaign "),
        ("sim_vendor_1", "Evidence from outside the platform on file"),
    ] {
        let (analyst, holder) =
            (packet(&run, account, "analyst", "en"), packet(&run, account, "holder", "en"));
        assert!(analyst.contains(told) && !holder.contains(told), "{told}: {analyst}");
    }
    let analyst = packet(&run, "sim_adder_day", "analyst", "de");
    assert!(
        analyst.contains("**M11b** [V+S] innerhalb eines Tages zu Gruppen hinzugefügte Personen. "),
        "{analyst}"
    );
    assert!(analyst.contains("In den Worten der Richtlinie: ein Mensch sollte"), "{analyst}");
}

#[test]
fn where_the_policy_frees_a_suspension_from_a_persons_look_the_statement_does_not_claim_one() {
    let dir = tempfile::tempdir().expect("temp");
    let freed = "required = false\nowner = \"ops\"\nreason = \"volume\"";
    let policy = super::nights::policy(dir.path(), "freed.toml", "required = true", freed);
    let run = super::nights::scan(&dir.path().join("runs"), &["--policy", policy.to_str().expect("text")]);
    let page = packet(&run, "sim_burst", "holder", "en");
    assert!(
        page.contains("does not ask that a person look") && page.contains("you can ask that a person decide"),
        "{page}"
    );
    assert!(
        !page.contains("the decision is taken by a person") && !page.contains("The decision is a person's"),
        "{page}"
    );
    let other = packet(&run, "sim_flood", "holder", "en");
    assert!(other.contains("the decision is taken by a person"), "hard rules only");
}

#[test]
fn what_people_decided_earlier_is_told_to_whoever_decides_and_never_to_the_holder() {
    let dir = tempfile::tempdir().expect("temp");
    let file = dir.path().join("decisions.csv");
    let rows = "account,decision,why,who,when,run\nsim_burst,confirmed,a wave,bob,2022-05-20,night-7\n\
                sim_burst,innocent,a school,ann,2022-05-21,night-8\nsim_factory,unsure,too little,ann,2022-05-22,night-9\n";
    fs::write(&file, rows).expect("written");
    let run = super::nights::scan(&dir.path().join("runs"), &["--decisions", file.to_str().expect("text")]);
    let confirmed = "disputed: decided confirmed on 2022-05-20 in run night-7: a wave";
    let innocent = "disputed: decided innocent on 2022-05-21 in run night-8: a school";
    let unsure = "decided unsure on 2022-05-22 in run night-9: too little";
    for (account, told) in [("sim_burst", confirmed), ("sim_burst", innocent), ("sim_factory", unsure)] {
        let page = packet(&run, account, "analyst", "en");
        assert!(page.contains(told), "{page}");
        let holder = packet(&run, account, "holder", "en");
        assert!(!holder.contains("disputed") && !holder.contains("night-"), "{holder}");
    }
}

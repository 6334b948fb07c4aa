//! What an analyst is told: every reason, every campaign, what a dry run would open, what was counted.
//! In: shipped scenarios and small logs; out: failures that show what was printed.
//! Judges no account anew: verdicts are the scenarios' business.

use super::program::{ok, root, run_folder, run_in};
use bulkwatch::report::{read_campaigns, read_run};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON alone")
}

/// The members of the crew of `split_list` are told in every place where a member is.
#[test]
fn a_crew_is_told_as_a_campaign_with_everybody_in_it() {
    let out = tempfile::tempdir().expect("temp");
    let (folder, from) = (out.path().to_string_lossy(), "data/scenarios/split_list");
    let messages = format!("{from}/messages.csv.gz");
    let window = ["--from", "2022-05-02", "--to", "2022-06-01", "--log-start", "2022-04-25"];
    let args = [&["scan", &messages, "--out", &folder][..], &window].concat();
    let shown = ok(&root(), &args);
    let run = run_folder(out.path());
    let campaigns = read_campaigns(&run).expect("campaigns");
    let sharded = campaigns.iter().find(|c| c.kind == "sharded").expect("a split list");
    assert!(shown.contains(&sharded.id) && shown.contains("the same accounts as"), "{shown}");
    let scores = bulkwatch::table_io::read_parquet(&run.join("scores.parquet")).expect("scores");
    let column = |name: &str| scores.texts(name).expect("a column");
    let told: BTreeMap<_, _> = column("account").iter().cloned().zip(column("campaign").to_vec()).collect();
    for member in sharded.members() {
        assert_eq!(told[&Some(member.to_owned())].as_ref(), Some(&sharded.id), "C2 adds more than C1");
    }
    let member = sharded.members().next().expect("a member");
    let run = run.to_string_lossy();
    let page = ok(&root(), &["explain", member, "--run", &run]);
    let others: Vec<&str> = sharded.members().filter(|name| *name != member).collect();
    assert!(page.contains(&sharded.id) && others.iter().all(|name| page.contains(name)), "{page}");
    for twin in &sharded.same_as {
        assert!(page.contains(&format!("the same accounts as {twin}")), "{page}");
    }
    let all = json(&ok(&root(), &["explain", member, "--run", &run, "--json"]));
    let own =
        all["campaigns"].as_array().expect("a list").iter().find(|c| c["campaign"] == sharded.id.as_str());
    assert_eq!(own.expect("named")["members"].as_array().map(Vec::len), Some(others.len() + 1));
}

/// The mixed night with its messages alone.
#[test]
fn every_fired_rule_is_stated_and_counted_and_the_api_is_seen_in_the_messages() {
    let out = tempfile::tempdir().expect("temp");
    let folder = out.path().to_string_lossy();
    let args = ["scan", "data/scenarios/mixed_night/messages.csv.gz", "--quiet", "--out", &folder];
    ok(&root(), &args);
    let folder = run_folder(out.path());
    let run = read_run(&folder).expect("run");
    let scores = bulkwatch::table_io::read_parquet(&folder.join("scores.parquet")).expect("scores");
    let mut mitigated = 0;
    for (account, kind) in run.accounts.iter().flat_map(|a| [(a, "reason"), (a, "mitigation")]) {
        let at = account.rank as usize - 1;
        let listed =
            scores.texts(&format!("{kind}_codes")).expect("a column")[at].clone().unwrap_or_default();
        let mut fired: Vec<&str> = listed.split(',').filter(|c| !c.is_empty()).collect();
        let rows =
            if kind == "reason" { run.reasons_of(&account.name) } else { run.mitigations_of(&account.name) };
        let mut told: Vec<&str> = rows.iter().map(|r| r.code.as_str()).collect();
        mitigated += usize::from(kind == "mitigation" && told.contains(&"L1"));
        fired.sort_unstable();
        told.sort_unstable();
        assert_eq!(told, fired, "{}", account.name);
    }
    let metrics = json(&fs::read_to_string(folder.join("metrics.json")).expect("metrics"));
    assert!(0 < mitigated && metrics["rules.L1.hits"] == mitigated as f64, "{mitigated}: {metrics}");
    let run_name = folder.to_string_lossy();
    let modded = ok(&root(), &["explain", "sim_modded", "--run", &run_name]);
    assert!(modded.contains(" M13 (") && modded.contains(" M14 ("), "{modded}");
    let worst = run.accounts.iter().find(|a| a.verdict == "review").expect("somebody is at review");
    assert!(ok(&root(), &["explain", &worst.name, "--run", &run_name]).contains("a person must decide: yes"));
    let offers = run.accounts.iter().find(|a| a.name == "sim_offers").expect("the marketer");
    assert!(["no_finding", "watch"].contains(&offers.verdict.as_str()), "{offers:?}");
    assert!(offers.grounds.is_empty(), "{offers:?}");
}

#[test]
fn a_dry_run_lists_every_table_speaks_json_and_fails_where_reading_would() {
    let dir = tempfile::tempdir().expect("temp");
    let put = |name: &str, text: &str| fs::write(dir.path().join(name), text).expect("written");
    fs::create_dir(dir.path().join("log")).expect("made");
    put("log/m.csv", "ts,sender,recipient\n2026-01-01T00:00:00Z,a,b\n");
    put("log/readme.md", "x");
    put("accounts.csv", "account,kind\na,consumer\n");
    let args = ["scan", "log", "--accounts", "accounts.csv", "--dry-run"];
    let text = ok(dir.path(), &args);
    for says in ["accounts.csv", "2 files;", "side tables are held", "1 file with other endings passed over"]
    {
        assert!(text.contains(says), "{says}: {text}");
    }
    let page = json(&ok(dir.path(), &[&args[..], &["--json"]].concat()));
    assert_eq!(
        (&page["tables"][1]["table"], &page["tables"][1]["files"][0]["name"]),
        (&"accounts".into(), &"accounts.csv".into())
    );
    put("log/labels.csv", "account,label\na,ham\n");
    let (dry, real) = (run_in(dir.path(), &args), run_in(dir.path(), &["scan", "log"]));
    assert_eq!((dry.code, dry.err), (3, real.err));
    let lost = run_in(dir.path(), &["scan", "log/m.csv", "--tmp-dir", "nowhere/x"]);
    assert!(lost.code == 2 && lost.err.contains("--tmp-dir"), "{}", lost.err);
    assert!(!dir.path().join("nowhere").exists());
}

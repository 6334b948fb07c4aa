//! The law of the house, read off the source: who may use whom, one door per library, headers, sizes, no clock.
//! In: the files below `src/`; out: a failure that names file, line and rule.
//! Looks at text only; what a function does is tested elsewhere.

use std::fs;
use std::path::{Path, PathBuf};

struct Source {
    path: String,
    text: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    walk(&root.join("src"), &mut files);
    files.sort();
    files
        .into_iter()
        .map(|path| Source {
            text: fs::read_to_string(&path).expect("readable source"),
            path: path.strip_prefix(root).expect("below root").to_string_lossy().replace('\\', "/"),
        })
        .collect()
}

fn walk(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            walk(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

/// Everything before the unit tests of a file.
fn product(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests").next().unwrap_or(text)
}

fn is_test_file(path: &str) -> bool {
    path.ends_with("tests.rs") || path.ends_with("claims.rs")
}

fn stage(path: &str) -> &str {
    let below = path.trim_start_matches("src/");
    below.split('/').next().unwrap_or(below).trim_end_matches(".rs")
}

/// What each stage may use; a stage may always use itself.
const MAY_USE: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("table_io", &["domain"]),
    ("content", &["domain"]),
    ("log", &["domain", "table_io", "content"]),
    ("context", &["domain", "log"]),
    ("features", &["domain", "content", "log", "context"]),
    ("campaigns", &["domain", "log", "features"]),
    ("rules", &["domain", "features"]),
    ("model", &["domain", "features"]),
    ("scoring", &["domain", "features", "rules", "model"]),
    ("decision", &["domain", "features", "log", "rules", "model", "scoring"]),
    ("evaluate", &["domain", "table_io", "features", "scoring", "decision"]),
    (
        "report",
        &[
            "domain",
            "table_io",
            "log",
            "features",
            "campaigns",
            "rules",
            "model",
            "scoring",
            "decision",
            "evaluate",
            "catalog",
            "context",
        ],
    ),
    ("training", &["domain", "features", "model", "evaluate"]),
    ("simulate", &["domain", "table_io"]),
    ("catalog", &["domain", "log", "features", "rules"]),
    (
        "pipeline",
        &[
            "domain",
            "table_io",
            "log",
            "context",
            "features",
            "campaigns",
            "rules",
            "model",
            "scoring",
            "decision",
            "evaluate",
            "report",
        ],
    ),
];

/// Every path that begins with `crate::`, with its line; a group in braces is one path for each of its members.
fn crate_paths(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let line = text[..at].matches('\n').count() + 1;
        let mut rest = &text[at + "crate::".len()..];
        let mut paths = Vec::new();
        tree("", &mut rest, &mut paths);
        found.extend(paths.into_iter().map(|path| (line, path)));
    }
    found
}

/// Reads one tree of a `use`: a path, or a path and its members in braces; white space and line ends do not count.
fn tree(before: &str, rest: &mut &str, paths: &mut Vec<String>) {
    *rest = rest.trim_start();
    if let Some(mut members) = rest.strip_prefix('{') {
        loop {
            tree(before, &mut members, paths);
            let end = members.find([',', '{', '}']).unwrap_or(members.len());
            let more = members[end..].starts_with(',');
            members = members.get(end + 1..).unwrap_or_default();
            if !more || members.is_empty() {
                break;
            }
        }
        *rest = members;
        return;
    }
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    let (word, after) = rest.split_at(end);
    *rest = after;
    let path = if before.is_empty() { word.to_owned() } else { format!("{before}::{word}") };
    match rest.trim_start().strip_prefix("::") {
        Some(mut deeper) => {
            tree(&path, &mut deeper, paths);
            *rest = deeper;
        }
        None if !word.is_empty() => paths.push(path),
        None => paths.extend(Some(before.to_owned()).filter(|path| !path.is_empty())),
    }
}

#[test]
fn paths_are_seen_in_every_spelling() {
    let text = "use crate::{rules, cli::{self, scan as s},\n  log::schema::{Count, Time}, };\n\
                fn f() { crate::domain::nearest(x); pub(crate) fn g() {} }\nuse crate::report::*;";
    let paths = crate_paths(text);
    let shown: Vec<(usize, &str)> = paths.iter().map(|(line, path)| (*line, path.as_str())).collect();
    let grouped = ["rules", "cli::self", "cli::scan", "log::schema::Count", "log::schema::Time"];
    let expected: Vec<(usize, &str)> = grouped.into_iter().map(|path| (1, path)).collect();
    assert_eq!(shown[..5], expected[..]);
    assert_eq!(shown[5..], [(3, "domain::nearest"), (4, "report")]);
}

#[test]
fn stages_use_only_what_lies_before_them() {
    let mut broken = Vec::new();
    for source in sources() {
        let stage = stage(&source.path);
        let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| *name == stage) else {
            assert!(["cli", "main", "lib"].contains(&stage), "{}: unknown stage {stage}", source.path);
            continue;
        };
        let allowed_log = stage == "simulate";
        for (line, path) in crate_paths(product(&source.text)) {
            let used = path.split("::").next().unwrap_or_default();
            let known = MAY_USE.iter().any(|(name, _)| *name == used) || used == "cli";
            let fine = used == stage
                || allowed.contains(&used)
                || (allowed_log && (path == "log::schema" || path.starts_with("log::schema::")));
            if known && !fine {
                broken.push(format!("{}:{line}: {stage} must not use {used}", source.path));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// A library and the places that may know it.
const DOORS: &[(&str, &[&str])] = &[
    ("polars::", &["src/table_io/"]),
    ("parquet::", &["src/table_io/", "src/log/read/", "src/log/partition"]),
    ("ndarray::", &["src/model/"]),
    ("linfa", &["src/model/"]),
    ("forust_ml", &["src/model/"]),
    // Where work is split, and where the number of threads is said.
    (
        "rayon::",
        &[
            "src/log/source.rs",
            "src/log/read/mod.rs",
            "src/pipeline.rs",
            "src/table_io/stream.rs",
            "src/simulate/world/write.rs",
            "src/cli/scan.rs",
            "src/campaigns/",
            "src/content/near/",
            "src/model/cross.rs",
        ],
    ),
    ("clap::", &["src/cli/"]),
    ("clap_complete::", &["src/cli/"]),
    ("clap_mangen::", &["src/cli/"]),
    ("indicatif::", &["src/cli/"]),
    ("comfy_table::", &["src/cli/"]),
    ("ctrlc::", &["src/cli/"]),
    ("minijinja::", &["src/report/"]),
    ("quick_xml::", &["src/report/junit.rs"]),
    ("statrs::", &["src/evaluate/"]),
    ("unicode_properties::", &["src/domain/characters.rs"]),
    ("std::env", &["src/cli/"]),
    ("std::process", &["src/cli/", "src/main.rs"]),
    ("SystemTime", &["src/cli/"]),
    ("Instant::now", &["src/cli/"]),
    ("Timestamp::now", &["src/cli/"]),
    ("println!", &[]),
    ("eprintln!", &[]),
];

#[test]
fn each_library_has_one_door() {
    let mut broken = Vec::new();
    for source in sources() {
        if is_test_file(&source.path) {
            continue;
        }
        for (n, line) in product(&source.text).lines().enumerate() {
            let code = line.split("//").next().unwrap_or(line);
            for (library, doors) in DOORS {
                if code.contains(library) && !doors.iter().any(|door| source.path.starts_with(door)) {
                    broken.push(format!("{}:{}: {library} has its door elsewhere", source.path, n + 1));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_file_opens_with_a_header_and_stays_readable() {
    let mut broken = Vec::new();
    for source in sources() {
        let header = source.text.lines().take_while(|l| l.starts_with("//!")).count();
        let front = source.path == "src/lib.rs";
        if !front && header < 3 {
            broken.push(format!(
                "{}: the header says what for, what goes in and out, what it refuses",
                source.path
            ));
        }
        let lines = source.text.lines().count();
        if 450 < lines {
            broken.push(format!("{}: {lines} lines", source.path));
        }
        let name = source.path.rsplit('/').next().unwrap_or_default();
        if ["utils.rs", "common.rs", "helpers.rs", "types.rs", "manager.rs"].contains(&name) {
            broken.push(format!("{}: a name that says nothing", source.path));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// What turns text into markup or code; the page builds elements and sets text.
const MARKUP: [&str; 6] =
    ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"];

#[test]
fn the_pages_own_script_stays_readable_and_makes_no_markup_of_text() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/page");
    let folders = [page.clone(), page.join("script"), page.join("charts")];
    let files = folders.iter().flat_map(|f| fs::read_dir(f).expect("folder").flatten()).map(|e| e.path());
    let own = |path: &PathBuf| {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        [".js", ".css", ".j2"].iter().any(|end| name.ends_with(end)) && !name.ends_with(".min.js")
    };
    let (mut seen, mut broken) = (0, Vec::new());
    for path in files.filter(own) {
        let text = fs::read_to_string(&path).expect("readable");
        let (script, shown) = (path.extension().is_some_and(|e| e == "js"), path.display());
        let header = text.lines().take_while(|l| l.starts_with("// ")).count();
        seen += usize::from(script);
        if script && header < 3 {
            broken.push(format!("{shown}: the header says what for, what goes in and out, what it refuses"));
        }
        if 450 < text.lines().count() || text.lines().any(|l| 350 < l.chars().count()) {
            broken.push(format!("{shown}: too long to read"));
        }
        broken.extend(MARKUP.iter().filter(|bad| text.contains(*bad)).map(|bad| format!("{shown}: {bad}")));
    }
    assert!(broken.is_empty() && 8 <= seen, "{seen}: {}", broken.join("\n"));
}

/// Functions longer than a screen, by brace counting at the indentation they open with.
#[test]
fn functions_fit_a_screen() {
    let mut broken = Vec::new();
    for source in sources() {
        let mut open: Option<(usize, usize, String)> = None;
        for (n, line) in source.text.lines().enumerate() {
            let indent = line.len() - line.trim_start().len();
            let starts = line.trim_start().starts_with("fn ")
                || line.trim_start().starts_with("pub fn ")
                || line.trim_start().starts_with("pub(crate) fn ");
            match &open {
                None if starts && !line.trim_end().ends_with(';') => {
                    open = Some((n, indent, line.trim().to_owned()))
                }
                Some((start, at, name))
                    if indent == *at && line.trim_end() == format!("{}}}", " ".repeat(*at)) =>
                {
                    if 70 < n - start {
                        broken.push(format!("{}:{}: {} lines: {name}", source.path, start + 1, n - start));
                    }
                    open = None;
                }
                _ => {}
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_invariants_name_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("src/ARCHITECTURE.md")).expect("the front page");
    let mut all: String = sources().into_iter().map(|s| s.text).collect();
    let mut tests = Vec::new();
    walk(&root.join("tests/it"), &mut tests);
    tests.iter().for_each(|p| all.push_str(&fs::read_to_string(p).expect("readable test")));
    let named: Vec<&str> = page.split("`test:").skip(1).filter_map(|rest| rest.split('`').next()).collect();
    assert!(8 <= named.len(), "each invariant names the test that guards it; found {}", named.len());
    for name in named {
        assert!(
            all.contains(&format!("fn {name}(")),
            "ARCHITECTURE.md names a test that does not exist: {name}"
        );
    }
}

#[test]
fn nothing_of_this_machine_is_in_the_source() {
    // Put together here, so that this file does not find itself.
    let words = [["/wo", "rk/"], ["/ro", "ot/"], ["/ho", "me/"], ["todo", "!("]].map(|w| w.concat());
    for source in sources() {
        for word in &words {
            assert!(!source.text.contains(word.as_str()), "{} contains {word}", source.path);
        }
    }
}

//! `train`: a model from feature rows and labels, with its card and, if asked for, its out-of-fold scores.
//! In: `features.parquet` and a labels table, or one plain table of numbers; out: `model.json` and `model.card.md`.
//! Learns nothing itself: it reads, calls `training`, and prints what was measured.

use super::args::Flags;
use super::{Failure, scan, terminal, whole};
use crate::domain::{ErrorClass, Timestamp, Word, nearest};
use crate::evaluate::{Known, LabelWords, Labels, read_known_labels};
use crate::model::{Artifact, CrossSettings, Kind, Model, Origin, Trained};
use crate::report::read_features;
use crate::table_io::{TableError, read_parquet};
use crate::training::{self, Labeled, PlainColumns, Training, Wishes, plain_table};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// The flags of the command: name, value, help.
pub const FLAGS: &[(&str, &str, &str)] = &[
    (
        "features",
        "FILE",
        "features.parquet of a run; campaigns.parquet beside it keeps campaigns in one fold",
    ),
    ("labels", "FILE", "labels table: account, label[, as_of, source, confidence]"),
    ("positive", "LABELS", "labels that count as positive, separated by commas"),
    ("negative", "LABELS", "labels that count as negative; accounts with any other label are left out"),
    (
        "labels-until",
        "DATE",
        "labels known only later teach nothing; default: as_of of the run that made the features",
    ),
    ("min-confidence", "C", "labels that state a lower confidence teach nothing; default: 0.5"),
    ("table", "FILE", "a plain table of numbers in CSV (or .csv.gz) instead of --features and --labels"),
    ("label-column", "NAME", "column of the label in --table; default: label"),
    ("id-column", "NAME", "column of the account in --table; default: account"),
    ("out", "FILE", "model to write; the card goes beside it; default: model.json"),
    ("kind", "KIND", "logistic or boosted; default: boosted"),
    ("base-rate", "SHARE", "share of positives where the model will be used; without it no chance is told"),
    ("seed", "N", "seed of folds, sampling and growth; default: 1"),
    ("folds", "K", "folds of cross-validation, 2 to 50; default: 5"),
    ("repeats", "N", "repeats with other folds, 1 to 20; default: 1"),
    ("without", "NAMES", "features or families to leave out, separated by commas"),
    ("not-a-leak", "NAMES", "features that may nearly equal the label, separated by commas"),
    (
        "raises",
        "NAMES",
        "features of which more may never lower the log-odds, beside those whose cards demand it",
    ),
    ("lowers", "NAMES", "features of which more may never raise the log-odds, likewise"),
    ("folds-out", "FILE", "CSV of the out-of-fold scores to write"),
    ("score", "FILE", "features.parquet of another run, every account of which the model is asked about"),
    (
        "scores-out",
        "FILE",
        "CSV of what it says of them (account, log_odds, p or p_abuse_simulated); default: scores.csv",
    ),
];

/// A label that is less sure than this by its own word teaches nothing; ours [S].
const LEAST_CONFIDENCE: f64 = 0.5;

/// Runs the command.
pub fn run(flags: &Flags) -> Result<(), Failure> {
    scan::threads(&scan::resolve(flags)?)?;
    let given = Given(flags);
    let wishes = given.wishes()?;
    let labeled = if wishes.of_cards { given.labeled()? } else { given.plain()? };
    // The flag adds what neither the run nor the labels say, and takes nothing away.
    let simulated = flags.simulated || labeled.origin.simulated || labeled.origin.has_simulated_labels();
    let origin = Trained { simulated, ..labeled.origin };
    let made = training::train(labeled.data, &wishes, origin)?;
    let out = PathBuf::from(given.text("out").unwrap_or("model.json"));
    put(&out, made.artifact.to_json().as_bytes())?;
    let card = out.with_extension("card.md");
    put(&card, training::card(&made.artifact).as_bytes())?;
    if let Some(path) = given.text("folds-out") {
        put(Path::new(path), &out_of_fold(&made)?)?;
    }
    if let Some(features) = given.text("score") {
        put(Path::new(given.text("scores-out").unwrap_or("scores.csv")), &scored(&made.artifact, features)?)?;
    }
    if flags.quiet {
        return Ok(());
    }
    tell(&made, &out, &card)
}

fn put(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    whole::write(path, |part| {
        let mut file = std::fs::File::create(part)?;
        file.write_all(bytes)?;
        Ok(file.sync_all()?)
    })
}

fn tell(made: &Training, out: &Path, card: &Path) -> Result<(), Failure> {
    let t = &made.artifact.training;
    let left = [
        (t.unlabeled_n, "feature rows without a label of either kind"),
        (t.unknown_n, "labeled accounts without a feature row"),
        (t.conflicting_n, "accounts with contradicting labels"),
        (t.later_n, "rows of labels known only after as_of of the features (--labels-until takes them)"),
        (t.unsure_n, "rows of labels that are not sure enough (--min-confidence)"),
    ];
    for (n, what) in left.iter().filter(|(n, _)| 0 < *n) {
        terminal::note(&format!("note: {n} {what} left out"));
    }
    if t.simulated {
        terminal::note("note: trained on simulated labels: nothing it says moves an account past watch");
    }
    let rows = made.artifact.outcome.metrics.iter().map(|m| {
        vec![
            m.name.clone(),
            format!("{:.4}", m.value),
            format!("{:.4} to {:.4}", m.low, m.high),
            m.n.to_string(),
        ]
    });
    let head = ["out of fold", "value", "95 % interval", "n"];
    terminal::data(&terminal::table(&head, rows.collect()))?;
    let place = |path: &Path| terminal::plain(&path.to_string_lossy());
    Ok(terminal::data(&format!(
        "\nmodel {}: {} positive and {} other accounts; {}, {}",
        made.artifact.id(),
        t.positive_n,
        t.negative_n,
        place(out),
        place(card)
    ))?)
}

/// One line an account of another run, in its order; empty where the model abstains.
fn scored(artifact: &Artifact, features: &str) -> Result<Vec<u8>, Failure> {
    let model = Model::new(artifact.clone())?;
    let broken = |e: &dyn std::fmt::Display| Failure::new(ErrorClass::Internal, e.to_string());
    let mut writer = csv::Writer::from_writer(Vec::new());
    let p = if artifact.training.simulated { "p_abuse_simulated" } else { "p" };
    writer.write_record(["account", "log_odds", p]).map_err(|e| broken(&e))?;
    for row in read_features(Path::new(features))? {
        let says = model.says(&row.features);
        let log_odds = says.as_ref().map_or_else(String::new, |s| s.log_odds.get().to_string());
        let p = says.and_then(|s| s.chance).map_or_else(String::new, |c| c.p.get().to_string());
        writer.write_record([&row.name, &log_odds, &p]).map_err(|e| broken(&e))?;
    }
    writer.into_inner().map_err(|e| broken(&e))
}

/// One line an account and repeat, in the order of accounts.
fn out_of_fold(made: &Training) -> Result<Vec<u8>, Failure> {
    let broken = |e: &dyn std::fmt::Display| Failure::new(ErrorClass::Internal, e.to_string());
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["repeat", "fold", "account", "positive", "log_odds"]).map_err(|e| broken(&e))?;
    for (repeat, scores) in made.out_of_fold.iter().enumerate() {
        for ((example, fold), score) in made.data.examples.iter().zip(&scores.folds).zip(&scores.log_odds) {
            let positive = u8::from(example.positive).to_string();
            let line = [&repeat.to_string(), &fold.to_string(), &example.name, &positive, &score.to_string()];
            writer.write_record(line).map_err(|e| broken(&e))?;
        }
    }
    writer.into_inner().map_err(|e| broken(&e))
}

/// The flags as what they are.
struct Given<'a>(&'a Flags);

impl Given<'_> {
    fn text(&self, name: &str) -> Option<&str> {
        self.0.own.get(name).map(String::as_str)
    }

    fn needed(&self, name: &str) -> Result<&str, Failure> {
        self.text(name)
            .ok_or_else(|| Failure::usage(format!("train needs --{name}, or --table and its columns")))
    }

    fn list(&self, name: &str) -> Vec<String> {
        let parts = self.text(name).unwrap_or_default().split(',').map(str::trim);
        parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    fn whole(&self, name: &str, usual: usize, least: usize, most: usize) -> Result<usize, Failure> {
        let Some(text) = self.text(name) else { return Ok(usual) };
        let fits = text.parse().ok().filter(|n| (least..=most).contains(n));
        fits.ok_or_else(|| Failure::usage(format!("--{name} {text}: wants {least} to {most}")))
    }

    fn wishes(&self) -> Result<Wishes, Failure> {
        let kind = self.text("kind").unwrap_or("boosted");
        let kind = Kind::parse(kind).ok_or_else(|| {
            let offer =
                nearest(kind, Kind::names()).map(|n| format!("; did you mean {n}?")).unwrap_or_default();
            Failure::usage(format!("--kind {kind}: wants logistic or boosted{offer}"))
        })?;
        let base_rate = match self.text("base-rate") {
            None => None,
            Some(text) => {
                let rate = text.parse().ok().filter(|rate| 0.0 < *rate && *rate < 1.0);
                Some(rate.ok_or_else(|| {
                    Failure::usage(format!(
                        "--base-rate {text}: wants a share above 0 and below 1, such as 0.0013"
                    ))
                })?)
            }
        };
        let cross = CrossSettings {
            folds: self.whole("folds", 5, 2, 50)?,
            repeats: self.whole("repeats", 1, 1, 20)?,
        };
        Ok(Wishes {
            kind,
            cross,
            seed: self.whole("seed", 1, 0, usize::MAX)? as u64,
            base_rate,
            without: self.list("without"),
            not_a_leak: self.list("not-a-leak"),
            raises: self.list("raises"),
            lowers: self.list("lowers"),
            of_cards: self.text("table").is_none(),
        })
    }

    /// Feature rows of a run beside a labels table.
    fn labeled(&self) -> Result<Labeled, Failure> {
        let (features, labels) = (Path::new(self.needed("features")?), self.needed("labels")?);
        let words = LabelWords {
            positive: self.list("positive"),
            negative: self.list("negative"),
            left_out: Vec::new(),
        };
        let told = manifest(features)?;
        let limits = self.limits(told.map(|(as_of, _)| as_of))?;
        let known = read_known_labels(Path::new(labels), &words, limits)?;
        if limits.until.is_none() && dated(&known) {
            let problem = "the labels say when they were known, but no manifest.json beside the features says of when those \
                           are; say it with --labels-until DATE";
            return Err(Failure::usage(problem));
        }
        let rows = read_features(features)?;
        let campaigns = features.with_file_name("campaigns.parquet");
        let together = if campaigns.is_file() { members(&campaigns)? } else { Vec::new() };
        let mut made = training::examples(
            rows.iter().map(|r| (r.name.as_str(), &r.features)),
            &known,
            &words,
            &together,
        );
        made.origin.inputs = vec![digested(features)?, digested(Path::new(labels))?];
        if campaigns.is_file() {
            made.origin.inputs.push(digested(&campaigns)?);
        }
        made.origin.simulated = told.is_some_and(|(_, simulated)| simulated);
        made.origin.labels_until = limits.until.map(Timestamp::rfc3339);
        made.origin.least_confidence = limits.least_confidence;
        Ok(made)
    }

    /// Which labels may teach: what was known when the features end, unless somebody says otherwise.
    fn limits(&self, as_of: Option<Timestamp>) -> Result<Known, Failure> {
        let until = match self.text("labels-until") {
            Some(text) => Some(Timestamp::parse(text).ok_or_else(|| {
                Failure::usage(format!("--labels-until {text}: wants a date such as 2022-06-01"))
            })?),
            None => as_of,
        };
        let least_confidence = match self.text("min-confidence") {
            None => LEAST_CONFIDENCE,
            Some(text) => text.parse().ok().filter(|c| (0.0..=1.0).contains(c)).ok_or_else(|| {
                Failure::usage(format!("--min-confidence {text}: wants a share from 0 to 1"))
            })?,
        };
        Ok(Known { until, least_confidence })
    }

    /// A plain table of numbers.
    fn plain(&self) -> Result<Labeled, Failure> {
        let path = self.needed("table")?;
        let bytes = std::fs::read(path).map_err(|e| TableError::io(path, e))?;
        let mut plain = Vec::new();
        if path.ends_with(".gz") {
            let mut unpacked = flate2::read::MultiGzDecoder::new(bytes.as_slice());
            unpacked.read_to_end(&mut plain).map_err(|e| TableError::io(path, e))?;
        } else {
            plain = bytes;
        }
        let positive = self.list("positive");
        let positive = if positive.is_empty() { vec!["1".to_owned()] } else { positive };
        let columns = PlainColumns {
            id: self.text("id-column").unwrap_or("account").to_owned(),
            label: self.text("label-column").unwrap_or("label").to_owned(),
            positive: positive.clone(),
        };
        let data = plain_table(path, &plain, &columns)?;
        let inputs = vec![digested(Path::new(path))?];
        Ok(Labeled { data, origin: Trained { inputs, positive_labels: positive, ..Trained::default() } })
    }
}

/// End of the window that features were made of and whether their log is simulated, if a manifest lies beside them.
fn manifest(features: &Path) -> Result<Option<(Timestamp, bool)>, Failure> {
    let manifest = features.with_file_name("manifest.json");
    if !manifest.is_file() {
        return Ok(None);
    }
    let shown = manifest.display();
    let bad = |problem: String| Failure::new(ErrorClass::Input, format!("{shown}: {problem}"));
    let text = std::fs::read_to_string(&manifest).map_err(|e| bad(e.to_string().to_lowercase()))?;
    let json: serde_json::Value = serde_json::from_str(&text).map_err(|e| bad(e.to_string()))?;
    let to = json["window"]["to"].as_str().and_then(Timestamp::parse);
    let to = to.ok_or_else(|| bad("window.to is no moment".to_owned()))?;
    let simulated = json["simulated"].as_bool();
    Ok(Some((to, simulated.ok_or_else(|| bad("simulated is neither true nor false".to_owned()))?)))
}

/// Whether any label says when it was known.
fn dated(labels: &Labels) -> bool {
    labels.accounts.values().any(|label| label.columns.contains_key("as_of"))
}

/// Campaigns with their accounts.
fn members(path: &Path) -> Result<Vec<(String, String)>, Failure> {
    let table = read_parquet(path)?;
    let pairs = table.texts("campaign")?.iter().zip(table.texts("account")?);
    Ok(pairs.filter_map(|(campaign, account)| Some((campaign.clone()?, account.clone()?))).collect())
}

/// A file's name and the digest of its bytes.
fn digested(path: &Path) -> Result<Origin, Failure> {
    let bytes = std::fs::read(path).map_err(|e| TableError::io(&path.to_string_lossy(), e))?;
    let file = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Origin { file, digest: blake3::hash(&bytes).to_hex().to_string() })
}

//! `train`: a model from feature rows and labels, with its card and, if asked for, its out-of-fold scores.
//! In: `features.parquet` and a labels table, or one plain table of numbers; out: `model.json` and `model.card.md`.
//! Learns nothing itself: it reads, calls `training`, and prints what was measured.

use super::args::Flags;
use super::{Failure, scan, terminal, whole};
use crate::domain::{ErrorClass, Word, nearest};
use crate::evaluate::{LabelWords, read_labels};
use crate::model::{CrossSettings, Kind, Origin, Trained};
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
    ("folds-out", "FILE", "CSV of the out-of-fold scores to write"),
];

/// Runs the command.
pub fn run(flags: &Flags) -> Result<(), Failure> {
    scan::threads(&scan::resolve(flags)?)?;
    let given = Given(flags);
    let wishes = given.wishes()?;
    let labeled = if wishes.of_cards { given.labeled()? } else { given.plain()? };
    let made =
        training::train(labeled.data, &wishes, Trained { simulated: flags.simulated, ..labeled.origin })?;
    let out = PathBuf::from(given.text("out").unwrap_or("model.json"));
    put(&out, made.artifact.to_json().as_bytes())?;
    let card = out.with_extension("card.md");
    put(&card, training::card(&made.artifact).as_bytes())?;
    if let Some(path) = given.text("folds-out") {
        put(Path::new(path), &out_of_fold(&made)?)?;
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
        let known = read_labels(Path::new(labels), &words)?;
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
        Ok(made)
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

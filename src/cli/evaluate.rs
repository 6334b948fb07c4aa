//! `evaluate RUN`: how well a run agrees with labels.
//! In: a published run and labels; out: tables on stdout, `evaluation.json` and `evaluation.md` where a folder is named.
//! Recomputes nothing and judges nothing: what is good enough is said by a gate.

use super::args::Flags;
use super::evaluation_args::Values;
use super::published::Published;
use super::{Failure, terminal, whole};
use crate::domain::ErrorClass;
use crate::evaluate::{Cases, Question, Score, evaluate};
use crate::report::{About, Block, Cell, Sheet, evaluation_json, evaluation_sheet};
use std::fs::File;
use std::io::Write;
use std::path::Path;

/// Runs the command.
pub fn run(flags: &Flags) -> Result<(), Failure> {
    let values = Values(flags);
    let (question, score) = (values.question()?, values.score()?);
    let mut labels = values.labels(None, None)?;
    for table in values.list("attributes") {
        labels.attach(Path::new(&table))?;
    }
    let run = Published::read(Path::new(flags.subject.as_deref().unwrap_or_default()))?;
    let cases = run.cases(&labels, &score, &values.list("by"))?;
    let mut evaluation = evaluate(&cases, &question)?;
    evaluation.notes.extend(run.notes.iter().cloned());
    if !labels.unread.is_empty() {
        evaluation.notes.push(format!(
            "not looked at in the labels: {}; every row counts, whenever it was known and however sure it is (train can ask for both)",
            labels.unread.join(", ")
        ));
    }
    let about = about(&run, &cases, &score, &question, values.get("labels").unwrap_or_default());
    let json = json_of(evaluation_json(&evaluation.measures, &about))?;
    let sheet = evaluation_sheet(&evaluation, &about);
    if let Some(folder) = values.get("into").map(Path::new) {
        std::fs::create_dir_all(folder)?;
        put(&folder.join("evaluation.json"), &json)?;
        put(&folder.join("evaluation.md"), &sheet.markdown())?;
        put(&folder.join("accounts.csv"), &super::baseline::render(&run, &cases)?)?;
    }
    if flags.json { Ok(terminal::json(&json)?) } else { show(&sheet) }
}

/// What an evaluation is of.
pub fn about(run: &Published, cases: &Cases, score: &Score, question: &Question, labels: &str) -> About {
    let labels = Path::new(labels).file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    About {
        schema: "evaluation 1",
        run: run.id(),
        simulated: cases.simulated,
        as_of: run.as_of(),
        labels,
        score: score.name().to_owned(),
        at: question.at.word().to_owned(),
        confidence: question.confidence,
    }
}

/// A rendered JSON, or the defect that it could not be rendered.
pub fn json_of(rendered: Result<String, serde_json::Error>) -> Result<String, Failure> {
    rendered.map_err(|e| Failure::new(ErrorClass::Internal, e.to_string()))
}

/// Writes a text whole or not at all.
pub fn put(path: &Path, text: &str) -> Result<(), Failure> {
    whole::write(path, |part| {
        let mut file = File::create(part)?;
        file.write_all(text.as_bytes())?;
        Ok(file.sync_all()?)
    })
}

/// Shows a sheet on the terminal.
pub fn show(sheet: &Sheet) -> Result<(), Failure> {
    terminal::data(&terminal::plain(&sheet.title))?;
    for block in sheet.blocks.iter().filter(|b| !b.is_empty()) {
        terminal::data(&format!("\n{}", terminal::plain(&block.heading)))?;
        show_block(block)?;
    }
    Ok(())
}

fn show_block(block: &Block) -> Result<(), Failure> {
    let text = |cell: &Cell| match cell {
        Cell::Text(text) => terminal::plain(text),
        Cell::Name(name) => terminal::safe(name),
    };
    if !block.rows.is_empty() {
        let head: Vec<&str> = block.head.iter().map(String::as_str).collect();
        let rows = block.rows.iter().map(|row| row.iter().map(text).collect()).collect();
        terminal::data(&terminal::table(&head, rows))?;
    }
    for line in &block.lines {
        terminal::data(&format!("- {}", terminal::plain(line)))?;
    }
    Ok(())
}

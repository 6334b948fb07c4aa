//! Plays all actors of a world in blocks on all threads and writes what they do, block by block in a fixed order.
//! In: a world and a folder that is not there yet; out: the folder, whole or not at all.
//! Holds a few blocks at a time, whatever the world's size.

use super::draw::Range;
use super::folder::{Folder, Part, file_name};
use super::personas::PERSONAS;
use super::ranges;
use super::rows::Rows;
use super::scene::Scene;
use super::{Difficulty, Region, World, WorldError, clock, person};
use crate::domain::{DAY_US, Timestamp};
use crate::simulate::stage::Stage;
use crate::simulate::tables::{Label, Tables};
use rayon::prelude::*;
use serde_json::{Value, json};
use std::path::Path;

/// Ordinary people a block.
const PEOPLE: u64 = 128;
/// Scenes a block.
const SCENES: u64 = 4;
/// Blocks played at a time: fixed, so that memory does not depend on the machine.
const AT_ONCE: usize = 32;

/// What was written.
#[derive(Debug, Clone)]
pub struct Written {
    /// Messages.
    pub messages: u64,
    /// Accounts of each label.
    pub labels: Vec<(&'static str, u64)>,
}

/// A block of actors.
#[derive(Debug, Clone, Copy)]
enum Block {
    /// Ordinary people from the first to before the second number.
    People(u64, u64),
    /// Scenes of a persona.
    Scenes(usize, u64, u64),
}

impl World {
    /// Writes the world.
    pub fn write(&self, dir: &Path) -> Result<Written, WorldError> {
        if dir.exists() {
            return Err(WorldError::Exists(dir.display().to_string()));
        }
        let parent = dir.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::create_dir_all(parent)?;
        let staging = tempfile::Builder::new().prefix(".world-").tempdir_in(parent)?;
        let written = self.fill(staging.path())?;
        std::fs::rename(staging.path(), dir)?;
        // Renamed away: nothing is left to remove.
        drop(staging.keep());
        Ok(written)
    }

    fn fill(&self, dir: &Path) -> Result<Written, WorldError> {
        let mut folder = Folder::create(dir, self.start(), self.days)?;
        let mut labels: Vec<(&'static str, u64)> = Vec::new();
        let blocks = self.blocks();
        for some in blocks.chunks(AT_ONCE) {
            let parts: Vec<Part> = some.par_iter().map(|block| self.play(*block)).collect();
            for part in &parts {
                folder.push(part)?;
                for row in &part.tables.labels {
                    match labels.iter_mut().find(|(label, _)| *label == row.label) {
                        Some((_, n)) => *n += 1,
                        None => labels.push((row.label, 1)),
                    }
                }
            }
        }
        let messages = folder.messages;
        let tables = folder.finish()?;
        std::fs::write(dir.join("bulkwatch.toml"), self.settings(&tables))?;
        let front =
            serde_json::to_string_pretty(&self.card(messages, &labels)).map_err(std::io::Error::other)?;
        std::fs::write(dir.join("world.json"), front + "\n")?;
        Ok(Written { messages, labels })
    }

    fn blocks(&self) -> Vec<Block> {
        let cut = |n: u64, size: u64| (0..n.div_ceil(size)).map(move |b| (b * size, ((b + 1) * size).min(n)));
        let mut blocks: Vec<Block> =
            cut(self.people, PEOPLE).map(|(from, to)| Block::People(from, to)).collect();
        for (at, persona) in PERSONAS.iter().enumerate() {
            let scenes = self.mix.scenes(persona.name, self.people);
            blocks.extend(cut(scenes, SCENES).map(|(from, to)| Block::Scenes(at, from, to)));
        }
        blocks
    }

    fn play(&self, block: Block) -> Part {
        let mut part = Part { days: (0..self.days).map(|_| Rows::default()).collect(), ..Part::default() };
        match block {
            Block::People(from, to) => {
                let mut stage = Stage::new(self.seed, self.end, self.days);
                for index in from..to {
                    person::person(&mut stage, self, index);
                }
                self.take(&mut part, stage);
            }
            Block::Scenes(persona, from, to) => {
                for index in from..to {
                    let mut scene = Scene::new(self, &format!("sim_x{persona}n{index}"));
                    (PERSONAS[persona].act)(&mut scene);
                    label(&mut scene, persona);
                    let drawn =
                        scene.draw.drawn.iter().map(|(name, value)| (scene.me.clone(), *name, *value));
                    part.parameters.extend(drawn);
                    self.take(&mut part, scene.stage);
                }
            }
        }
        part
    }

    /// Moves what is on a stage into the part.
    fn take(&self, part: &mut Part, stage: Stage) {
        let mut tables = stage.into_tables();
        for message in tables.messages.drain(..) {
            let day = (message.ts - self.start()).div_euclid(DAY_US) as usize;
            if let Some(rows) = part.days.get_mut(day) {
                rows.push(&message, clock::client_time(self.seed, &message));
            }
        }
        join(&mut part.tables, tables);
    }

    /// The settings with which a scan begins; paths are relative to the folder.
    fn settings(&self, tables: &[&'static str]) -> String {
        let inputs = tables.iter().filter(|table| !matches!(**table, "labels" | "parameters"));
        let inputs: String = inputs.map(|table| format!("{table} = \"{}\"\n", file_name(table))).collect();
        let (from, to) = (Timestamp(self.window_from()).date(), Timestamp(self.end).date());
        let start = Timestamp(self.start()).date();
        format!(
            "# SIMULATED: nobody ever sent any of this. Made by `bulkwatch simulate world`; world.json says how.\n\n\
             [input]\nmessages = [\"messages\"]\n{inputs}\n\
             [window]\nfrom = {from}\nto = {to}\nlog_start = {start}\n\n\
             [run]\nnote = \"SIMULATED: nobody ever sent any of this; made by bulkwatch simulate world, seed {}\"\n",
            self.seed
        )
    }

    fn card(&self, messages: u64, labels: &[(&'static str, u64)]) -> Value {
        let word = |range: &Range| {
            json!({
                "name": range.name,
                "plain": [range.plain.0, range.plain.1],
                "adaptive": [range.adaptive.0, range.adaptive.1],
                "held_out_end": format!("{:?}", range.held_out).to_lowercase(),
                "drawn_from": range.part(self.difficulty, self.region),
                "center": range.center(self.seed, self.difficulty, self.region),
            })
        };
        let name = |n: &str| n.to_owned();
        let difficulty = Difficulty::ALL.iter().find(|(_, d)| *d == self.difficulty).map(|(n, _)| name(n));
        let region = Region::ALL.iter().find(|(_, r)| *r == self.region).map(|(n, _)| name(n));
        let scenes = |p: &super::personas::Persona| json!([p.name, self.mix.scenes(p.name, self.people)]);
        json!({
            "simulated": true,
            "program": env!("CARGO_PKG_VERSION"),
            "people": self.people,
            "days": self.days,
            "to": Timestamp(self.end).date(),
            "seed": self.seed,
            "difficulty": difficulty,
            "region": region,
            "holiday": self.holiday().map(|day| Timestamp(day).date()),
            "messages": messages,
            "accounts": labels.iter().map(|(label, n)| json!([label, n])).collect::<Vec<_>>(),
            "scenes": PERSONAS.iter().map(scenes).collect::<Vec<_>>(),
            "ranges": ranges::INNOCENT.iter().chain(ranges::ALL).map(word).collect::<Vec<_>>(),
        })
    }
}

/// Gives every account of a scene its known answer.
fn label(scene: &mut Scene<'_>, persona: usize) {
    let persona = &PERSONAS[persona];
    let known: Vec<String> =
        scene.stage.tables_mut().labels.iter().map(|label| label.account.clone()).collect();
    let accounts = scene.stage.tables_mut().accounts.iter().map(|row| row.account.clone());
    let open: Vec<String> = accounts.filter(|account| !known.contains(account)).collect();
    let as_of = scene.stage.to();
    for account in open {
        let first_abuse = scene.stage.first_abuse(&account);
        // Whoever belongs to an abuser and did nothing in this log cannot be found in it.
        let label = if persona.label == "abuse" && first_abuse.is_none() { "dormant" } else { persona.label };
        let row = Label { account, label, persona: persona.name, first_abuse, as_of };
        scene.stage.tables_mut().labels.push(row);
    }
}

fn join(all: &mut Tables, mut more: Tables) {
    all.accounts.append(&mut more.accounts);
    all.registrations.append(&mut more.registrations);
    all.group_events.append(&mut more.group_events);
    all.feedback.append(&mut more.feedback);
    all.enforcement.append(&mut more.enforcement);
    all.contacts.append(&mut more.contacts);
    all.groups.append(&mut more.groups);
    all.sanctioned.append(&mut more.sanctioned);
    all.operators.append(&mut more.operators);
    all.off_platform.append(&mut more.off_platform);
    all.labels.append(&mut more.labels);
}

//! The campaigns of a published run, read back for people.
//! In: a run folder; out: campaigns in the order of the file, each with the accounts in it and those of equal members.
//! Recomputes nothing, and knows no recipient: the file holds none.

use crate::domain::counted;
use crate::table_io::{TableError, read_parquet};
use std::path::Path;

/// One campaign of `campaigns.parquet`.
#[derive(Debug, Clone, Default)]
pub struct CampaignRow {
    /// Its id.
    pub id: String,
    /// What binds it, in one word.
    pub kind: String,
    /// Who is in it, with their part in a word.
    pub accounts: Vec<(String, String)>,
    /// Days it was at work.
    pub days: u64,
    /// First and last moment of what binds it.
    pub span: Option<(String, String)>,
    /// Campaigns of other kinds that consist of the same members.
    pub same_as: Vec<String>,
}

impl CampaignRow {
    /// Its members, by name.
    pub fn members(&self) -> impl Iterator<Item = &str> {
        self.accounts.iter().filter(|(_, part)| part == "member").map(|(name, _)| name.as_str())
    }

    /// How many stand beside its members because times are too coarse to tell who was first, and how many as originals.
    pub fn beside(&self) -> [usize; 2] {
        ["unclear", "original"].map(|word| self.accounts.iter().filter(|(_, part)| part == word).count())
    }

    /// Its size in words: where nobody can be called a member, also why.
    pub fn size_told(&self) -> String {
        let [unclear, originals] = self.beside();
        let mut told = counted(self.members().count() as u64, "member");
        if 0 < unclear {
            let accounts = counted(unclear as u64, "account");
            told.push_str(&format!(", of {accounts} times are too coarse to tell who was first"));
        }
        if 0 < originals {
            told.push_str(&format!(", {} always first or imitated", counted(originals as u64, "account")));
        }
        told
    }

    /// The part of an account in it.
    pub fn part_of(&self, account: &str) -> Option<&str> {
        self.accounts.iter().find(|(name, _)| name == account).map(|(_, part)| part.as_str())
    }
}

/// Reads the campaigns of a run folder.
pub fn read_campaigns(folder: &Path) -> Result<Vec<CampaignRow>, TableError> {
    let table = read_parquet(&folder.join("campaigns.parquet"))?;
    let text = |name: &str| -> Result<Vec<String>, TableError> {
        Ok(table.texts(name)?.iter().map(|v| v.clone().unwrap_or_default()).collect())
    };
    let (ids, kinds, names, parts) = (text("campaign")?, text("kind")?, text("account")?, text("part")?);
    let (first, last, days) = (table.texts("first_at")?, table.texts("last_at")?, table.floats("days_n")?);
    let mut all: Vec<CampaignRow> = Vec::new();
    for i in 0..table.rows() {
        if all.last().is_none_or(|c| c.id != ids[i]) {
            all.push(CampaignRow {
                id: ids[i].clone(),
                kind: kinds[i].clone(),
                days: days[i].unwrap_or(0.0) as u64,
                span: first[i].clone().zip(last[i].clone()),
                ..CampaignRow::default()
            });
        }
        if let Some(campaign) = all.last_mut() {
            campaign.accounts.push((names[i].clone(), parts[i].clone()));
        }
    }
    find_equals(&mut all);
    Ok(all)
}

/// Notes which campaigns have the same members: one crew may be bound in more than one way.
fn find_equals(all: &mut [CampaignRow]) {
    let mut by_members: Vec<(Vec<String>, usize)> = (0..)
        .zip(all.iter())
        .map(|(at, campaign)| {
            let mut members: Vec<String> = campaign.members().map(str::to_owned).collect();
            members.sort_unstable();
            (members, at)
        })
        .collect();
    by_members.sort_unstable();
    for equal in by_members.chunk_by(|a, b| a.0 == b.0).filter(|equal| !equal[0].0.is_empty()) {
        for (_, at) in equal {
            let others = equal.iter().filter(|(_, other)| other != at);
            all[*at].same_as = others.map(|(_, other)| all[*other].id.clone()).collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn campaigns_of_the_same_members_know_of_each_other() {
        let row = |id: &str, accounts: &[(&str, &str)]| CampaignRow {
            id: id.to_owned(),
            accounts: accounts.iter().map(|(a, p)| ((*a).to_owned(), (*p).to_owned())).collect(),
            ..CampaignRow::default()
        };
        let mut all = [
            row("l", &[("a", "member"), ("b", "member"), ("c", "original")]),
            row("m", &[("a", "member"), ("c", "member")]),
            row("s", &[("b", "member"), ("a", "member")]),
            row("none", &[("d", "unclear")]),
            row("either", &[("e", "unclear")]),
        ];
        find_equals(&mut all);
        let same: Vec<&[String]> = all.iter().map(|c| c.same_as.as_slice()).collect();
        assert_eq!(same, [&["s".to_owned()][..], &[], &["l".to_owned()], &[], &[]]);
        assert_eq!(all[0].part_of("c"), Some("original"));
        assert_eq!(all[0].size_told(), "2 members, 1 account always first or imitated");
        let why = "0 members, of 1 account times are too coarse to tell who was first";
        assert_eq!((all[3].beside(), all[3].size_told().as_str()), ([1, 0], why));
    }
}

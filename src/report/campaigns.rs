//! `campaigns.parquet`: one row for each account of each campaign, with what binds them by number.
//! In: campaigns, the names of their accounts, the run's digest; out: ids that do not depend on order, and a table.
//! Shows no recipient and no content: the representative is a pseudonym of this run.

use crate::campaigns::{Campaign, CampaignMember, Part};
use crate::domain::Timestamp;
use crate::table_io::Table;
use std::collections::BTreeMap;

/// A campaign under its id, with the names of its accounts.
#[derive(Debug, Clone)]
pub struct NamedCampaign {
    /// The id: kind and members, and nothing else.
    pub id: String,
    /// The campaign.
    pub campaign: Campaign,
    /// Names in the order of its accounts.
    pub names: Vec<String>,
    /// The thing that most members put out, as a pseudonym of this run.
    pub representative: Option<String>,
}

impl NamedCampaign {
    /// Names a campaign; `run` is the digest of the run's input.
    pub fn of(campaign: Campaign, names: &BTreeMap<u32, String>, run: u128) -> Self {
        let name = |m: &CampaignMember| names.get(&m.account).cloned().unwrap_or_default();
        let names: Vec<String> = campaign.members.iter().map(name).collect();
        let mut hasher = blake3::Hasher::new();
        hasher.update(campaign.kind.word().as_bytes());
        for (name, _) in names.iter().zip(&campaign.members).filter(|(_, m)| m.part != Part::Original) {
            hasher.update(b"\0").update(name.as_bytes());
        }
        let id = format!("{}-{}", campaign.kind.word(), &hasher.finalize().to_hex()[..12]);
        let representative = campaign.representative.map(|(object, _)| {
            let mut hasher = blake3::Hasher::new();
            hasher.update(&run.to_le_bytes()).update(&object.to_le_bytes());
            hasher.finalize().to_hex()[..12].to_owned()
        });
        Self { id, campaign, names, representative }
    }

    /// The names of those who have this part in it.
    pub fn with(&self, part: Part) -> impl Iterator<Item = &str> {
        let all = self.names.iter().zip(&self.campaign.members);
        all.filter(move |(_, member)| member.part == part).map(|(name, _)| name.as_str())
    }
}

/// The table: campaigns in their order, members by account.
pub fn campaign_table(campaigns: &[NamedCampaign]) -> Table {
    type Row<'a> = (&'a NamedCampaign, &'a CampaignMember, &'a String);
    let rows: Vec<Row> = campaigns
        .iter()
        .flat_map(|c| c.campaign.members.iter().zip(&c.names).map(move |(member, name)| (c, member, name)))
        .collect();
    let text = |of: &dyn Fn(&Row) -> String| -> Vec<String> { rows.iter().map(of).collect() };
    let count = |of: &dyn Fn(&Row) -> u64| -> Vec<u64> { rows.iter().map(of).collect() };
    let time = |of: &dyn Fn(&Row) -> Option<i64>| -> Vec<Option<String>> {
        rows.iter().map(|row| of(row).map(|ts| Timestamp(ts).rfc3339())).collect()
    };
    Table::new()
        .with("campaign", text(&|(c, _, _)| c.id.clone()))
        .with("kind", text(&|(c, _, _)| c.campaign.kind.word().to_owned()))
        .with("account", text(&|(_, _, name)| (*name).clone()))
        .with("part", text(&|(_, m, _)| m.part.word().to_owned()))
        .with("partners_n", count(&|(_, m, _)| u64::from(m.partners)))
        .with("led_n", count(&|(_, m, _)| m.led))
        .with("followed_n", count(&|(_, m, _)| m.followed))
        .with("tied_n", count(&|(_, m, _)| m.tied))
        .with("members_n", count(&|(c, _, _)| c.campaign.size() as u64))
        .with("links_n", count(&|(c, _, _)| c.campaign.links))
        .with("things_n", count(&|(c, _, _)| c.campaign.objects))
        .with("days_n", count(&|(c, _, _)| c.campaign.days))
        .with("first_at", time(&|(c, _, _)| c.campaign.window.map(|w| w.0)))
        .with("last_at", time(&|(c, _, _)| c.campaign.window.map(|w| w.1)))
        .with("representative", rows.iter().map(|(c, _, _)| c.representative.clone()).collect::<Vec<_>>())
        .with(
            "representative_accounts_n",
            count(&|(c, _, _)| c.campaign.representative.map_or(0, |(_, n)| u64::from(n))),
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaigns::CampaignKind;

    #[test]
    fn an_id_follows_from_kind_and_members_only() {
        let member = |account, original| CampaignMember {
            account,
            part: if original { Part::Original } else { Part::Member },
            ..CampaignMember::default()
        };
        let campaign = |accounts: &[(u32, bool)], links| {
            let members = accounts.iter().map(|(a, o)| member(*a, *o)).collect();
            Campaign::of(CampaignKind::Lockstep, members, links, Vec::new())
        };
        let names = |from: u32| (0..9u32).map(|i| (i + from, format!("a{i}"))).collect::<BTreeMap<_, _>>();
        let one = NamedCampaign::of(campaign(&[(1, false), (2, false)], 1), &names(0), 5);
        // Other places, other links, another run, an original more: the same members.
        let same = NamedCampaign::of(campaign(&[(8, false), (9, false), (10, true)], 7), &names(7), 6);
        assert_eq!(one.id, same.id);
        assert_ne!(one.id, NamedCampaign::of(campaign(&[(1, false), (3, false)], 1), &names(0), 5).id);
        assert_eq!(same.with(Part::Member).collect::<Vec<_>>(), ["a1", "a2"]);
        let table = campaign_table(&[one, same]);
        assert_eq!((table.rows(), table.texts("part").expect("part")[4].as_deref()), (5, Some("original")));
    }
}

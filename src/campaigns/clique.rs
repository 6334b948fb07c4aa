//! Closed circles of accounts that write almost only to one another (policy C3).
//! In: counted edges of direct messages and each account's totals; out: small dense components with their measures.
//! Knows no intent: a family chat measures the same, so this only ever supports other evidence.

use super::share::{CampaignError, check_share};
use crate::domain::UnionFind;

/// Direct messages from one account to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DirectEdge {
    /// Sender.
    pub from: u32,
    /// Recipient.
    pub to: u32,
    /// Messages.
    pub n: u32,
}

/// All an account did, people outside the log included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Distinct people it wrote to or had mail from.
    pub partners: u32,
    /// Direct messages sent and received.
    pub messages: u64,
}

/// What a circle must measure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CliqueSettings {
    /// Fewest and most members.
    pub least_members: u32,
    /// See `least_members`.
    pub most_members: u32,
    /// Partners above which an account is cut before anything else.
    pub most_partners: u32,
    /// Part of an account's answered messages that its closest partners must hold to be looked at.
    pub core_share: f64,
    /// Least connected pairs / pairs.
    pub least_density: f64,
    /// Least pairs that write both ways / connected pairs.
    pub least_reciprocity: f64,
    /// Most messages that leave or enter / messages of all members.
    pub most_conductance: f64,
}

impl Default for CliqueSettings {
    /// The policy's numbers. 60 partners: a member has at most 49 in the circle, so one with more has at least 11 people
    /// outside; whoever keeps up that many chats is no closed circle, and fan-out rules see what it does there. It also
    /// bounds the work for an account.
    fn default() -> Self {
        Self {
            least_members: 4,
            most_members: 50,
            most_partners: 60,
            core_share: 0.9,
            least_density: 0.5,
            least_reciprocity: 0.9,
            most_conductance: 0.05,
        }
    }
}

/// A closed circle.
#[derive(Debug, Clone, PartialEq)]
pub struct Clique {
    /// The smallest member, which names it.
    pub label: u32,
    /// Members, sorted.
    pub members: Vec<u32>,
    /// Messages among members.
    pub inside: u64,
    /// Messages that leave or enter.
    pub outside: u64,
    /// Connected pairs / pairs.
    pub density: f64,
    /// Pairs that write both ways / connected pairs.
    pub reciprocity: f64,
    /// outside / (2 inside + outside): what of all message ends of members lies outside.
    pub conductance: f64,
}

/// Finds closed circles. Edges in any order, repeated ones add up, messages to oneself do not count.
///
/// 1. Accounts with more than `most_partners` partners are cut.
/// 2. Of the rest, an account's **core** is its closest partners, by min(sent, answered), until they hold `core_share` of
///    the sum of those; two accounts are joined if each is in the other's core. A lure to a victim is rarely answered,
///    weighs least where it is, and so stays out of the core: it joins nobody, and one edge to somebody with a hundred
///    friends does not dissolve the circle into theirs.
/// 3. Components of the joined are measured over *all* messages, so every lure counts: conductance keeps a circle as long
///    as at most one in twenty of its message ends lies outside, and lets it go when it has begun to work in earnest,
///    when fan-out and unanswered chats show it.
///
/// Time: linear in the edges, but for sorting. 24 bytes an edge and 24 an account.
pub fn cliques(
    edges: &[DirectEdge],
    totals: &[Totals],
    settings: &CliqueSettings,
) -> Result<Vec<Clique>, CampaignError> {
    for (name, value) in [
        ("core_share", settings.core_share),
        ("least_density", settings.least_density),
        ("least_reciprocity", settings.least_reciprocity),
        ("most_conductance", settings.most_conductance),
    ] {
        check_share(name, value)?;
    }
    let accounts = u32::try_from(totals.len()).unwrap_or(u32::MAX);
    if let Some(account) = edges.iter().map(|e| e.from.max(e.to)).max().filter(|a| accounts <= *a) {
        return Err(CampaignError::Account { account, accounts });
    }
    let small = |account: u32| totals[account as usize].partners <= settings.most_partners;
    let ties = ties(edges.iter().filter(|e| e.from != e.to && small(e.from) && small(e.to)));
    check_totals(&ties, totals)?;
    let mut sets = joined(&ties, accounts, settings.core_share);
    // Only accounts with a tie can be in a circle.
    let tied = ties.iter().map(|t| t.of);
    let candidates = sets.sets(tied, settings.least_members.max(2) as usize);
    let small_enough = candidates.into_iter().filter(|c| c.len() <= settings.most_members as usize);
    let measured = small_enough.map(|members| measure(members, &ties, totals));
    let is_circle = |c: &Clique| {
        settings.least_density <= c.density
            && settings.least_reciprocity <= c.reciprocity
            && c.conductance <= settings.most_conductance
    };
    Ok(measured.filter(is_circle).collect())
}

/// One account's side of an exchange; every exchange stands once for each side, sorted by side and partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Tie {
    of: u32,
    with: u32,
    sent: u64,
    received: u64,
}

fn ties<'e>(edges: impl Iterator<Item = &'e DirectEdge>) -> Vec<Tie> {
    let sides = edges.flat_map(|e| {
        let n = u64::from(e.n);
        [
            Tie { of: e.from, with: e.to, sent: n, received: 0 },
            Tie { of: e.to, with: e.from, sent: 0, received: n },
        ]
    });
    let mut ties: Vec<Tie> = sides.filter(|t| 0 < t.sent + t.received).collect();
    ties.sort_unstable();
    ties.dedup_by(|more, kept| {
        let same = (more.of, more.with) == (kept.of, kept.with);
        if same {
            kept.sent += more.sent;
            kept.received += more.received;
        }
        same
    });
    ties
}

/// Totals include the edges; smaller ones would make conductance negative.
fn check_totals(ties: &[Tie], totals: &[Totals]) -> Result<(), CampaignError> {
    for of in ties.chunk_by(|a, b| a.of == b.of) {
        let account = of.first().map_or(0, |t| t.of);
        let Totals { partners, messages } = totals[account as usize];
        let n: u64 = of.iter().map(|t| t.sent + t.received).sum();
        if messages < n || (partners as usize) < of.len() {
            return Err(CampaignError::Totals { account });
        }
    }
    Ok(())
}

/// Accounts joined where each is in the other's core.
fn joined(ties: &[Tie], accounts: u32, core_share: f64) -> UnionFind {
    let mut core: Vec<(u32, u32)> = Vec::new();
    for of in ties.chunk_by(|a, b| a.of == b.of) {
        let mut ranked: Vec<&Tie> = of.iter().filter(|t| 0 < answered(t)).collect();
        ranked.sort_unstable_by_key(|t| (std::cmp::Reverse(answered(t)), t.with));
        let all: u64 = ranked.iter().map(|t| answered(t)).sum();
        let (mut held, mut least) = (0, 0);
        for tie in ranked {
            // Partners as close as the last one needed are in: no tie is broken by a name.
            if core_share * all as f64 <= held as f64 && answered(tie) < least {
                break;
            }
            held += answered(tie);
            least = answered(tie);
            core.push((tie.of, tie.with));
        }
    }
    core.sort_unstable();
    let mut sets = UnionFind::new(accounts);
    for (of, with) in &core {
        if of < with && core.binary_search(&(*with, *of)).is_ok() {
            sets.join(*of, *with);
        }
    }
    sets
}

fn answered(tie: &Tie) -> u64 {
    tie.sent.min(tie.received)
}

/// Measures a set of members over all their messages.
fn measure(members: Vec<u32>, ties: &[Tie], totals: &[Totals]) -> Clique {
    let (mut connected, mut mutual, mut inside, mut ends) = (0u64, 0u64, 0u64, 0u64);
    for member in &members {
        ends += totals[*member as usize].messages;
        let start = ties.partition_point(|t| t.of < *member);
        let own = ties[start..].iter().take_while(|t| t.of == *member);
        for tie in own.filter(|t| *member < t.with && members.binary_search(&t.with).is_ok()) {
            connected += 1;
            mutual += u64::from(0 < answered(tie));
            inside += tie.sent + tie.received;
        }
    }
    let n = members.len() as u64;
    let outside = ends - 2 * inside;
    Clique {
        label: members.first().copied().unwrap_or(0),
        inside,
        outside,
        density: 2.0 * connected as f64 / (n * (n - 1)) as f64,
        reciprocity: if connected == 0 { 0.0 } else { mutual as f64 / connected as f64 },
        conductance: if ends == 0 { 0.0 } else { outside as f64 / ends as f64 },
        members,
    }
}

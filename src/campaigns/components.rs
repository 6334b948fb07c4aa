//! Groups out of edges, such that neither a chain nor an imitated innocent is drawn in.
//! In: edges with who was first how often; out: groups named by their smallest account, members with their standing.
//! Knows no object and no time.

use super::incidence::Compared;
use super::pair_counts::PairTally;
use super::share::{CampaignError, check_share};
use super::triangles::Graph;

/// Two accounts that belong together. 24 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    pair: u64,
    /// How often they met.
    pub n: u32,
    /// How often the account with the smaller index was first.
    pub low_first: u32,
    /// How often the account with the larger index was first.
    pub high_first: u32,
    /// Objects of either; 0 where the rule has no use for it.
    union: u32,
}

impl Edge {
    pub(crate) fn new(tally: &PairTally) -> Self {
        let PairTally { pair, n, low_first, high_first, .. } = *tally;
        Self { pair, n, low_first, high_first, union: 0 }
    }

    pub(crate) fn compared(pair: u64, of: &Compared) -> Self {
        let Compared { n, a_first, b_first, union, .. } = *of;
        Self { pair, n, low_first: a_first, high_first: b_first, union }
    }

    /// The pair as one number, in the order of (low, high).
    pub(crate) fn pair(&self) -> u64 {
        self.pair
    }

    /// The smaller account index.
    pub fn low(&self) -> u32 {
        (self.pair >> 32) as u32
    }

    /// The larger account index.
    pub fn high(&self) -> u32 {
        self.pair as u32
    }

    /// Matched objects / objects of either, where the rule has it.
    pub fn jaccard(&self) -> Option<f64> {
        (0 < self.union).then(|| f64::from(self.n) / f64::from(self.union))
    }
}

/// What makes a group of edges.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cohesion {
    /// Fewest members.
    pub least_members: u32,
    /// Edges from the center of a group to its farthest member; a group's diameter is at most twice that.
    pub radius: u32,
    /// Least share of the matches with one partner at which an account was second, to follow it; undecided ones count
    /// against it, or a few things known in advance would do where times are coarse.
    pub least_follow: f64,
}

impl Default for Cohesion {
    /// Three members, radius 2, followed in a fifth: of n equal bots in random order each follows half of the time, and
    /// with 5 matches and two partners the chance to fall below a fifth with both is below 1/32.
    fn default() -> Self {
        Self { least_members: 3, radius: 2, least_follow: 0.2 }
    }
}

impl Cohesion {
    pub(crate) fn check(&self) -> Result<(), CampaignError> {
        check_share("least_follow", self.least_follow)
    }
}

/// How an account stands to those it matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It was second to some partner in at least the asked share of their matches.
    Follows,
    /// Times are too coarse: with some partner more than half of the matches are ties, and it follows nobody.
    Unclear,
    /// First, always or nearly so, with every partner: the original that others imitate, or the head of a fixed order.
    /// It is no member and joins nobody.
    Original,
}

/// An account beside a group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Member {
    /// Index of the account.
    pub account: u32,
    /// How it stands to its partners.
    pub standing: Standing,
    /// Accounts it has an edge with.
    pub partners: u32,
    /// Sums over its partners: matches at which it was first, second, and neither.
    pub led: u64,
    /// See `led`.
    pub followed: u64,
    /// See `led`.
    pub tied: u64,
    /// The largest share, over its partners, of matches at which it was second.
    pub follow_share: f64,
}

/// Accounts that belong together.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The smallest member, which names the group.
    pub label: u32,
    /// Members, sorted; none of them an original.
    pub members: Vec<Member>,
    /// Edges between members.
    pub edges: u64,
    /// Originals with an edge to a member, sorted: possible victims of imitation, never to be counted as members.
    pub originals: Vec<u32>,
}

/// Groups and what stands beside them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Grouped {
    /// Groups, by label. No account is in two.
    pub groups: Vec<Group>,
    /// All accounts with edges that never follow, sorted.
    pub originals: Vec<Member>,
    /// Edges between members-to-be that lie in no triangle, and so joined nobody.
    pub unsupported_edges: u64,
}

/// Groups of edges that are sorted by account pair.
///
/// 1. **Originals leave.** Whoever is first with every partner is imitated, or heads a fixed order; either way what it
///    does needs no other account to explain it. Anybody can post an innocent's objects seconds later, and from a
///    hundred accounts; nobody can post before it what it has not yet put out and will not put out again. So membership
///    asks that an account itself came second, with things it put out on one occasion only.
/// 2. **Edges need a triangle.** A pair in between two groups, or a chain of pairs, is no common hand; three accounts
///    that pairwise repeat themselves are. A core of degree 2 would keep long cycles.
/// 3. **Groups are balls.** Chains of triangles still stretch; so a group is what lies within `radius` edges of the
///    account with the most supported edges (ties: the smallest), and what remains is grouped again.
///
/// Time: the edges to the power 1.5 at worst for the triangles, else linear with sorting. 60 bytes an edge.
pub fn grouped(edges: &[Edge], cohesion: &Cohesion) -> Grouped {
    let graph = Graph::new(&edges.iter().map(|e| (e.low(), e.high())).collect::<Vec<_>>());
    let members = standings(edges, &graph, cohesion.least_follow);
    let is_original = |node: u32| members[node as usize].standing == Standing::Original;
    let (inside, supported) = supported(&graph, &is_original);
    let balls = supported.balls(cohesion.radius, cohesion.least_members.max(1) as usize);
    let mut groups: Vec<Group> = balls
        .into_iter()
        .map(|ball| {
            let originals = neighbors(&graph, &ball).filter(|n| is_original(*n));
            let mut originals: Vec<u32> = originals.map(|n| graph.account(n)).collect();
            originals.sort_unstable();
            originals.dedup();
            Group {
                label: ball.first().map_or(0, |n| graph.account(*n)),
                edges: neighbors(&graph, &ball).filter(|n| ball.binary_search(n).is_ok()).count() as u64 / 2,
                members: ball.iter().map(|n| members[*n as usize]).collect(),
                originals,
            }
        })
        .collect();
    groups.sort_by_key(|g| g.label);
    let unsupported_edges = (inside - supported.edges()) as u64;
    let originals = members.into_iter().filter(|m| m.standing == Standing::Original).collect();
    Grouped { groups, originals, unsupported_edges }
}

/// Edges between accounts that are no originals: how many, and those in a triangle of such.
fn supported(graph: &Graph, is_original: &impl Fn(u32) -> bool) -> (usize, Graph) {
    let inside = graph.without(|a, b| is_original(a) || is_original(b));
    let n = inside.edges();
    (n, inside.with_triangles())
}

/// Every neighbor of every node of a ball, as often as it is one.
fn neighbors<'g>(graph: &'g Graph, ball: &'g [u32]) -> impl Iterator<Item = u32> + 'g {
    ball.iter().flat_map(|node| graph.neighbors(*node).iter().copied())
}

/// How each node stands to its partners.
fn standings(edges: &[Edge], graph: &Graph, least_follow: f64) -> Vec<Member> {
    let fresh = |account| Member {
        account,
        standing: Standing::Original,
        partners: 0,
        led: 0,
        followed: 0,
        tied: 0,
        follow_share: 0.0,
    };
    let mut members: Vec<Member> = graph.accounts().iter().map(|a| fresh(*a)).collect();
    for edge in edges {
        let sides =
            [(edge.low(), edge.low_first, edge.high_first), (edge.high(), edge.high_first, edge.low_first)];
        for (account, led, followed) in sides {
            let Some(node) = graph.node(account) else { continue };
            let member = &mut members[node as usize];
            let decided = u64::from(led) + u64::from(followed);
            let tied = u64::from(edge.n).saturating_sub(decided);
            member.partners += 1;
            member.led += u64::from(led);
            member.followed += u64::from(followed);
            member.tied += tied;
            member.follow_share = member.follow_share.max(f64::from(followed) / f64::from(edge.n.max(1)));
            let standing = if decided < tied {
                Standing::Unclear
            } else if 0 < followed && least_follow <= f64::from(followed) / f64::from(edge.n.max(1)) {
                Standing::Follows
            } else {
                Standing::Original
            };
            // Following one partner is enough; coarse times speak only where nothing else does.
            member.standing = match (member.standing, standing) {
                (Standing::Follows, _) | (_, Standing::Follows) => Standing::Follows,
                (Standing::Unclear, _) | (_, Standing::Unclear) => Standing::Unclear,
                _ => Standing::Original,
            };
        }
    }
    members
}

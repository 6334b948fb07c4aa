//! An undirected graph of accounts: its triangles, and balls around its busiest nodes.
//! In: pairs of accounts; out: the part that lies in triangles, and disjoint sets of nodes of bounded radius.
//! Knows no weight and no direction.

/// A graph over the accounts that have an edge. 12 bytes a node, 8 an edge.
#[derive(Debug, Clone)]
pub(crate) struct Graph {
    accounts: Vec<u32>,
    /// Ends of the nodes' lists in `targets`.
    ends: Vec<usize>,
    /// Neighbors, each node's sorted.
    targets: Vec<u32>,
}

impl Graph {
    /// Reads distinct pairs of accounts (smaller, larger), sorted. Nodes are numbered in the order of accounts.
    pub fn new(pairs: &[(u32, u32)]) -> Self {
        let mut accounts: Vec<u32> = pairs.iter().flat_map(|(a, b)| [*a, *b]).collect();
        accounts.sort_unstable();
        accounts.dedup();
        let mut empty = Self { ends: vec![0; accounts.len()], accounts, targets: Vec::new() };
        let node = |account: u32| empty.node(account);
        let pairs: Vec<(u32, u32)> = pairs.iter().filter_map(|(a, b)| Some((node(*a)?, node(*b)?))).collect();
        empty.fill(&pairs);
        empty
    }

    /// Sets the edges: distinct pairs of nodes (smaller, larger), sorted. Linear time: in that order, a node's smaller
    /// neighbors come before its larger ones, and both ascend.
    fn fill(&mut self, pairs: &[(u32, u32)]) {
        let mut next = vec![0usize; self.accounts.len() + 1];
        for node in pairs.iter().flat_map(|(a, b)| [*a, *b]) {
            next[node as usize + 1] += 1;
        }
        for i in 1..next.len() {
            next[i] += next[i - 1];
        }
        self.targets = vec![0; 2 * pairs.len()];
        for (a, b) in pairs {
            for (from, to) in [(*a, *b), (*b, *a)] {
                let at = &mut next[from as usize];
                self.targets[*at] = to;
                *at += 1;
            }
        }
        next.truncate(self.accounts.len());
        self.ends = next;
    }

    fn of(&self, pairs: &[(u32, u32)]) -> Self {
        let mut graph = Self { accounts: self.accounts.clone(), ends: Vec::new(), targets: Vec::new() };
        graph.fill(pairs);
        graph
    }

    /// Accounts by node, sorted.
    pub fn accounts(&self) -> &[u32] {
        &self.accounts
    }

    /// The account of a node.
    pub fn account(&self, node: u32) -> u32 {
        self.accounts[node as usize]
    }

    /// The node of an account with an edge.
    pub fn node(&self, account: u32) -> Option<u32> {
        self.accounts.binary_search(&account).ok().map(|at| at as u32)
    }

    /// Edges.
    pub fn edges(&self) -> usize {
        self.targets.len() / 2
    }

    /// Neighbors of a node, sorted.
    pub fn neighbors(&self, node: u32) -> &[u32] {
        let start = node.checked_sub(1).map_or(0, |before| self.ends[before as usize]);
        &self.targets[start..self.ends[node as usize]]
    }

    fn nodes(&self) -> std::ops::Range<u32> {
        // Nodes are accounts, which 32 bits number.
        0..self.accounts.len() as u32
    }

    /// The same nodes without the edges that `drop` drops.
    pub fn without(&self, drop: impl Fn(u32, u32) -> bool) -> Self {
        let larger =
            |from| self.neighbors(from).iter().filter(move |to| from < **to).map(move |to| (from, *to));
        let pairs: Vec<(u32, u32)> = self.nodes().flat_map(larger).filter(|(a, b)| !drop(*a, *b)).collect();
        self.of(&pairs)
    }

    /// The same nodes with the edges that lie in a triangle.
    ///
    /// Each edge points to its end with more edges; a triangle is then found once, from its least end, by merging two
    /// lists of at most sqrt(2 E) targets (Latapy, "Main-memory triangle computations", 2008).
    pub fn with_triangles(&self) -> Self {
        let rank = |node: u32| (self.neighbors(node).len(), node);
        let (mut ahead, mut starts) = (Vec::with_capacity(self.edges()), vec![0]);
        for node in self.nodes() {
            ahead.extend(self.neighbors(node).iter().filter(|to| rank(node) < rank(**to)));
            starts.push(ahead.len());
        }
        let mut in_triangle = vec![false; ahead.len()];
        for a in 0..self.accounts.len() {
            for to_b in starts[a]..starts[a + 1] {
                let b = ahead[to_b] as usize;
                let (a_starts, b_starts) = (starts[a], starts[b]);
                common(&ahead[a_starts..starts[a + 1]], &ahead[b_starts..starts[b + 1]], |i, j| {
                    in_triangle[to_b] = true;
                    in_triangle[a_starts + i] = true;
                    in_triangle[b_starts + j] = true;
                });
            }
        }
        let from =
            self.nodes().flat_map(|n| (starts[n as usize]..starts[n as usize + 1]).map(move |at| (n, at)));
        let kept = from.filter(|(_, at)| in_triangle[*at]);
        let pairs = kept.map(|(from, at)| (from.min(ahead[at]), from.max(ahead[at])));
        let mut pairs: Vec<(u32, u32)> = pairs.collect();
        pairs.sort_unstable();
        self.of(&pairs)
    }

    /// Disjoint balls that cover the nodes with edges: around the node with most edges (ties: the smallest) whatever is
    /// left within `radius` edges through what is left, then around the next. Those of at least `least` nodes, sorted.
    /// Linear time and a sort: each node is left only once.
    pub fn balls(&self, radius: u32, least: usize) -> Vec<Vec<u32>> {
        let mut centers: Vec<u32> = self.nodes().filter(|n| !self.neighbors(*n).is_empty()).collect();
        centers.sort_unstable_by_key(|n| (std::cmp::Reverse(self.neighbors(*n).len()), *n));
        let mut taken = vec![false; self.accounts.len()];
        let mut balls = Vec::new();
        for center in centers {
            if std::mem::replace(&mut taken[center as usize], true) {
                continue;
            }
            let (mut ball, mut rim) = (vec![center], 0);
            for _ in 0..radius {
                let end = ball.len();
                for at in rim..end {
                    for to in self.neighbors(ball[at]) {
                        if !std::mem::replace(&mut taken[*to as usize], true) {
                            ball.push(*to);
                        }
                    }
                }
                if ball.len() == end {
                    break;
                }
                rim = end;
            }
            if least <= ball.len() {
                ball.sort_unstable();
                balls.push(ball);
            }
        }
        balls
    }
}

/// Visits the places of what two sorted lists have in common.
fn common(a: &[u32], b: &[u32], mut visit: impl FnMut(usize, usize)) {
    let (mut i, mut j) = (0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        if x == y {
            visit(i, j);
        }
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
}

//! Drawing without replacement, the same whatever order things come in.
//! In: a seed, a purpose, names; out: the names with the smallest keyed digests, which is a simple random sample.
//! Also says how much a sample of a finite number leaves open.

/// The place of a name in the draw for a purpose; one purpose tells nothing of another.
pub fn lot(seed: u128, purpose: &str, name: &str) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"bulkwatch draw\0").update(&seed.to_le_bytes());
    hasher.update(purpose.as_bytes()).update(b"\0").update(name.as_bytes());
    *hasher.finalize().as_bytes()
}

/// Draws `n` of these, in the order in which they are drawn.
pub fn draw<T>(
    seed: u128,
    purpose: &str,
    from: impl IntoIterator<Item = T>,
    n: usize,
    name: impl Fn(&T) -> String,
) -> Vec<T> {
    let mut all: Vec<([u8; 32], T)> =
        from.into_iter().map(|item| (lot(seed, purpose, &name(&item)), item)).collect();
    all.sort_by_key(|(lot, _)| *lot);
    all.into_iter().take(n).map(|(_, item)| item).collect()
}

/// Half the width of the 95 % interval of a share estimated from `n` drawn of `all`, where it is widest.
///
/// Normal approximation with the correction for a finite number.
pub fn half_width(n: usize, all: usize) -> f64 {
    if all <= n || n == 0 {
        return if all <= n { 0.0 } else { 1.0 };
    }
    let (n, all) = (n as f64, all as f64);
    (1.959_964 * (0.25 / n * (all - n) / (all - 1.0)).sqrt()).min(1.0)
}

/// The largest share of `all` that may be otherwise when all `n` drawn agree, at 95 %: exact, hypergeometric.
pub fn otherwise_at_most(n: usize, all: usize) -> f64 {
    if all == 0 {
        return 0.0;
    }
    // The chance that none of k others is among the n drawn falls with k.
    let unseen =
        |k: usize| (0..n).map(|i| (all - k).saturating_sub(i) as f64 / (all - i) as f64).product::<f64>();
    let (mut low, mut high) = (0, all - n.min(all));
    while low < high {
        let k = (low + high).div_ceil(2);
        if 0.05 <= unseen(k) { low = k } else { high = k - 1 }
    }
    low as f64 / all as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_has_no_order_and_is_fair() {
        let names: Vec<String> = (0..50).map(|i| format!("a{i}")).collect();
        let of = |names: Vec<String>| draw(7, "x", names, 5, Clone::clone);
        let turned: Vec<String> = names.iter().rev().cloned().collect();
        assert_eq!(of(names.clone()), of(turned));
        assert_ne!(of(names.clone()), draw(7, "y", names.clone(), 5, Clone::clone));
        // Over many seeds each is drawn about as often: 2,000 draws of 5 out of 50 are 200 each, sd 13.4.
        let mut times = std::collections::BTreeMap::<String, u32>::new();
        for seed in 0..2_000 {
            draw(seed, "x", names.clone(), 5, Clone::clone)
                .into_iter()
                .for_each(|name| *times.entry(name).or_default() += 1);
        }
        assert_eq!(times.len(), 50);
        assert!(times.values().all(|n| (140..260).contains(n)), "{times:?}");
    }

    #[test]
    fn what_a_sample_leaves_open_is_what_counting_says() {
        assert_eq!((otherwise_at_most(8, 8), half_width(8, 8)), (0.0, 0.0));
        // 8 of 500: with 155 others of 500 none is drawn with 5.0 %, with 156 with less.
        let all = 500_usize;
        let by_hand = (0..=all)
            .rev()
            .find(|k| {
                let p: f64 = (0..8).map(|i| (all - k).saturating_sub(i) as f64 / (all - i) as f64).product();
                0.05 <= p
            })
            .expect("none is fine");
        assert_eq!(otherwise_at_most(8, all), by_hand as f64 / all as f64);
        assert!((0.30..0.32).contains(&otherwise_at_most(8, all)));
        assert!((half_width(8, all) - 0.344).abs() < 0.001);
        assert_eq!(half_width(0, 5), 1.0);
    }
}

//! Who plays the people around an actor: in a world they are its ordinary people, not accounts made up for one scene.
//! In: the name an actor gives somebody; out: the person of the world who is meant, always the same one.
//! Refuses to rename the actor itself, whoever belongs to it, and numbers that nobody has.

use super::stage::Place;
use super::stream::Stream;
use crate::domain::{TokenKey, digest64};
use std::collections::HashMap;

/// Begins the name of a number that nobody has.
pub const NOBODY: &str = "nobody_";

/// People of a world who have numbers of one block of a thousand.
pub const BLOCK: u64 = 200;
/// People of a world behind one carrier's address, where a carrier puts many behind one.
pub const CARRIER: u64 = 40;
/// Client builds that people of a world have.
pub const BUILDS: [&str; 4] = ["2.22.9", "2.22.10", "2.22.8", "2.22.9"];

/// The name of an ordinary person of a world.
pub fn person(index: u64) -> String {
    format!("sim_{index}")
}

/// Gives the people around one actor their places in the population.
///
/// Everybody named gets the next person on a walk through all of them, so that two names are two people as long as
/// there are enough.
#[derive(Debug, Clone)]
pub struct Cast {
    own: String,
    people: u64,
    next: u64,
    step: u64,
    known: HashMap<String, String>,
}

impl Cast {
    /// The cast around the actor `own`, out of `people`, on a walk of its own.
    pub fn new(seed: u64, own: &str, people: u64) -> Self {
        let mut stream = Stream::new(seed, &format!("cast of {own}"));
        let people = people.max(1);
        let next = stream.below(people);
        let step = 1 + stream.below(people);
        Self::walk(own, people, next, coprime(step, people))
    }

    /// The cast of somebody who counts numbers up: neighbors on the list of people, or every `step`-th of them.
    pub fn in_a_row(seed: u64, own: &str, people: u64, step: u64) -> Self {
        let people = people.max(1);
        let next = Stream::new(seed, &format!("cast of {own}")).below(people);
        Self::walk(own, people, next, coprime(step, people))
    }

    fn walk(own: &str, people: u64, next: u64, step: u64) -> Self {
        Self { own: own.to_owned(), people, next, step, known: HashMap::new() }
    }

    /// Whether the name is one of the actor's own: itself, or itself with a dot and a member's name.
    fn is_own(&self, name: &str) -> bool {
        let Some(rest) = name.strip_prefix(&self.own) else { return false };
        let Some(member) = rest.strip_prefix('.') else { return rest.is_empty() };
        member.split_once('_').is_none_or(|(_, n)| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
    }

    /// Who is meant.
    pub fn who(&mut self, name: &str) -> String {
        if self.is_own(name) || name.starts_with(NOBODY) || is_person(name) {
            return name.to_owned();
        }
        if let Some(known) = self.known.get(name) {
            return known.clone();
        }
        let person = person(self.next);
        self.next = (self.next + self.step) % self.people;
        self.known.insert(name.to_owned(), person.clone());
        person
    }
}

impl Cast {
    /// Where somebody who signs up from home really is: among the world's people, in their blocks and behind their
    /// carriers; a block, network or build of one's own would tell actors from people.
    pub fn home(&self, place: &Place) -> Place {
        let pick = |label: &str, n: u64| digest64(&TokenKey::new(13, 21), label.as_bytes()) % n.max(1);
        let mut place = place.clone();
        if place.network.starts_with("home of ") {
            place.build = BUILDS[pick(&format!("build at {}", place.network), 4) as usize].to_owned();
            if pick(&place.network, 10) < 4 {
                let carrier = pick(&format!("carrier of {}", place.network), self.people.div_ceil(CARRIER));
                place.network = format!("carrier {carrier}");
            }
        }
        if place.block.starts_with("block of ") {
            place.block = format!("block {}", pick(&place.block, self.people.div_ceil(BLOCK)));
        }
        place
    }
}

/// Whether the name is already that of an ordinary person.
fn is_person(name: &str) -> bool {
    name.strip_prefix("sim_").is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()))
}

/// The next number from `step` on that shares no factor with `people`, so that the walk visits everybody.
fn coprime(step: u64, people: u64) -> u64 {
    fn divisor(a: u64, b: u64) -> u64 {
        if b == 0 { a } else { divisor(b, a % b) }
    }
    (step..).find(|n| divisor(*n, people) == 1).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn everybody_is_somebody_else_until_all_have_a_part() {
        for people in [1, 2, 12, 97] {
            let mut cast = Cast::new(3, "sim_x1n0", people);
            let names: BTreeSet<String> = (0..people).map(|n| cast.who(&format!("friend_{n}"))).collect();
            assert_eq!(names.len() as u64, people);
            assert_eq!(cast.who("friend_0"), cast.who("friend_0"));
        }
    }

    #[test]
    fn own_accounts_and_nobody_keep_their_names() {
        let mut cast = Cast::new(3, "sim_x1n0", 50);
        for name in ["sim_x1n0", "sim_x1n0.new", "sim_x1n0.n_12", "nobody_7", "sim_33"] {
            assert_eq!(cast.who(name), name);
        }
        for name in ["sim_x1n0_friend_1", "sim_x1n0.n_12_friend_3", "sim_x1n01", "target_1_of_sim_x1n0"] {
            assert_ne!(cast.who(name), name);
        }
    }
}

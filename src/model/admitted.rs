//! Which feature cards a model may learn from, by what the cards read, and in which direction they may count.
//! In: feature cards; out: the admitted ones, a reason for each that is left out, a direction where the policy demands one.
//! Knows no value: an account's name, its labels and its own enforcement are no cards and can never come in.

use crate::features::{Family, Feature, Reads, cards, contact, volume};

/// How a feature may count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Either way.
    Free,
    /// More never lowers the log-odds.
    Raises,
    /// More never raises them.
    Lowers,
}

impl Direction {
    /// 1, -1 or 0.
    pub fn sign(self) -> i8 {
        match self {
            Self::Free => 0,
            Self::Raises => 1,
            Self::Lowers => -1,
        }
    }
}

/// Why a card is left out; none for those a model may learn from.
pub fn why_left_out(card: &Feature) -> Option<&'static str> {
    if card.reads.contains(&Reads::Enforcement) {
        return Some("enforcement: labels come from it, and campaign mates share networks and number blocks");
    }
    if card.reads.contains(&Reads::Feedback) || card.family == Family::Feedback {
        return Some(
            "feedback: labels follow it, and others can give it; rules judge it with guards of their own",
        );
    }
    if card.reads.iter().all(|read| *read == Reads::Inbound) {
        return Some("what others sent: nobody is judged by what others can do to them");
    }
    None
}

/// The cards a model may learn from, in card order.
pub fn admitted() -> Vec<&'static Feature> {
    cards().into_iter().filter(|card| why_left_out(card).is_none()).collect()
}

/// In which direction a card may count.
pub fn direction(card: &Feature) -> Direction {
    // Whoever sends faster, to more people or in company must not be able to buy a lower score with it.
    if matches!(card.family, Family::Rate | Family::Fanout | Family::Coordination) {
        return Direction::Raises;
    }
    let wanted = [
        &volume::EXPLAINED_SHARE,
        &contact::REPLIED_SHARE,
        &contact::REPLIED_SHARE_1H,
        &contact::REPLIED_SHARE_6H,
        &contact::REPLIED_SHARE_24H,
        &contact::INBOUND_FIRST,
        &contact::RECIPROCAL,
    ];
    // Being answered is what a person looks like: it may never speak against an account.
    if wanted.contains(&card) { Direction::Lowers } else { Direction::Free }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::registration;

    #[test]
    fn no_admitted_card_reads_enforcement_feedback_or_only_what_others_sent() {
        let admitted = admitted();
        assert!(100 < admitted.len(), "{} cards", admitted.len());
        let bad = [Reads::Enforcement, Reads::Feedback];
        assert!(admitted.iter().all(|card| !card.reads.iter().any(|read| bad.contains(read))));
        for out in [&registration::ASN_BANNED, &volume::RECEIVED, &volume::RECEIVED_SENDERS] {
            assert!(why_left_out(out).is_some() && !admitted.contains(&out), "{}", out.name);
        }
    }
}

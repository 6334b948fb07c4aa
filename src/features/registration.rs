//! How the account was registered, and what became of its neighbors at sign-up.
//! In: the context row; out: Wilson bounds and counts that leave the account itself out.
//! Weak evidence by law: nobody is judged by country, phone or neighbors alone.

use super::feature::{Absent, Family, Feature, Mark, Reads, Value, count};
use super::kernels::wilson_lower;
use crate::context::Reputation;

const BASE: Feature = Feature {
    family: Family::Registration,
    look_alikes: "dormitories, offices, carrier networks shared by thousands, campus sign-up weeks",
    ..Feature::COUNT
};
const BLOCK_READS: &[Reads] = &[Reads::OwnBlock, Reads::Registered, Reads::SignUps, Reads::Enforcement];
const NETWORK_READS: &[Reads] = &[Reads::Network, Reads::SignUps, Reads::Enforcement];
const LOWER: Feature = Feature {
    unit: super::feature::Unit::Share,
    range: (0.0, 1.0),
    absent_when: "no enforcement table, or the account shares nothing known",
    reading: "bad company at sign-up; a hint that lowers the bar for other evidence, never a reason alone",
    ..BASE
};

/// Number and address from different countries.
pub static COUNTRY: Feature = Feature {
    name: "registration_country_differs_flag",
    unit: super::feature::Unit::Flag,
    range: (0.0, 1.0),
    reads: &[Reads::NumberCountry, Reads::AddressCountry],
    definition: "R1: 1 if the number's country differs from the country of the address at the latest registration",
    reading: "weak prior only, never alone",
    look_alikes: "travelers, migrants, border regions, foreign SIM cards",
    absent_when: "either country is unknown",
    source: (Mark::Published, "press briefing on the white paper"),
    value: |f| f.context.country_differs.map(f64::from).ok_or(Absent::NoEvidence),
    ..BASE
};
/// Neighbors in the number block.
pub static BLOCK_N: Feature = Feature {
    name: "registration_block_accounts_n",
    reads: BLOCK_READS,
    definition: "R2: other accounts of the same 1,000-number block registered within 30 d before as_of",
    reading: "the base of the banned share",
    absent_when: "no enforcement table, or the block is unknown",
    source: (Mark::Published, "white paper: a similar number was recently abused; block and 30 d are ours"),
    value: |f| of(f.context.block, |r| r.accounts as usize),
    ..BASE
};
/// Banned neighbors in the number block.
pub static BLOCK_BANNED: Feature = Feature {
    name: "registration_block_banned_lower_share",
    evidence: Some((&BLOCK_N, 10.0)),
    reads: BLOCK_READS,
    definition: "R2: Wilson lower 95 % bound of banned / registered over those accounts",
    source: (Mark::Published, "white paper: a similar number was recently abused"),
    value: |f| lower(f.context.block),
    ..LOWER
};
/// Neighbors on the network.
pub static NETWORK_N: Feature = Feature {
    name: "registration_network_accounts_n",
    reads: NETWORK_READS,
    definition: "R3: other accounts registered from the same network within 7 d before as_of",
    reading: "the base of the banned share",
    absent_when: "no enforcement table, or the network is unknown",
    source: (
        Mark::Published,
        "white paper: the network was associated with suspicious behavior; the 7 d are ours",
    ),
    value: |f| of(f.context.network, |r| r.accounts as usize),
    ..BASE
};
/// Banned neighbors on the network.
pub static NETWORK_BANNED: Feature = Feature {
    name: "registration_network_banned_lower_share",
    evidence: Some((&NETWORK_N, 10.0)),
    reads: NETWORK_READS,
    definition: "R3: Wilson lower 95 % bound of banned / registered over those accounts",
    source: (Mark::Published, "white paper: the network was associated with suspicious behavior"),
    value: |f| lower(f.context.network),
    ..LOWER
};
/// Banned neighbors in the autonomous system.
pub static ASN_BANNED: Feature = Feature {
    name: "registration_asn_banned_lower_share",
    reads: &[Reads::Asn, Reads::SignUps, Reads::Enforcement],
    definition: "R3: the same bound over the autonomous system, 7 d",
    reading: "background level of the provider; shown, not scored",
    source: (
        Mark::Published,
        "white paper: the network was associated with suspicious behavior; the wider net is ours",
    ),
    value: |f| lower(f.context.asn),
    ..LOWER
};
/// Accounts registered in the same hour.
pub static COHORT: Feature = Feature {
    name: "registration_cohort_max_1h",
    reads: &[Reads::Network, Reads::Build, Reads::SignUps],
    definition: "R4: most distinct accounts, this one included, registered with the same network and client build in any closed hour that holds the account's own registration",
    reading: "many accounts made at once by one hand",
    absent_when: "no registration of the account with a network and a client build is known",
    source: (Mark::Published, "synchronized sign-ups: Ianus, CCS 2019; Xiao et al., AISec 2015"),
    value: |f| f.context.cohort_max_1h.map(f64::from).ok_or(Absent::NoEvidence),
    ..BASE
};
/// Accounts on the device.
pub static DEVICE: Feature = Feature {
    name: "registration_device_accounts_n",
    reads: &[Reads::Device, Reads::SignUps],
    definition: "R5: distinct accounts registered on the same device within 30 d before as_of, this one included",
    reading: "devices with dozens of SIM cards, simulators",
    look_alikes: "shared village phones, repair shops",
    absent_when: "no registration with a device is known",
    source: (Mark::Published, "press briefing on the white paper: devices holding dozens of SIM cards"),
    value: |f| f.context.device_accounts.map(f64::from).ok_or(Absent::NoEvidence),
    ..BASE
};

/// All cards of this file.
pub static CARDS: &[&Feature] =
    &[&COUNTRY, &BLOCK_N, &BLOCK_BANNED, &NETWORK_N, &NETWORK_BANNED, &ASN_BANNED, &COHORT, &DEVICE];

fn of(reputation: Option<Reputation>, part: impl Fn(&Reputation) -> usize) -> Value {
    reputation.as_ref().map(part).map_or(Err(Absent::NoEvidence), count)
}

fn lower(reputation: Option<Reputation>) -> Value {
    match reputation {
        Some(r) if r.accounts > 0 => Ok(wilson_lower(r.banned as usize, r.accounts as usize)),
        _ => Err(Absent::NoEvidence),
    }
}

#[cfg(test)]
mod tests {
    use super::super::facts::Facts;
    use super::*;

    #[test]
    fn one_bad_neighbor_is_no_reputation() {
        let of_one = lower(Some(Reputation { accounts: 1, banned: 1 })).expect("computable");
        let of_many = lower(Some(Reputation { accounts: 40, banned: 20 })).expect("computable");
        assert!(of_one < 0.21 && 0.3 < of_many);
        assert_eq!(lower(None), Err(Absent::NoEvidence));
    }

    #[test]
    fn the_context_is_all_it_reads() {
        let reads_events = CARDS.iter().any(|card| card.reads.contains(&Reads::Ts));
        assert!(!reads_events, "registration cards must not read messages");
        let _: fn(&Facts) -> Value = COHORT.value;
    }
}

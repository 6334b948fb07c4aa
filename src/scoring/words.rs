//! Values and comparisons in words, the same everywhere a reason is read.
//! In: a number with its unit, a comparison; out: short plain text.
//! Chooses digits only; what is told at all is decided elsewhere.

use crate::features::Unit;
use crate::rules::{Against, Evidence};

/// A value with its unit.
pub fn value(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Count => trimmed(value, 1),
        Unit::Days => trimmed(value, 1),
        Unit::Seconds => duration(value),
        Unit::Share => format!("{} %", trimmed(value * 100.0, if value.abs() < 0.1 { 2 } else { 1 })),
        Unit::Bits => format!("{} bits", trimmed(value, 2)),
        Unit::Ratio => trimmed(value, 2),
        Unit::Flag => if value == 0.0 { "no" } else { "yes" }.to_owned(),
    }
}

fn duration(seconds: f64) -> String {
    let minute = 60.0;
    let (hour, day) = (60.0 * minute, 1440.0 * minute);
    if seconds < 20.0 * minute {
        format!("{} s", trimmed(seconds, 3))
    } else if seconds < 3.0 * hour {
        format!("{} min", trimmed(seconds / minute, 1))
    } else if seconds < 2.0 * day {
        format!("{} h", trimmed(seconds / hour, 1))
    } else {
        format!("{} d", trimmed(seconds / day, 1))
    }
}

/// At most so many decimals, without trailing zeros.
fn trimmed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// What a threshold compares with; conditions beside it need no words.
pub fn comparison(evidence: &Evidence) -> Option<String> {
    let unit = evidence.feature.unit;
    match evidence.against {
        Against::Published | Against::Measured if evidence.threshold != evidence.limit.default => {
            let origin = Some(evidence.limit.origin).filter(|o| !o.is_empty()).unwrap_or("measured by us");
            Some(format!("set in the policy; usual is {}, {origin}", value(evidence.limit.default, unit)))
        }
        Against::Published if evidence.limit.ours_too => {
            Some(format!("{}; the number is ours", evidence.limit.origin))
        }
        Against::Published => Some(format!("a published number, {}", evidence.limit.origin)),
        Against::Measured => Some("measured by us on labeled real data: direction, not accuracy".to_owned()),
        Against::PopulationAndFloor { quantile, value: at, floor, n, simulated } => Some(format!(
            "the larger of {} ({} % quantile of {n} accounts of {}earlier nights) and a floor of {}",
            value(at, unit),
            trimmed(quantile * 100.0, 2),
            if simulated { "simulated " } else { "" },
            value(floor, unit)
        )),
        Against::FloorOnly => Some(format!(
            "a floor of {} only; without enough earlier nights to compare with it stays at watch",
            value(evidence.threshold, unit)
        )),
        Against::Condition => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_read_naturally() {
        assert_eq!(value(212.4, Unit::Seconds), "212.4 s");
        assert_eq!(value(604_800.0, Unit::Seconds), "7 d");
        assert_eq!(value(0.003, Unit::Share), "0.3 %");
        assert_eq!(value(0.957, Unit::Share), "95.7 %");
        assert_eq!(value(100.0, Unit::Count), "100");
        assert_eq!(value(2.0, Unit::Ratio), "2");
    }
}

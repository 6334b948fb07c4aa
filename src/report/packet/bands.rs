//! Values in bands: enough to recognize one's own conduct, too coarse to count single people by.
//! In: a value, its unit, a language; out: "between 100 and 200".
//! Chooses nothing: bands are fixed, and two values of one band read the same.

use super::Language;
use crate::features::Unit;

/// Bounds of times, in seconds, with what they are called in both languages.
const TIMES: [(f64, [&str; 2]); 11] = [
    (1.0, ["1 second", "1 Sekunde"]),
    (15.0, ["15 seconds", "15 Sekunden"]),
    (60.0, ["1 minute", "1 Minute"]),
    (300.0, ["5 minutes", "5 Minuten"]),
    (900.0, ["15 minutes", "15 Minuten"]),
    (3_600.0, ["1 hour", "1 Stunde"]),
    (21_600.0, ["6 hours", "6 Stunden"]),
    (86_400.0, ["1 day", "1 Tag"]),
    (604_800.0, ["7 days", "7 Tage"]),
    (2_592_000.0, ["30 days", "30 Tage"]),
    (7_776_000.0, ["90 days", "90 Tage"]),
];

/// A value as the band it lies in.
pub fn band(value: f64, unit: Unit, language: Language) -> String {
    match unit {
        Unit::Flag => language.pick(["yes", "ja"]).to_owned(),
        Unit::Seconds => time(value, language),
        // All of them lie in the highest band, for there is none above it.
        Unit::Share => between((value * 100.0).min(99.0), 10.0, "\u{a0}%", language),
        Unit::Bits => between(value, 1.0, "\u{a0}bit", language),
        Unit::Ratio => between(value, 0.5, "", language),
        Unit::Count | Unit::Days => count(value, language),
    }
}

fn range(low: &str, high: &str, language: Language) -> String {
    match language {
        Language::En => format!("between {low} and {high}"),
        Language::De => format!("zwischen {low} und {high}"),
    }
}

/// Bands of equal width.
fn between(value: f64, width: f64, unit: &str, language: Language) -> String {
    let low = (value / width).floor() * width;
    let text = |bound: f64| match language {
        Language::En => format!("{bound}{unit}"),
        Language::De => format!("{bound}{unit}").replace('.', ","),
    };
    range(&text(low), &text(low + width), language)
}

/// Bands of 1, 2, 5, 10, 20, 50 ...; nothing is told apart below 5.
fn count(value: f64, language: Language) -> String {
    if value < 5.0 {
        return language.pick(["fewer than 5", "weniger als 5"]).to_owned();
    }
    let ten = 10_f64.powf(value.log10().floor());
    let low = [5.0, 2.0, 1.0].into_iter().map(|step| step * ten).find(|low| *low <= value).unwrap_or(ten);
    let high = if low == 2.0 * ten { 2.5 * low } else { 2.0 * low };
    range(&format!("{low}"), &format!("{high}"), language)
}

fn time(seconds: f64, language: Language) -> String {
    let above = TIMES.iter().position(|(bound, _)| seconds < *bound);
    let name = |i: usize| language.pick(TIMES[i].1);
    match above {
        Some(0) => format!("{} {}", language.pick(["less than", "weniger als"]), name(0)),
        // "zwischen 1 Tag und 7 Tagen": after its preposition German bends the days.
        Some(i) => range(name(i - 1), name(i), language).replace("Tage", "Tagen"),
        None => format!("{} {}", language.pick(["more than", "mehr als"]), name(TIMES.len() - 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_one_band_read_the_same() {
        let en = |value, unit| band(value, unit, Language::En);
        assert_eq!(en(0.0, Unit::Count), "fewer than 5");
        assert_eq!(en(4.0, Unit::Count), "fewer than 5");
        assert_eq!(en(5.0, Unit::Count), "between 5 and 10");
        assert_eq!([en(100.0, Unit::Count), en(199.0, Unit::Count)], ["between 100 and 200"; 2]);
        assert_eq!(en(381.0, Unit::Count), "between 200 and 500");
        assert_eq!(en(999.0, Unit::Count), "between 500 and 1000");
        assert_eq!(en(300.0, Unit::Seconds), "between 5 minutes and 15 minutes");
        assert_eq!(en(0.2, Unit::Seconds), "less than 1 second");
        assert_eq!(en(0.976, Unit::Share), "between 90\u{a0}% and 100\u{a0}%");
        assert_eq!(en(1.0, Unit::Share), "between 90\u{a0}% and 100\u{a0}%");
        assert_eq!(band(1.7, Unit::Ratio, Language::De), "zwischen 1,5 und 2");
        assert_eq!(band(2e6, Unit::Seconds, Language::De), "zwischen 7 Tagen und 30 Tagen");
        assert_eq!(band(1e5, Unit::Seconds, Language::De), "zwischen 1 Tag und 7 Tagen");
        assert_eq!(band(1e9, Unit::Seconds, Language::De), "mehr als 90 Tage");
    }
}

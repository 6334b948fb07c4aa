//! Times out of moments, counts and text, brought to UTC microseconds and into a sane range.
//! In: a cell and what the mapping says about unit, format and clock; out: microseconds, or why not.
//! Reads no clock and no zone of the machine: a time without a stated zone is UTC.

use crate::domain::SECOND_US;
use crate::log::RejectReason;
use crate::log::clean::Cell;
use crate::table_io::{TimeSpec, TimeUnit};
use jiff::civil::DateTime;

/// 1990-01-01, the oldest time accepted.
const OLDEST_US: i64 = 631_152_000 * SECOND_US;
/// 2100-01-01, the first time no longer accepted.
const NEWEST_US: i64 = 4_102_444_800 * SECOND_US;

/// Reads the cells of one time column.
#[derive(Debug, Clone, Default)]
pub(crate) struct TimeReader {
    spec: TimeSpec,
}

impl TimeReader {
    /// A reader for a column with what the mapping says about it.
    pub fn new(spec: TimeSpec) -> Self {
        Self { spec }
    }

    /// UTC microseconds; `None` when the cell is empty.
    #[inline]
    pub fn read(&self, cell: Cell) -> Result<Option<i64>, RejectReason> {
        let us = match cell {
            Cell::Null => return Ok(None),
            Cell::Moment(us, zoned) if zoned || self.spec.zone.is_none() => us,
            other => match self.slow(other)? {
                None => return Ok(None),
                Some(us) => us,
            },
        };
        if (OLDEST_US..NEWEST_US).contains(&us) { Ok(Some(us)) } else { Err(RejectReason::TimeOutOfRange) }
    }

    fn slow(&self, cell: Cell) -> Result<Option<i64>, RejectReason> {
        match cell {
            Cell::Moment(us, _) => self.local(us).map(Some),
            Cell::Int(n) => self.epoch(n).map(Some),
            Cell::Uint(n) => {
                self.epoch(i64::try_from(n).map_err(|_| RejectReason::TimeOutOfRange)?).map(Some)
            }
            Cell::Float(x) => self.fraction(x).map(Some),
            Cell::Text(text) => {
                let text = text.trim();
                if text.is_empty() { Ok(None) } else { self.text(text).map(Some) }
            }
            Cell::Null | Cell::Flag(_) => Err(RejectReason::BadTime),
        }
    }

    fn epoch(&self, n: i64) -> Result<i64, RejectReason> {
        let us = match self.spec.unit.ok_or(RejectReason::BadTime)? {
            TimeUnit::Seconds => n.checked_mul(SECOND_US),
            TimeUnit::Milliseconds => n.checked_mul(1000),
            TimeUnit::Microseconds => Some(n),
            TimeUnit::Nanoseconds => Some(n.div_euclid(1000)),
        };
        self.since_origin(us.ok_or(RejectReason::TimeOutOfRange)?)
    }

    fn fraction(&self, x: f64) -> Result<i64, RejectReason> {
        if !x.is_finite() {
            return Err(RejectReason::NotFinite);
        }
        let us = match self.spec.unit.ok_or(RejectReason::BadTime)? {
            TimeUnit::Seconds => x * 1e6,
            TimeUnit::Milliseconds => x * 1e3,
            TimeUnit::Microseconds => x,
            TimeUnit::Nanoseconds => x / 1e3,
        };
        if us.abs() > 9e18 {
            return Err(RejectReason::TimeOutOfRange);
        }
        self.since_origin(us.round() as i64)
    }

    fn since_origin(&self, us: i64) -> Result<i64, RejectReason> {
        let us = us.checked_add(self.spec.origin.unwrap_or(0)).ok_or(RejectReason::TimeOutOfRange)?;
        self.local(us)
    }

    /// Turns the reading of a clock, written down as if it were UTC, into UTC.
    fn local(&self, us: i64) -> Result<i64, RejectReason> {
        let Some(zone) = &self.spec.zone else { return Ok(us) };
        let civil = jiff::Timestamp::from_microsecond(us)
            .map_err(|_| RejectReason::TimeOutOfRange)?
            .to_zoned(jiff::tz::TimeZone::UTC)
            .datetime();
        zoned(civil, zone)
    }

    fn text(&self, text: &str) -> Result<i64, RejectReason> {
        if self.spec.unit.is_some() {
            return match text.parse::<i64>() {
                Ok(n) => self.epoch(n),
                Err(_) => self.fraction(text.parse().map_err(|_| RejectReason::BadTime)?),
            };
        }
        if let Some(format) = &self.spec.format {
            return self.formatted(format, text);
        }
        let (us, has_offset) = parse_utc(text).ok_or(RejectReason::BadTime)?;
        if has_offset { Ok(us) } else { self.local(us) }
    }

    fn formatted(&self, format: &str, text: &str) -> Result<i64, RejectReason> {
        let broken = jiff::fmt::strtime::parse(format, text).map_err(|_| RejectReason::BadTime)?;
        if broken.offset().is_some() {
            return broken.to_timestamp().map(|t| t.as_microsecond()).map_err(|_| RejectReason::BadTime);
        }
        let civil = broken.to_datetime().or_else(|_| broken.to_date().map(|d| d.at(0, 0, 0, 0)));
        let civil = civil.map_err(|_| RejectReason::BadTime)?;
        zoned(civil, self.spec.zone.as_ref().unwrap_or(&jiff::tz::TimeZone::UTC))
    }
}

fn zoned(civil: DateTime, zone: &jiff::tz::TimeZone) -> Result<i64, RejectReason> {
    civil
        .to_zoned(zone.clone())
        .map(|z| z.timestamp().as_microsecond())
        .map_err(|_| RejectReason::TimeOutOfRange)
}

/// The likely unit of a count since 1970.
pub(crate) fn guess_unit(count: i64) -> &'static str {
    match count.unsigned_abs() {
        0..100_000_000_000 => "s",
        100_000_000_000..100_000_000_000_000 => "ms",
        100_000_000_000_000..100_000_000_000_000_000 => "us",
        _ => "ns",
    }
}

/// Parses `2026-01-02[T ]03:04[:05[.678]][Z|+01:00]` or a plain date: microseconds, and whether an offset was stated.
pub(crate) fn parse_utc(text: &str) -> Option<(i64, bool)> {
    let bytes = text.as_bytes();
    let two = |at: usize| -> Option<i64> {
        let (a, b) = (bytes.get(at)?.wrapping_sub(b'0'), bytes.get(at + 1)?.wrapping_sub(b'0'));
        (a < 10 && b < 10).then_some(i64::from(a) * 10 + i64::from(b))
    };
    let is = |at: usize, valid: &[u8]| bytes.get(at).is_some_and(|b| valid.contains(b));
    if !is(4, b"-") || !is(7, b"-") {
        return None;
    }
    let days = days_from_civil(two(0)? * 100 + two(2)?, two(5)?, two(8)?)?;
    let mut us = days * 86_400 * SECOND_US;
    if bytes.len() == 10 {
        return Some((us, false));
    }
    if !is(10, b"T t") || !is(13, b":") {
        return None;
    }
    let (hour, minute) = (two(11)?, two(14)?);
    let mut at = 16;
    let mut second = 0;
    if is(at, b":") {
        second = two(at + 1)?;
        at += 3;
    }
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    // A leap second has no microsecond of its own.
    us += (hour * 3600 + minute * 60 + second.min(59)) * SECOND_US;
    if is(at, b".,") {
        let digits = bytes[at + 1..].iter().take_while(|b| b.is_ascii_digit()).count();
        if !(1..=9).contains(&digits) {
            return None;
        }
        let whole =
            bytes[at + 1..at + 1 + digits].iter().take(6).fold(0, |n, b| n * 10 + i64::from(b - b'0'));
        us += whole * 10_i64.pow(6_u32.saturating_sub(digits as u32));
        at += 1 + digits;
    }
    match &bytes[at..] {
        [] => Some((us, false)),
        b"Z" | b"z" | b" UTC" | b" Z" => Some((us, true)),
        [sign @ (b'+' | b'-'), rest @ ..] => {
            let minutes = match rest.len() {
                5 if rest[2] == b':' => two(at + 1)? * 60 + two(at + 4)?,
                4 => two(at + 1)? * 60 + two(at + 3)?,
                2 => two(at + 1)? * 60,
                _ => return None,
            };
            let offset = minutes * 60 * SECOND_US;
            Some((if *sign == b'+' { us - offset } else { us + offset }, true))
        }
        _ => None,
    }
}

fn days_from_civil(year: i64, month: i64, day: i64) -> Option<i64> {
    const LENGTHS: [i64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let length = *LENGTHS.get(usize::try_from(month - 1).ok()?)? + i64::from(leap && month == 2);
    if !(1..=length).contains(&day) {
        return None;
    }
    // Howard Hinnant's days_from_civil: years begin in March, so that the leap day is the last.
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let year_of_era = y.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_times_agree_with_jiff() {
        for text in [
            "2026-01-02T03:04:05Z",
            "2024-02-29T23:59:59.123456Z",
            "1999-12-31T00:00:00.5+05:30",
            "2000-03-01T12:00:00-0800",
            "1970-01-01T00:00:00Z",
        ] {
            let expected: jiff::Timestamp = text.parse().expect("valid");
            assert_eq!(parse_utc(text), Some((expected.as_microsecond(), true)), "{text}");
        }
        assert_eq!(parse_utc("1970-01-02"), Some((86_400 * SECOND_US, false)));
        assert_eq!(parse_utc("1970-01-01 00:01"), Some((60 * SECOND_US, false)));
        for bad in [
            "2026-02-30",
            "2026-13-01",
            "2026-01-02T25:00:00",
            "02/01/2026",
            "",
            "2026-01-02T03:04:05X",
            "2026-01-02T",
        ] {
            assert_eq!(parse_utc(bad), None, "{bad}");
        }
    }

    #[test]
    fn counts_need_a_unit_and_clocks_a_zone() {
        let reader = |unit, zone: Option<&str>| {
            TimeReader::new(TimeSpec {
                unit,
                zone: zone.map(|z| jiff::tz::TimeZone::get(z).expect("zone")),
                ..TimeSpec::default()
            })
        };
        let plain = reader(None, None);
        assert_eq!(plain.read(Cell::Int(1_409_819_340)), Err(RejectReason::BadTime));
        let seconds = reader(Some(TimeUnit::Seconds), None);
        assert_eq!(seconds.read(Cell::Text("1409819340")), Ok(Some(1_409_819_340_000_000)));
        assert_eq!(seconds.read(Cell::Float(f64::NAN)), Err(RejectReason::NotFinite));
        assert_eq!(seconds.read(Cell::Int(-5)), Err(RejectReason::TimeOutOfRange));
        assert_eq!(seconds.read(Cell::Int(i64::MAX)), Err(RejectReason::TimeOutOfRange));
        let lagos = reader(Some(TimeUnit::Seconds), Some("Africa/Lagos"));
        assert_eq!(lagos.read(Cell::Int(1_409_819_340)), Ok(Some(1_409_815_740_000_000)));
        assert_eq!(plain.read(Cell::Text("2101-01-01")), Err(RejectReason::TimeOutOfRange));
        assert_eq!(plain.read(Cell::Null), Ok(None));
    }

    #[test]
    fn formats_and_origins() {
        let zone = jiff::tz::TimeZone::get("Europe/Berlin").ok();
        let spec = TimeSpec { format: Some("%d.%m.%Y %H:%M".into()), zone, ..TimeSpec::default() };
        let reader = TimeReader::new(spec);
        assert_eq!(
            reader.read(Cell::Text("02.07.2026 12:00")),
            Ok(parse_utc("2026-07-02T10:00:00Z").map(|t| t.0))
        );
        assert_eq!(reader.read(Cell::Text("2026-07-02")), Err(RejectReason::BadTime));
        let origin = parse_utc("2003-10-01").map(|t| t.0);
        let since =
            TimeReader::new(TimeSpec { unit: Some(TimeUnit::Seconds), origin, ..TimeSpec::default() });
        assert_eq!(since.read(Cell::Int(60)), Ok(parse_utc("2003-10-01T00:01:00Z").map(|t| t.0)));
    }
}

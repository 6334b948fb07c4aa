//! Time as the contract means it: UTC microseconds and half-open windows.
//! In: microseconds since 1970 or RFC 3339 text; out: checked windows with their look-back.
//! Never reads a clock: what "now" is comes from the log or a flag.

use jiff::Timestamp as JiffTimestamp;
use thiserror::Error;

/// One second in microseconds.
pub const SECOND_US: i64 = 1_000_000;
/// One minute in microseconds.
pub const MINUTE_US: i64 = 60 * SECOND_US;
/// One hour in microseconds.
pub const HOUR_US: i64 = 60 * MINUTE_US;
/// One day in microseconds.
pub const DAY_US: i64 = 24 * HOUR_US;

/// Microseconds as seconds.
pub fn seconds(us: i64) -> f64 {
    us as f64 / SECOND_US as f64
}

/// A moment: UTC microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Parses RFC 3339 (`2019-12-07T00:00:00Z`) or a plain date (`2019-12-07`, midnight UTC).
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() == 10 {
            return JiffTimestamp::strptime("%Y-%m-%d %H:%M:%S %z", format!("{text} 00:00:00 +0000"))
                .ok()
                .map(|t| Self(t.as_microsecond()));
        }
        text.parse::<JiffTimestamp>().ok().map(|t| Self(t.as_microsecond()))
    }

    /// The first UTC midnight strictly after this moment.
    pub fn next_midnight(self) -> Self {
        Self((self.0.div_euclid(DAY_US) + 1) * DAY_US)
    }

    /// RFC 3339 with as many fractional digits as needed.
    pub fn rfc3339(self) -> String {
        match JiffTimestamp::from_microsecond(self.0) {
            Ok(t) => t.to_string(),
            Err(_) => format!("{} us", self.0),
        }
    }

    /// The UTC date, `YYYY-MM-DD`.
    pub fn date(self) -> String {
        self.rfc3339().chars().take(10).collect()
    }
}

/// Why a window is refused.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum WindowError {
    /// The window holds no moment.
    #[error("the window is empty: from {from} is not before to {to}")]
    Empty {
        /// Start of the refused window.
        from: String,
        /// End of the refused window.
        to: String,
    },
    /// A negative look-back.
    #[error("the look-back must not be negative")]
    NegativeLookback,
}

/// The window of one run: sends count in `[from, to)`, contacts are known from `from - lookback`, and `to` is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    from: i64,
    to: i64,
    lookback: i64,
}

impl Window {
    /// Look-back for earlier contact when nothing is said: 90 days.
    pub const LOOKBACK_US: i64 = 90 * DAY_US;
    /// Length of the window when nothing is said: 30 days.
    pub const LENGTH_US: i64 = 30 * DAY_US;

    /// Checks and builds a window.
    pub fn new(from: Timestamp, to: Timestamp, lookback_us: i64) -> Result<Self, WindowError> {
        if from >= to {
            return Err(WindowError::Empty { from: from.rfc3339(), to: to.rfc3339() });
        }
        if lookback_us < 0 {
            return Err(WindowError::NegativeLookback);
        }
        Ok(Self { from: from.0, to: to.0, lookback: lookback_us })
    }

    /// Start of the window in microseconds, inclusive.
    pub fn from_us(&self) -> i64 {
        self.from
    }

    /// End of the window in microseconds, exclusive: the run's "now".
    pub fn to_us(&self) -> i64 {
        self.to
    }

    /// Look-back in microseconds.
    pub fn lookback_us(&self) -> i64 {
        self.lookback
    }

    /// Start of what the log may contribute at all.
    pub fn log_from_us(&self) -> i64 {
        self.from.saturating_sub(self.lookback)
    }

    /// Whether an event at `ts_us` counts as sent in the window.
    pub fn contains(&self, ts_us: i64) -> bool {
        self.from <= ts_us && ts_us < self.to
    }

    /// Whether an event at `ts_us` exists for this run at all.
    pub fn in_log(&self, ts_us: i64) -> bool {
        self.log_from_us() <= ts_us && ts_us < self.to
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_dates_and_moments() {
        assert_eq!(Timestamp::parse("1970-01-02"), Some(Timestamp(DAY_US)));
        assert_eq!(Timestamp::parse("1970-01-01T00:00:00.000001Z"), Some(Timestamp(1)));
        assert_eq!(Timestamp::parse("yesterday"), None);
        assert_eq!(Timestamp(DAY_US).date(), "1970-01-02");
    }

    #[test]
    fn midnight_is_strictly_later() {
        assert_eq!(Timestamp(0).next_midnight().0, DAY_US);
        assert_eq!(Timestamp(-1).next_midnight().0, 0);
        assert_eq!(Timestamp(DAY_US - 1).next_midnight().0, DAY_US);
    }

    #[test]
    fn windows_are_half_open() {
        let window = Window::new(Timestamp(10), Timestamp(20), 5).expect("valid");
        assert!(window.contains(10) && !window.contains(20) && !window.contains(9));
        assert!(window.in_log(5) && !window.in_log(4) && !window.in_log(20));
        assert!(Window::new(Timestamp(1), Timestamp(1), 0).is_err());
    }
}

//! What the sender's own clock says of a message: nearly always about right, of a few accounts hours or years off.
//! In: the seed and a message; out: the time its client gives it.
//! Refuses to know personas: a wrong clock says nothing about anybody.

use crate::domain::{DAY_US, HOUR_US, MINUTE_US, SECOND_US, TokenKey, digest64};
use crate::simulate::message::Message;

/// When the client says that it sent the message: before the server had it, by its own clock.
pub fn client_time(seed: u64, message: &Message) -> i64 {
    let of = |what: &str| digest64(&TokenKey::new(seed, 34), what.as_bytes());
    let way = 40_000 + (of(&message.msg_id) % 1_000_000) as i64;
    message.ts - way + fault(of(&message.sender))
}

/// By how much an account's clock is wrong, by a digest of its name: one in a hundred by minutes to hours, one in a
/// thousand by days to years, all others by seconds.
fn fault(digest: u64) -> i64 {
    let (luck, size) = (digest % 1_000, (digest / 1_000 % 2_001) as i64 - 1_000);
    size * match luck {
        0 => 2 * DAY_US,
        1..=4 => HOUR_US / 100,
        5..=10 => MINUTE_US / 10,
        _ => SECOND_US / 500,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_clocks_are_about_right_and_a_few_far_off() {
        let faults: Vec<i64> =
            (0..20_000u64).map(|n| fault(digest64(&TokenKey::new(1, 2), &n.to_le_bytes()))).collect();
        let within = |us: i64| faults.iter().filter(|fault| fault.abs() <= us).count();
        assert!((19_700..20_000).contains(&within(2 * SECOND_US)));
        assert!((1..80).contains(&(20_000 - within(DAY_US))));
        assert!(faults.iter().all(|fault| fault.abs() <= 2_000 * DAY_US));
        let message = Message::direct(5_000_000, "a", "b");
        assert_eq!(client_time(3, &message), client_time(3, &message));
    }
}

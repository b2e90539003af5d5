//! Keys that were none, counted per client address: who guesses is slowed down, who has a key is not.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};

/// Wrong keys of an address in a window; what follows is answered 429.
const MOST: u32 = 30;
const WINDOW: TimeDelta = TimeDelta::seconds(60);
/// Addresses remembered at most; past it, those whose window is over are forgotten, and if none is, all.
const ADDRESSES: usize = 10_000;

/// Wrong keys by address.
#[derive(Debug, Default)]
pub struct Guesses(Mutex<HashMap<IpAddr, (DateTime<Utc>, u32)>>);

impl Guesses {
    /// Counts a wrong key; when there were too many, how many seconds to wait.
    pub fn failed(&self, address: Option<IpAddr>, now: DateTime<Utc>) -> Option<u32> {
        let address = network(address?);
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= ADDRESSES && !seen.contains_key(&address) {
            seen.retain(|_, (since, _)| now - *since < WINDOW);
            if seen.len() >= ADDRESSES {
                seen.clear();
            }
        }
        let (since, count) = seen.entry(address).or_insert((now, 0));
        if now - *since >= WINDOW {
            (*since, *count) = (now, 0);
        }
        *count = count.saturating_add(1);
        (*count > MOST).then(|| u32::try_from(((*since + WINDOW - now).num_milliseconds() + 999) / 1_000).unwrap_or(60))
    }
}

/// One subscriber has a whole /64 of IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(six) => IpAddr::V6(Ipv6Addr::from_bits(six.to_bits() & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_thirty_wrong_keys_an_address_waits_for_the_end_of_its_minute() {
        let guesses = Guesses::default();
        let now = DateTime::UNIX_EPOCH;
        let (one, other): (IpAddr, IpAddr) = ("203.0.113.9".parse().unwrap(), "203.0.113.10".parse().unwrap());
        for _ in 0..MOST {
            assert_eq!(guesses.failed(Some(one), now), None);
        }
        assert_eq!(guesses.failed(Some(one), now + TimeDelta::seconds(20)), Some(40));
        assert_eq!(guesses.failed(Some(other), now), None);
        assert_eq!(guesses.failed(Some(one), now + WINDOW), None);
    }

    #[test]
    fn one_subscriber_of_ipv6_is_one_address() {
        let guesses = Guesses::default();
        let address = |n: u128| Some(IpAddr::V6(Ipv6Addr::from_bits(0x2001_0db8_0000_0001_0000_0000_0000_0000 + n)));
        let answers: Vec<_> = (0..40).map(|n| guesses.failed(address(n), DateTime::UNIX_EPOCH)).collect();
        assert_eq!(answers.iter().filter(|answer| answer.is_some()).count(), 10);
    }
}

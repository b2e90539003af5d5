//! What a promise to pay may be.

use serde::{Deserialize, Serialize};

use super::Channel;

/// Ways to pay that are a paper with a maturity of its own (lettre de change, billet à ordre).
const INSTRUMENTS: [&str; 4] = ["draft", "bill_of_exchange", "promissory_note", "lcr"];

/// What a promise to pay may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromiseRules {
    /// Furthest day, from the day it is made.
    pub max_days: u16,
    /// Days after the promised day before it is broken.
    pub grace_days: u16,
    /// How often a moved or part-kept promise may be renewed; `None`: as often as it is made.
    pub max_renewals: Option<u16>,
    /// Longest maturity of a draft; 0: none is taken, `None`: as any other promise.
    pub max_instrument_days: Option<u16>,
    /// Task made when it is broken.
    pub on_broken: Option<Channel>,
}

impl PromiseRules {
    /// How far away the promised day may be, by the way it is paid; `None`: such a paper is not taken.
    pub fn furthest(&self, method: Option<&str>) -> Option<u16> {
        let instrument = method.is_some_and(|word| INSTRUMENTS.contains(&word));
        match self.max_instrument_days.filter(|_| instrument) {
            Some(0) => None,
            Some(days) => Some(days),
            None => Some(self.max_days),
        }
    }

    /// May another promise be made after so many that were broken or moved?
    pub fn may_renew(&self, before: u64) -> bool {
        self.max_renewals.is_none_or(|most| before <= u64::from(most))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(max_renewals: Option<u16>, max_instrument_days: Option<u16>) -> PromiseRules {
        PromiseRules { max_days: 20, grace_days: 3, max_renewals, max_instrument_days, on_broken: None }
    }

    #[test]
    fn a_draft_has_a_maturity_of_its_own() {
        for (instrument_days, method, furthest) in [
            (Some(30), Some("transfer"), Some(20)),
            (Some(30), None, Some(20)),
            (Some(30), Some("bill_of_exchange"), Some(30)),
            (Some(10), Some("lcr"), Some(10)),
            (Some(0), Some("promissory_note"), None),
            (Some(0), Some("card"), Some(20)),
            (None, Some("draft"), Some(20)),
        ] {
            assert_eq!(rules(None, instrument_days).furthest(method), furthest, "{instrument_days:?} {method:?}");
        }
    }

    #[test]
    fn a_promise_is_renewed_as_often_as_the_policy_says() {
        for (most, before, may) in
            [(None, 9, true), (Some(1), 0, true), (Some(1), 1, true), (Some(1), 2, false), (Some(0), 1, false), (Some(0), 0, true)]
        {
            assert_eq!(rules(most, None).may_renew(before), may, "{most:?} {before}");
        }
    }
}

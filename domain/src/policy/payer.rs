//! Which payers a step is meant for, by how they have paid.

use serde::{Deserialize, Serialize};

use crate::behaviour::{Seen, Sign};

/// How a customer has to have paid in the last year; all that is stated must hold. Of a customer of whom no invoice has
/// fallen due yet, nothing was late.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PayerCondition {
    /// At least this many days late on average.
    pub min_average_days_late: Option<u16>,
    /// At most this many days late on average.
    pub max_average_days_late: Option<u16>,
    /// At least this share of the money was or is late, percent.
    pub min_late_share_percent: Option<u16>,
    /// At most this share of the money was or is late, percent.
    pub max_late_share_percent: Option<u16>,
    /// At least this many promises were broken.
    pub min_broken_promises: Option<u16>,
    /// One of these signs is seen; empty: not asked.
    pub any_sign_of: Vec<Sign>,
}

impl PayerCondition {
    /// Does everything that is stated hold?
    pub fn holds(&self, seen: &Seen) -> bool {
        let least = |bound: Option<u16>, tenths: i64, unit: i64| bound.is_none_or(|bound| tenths >= i64::from(bound) * unit);
        let most = |bound: Option<u16>, tenths: i64, unit: i64| bound.is_none_or(|bound| tenths <= i64::from(bound) * unit);
        least(self.min_average_days_late, seen.average_tenths, 10)
            && most(self.max_average_days_late, seen.average_tenths, 10)
            && least(self.min_late_share_percent, seen.late_percent, 1)
            && most(self.max_late_share_percent, seen.late_percent, 1)
            && least(self.min_broken_promises, i64::from(seen.broken_promises), 1)
            && (self.any_sign_of.is_empty() || self.any_sign_of.iter().any(|sign| seen.signs.contains(sign)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_stated_must_hold_and_bounds_count_themselves() {
        let seen = Seen { average_tenths: 150, late_percent: 40, broken_promises: 2, signs: vec![Sign::PromisesBroken] };
        let any = PayerCondition::default();
        let cases = [
            (any.clone(), true),
            (PayerCondition { min_average_days_late: Some(15), ..any.clone() }, true),
            (PayerCondition { min_average_days_late: Some(16), ..any.clone() }, false),
            (PayerCondition { max_average_days_late: Some(15), ..any.clone() }, true),
            (PayerCondition { max_average_days_late: Some(14), ..any.clone() }, false),
            (PayerCondition { min_late_share_percent: Some(40), ..any.clone() }, true),
            (PayerCondition { min_late_share_percent: Some(41), ..any.clone() }, false),
            (PayerCondition { max_late_share_percent: Some(40), ..any.clone() }, true),
            (PayerCondition { max_late_share_percent: Some(39), ..any.clone() }, false),
            (PayerCondition { min_broken_promises: Some(2), ..any.clone() }, true),
            (PayerCondition { min_broken_promises: Some(3), ..any.clone() }, false),
            (PayerCondition { any_sign_of: vec![Sign::GettingWorse, Sign::PromisesBroken], ..any.clone() }, true),
            (PayerCondition { any_sign_of: vec![Sign::GettingWorse], ..any.clone() }, false),
            (PayerCondition { min_average_days_late: Some(15), max_late_share_percent: Some(39), ..any }, false),
        ];
        for (condition, holds) in cases {
            assert_eq!(condition.holds(&seen), holds, "{condition:?}");
        }
    }
}

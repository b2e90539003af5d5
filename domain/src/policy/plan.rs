//! What an instalment plan may be without a person.

use serde::{Deserialize, Serialize};

/// What an instalment plan may be before a person must approve it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanRules {
    /// Most instalments; 0: every plan is for a person.
    pub max_instalments: u16,
    /// Longest plan, days from its first to its last instalment's day.
    pub max_days: u16,
    /// Least share of the first instalment, percent.
    pub first_share_percent: u16,
    /// Business days after an instalment's day before it is missed.
    pub grace_days: u16,
}

/// A plan that is proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proposed {
    /// How many instalments.
    pub instalments: u16,
    /// Days from its first to its last instalment's day.
    pub days: u16,
    /// The first instalment, minor units.
    pub first: i64,
    /// All of them, minor units.
    pub total: i64,
}

impl PlanRules {
    /// The limits that the plan goes beyond, by their field; none: nobody has to approve it.
    pub fn beyond(&self, plan: Proposed) -> Vec<&'static str> {
        let share = i128::from(plan.first) * 100 < i128::from(plan.total) * i128::from(self.first_share_percent);
        [
            ("max_instalments", plan.instalments > self.max_instalments),
            ("max_days", plan.days > self.max_days),
            ("first_share_percent", share),
        ]
        .into_iter()
        .filter_map(|(field, beyond)| beyond.then_some(field))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_beyond_the_limits_is_for_a_person() {
        let rules = PlanRules { max_instalments: 4, max_days: 120, first_share_percent: 25, grace_days: 3 };
        for (instalments, days, first, beyond) in [
            (4, 120, 25_000, &[][..]),
            (5, 120, 25_000, &["max_instalments"]),
            (4, 121, 25_000, &["max_days"]),
            (4, 120, 24_999, &["first_share_percent"]),
            (9, 300, 0, &["max_instalments", "max_days", "first_share_percent"]),
        ] {
            let plan = Proposed { instalments, days, first, total: 100_000 };
            assert_eq!(rules.beyond(plan), beyond);
        }
        let none = PlanRules { max_instalments: 0, max_days: 0, first_share_percent: 0, grace_days: 5 };
        assert_eq!(none.beyond(Proposed { instalments: 1, days: 0, first: 1, total: 1 }), ["max_instalments"]);
    }
}

//! What a policy does with invoices that are overdue already when it comes into force.

use super::{Channel, Policy};

/// What happens to the backlog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backlog {
    /// It is not chased by this policy: every step is waived.
    Skip,
    /// It begins at the first overdue step.
    FirstStep,
    /// It begins at the reminder that fits its age, never beyond the last plain one.
    ByAge,
}

impl Backlog {
    /// Reads the word used on the wire.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "skip" => Some(Self::Skip),
            "first_step" => Some(Self::FirstStep),
            "by_age" => Some(Self::ByAge),
            _ => None,
        }
    }

    /// The word used on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Skip => "skip",
            Self::FirstStep => "first_step",
            Self::ByAge => "by_age",
        }
    }

    /// The steps of `policy` that are waived for an invoice so many days overdue, in their order.
    pub fn waives(self, policy: &Policy, days_overdue: i64) -> Vec<String> {
        let passed = policy.steps.iter().filter(|step| step.offset_days >= 0 && i64::from(step.offset_days) <= days_overdue);
        let plain = |channel: Channel| matches!(channel, Channel::Email | Channel::Sms | Channel::Letter);
        match self {
            Self::FirstStep => Vec::new(),
            Self::Skip => policy.steps.iter().map(|step| step.key.clone()).collect(),
            Self::ByAge => {
                let start = passed.clone().rfind(|step| plain(step.channel)).map(|step| step.key.clone());
                let before = passed.take_while(|step| Some(&step.key) != start.as_ref());
                if start.is_some() { before.map(|step| step.key.clone()).collect() } else { Vec::new() }
            }
        }
    }
}

/// On which day after it came into force each of so many customers of the backlog is looked at first, in their order:
/// an even number each day, the first ones at once.
pub fn spread(customers: usize, days: u16) -> impl Iterator<Item = u16> {
    let per_day = customers.div_ceil(usize::from(days.max(1))).max(1);
    (0..customers).map(move |place| u16::try_from(place / per_day).unwrap_or(u16::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::presets;

    #[test]
    fn a_backlog_by_age_never_begins_at_a_formal_notice() {
        let policy = presets()[0].document.validate().unwrap();
        let waived = Backlog::ByAge.waives(&policy, 400);
        assert!(waived.contains(&"second".to_owned()));
        assert!(!waived.contains(&"last_letter".to_owned()) && !waived.contains(&"notice".to_owned()));
        assert!(Backlog::ByAge.waives(&policy, 2).is_empty());
        assert!(Backlog::FirstStep.waives(&policy, 400).is_empty());
        assert_eq!(Backlog::Skip.waives(&policy, 1).len(), policy.steps.len());
    }

    #[test]
    fn an_even_number_of_customers_is_looked_at_each_day() {
        let days = |customers, days| spread(customers, days).collect::<Vec<_>>();
        assert_eq!(days(7, 3), [0, 0, 0, 1, 1, 1, 2]);
        assert_eq!(days(3, 0), [0, 0, 0]);
        assert_eq!(days(2, 60), [0, 1]);
        assert!(days(0, 5).is_empty());
    }

    #[test]
    fn words_are_read_as_they_are_written() {
        for plan in [Backlog::Skip, Backlog::FirstStep, Backlog::ByAge] {
            assert_eq!(Backlog::parse(plan.as_str()), Some(plan));
        }
        assert_eq!(Backlog::parse("all"), None);
    }
}

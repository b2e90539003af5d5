//! Can what the policy says ever happen? Steps that could never leave are faults, not silence.

use chrono::{NaiveDate, Weekday};

use super::{super::Policy, faults::Faults};

/// Every step has, in some year of the next ones, a day on which its channel does not rest; nobody rests
/// on a weekday for ever.
pub(super) fn check(policy: &Policy, faults: &mut Faults) {
    for (place, step) in policy.steps.iter().enumerate() {
        if !has_a_day(policy, step.channel) {
            let detail = "the pauses and the window leave this channel no day of the year";
            faults.add(format!("/steps/{place}/channel"), "never_open", detail);
        }
    }
}

/// A day of 2024 to 2030 (every weekday falls on every day of the year) on which the channel is open.
fn has_a_day(policy: &Policy, channel: super::super::Channel) -> bool {
    let pauses: Vec<_> = policy.pauses.iter().filter(|pause| pause.channels.contains(&channel)).collect();
    if pauses.is_empty() || policy.window.weekdays.is_empty() {
        return true; // an empty week is a fault of its own
    }
    let Some(first) = NaiveDate::from_ymd_opt(2024, 1, 1) else { return true };
    let open = |day: NaiveDate| {
        let weekday: Weekday = chrono::Datelike::weekday(&day);
        policy.window.weekdays.contains(&weekday) && pauses.iter().all(|pause| pause.end_if_inside(day).is_none())
    };
    first.iter_days().take(7 * 366).any(open)
}

//! What the law forbids whatever the policy says: how often, and at which hours.

use chrono::{DateTime, Datelike, NaiveDate, Utc, Weekday};

use super::context::{Context, PolicyContext, next_day};
use crate::{
    calendar::{local_day, local_instant},
    dunning::{Reason, Why, params},
    policy::Channel,
};

/// Days that a search for an hour looks ahead: longer than any run of Sundays and holidays.
const SEARCH_DAYS: u32 = 30;

/// Why a step waits until `day`: the law's cap, with its article, or the policy's own pacing.
pub(super) fn paced(context: &Context<'_>, rule: Option<&'static str>, step: &str, day: NaiveDate) -> Reason {
    let rule = rule.unwrap_or("policy.pacing");
    match context.law.caps.iter().find(|cap| cap.rule == rule) {
        Some(cap) => Reason {
            citation: Some(context.law.caps_citation.to_owned()),
            ..Reason::new(Why::ContactCap, params![most = cap.most, days = cap.days, step = step, day = day], rule, None)
        },
        None => Reason::new(Why::Pacing, params![step = step, day = day], rule, None),
    }
}

/// Is the law silent about this channel and customer? It speaks of a consumer's telephone; an unknown kind counts as one.
fn any_hour(context: &Context<'_>, channel: Channel) -> bool {
    channel != Channel::Sms || context.snapshot.customer.kind.pays_late_charges()
}

/// When a message that wants to leave at `at` may: the next hour of the law that is inside the policy's window too.
/// `None`: right then.
pub(super) fn hours_open_at(
    context: &Context<'_>,
    policy: &PolicyContext<'_>,
    channel: Channel,
    at: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    if any_hour(context, channel) || is_open(context, at) {
        return None;
    }
    let mut day = local_day(at, context.zone);
    for _ in 0..SEARCH_DAYS {
        let opens = local_instant(day, context.law.consumer_hours.from, context.zone).max(at);
        let slot = policy.calendar.slot_on(channel, day, opens);
        if let Some(slot) = slot.filter(|slot| is_open(context, *slot)) {
            return Some(slot);
        }
        day = next_day(day);
    }
    Some(context.day_start(day)) // no hour suits both: looked at again, and withheld again
}

/// Monday to Saturday, no public holiday, inside the hours.
fn is_open(context: &Context<'_>, at: DateTime<Utc>) -> bool {
    let (hours, local) = (context.law.consumer_hours, at.with_timezone(&context.zone));
    let (day, time) = (local.date_naive(), local.time());
    day.weekday() != Weekday::Sun && !context.region.is_holiday(day) && hours.from <= time && time < hours.to
}

/// Why a message waits for a consumer's hours.
pub(super) fn untimely(context: &Context<'_>, channel: Channel, step: &str, at: DateTime<Utc>) -> Reason {
    let hours = context.law.consumer_hours;
    Reason {
        citation: Some(hours.citation.to_owned()),
        ..Reason::new(Why::ContactHours, params![channel = channel, step = step, at = at], hours.rule, None)
    }
}

//! The dates that a message prints, as of the day it leaves.

use chrono::NaiveDate;

use super::context::{Context, PolicyContext, plus_days, region_of};
use crate::{
    calendar::{next_business_day, pay_before, plain_letter_arrival, registered_letter_deadline},
    customer::{CustomerDetails, CustomerKind},
    policy::{Channel, Step},
    settings::Settings,
};

/// What a formal notice grants a public body at least, days: its payment circuit is two offices
/// (`presets.md` §1 rule 7).
const PUBLIC_DEADLINE_DAYS: u16 = 30;

/// Dates printed by a step when it leaves today: (pay before, deadline of a notice).
pub(super) fn dates(
    context: &Context<'_>,
    policy: &PolicyContext<'_>,
    step: &Step,
    channel: Channel,
) -> (Option<NaiveDate>, Option<NaiveDate>) {
    let arrival = if channel == Channel::Letter { plain_letter_arrival(context.today, context.region) } else { context.today };
    let outside = |date| outside_pauses(context, policy, channel, date);
    let pay = step.pay_within_days.map(|days| outside(pay_before(arrival, days, context.region)));
    let deadline = days_granted(step, context.snapshot.customer.kind).map(|days| match channel {
        Channel::RegisteredLetter => outside(registered_letter_deadline(context.today, days, context.region)),
        _ => outside(pay_before(arrival, days, context.region)),
    });
    (pay, deadline)
}

/// Days that a notice grants this kind of customer.
fn days_granted(step: &Step, kind: CustomerKind) -> Option<u16> {
    let public = kind == CustomerKind::PublicBody;
    step.deadline_days.map(|days| if public { days.max(PUBLIC_DEADLINE_DAYS) } else { days })
}

/// The deadline that a registered letter really grants: the later of the one it prints and its first presentation plus
/// its days, on a business day (`presets.md` §1 rule 6). `None`: the step sets no deadline.
pub fn deadline_granted(
    step: &Step,
    customer: &CustomerDetails,
    settings: &Settings,
    printed: NaiveDate,
    presented_on: NaiveDate,
) -> Option<NaiveDate> {
    let days = days_granted(step, customer.kind)?;
    Some(printed.max(next_business_day(plus_days(presented_on, i64::from(days)), region_of(customer, settings))))
}

/// No printed date ends inside a pause of its channel: the first business day after it instead.
fn outside_pauses(context: &Context<'_>, policy: &PolicyContext<'_>, channel: Channel, date: NaiveDate) -> NaiveDate {
    let mut date = date;
    for pause in policy.policy.pauses.iter().filter(|pause| pause.channels.contains(&channel)) {
        if let Some(end) = pause.end_if_inside(date) {
            date = next_business_day(plus_days(end, 1), context.region);
        }
    }
    date
}

//! The dates that a message prints, as of the day it leaves.

use chrono::NaiveDate;

use super::context::{Context, PolicyContext, plus_days};
use crate::{
    calendar::{next_business_day, pay_before, plain_letter_arrival, registered_letter_deadline},
    customer::CustomerKind,
    policy::{Channel, Step},
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
    let public = context.snapshot.customer.kind == CustomerKind::PublicBody;
    let deadline = step.deadline_days.map(|days| if public { days.max(PUBLIC_DEADLINE_DAYS) } else { days }).map(|days| match channel {
        Channel::RegisteredLetter => outside(registered_letter_deadline(context.today, days, context.region)),
        _ => outside(pay_before(arrival, days, context.region)),
    });
    (pay, deadline)
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

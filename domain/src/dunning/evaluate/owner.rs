//! The sales owner is told before a hard step, and the step waits so many business days for his word.

use chrono::NaiveDate;

use super::{
    context::{Context, PolicyContext, plus_days},
    ladder::{self, Next},
    outcome::Draft,
    tasks::{Raise, raise},
};
use crate::{
    calendar::{add_business_days, is_business_day},
    dunning::{Title, Why, params, snapshot::InvoiceFacts, title::french_day},
    policy::Step,
};

/// Told so many days ago, he is told again: the step was put off for long.
const STILL_KNOWS_DAYS: i64 = 15;

/// The day from which the step may go: not before the owner has had his days.
pub(super) fn not_before(
    context: &Context<'_>,
    policy: &PolicyContext<'_>,
    (invoice, step, day): (&InvoiceFacts, &Step, NaiveDate),
) -> NaiveDate {
    let Some(days) = days_of(context, step).filter(|_| will_go(context, policy, invoice, step)) else { return day };
    // told today at the latest, or still in time before `day`
    let had_his_days = add_business_days(told(context, step).unwrap_or(context.today), u32::from(days), context.region);
    policy.calendar.next_sending_day(day.max(had_his_days))
}

/// Tells him when it is time: of the next step of the invoice that will not be waived for its amounts.
pub(super) fn tell_ahead(context: &Context<'_>, policy: &PolicyContext<'_>, invoice: &InvoiceFacts, waived: &[&str], draft: &mut Draft) {
    let Some((step, day)) = upcoming(context, policy, invoice, waived) else { return };
    let Some(days) = days_of(context, step).filter(|_| told(context, step).is_none()) else { return };
    let tell_on = business_days_before(context, day, days);
    if context.today < tell_on {
        draft.look_at(context.day_start(tell_on));
        return;
    }
    let from = not_before(context, policy, (invoice, step, day));
    let name = &context.snapshot.customer.name;
    let title = Title::new(
        format!("{name} goes to step {} on {from}: say so before if it should not.", step.key),
        format!("{name} passe à l’étape {} le {} : dites-le avant si elle ne doit pas partir.", step.key, french_day(from)),
    );
    let about = format!("once:owner:{}:{}", step.key, context.today);
    if raise(context, draft, Raise { kind: "owner_notice", about, title, lines: Vec::new(), assign_to: "sales_owner", days }) {
        draft.reason(Why::OwnerTold, params![step = &step.key, days = days, day = from], "step.notify_owner_days", None);
    }
}

/// Business days that the sales owner has before this step; `None`: there is nobody to tell, or nothing.
fn days_of(context: &Context<'_>, step: &Step) -> Option<u16> {
    context.snapshot.customer.sales_owner.as_ref().and(step.notify_owner_days).filter(|days| *days > 0)
}

/// The next step that will go by what is known today, and its day.
fn upcoming<'p>(
    context: &Context<'_>,
    policy: &PolicyContext<'p>,
    invoice: &InvoiceFacts,
    waived: &[&str],
) -> Option<(&'p Step, NaiveDate)> {
    let mut passed = waived.to_vec();
    for _ in &policy.policy.steps {
        match ladder::next(context, policy, invoice, &passed) {
            Next::Step { step, day } if will_go(context, policy, invoice, step) => return Some((step, day)),
            Next::Step { step, .. } | Next::Waive { step, .. } => passed.push(&step.key),
            Next::End => return None,
        }
    }
    None
}

/// When the owner was told of this step, if he still knows.
fn told(context: &Context<'_>, step: &Step) -> Option<NaiveDate> {
    let about = format!("once:owner:{}:", step.key);
    let since = plus_days(context.today, -STILL_KNOWS_DAYS);
    let raised = context.snapshot.raised_once.iter().filter(|raised| raised.about.starts_with(&about) && raised.on >= since);
    raised.map(|raised| raised.on).max()
}

/// By what is known today, will the step not be waived for its amounts or for whom it is meant?
fn will_go(context: &Context<'_>, policy: &PolicyContext<'_>, invoice: &InvoiceFacts, step: &Step) -> bool {
    let customer = &context.snapshot.customer;
    let own = |other: &&InvoiceFacts| other.currency == policy.policy.currency && context.is_overdue(other);
    let overdue: i64 = context.snapshot.invoices.iter().filter(own).map(|other| context.ask(other)).sum();
    let thresholds = invoice.currency == policy.policy.currency;
    let too_little = thresholds && step.min_amount_due.is_some_and(|least| overdue < least);
    let too_much = thresholds && step.max_amount_due.is_some_and(|most| context.ask(invoice) > most);
    step.is_for(customer.kind, customer.segment.as_deref()) && !too_little && !too_much
}

/// The last day on which `days` business days still lie between it and `day`.
fn business_days_before(context: &Context<'_>, day: NaiveDate, days: u16) -> NaiveDate {
    let mut at = day;
    let mut left = days;
    while left > 0 {
        let Some(before) = at.pred_opt() else { return at };
        if is_business_day(at, context.region) {
            left -= 1;
        }
        at = before;
    }
    at
}

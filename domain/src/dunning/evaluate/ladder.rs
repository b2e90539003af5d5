//! Where one invoice stands in its ladder, and the day of its next step.

use chrono::NaiveDate;

use super::{
    context::{Context, PolicyContext, next_day, plus_days},
    runs,
};
use crate::{
    calendar::add_business_days,
    customer::CustomerKind,
    dunning::snapshot::{InvoiceFacts, StepOutcome, StepRecord},
    policy::{Channel, Step},
};

/// The next step of an invoice.
#[derive(Debug, Clone, Copy)]
pub(super) enum Next<'p> {
    /// This step, on this sending day.
    Step { step: &'p Step, day: NaiveDate },
    /// This step can no longer go: it is waived for this reason.
    Waive { step: &'p Step, reason: &'static str },
    /// Every step is done.
    End,
}

/// The first step not done, given that `waived` count as done too.
pub(super) fn next<'p>(context: &Context<'_>, policy: &PolicyContext<'p>, invoice: &InvoiceFacts, waived: &[&str]) -> Next<'p> {
    let done = |key: &str| waived.contains(&key) || invoice.steps.iter().any(|record| record.step_key == key);
    let last_done = policy.policy.steps.iter().rposition(|step| done(&step.key));
    let first_open = last_done.map_or(0, |at| at + 1);
    let Some(step) = policy.policy.steps.get(first_open) else { return Next::End };
    if step.offset_days <= 0 { before_due(context, policy, invoice, step) } else { overdue(context, policy, invoice, step) }
}

/// A step before the due date never goes after it, and never moves an overdue one: when pacing would
/// make the first overdue step wait for it, it is waived instead.
fn before_due<'p>(context: &Context<'_>, policy: &PolicyContext<'p>, invoice: &InvoiceFacts, step: &'p Step) -> Next<'p> {
    let offset = plus_days(invoice.due_on, i64::from(step.offset_days));
    let wanted = after_grants(context, policy, invoice).map_or(offset, |day| day.max(offset));
    let day = policy.calendar.next_sending_day(wanted.max(context.today));
    if day > invoice.due_on {
        return Next::Waive { step, reason: "after_due_date" };
    }
    let first_overdue = policy.policy.steps.iter().find(|step| step.offset_days > 0 && step.channel.is_message());
    let gap = i64::from(policy.policy.pacing.min_days_between_messages);
    let late = day > policy.calendar.next_sending_day(wanted);
    if late
        && step.channel.is_message()
        && first_overdue.is_some_and(|first| plus_days(day, gap) > plus_days(invoice.due_on, i64::from(first.offset_days)))
    {
        return Next::Waive { step, reason: "too_close_to_first_overdue_step" };
    }
    // the day it was wanted, so that lateness shows; a late one goes today
    Next::Step { step, day: policy.calendar.next_sending_day(wanted) }
}

/// The later of `due_on + offset` and (day the previous overdue step was really done + difference of
/// offsets), outside any date given to the debtor, moved to a sending day (`contract.md` §4).
fn overdue<'p>(context: &Context<'_>, policy: &PolicyContext<'p>, invoice: &InvoiceFacts, step: &'p Step) -> Next<'p> {
    let mut day = plus_days(invoice.due_on, i64::from(step.offset_days)).max(next_day(invoice.due_on));
    if let Some((record, before)) = last_overdue_done(policy, invoice) {
        let spacing = i64::from(step.offset_days) - i64::from(before.offset_days);
        day = day.max(plus_days(record.done_on, spacing));
        if let Some(days) = step.after_previous_days {
            let ended = record.granted_until.map_or(record.done_on, |until| until.max(record.done_on));
            day = day.max(add_business_days(ended, u32::from(days), context.region));
        }
    } else if let Some(run) = runs::run_after(invoice.due_on, &context.snapshot.customer.payment_days, policy.policy.payment_run_wait_days)
    {
        // the first overdue step waits for the customer's payment run, and for its money to arrive
        day = day.max(context.day_after_grant(run, policy.policy.given_date_grace_days));
    }
    day = day.max(plus_days(delivered_on(context, invoice), i64::from(policy.policy.delivery_grace_days)));
    if let Some(after) = after_grants(context, policy, invoice) {
        day = day.max(after);
    }
    after_pauses(context, policy, step, policy.calendar.next_sending_day(day))
}

/// The first day after every date given to the debtor for the invoice, and the days its money needs.
fn after_grants(context: &Context<'_>, policy: &PolicyContext<'_>, invoice: &InvoiceFacts) -> Option<NaiveDate> {
    let last = invoice.steps.iter().filter_map(|record| record.granted_until).max()?;
    Some(context.day_after_grant(last, policy.policy.given_date_grace_days))
}

/// Letters, notices and handovers wait for the end of a pause; other steps planned inside are waived.
fn after_pauses<'p>(context: &Context<'_>, policy: &PolicyContext<'_>, step: &'p Step, day: NaiveDate) -> Next<'p> {
    let waits = matches!(step.channel, Channel::Letter | Channel::RegisteredLetter | Channel::Handover);
    let mut day = day;
    for pause in policy.policy.pauses.iter().filter(|pause| pause.channels.contains(&step.channel)) {
        match pause.end_if_inside(day) {
            Some(end) if waits => day = policy.calendar.next_sending_day(next_day(end)),
            Some(_) if day <= context.today => return Next::Waive { step, reason: "pause" },
            Some(_) | None => {}
        }
    }
    Next::Step { step, day }
}

/// When the invoice reached its reader; public bodies count from reception.
fn delivered_on(context: &Context<'_>, invoice: &InvoiceFacts) -> NaiveDate {
    let delivered = invoice.delivered_on.unwrap_or(invoice.issued_on);
    if context.snapshot.customer.kind == CustomerKind::PublicBody { invoice.received_on.unwrap_or(delivered) } else { delivered }
}

fn last_overdue_done<'i, 'p>(policy: &PolicyContext<'p>, invoice: &'i InvoiceFacts) -> Option<(&'i StepRecord, &'p Step)> {
    invoice
        .steps
        .iter()
        .filter(|record| record.outcome != StepOutcome::Waived)
        .filter_map(|record| policy.policy.step(&record.step_key).map(|step| (record, step)))
        .filter(|(_, step)| step.offset_days > 0)
        .max_by_key(|(record, step)| (step.offset_days, record.done_on))
}

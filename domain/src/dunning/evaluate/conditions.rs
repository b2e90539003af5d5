//! When a step is waived instead of done: its amounts, whom it is for, and what has happened before it.

use std::collections::BTreeMap;

use super::{
    contact,
    context::{Context, PolicyContext, is_open, plus_days},
    due::Ask,
};
use crate::{
    behaviour,
    dunning::snapshot::{InvoiceFacts, StepOutcome},
    ids::InvoiceId,
    policy::{Channel, OnlyIf, Step},
};

/// Why an invoice did not get a step: too little had reached it.
pub(super) const BELOW_MINIMUM: &str = "below_minimum";

/// Waivers of what would be asked.
pub(super) fn waivers<'s, 'p>(
    context: &Context<'s>,
    policy: &PolicyContext<'p>,
    asks: &[Ask<'s, 'p>],
) -> Vec<(&'s InvoiceFacts, &'p Step, String)> {
    let reached = reached(context, policy, asks);
    let why = |ask: &Ask<'s, 'p>| {
        let place = policy.policy.position(&ask.step.key).and_then(|place| reached.get(place)).copied().unwrap_or_default();
        waiver(context, policy, ask, place)
    };
    asks.iter().filter_map(|ask| Some((ask.invoice, ask.step, why(ask)?.to_owned()))).collect()
}

fn waiver(context: &Context<'_>, policy: &PolicyContext<'_>, ask: &Ask<'_, '_>, reached: i64) -> Option<&'static str> {
    let (step, customer) = (ask.step, &context.snapshot.customer);
    // thresholds are of the policy's currency; they are ignored for debts in another
    let thresholds = ask.invoice.currency == policy.policy.currency;
    if !step.is_for(customer.kind, customer.segment.as_deref()) {
        Some("not_for_this_customer")
    } else if thresholds && step.min_amount_due.is_some_and(|least| reached < least) {
        Some(BELOW_MINIMUM)
    } else if thresholds && step.max_amount_due.is_some_and(|most| reached > most) {
        Some("above_maximum")
    } else if step.only_if.is_some_and(|condition| !holds(context, ask.invoice, condition)) {
        Some("condition_not_met")
    } else if step
        .payer
        .as_ref()
        .is_some_and(|payer| !payer.holds(&behaviour::seen(context.snapshot, ask.invoice.currency, context.tenant_today)))
    {
        Some("not_this_payer")
    } else if step.channel == Channel::Sms && contact::choose(context, step).is_none() {
        Some("no_contact") // a short message is an extra: without a number the ladder goes on
    } else if step.once_per_days.is_some_and(|days| done_lately(context, step, i64::from(days))) {
        Some("done_lately")
    } else {
        None
    }
}

/// For each step of the ladder the undisputed principal, in the policy's currency, of the invoices that have
/// reached it: those that are asked for at it or later now, those planned there, and those that have it or a
/// later one behind them.
fn reached(context: &Context<'_>, policy: &PolicyContext<'_>, asks: &[Ask<'_, '_>]) -> Vec<i64> {
    let mut furthest: BTreeMap<InvoiceId, usize> = BTreeMap::new();
    let mut at = |invoice: InvoiceId, step_key: &str| {
        if let Some(place) = policy.policy.position(step_key) {
            let known = furthest.entry(invoice).or_default();
            *known = place.max(*known);
        }
    };
    asks.iter().for_each(|ask| at(ask.invoice.id, &ask.step.key));
    let planned = context.snapshot.reminders.iter().flat_map(|reminder| &reminder.lines);
    planned.for_each(|line| at(line.invoice_id, &line.step_key));
    let own = |invoice: &&InvoiceFacts| invoice.currency == policy.policy.currency && is_open(invoice);
    for invoice in context.snapshot.invoices.iter().filter(own) {
        invoice.steps.iter().for_each(|record| at(invoice.id, &record.step_key));
    }
    let mut sums = vec![0_i64; policy.policy.steps.len()];
    for invoice in context.snapshot.invoices.iter().filter(own) {
        let Some(place) = furthest.get(&invoice.id) else { continue };
        let ask = context.ask(invoice);
        sums.iter_mut().take(place + 1).for_each(|sum| *sum = sum.saturating_add(ask));
    }
    sums
}

fn holds(context: &Context<'_>, invoice: &InvoiceFacts, condition: OnlyIf) -> bool {
    let really = invoice.steps.iter().filter(|record| record.outcome != StepOutcome::Waived);
    let since = really.map(|record| record.done_on).max();
    match condition {
        OnlyIf::NoLifecycleStatus => invoice.lifecycle_status.is_none(),
        OnlyIf::NoReply => !context.snapshot.answers.iter().any(|day| since.is_none_or(|since| *day >= since)),
        OnlyIf::CallUnanswered => {
            let calls = context.snapshot.calls.iter().filter(|call| since.is_none_or(|since| call.on >= since));
            calls.max_by_key(|call| call.on).is_some_and(|call| !call.reached)
        }
    }
}

fn done_lately(context: &Context<'_>, step: &Step, days: i64) -> bool {
    let since = plus_days(context.today, -days);
    let messages =
        context.snapshot.contacts_made.iter().filter(|made| made.step_key.as_deref() == Some(step.key.as_str())).map(|made| made.on);
    let records = context.snapshot.invoices.iter().flat_map(|invoice| &invoice.steps);
    let tasks = records.filter(|record| record.step_key == step.key && record.outcome != StepOutcome::Waived).map(|record| record.done_on);
    messages.chain(tasks).any(|on| on > since && on < context.today)
}

/// An invoice waived below a notice's minimum joins the customer's next notice (`presets.md` §1 rule 3):
/// what is asked for it otherwise today gives way. It does not when it went further than the notice, or
/// inside a date given for it.
pub(super) fn join_notice<'s, 'p>(
    context: &Context<'s>,
    policy: &PolicyContext<'p>,
    free: &[&'s InvoiceFacts],
    asks: &mut Vec<Ask<'s, 'p>>,
) {
    let Some(step) = asks.iter().map(|ask| ask.step).find(|step| step.is_formal_notice()) else { return };
    let place = policy.policy.position(&step.key);
    let waits = |invoice: &InvoiceFacts| {
        let waived = invoice.steps.iter().any(|record| {
            record.step_key == step.key && record.outcome == StepOutcome::Waived && record.reason.as_deref() == Some(BELOW_MINIMUM)
        });
        let done = invoice.steps.iter().filter(|record| record.outcome != StepOutcome::Waived);
        let beyond = done.clone().any(|record| policy.policy.position(&record.step_key) > place);
        let granted = done.filter_map(|record| record.granted_until).max();
        let inside = granted.is_some_and(|until| context.day_after_grant(until, policy.policy.given_date_grace_days) > context.today);
        waived && !beyond && !inside
    };
    for invoice in free.iter().filter(|invoice| waits(invoice)) {
        let amount = context.ask(invoice);
        asks.retain(|ask| ask.invoice.id != invoice.id);
        asks.push(Ask { invoice, step, amount });
    }
}

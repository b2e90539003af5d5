//! Which invoices have a step due now, after waivers.

use std::collections::BTreeMap;

use super::{
    blocks::Blocks,
    contact,
    context::{Context, PolicyContext, is_open, plus_days},
    ladder::{self, Next},
    outcome::Draft,
    standing::Live,
};
use crate::{
    dunning::{
        Change, Param, Why,
        decision::{Action, LeftOut},
        params,
        snapshot::InvoiceFacts,
    },
    policy::{Channel, OnlyIf, Step},
};

/// An invoice with a step that is due.
pub(super) struct Ask<'s, 'p> {
    pub invoice: &'s InvoiceFacts,
    pub step: &'p Step,
    /// Principal to ask for, minor units.
    pub amount: i64,
}

/// What is due, and what is overdue but left out.
pub(super) struct Due<'s, 'p> {
    pub asks: Vec<Ask<'s, 'p>>,
    pub left_out: Vec<LeftOut>,
}

/// Finds due steps; records waivers until nothing more is waived.
pub(super) fn find<'s, 'p>(
    context: &Context<'s>,
    policy: &PolicyContext<'p>,
    blocks: &Blocks,
    live: &Live<'_>,
    draft: &mut Draft,
) -> Due<'s, 'p> {
    let snapshot: &'s crate::dunning::Snapshot = context.snapshot;
    let mut waived: BTreeMap<_, Vec<&str>> = BTreeMap::new();
    loop {
        let mut asks = Vec::new();
        let mut left_out = Vec::new();
        let mut waivers: Vec<(&'s InvoiceFacts, &'p Step, String)> = Vec::new();
        for invoice in snapshot.invoices.iter().filter(|invoice| is_open(invoice) && live.carrying(invoice.id).is_none()) {
            let so_far = waived.get(&invoice.id).map_or(&[][..], Vec::as_slice);
            let blocked = blocks.is_blocked(invoice.id);
            match ladder::next(context, policy, invoice, so_far) {
                Next::End => draft.completes(invoice.id),
                Next::Waive { step, reason } if !blocked => waivers.push((invoice, step, reason.to_owned())),
                Next::Waive { step, .. } => draft.goes_on(invoice.id, &step.key, context.now),
                Next::Step { step, day } => {
                    note_next(context, policy, draft, invoice, step, day);
                    if day <= context.today && blocks.of(invoice.id).any(|block| block.reason.code == Why::PaymentDataStale) {
                        draft.say_data_stale();
                    }
                    if day <= context.today && !blocked && context.settles_at().is_none() {
                        asks.push(Ask { invoice, step, amount: context.ask(invoice) });
                        continue;
                    }
                }
            }
            if context.is_overdue(invoice) {
                let reason = blocks.of(invoice.id).next().map_or(Why::NotAtStep, |block| block.reason.code).to_string();
                left_out.push(LeftOut { invoice_id: invoice.id, number: invoice.number.clone(), reason });
            }
        }
        waivers.extend(by_condition(context, policy, &asks));
        if waivers.is_empty() {
            asks.retain(|ask| ask.amount > 0);
            return Due { asks, left_out };
        }
        for (invoice, step, reason) in waivers {
            waived.entry(invoice.id).or_default().push(&step.key);
            let params = params![step = &step.key, invoice = &invoice.number, cause = Param::Word(reason.clone())];
            draft.reason(Why::StepWaived, params, "ladder.waivers", Some(invoice.id));
            draft.act(Action::WaiveStep { invoice_id: invoice.id, step_key: step.key.clone(), reason, on: context.today });
        }
    }
}

fn note_next(
    context: &Context<'_>,
    policy: &PolicyContext<'_>,
    draft: &mut Draft,
    invoice: &InvoiceFacts,
    step: &Step,
    day: chrono::NaiveDate,
) {
    let at = policy.calendar.first_slot(step.channel, context.day_start(day).max(context.now));
    draft.goes_on(invoice.id, &step.key, at);
    if day > context.today {
        draft.look_at(context.day_start(day));
        let params = params![step = &step.key, invoice = &invoice.number, day = day];
        draft.reason(Why::StepNotDue, params, "ladder.spacing", Some(invoice.id));
        draft.would_change(Change::NextStepDay);
    }
}

/// Waivers by amount and condition: they look at the sum of all invoices that have reached the step.
fn by_condition<'s, 'p>(
    context: &Context<'s>,
    policy: &PolicyContext<'p>,
    asks: &[Ask<'s, 'p>],
) -> Vec<(&'s InvoiceFacts, &'p Step, String)> {
    let mut waivers = Vec::new();
    for step in &policy.policy.steps {
        let here: Vec<&Ask<'s, 'p>> = asks.iter().filter(|ask| ask.step.key == step.key).collect();
        let own: i64 = here.iter().filter(|ask| ask.invoice.currency == policy.policy.currency).map(|ask| ask.amount).sum();
        for ask in here {
            // thresholds are of the policy's currency; they are ignored for debts in another
            let thresholds = ask.invoice.currency == policy.policy.currency;
            let reason = if thresholds && step.min_amount_due.is_some_and(|least| own < least) {
                "below_minimum"
            } else if thresholds && step.max_amount_due.is_some_and(|most| own > most) {
                "above_maximum"
            } else if step.only_if.is_some_and(|condition| !holds(context, ask.invoice, condition)) {
                "condition_not_met"
            } else if step.channel == Channel::Sms && contact::choose(context, step).is_none() {
                "no_contact" // a short message is an extra: without a number the ladder goes on
            } else if step.once_per_days.is_some_and(|days| done_lately(context, step, i64::from(days))) {
                "done_lately"
            } else {
                continue;
            };
            waivers.push((ask.invoice, ask.step, reason.to_owned()));
        }
    }
    waivers
}

fn holds(context: &Context<'_>, invoice: &InvoiceFacts, condition: OnlyIf) -> bool {
    match condition {
        OnlyIf::NoLifecycleStatus => invoice.lifecycle_status.is_none(),
        OnlyIf::CallUnanswered => {
            let since = invoice.steps.iter().map(|record| record.done_on).max();
            let calls = context.snapshot.calls.iter().filter(|call| since.is_none_or(|day| call.on >= day));
            calls.max_by_key(|call| call.on).is_some_and(|call| !call.reached)
        }
    }
}

fn done_lately(context: &Context<'_>, step: &Step, days: i64) -> bool {
    let since = plus_days(context.today, -days);
    let messages =
        context.snapshot.contacts_made.iter().filter(|made| made.step_key.as_deref() == Some(step.key.as_str())).map(|made| made.on);
    let records = context.snapshot.invoices.iter().flat_map(|invoice| &invoice.steps);
    let tasks = records
        .filter(|record| record.step_key == step.key && record.outcome != crate::dunning::StepOutcome::Waived)
        .map(|record| record.done_on);
    messages.chain(tasks).any(|on| on > since && on < context.today)
}

/// A debt in another currency than the thresholds' never goes to a registered letter or a handover by
/// itself: a person looks at it.
pub(super) fn effective_channel(policy: &PolicyContext<'_>, ask: &Ask<'_, '_>) -> Channel {
    let foreign = ask.invoice.currency != policy.policy.currency;
    if foreign && matches!(ask.step.channel, Channel::RegisteredLetter | Channel::Handover) {
        Channel::ReviewTask
    } else {
        ask.step.channel
    }
}

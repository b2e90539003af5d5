//! Which invoices have a step due now, after waivers.

use std::collections::BTreeMap;

use super::{
    blocks::Blocks,
    conditions,
    context::{Context, PolicyContext, is_open},
    ladder::{self, Next},
    outcome::Draft,
    owner,
    standing::Live,
};
use crate::{
    dunning::{
        Change, Param, Why,
        decision::{Action, LeftOut},
        params,
        snapshot::InvoiceFacts,
    },
    policy::{Channel, Step},
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
        let mut free = Vec::new();
        let mut waivers: Vec<(&'s InvoiceFacts, &'p Step, String)> = Vec::new();
        for invoice in snapshot.invoices.iter().filter(|invoice| is_open(invoice) && live.carrying(invoice.id).is_none()) {
            let so_far = waived.get(&invoice.id).map_or(&[][..], Vec::as_slice);
            let blocked = blocks.is_blocked(invoice.id);
            let may_act = !blocked && context.settles_at().is_none();
            if may_act {
                free.push(invoice);
                owner::tell_ahead(context, policy, invoice, so_far, draft);
            }
            match ladder::next(context, policy, invoice, so_far) {
                Next::End => draft.completes(invoice.id),
                Next::Waive { step, reason } if !blocked => waivers.push((invoice, step, reason.to_owned())),
                Next::Waive { step, .. } => draft.goes_on(invoice.id, &step.key, context.now),
                Next::Step { step, day } => {
                    let day = owner::not_before(context, policy, (invoice, step, day));
                    note_next(context, policy, draft, invoice, step, day);
                    if day <= context.today && blocks.of(invoice.id).any(|block| block.reason.code == Why::PaymentDataStale) {
                        draft.say_data_stale();
                    }
                    if day <= context.today && may_act {
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
        waivers.extend(conditions::waivers(context, policy, &asks));
        if waivers.is_empty() {
            conditions::join_notice(context, policy, &free, &mut asks);
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

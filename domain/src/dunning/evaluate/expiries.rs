//! What time alone changes: overdue, promises, holds, approvals, the case.

use super::{
    charges,
    context::{Context, is_open, next_day},
    outcome::Draft,
};
use crate::{
    calendar::{add_business_days, local_day},
    dunning::{
        Title, Why,
        decision::{Action, NewTask},
        params,
        snapshot::{Hold, LiveState, Promise},
        title::{french_day, french_sums},
    },
    ids::ReminderId,
    policy::Channel,
};

/// What still stands after the expiries.
pub(super) struct Settled<'a> {
    pub holds: Vec<&'a Hold>,
    pub promises: Vec<&'a Promise>,
    /// Reminders whose approval was not given in time.
    pub expired_approvals: Vec<ReminderId>,
}

/// Works off expiries, in a fixed order.
pub(super) fn work_off<'a>(context: &Context<'a>, draft: &mut Draft) -> Settled<'a> {
    announce_overdue(context, draft);
    let holds = release_holds(context, draft);
    let promises = judge_promises(context, draft);
    let expired_approvals = expire_approvals(context, draft);
    open_or_close_case(context, draft);
    Settled { holds, promises, expired_approvals }
}

fn announce_overdue(context: &Context<'_>, draft: &mut Draft) {
    for invoice in context.snapshot.invoices.iter().filter(|invoice| is_open(invoice) && !invoice.overdue_announced) {
        if context.is_overdue(invoice) {
            draft.act(Action::AnnounceOverdue { invoice_id: invoice.id });
        } else {
            draft.look_at(context.tenant_day_start(next_day(invoice.due_on)));
        }
    }
}

fn release_holds<'a>(context: &Context<'a>, draft: &mut Draft) -> Vec<&'a Hold> {
    let mut standing = Vec::new();
    for hold in &context.snapshot.holds {
        match hold.until_on {
            Some(until) if until < context.tenant_today => draft.act(Action::ReleaseHold { hold_id: hold.id }),
            Some(until) => {
                draft.look_at(context.tenant_day_start(next_day(until)));
                standing.push(hold);
            }
            None => standing.push(hold),
        }
    }
    standing
}

fn judge_promises<'a>(context: &Context<'a>, draft: &mut Draft) -> Vec<&'a Promise> {
    let mut open = Vec::new();
    for promise in &context.snapshot.promises {
        if promise.received_since >= promise.amount.minor {
            draft.act(Action::KeepPromise { promise_id: promise.id });
            draft.reason(Why::PromiseKept, params![amount = promise.amount], "policy.promise", None);
        } else if context.tenant_today > promise.grace_until_on {
            draft.act(Action::BreakPromise { promise_id: promise.id });
            let params = params![
                amount = promise.amount,
                day = promise.promised_on,
                received = promise.amount.currency.minor(promise.received_since),
                until = promise.grace_until_on,
            ];
            draft.reason(Why::PromiseBroken, params, "policy.promise.grace_days", None);
            task_on_broken(context, promise, draft);
        } else {
            draft.look_at(context.tenant_day_start(next_day(promise.grace_until_on)));
            if may_renew(context, promise) {
                open.push(promise);
            } else {
                let params = params![amount = promise.amount, day = promise.promised_on, ended = promise.ended_before];
                draft.reason(Why::PromiseOnceTooOften, params, "policy.promise.max_renewals", None);
            }
        }
    }
    open
}

/// A promise moved or broken too often rests nothing, whoever recorded it; it is still kept or broken on its day.
fn may_renew(context: &Context<'_>, promise: &Promise) -> bool {
    context.policy.as_ref().is_none_or(|policy| policy.policy.promise.may_renew(u64::from(promise.ended_before)))
}

fn task_on_broken(context: &Context<'_>, promise: &Promise, draft: &mut Draft) {
    let Some(channel) = context.policy.as_ref().and_then(|policy| policy.policy.promise.on_broken) else { return };
    let kind = if channel == Channel::PhoneTask { "phone_call" } else { "review" };
    draft.act(Action::CreateTask(Box::new(NewTask {
        kind: kind.to_owned(),
        step_key: None,
        lines: Vec::new(),
        about: Some(format!("promise_broken:{}", promise.id)),
        title: Title::new(
            format!(
                "The promise of {} {} for {} was not kept: ask what happened.",
                promise.amount, promise.amount.currency, promise.promised_on
            ),
            format!(
                "La promesse de {} pour le {} n’a pas été tenue : demandez ce qui s’est passé.",
                french_sums(&[promise.amount]),
                french_day(promise.promised_on)
            ),
        ),
        due_on: add_business_days(context.today, 1, context.region),
        assign_to: vec!["collector".to_owned()],
        contact_id: None,
    })));
}

fn expire_approvals(context: &Context<'_>, draft: &mut Draft) -> Vec<ReminderId> {
    let Some(days) = context.policy.as_ref().and_then(|policy| policy.policy.approval_expires_days) else { return Vec::new() };
    let mut expired = Vec::new();
    for reminder in context.snapshot.reminders.iter().filter(|reminder| reminder.state == LiveState::AwaitingApproval) {
        let last_day = add_business_days(local_day(reminder.planned_at, context.zone), u32::from(days), context.region);
        if context.today <= last_day {
            draft.look_at(context.day_start(next_day(last_day)));
            continue;
        }
        expired.push(reminder.id);
        draft.act(Action::CancelReminder { reminder_id: reminder.id, reason: "approval_expired".to_owned() });
        draft.act(Action::CreateTask(Box::new(NewTask {
            kind: "approval_expired".to_owned(),
            step_key: None,
            lines: reminder.lines.clone(),
            about: Some(format!("approval_expired:{}", reminder.step_key)),
            title: Title::new(
                format!("Nobody approved the step {} in {days} business days: decide how to go on.", reminder.step_key),
                format!("Personne n’a validé l’étape {} en {days} jours ouvrés : décidez de la suite.", reminder.step_key),
            ),
            due_on: add_business_days(context.today, 1, context.region),
            assign_to: vec!["manager".to_owned()],
            contact_id: None,
        })));
    }
    expired
}

fn open_or_close_case(context: &Context<'_>, draft: &mut Draft) {
    let overdue = context.snapshot.invoices.iter().any(|invoice| context.is_overdue(invoice));
    if overdue && !context.snapshot.case_open {
        draft.act(Action::OpenCase);
    }
    if !overdue && context.snapshot.case_open {
        charges::close_case(context, draft);
    }
}

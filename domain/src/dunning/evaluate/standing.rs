//! Reminders that have not left: still right, or withdrawn.

use super::{
    blocks::Blocks,
    charges, contact,
    context::{Context, is_open},
    expiries::Settled,
    outcome::Draft,
};
use crate::{
    dunning::{
        Change, Why,
        decision::Action,
        params,
        snapshot::{LiveReminder, LiveState},
    },
    ids::InvoiceId,
    policy::Channel,
};

/// Reminders that stay.
pub(super) struct Live<'s> {
    pub reminders: Vec<&'s LiveReminder>,
}

impl<'s> Live<'s> {
    /// The reminder that carries this invoice; a copy carries nothing: its message has left.
    pub fn carrying(&self, invoice: InvoiceId) -> Option<&'s LiveReminder> {
        let own = |reminder: &&LiveReminder| reminder.copy_of.is_none();
        self.reminders.iter().copied().filter(own).find(|reminder| reminder.lines.iter().any(|line| line.invoice_id == invoice))
    }
}

/// Why a reminder must not leave as it is, if so.
pub(super) fn fault(context: &Context<'_>, blocks: &Blocks, reminder: &LiveReminder) -> Option<Why> {
    let policy = context.policy.as_ref().map(|policy| policy.policy);
    let Some(policy) = policy.filter(|policy| policy.step(&reminder.step_key).is_some()) else { return Some(Why::Superseded) };
    for line in &reminder.lines {
        let invoice = context.snapshot.invoices.iter().find(|invoice| invoice.id == line.invoice_id);
        let Some(invoice) = invoice.filter(|invoice| is_open(invoice)) else { return Some(Why::BalanceChanged) };
        let early = policy.step(&line.step_key).is_some_and(|step| step.offset_days <= 0);
        if early && context.today > invoice.due_on {
            return Some(Why::AfterDueDate); // a friendly word before the date is none after it
        }
        if let Some(block) = blocks.of(invoice.id).next() {
            // what a person approved is asked again when anything it stood on has changed
            return Some(if reminder.approved { Why::BalanceChanged } else { block.reason.code });
        }
        if context.ask(invoice) != line.amount_due {
            let disputed = invoice.disputed > 0 && !reminder.approved;
            return Some(if disputed { Why::Disputed } else { Why::BalanceChanged });
        }
    }
    let step = policy.step(&reminder.step_key).filter(|_| reminder.copy_of.is_none());
    if step.is_some_and(|step| reminder.compensations > charges::compensations(context, policy, step, &reminder.lines)) {
        return Some(Why::BalanceChanged); // waived or paid since, or the debtor owes none after all
    }
    let needs_contact = matches!(reminder.channel, Channel::Email | Channel::Sms);
    let fit = reminder.contact_id.is_some_and(|id| contact::still_fit(context, id, reminder.channel));
    (needs_contact && !fit).then_some(Why::ContactChanged)
}

/// Withdraws what is no longer right; the rest stays.
pub(super) fn check_live_reminders<'s>(context: &Context<'s>, settled: &Settled<'_>, blocks: &Blocks, draft: &mut Draft) -> Live<'s> {
    let snapshot: &'s crate::dunning::Snapshot = context.snapshot;
    let mut reminders = Vec::new();
    for reminder in snapshot.reminders.iter().filter(|reminder| !settled.expired_approvals.contains(&reminder.id)) {
        if let Some(reason) = fault(context, blocks, reminder) {
            let params = params![step = &reminder.step_key, cause = reason];
            match reason {
                Why::AfterDueDate | Why::BalanceChanged | Why::ContactChanged | Why::Superseded => {
                    draft.reason(reason, params, "second_look", None)
                }
                _ => draft.reason(Why::Withdrawn, params, "second_look", None),
            }
            draft.act(Action::CancelReminder { reminder_id: reminder.id, reason: reason.to_string() });
            continue;
        }
        if reminder.state == LiveState::AwaitingApproval {
            draft.would_change(Change::Approval);
            draft.reason(Why::AwaitingApproval, params![step = &reminder.step_key], "ladder", None);
        } else {
            draft.reason(Why::ReminderPlanned, params![step = &reminder.step_key, at = reminder.send_at], "ladder", None);
        }
        reminders.push(reminder);
    }
    Live { reminders }
}

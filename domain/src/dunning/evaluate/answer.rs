//! Messages that answer something that happened: planned at once, looked at again inside the send. They keep the
//! window, the holds that silence the customer and the law's caps; the gap between reminders counts them, they do
//! not wait for it.

use chrono::{DateTime, Utc};

use super::{
    contact,
    context::{Context, is_open, plus_days},
    guard, pacing,
};
use crate::{
    calendar::local_day,
    dunning::{
        LeftOut, Occasion, Reason, Why,
        decision::LastLook,
        params,
        snapshot::{Hold, HoldScope, InvoiceFacts, LiveReminder, ReminderLine, Snapshot},
    },
    hold::HoldReason,
    ids::{ContactId, InvoiceId, PolicyId},
    money::{Money, totals},
    policy::{Channel, Pacing},
};

/// Days after which nobody is thanked or confirmed any more.
const TIMELY_DAYS: i64 = 5;
/// No limit of the policy's own: the law's caps are what is left.
const UNPACED: Pacing = Pacing { min_days_between_messages: 0, max_per_7_days: u16::MAX, max_per_30_days: u16::MAX };

/// A message to be planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedAnswer {
    /// The policy whose window it keeps.
    pub policy: (PolicyId, i32),
    /// Who gets it.
    pub contact_id: ContactId,
    /// Why them.
    pub contact_reason: String,
    /// The invoices it speaks of as owed.
    pub lines: Vec<ReminderLine>,
    /// Those it says are not claimed.
    pub left_out: Vec<LeftOut>,
    /// Sums of the lines by currency.
    pub totals: Vec<Money>,
    /// When it may leave.
    pub send_at: DateTime<Utc>,
}

/// The message that answers `occasion`, about some invoices (a promise that names none is about all that are open);
/// `None`: there is nothing to say, or nobody whom it may be said to.
pub fn answer(snapshot: &Snapshot, occasion: Occasion, about: &[InvoiceId], now: DateTime<Utc>) -> Option<PlannedAnswer> {
    let context = Context::new(snapshot, now);
    let policy = context.policy.as_ref()?;
    let version = snapshot.policy.as_ref()?;
    snapshot.settings.legal_name.as_deref().filter(|name| !name.trim().is_empty())?;
    if silence(&context, about).is_some() {
        return None;
    }
    let chosen = contact::usual(&context, Channel::Email)?;
    let owed_again = matches!(occasion, Occasion::PromiseMade | Occasion::PromiseBroken);
    let spoken = |invoice: &&InvoiceFacts| is_open(invoice) && (about.contains(&invoice.id) || owed_again && about.is_empty());
    let (mut lines, mut left_out) = (Vec::new(), Vec::new());
    for invoice in snapshot.invoices.iter().filter(spoken) {
        let asked = context.ask(invoice);
        if asked > 0 {
            lines.push(line(invoice, occasion, asked));
        } else if invoice.disputed > 0 {
            let (invoice_id, number) = (invoice.id, invoice.number.clone());
            left_out.push(LeftOut { invoice_id, number, reason: Why::Disputed.to_string() });
        }
    }
    if owed_again && lines.is_empty() {
        return None; // settled meanwhile
    }
    Some(PlannedAnswer {
        policy: (version.id, version.version),
        contact_id: chosen.id,
        contact_reason: "It goes to the usual contact for payments.".to_owned(),
        totals: totals(lines.iter().map(|line| line.currency.minor(line.amount_due))),
        lines,
        left_out,
        send_at: policy.calendar.first_slot(Channel::Email, now),
    })
}

fn line(invoice: &InvoiceFacts, occasion: Occasion, asked: i64) -> ReminderLine {
    ReminderLine {
        invoice_id: invoice.id,
        number: invoice.number.clone(),
        step_key: occasion.as_str().to_owned(),
        amount_due: asked,
        currency: invoice.currency,
    }
}

/// May this answer leave now? `stands`: what it answers is still so (the promise open, or broken; the dispute open).
pub fn look_at_answer(snapshot: &Snapshot, occasion: Occasion, reminder: &LiveReminder, stands: bool, now: DateTime<Utc>) -> LastLook {
    let cancel = |reason: Why| LastLook::Cancel { reason: reason.to_string() };
    let context = Context::new(snapshot, now);
    let Some(policy) = &context.policy else { return cancel(Why::PolicyNotActive) };
    if !stands {
        return cancel(Why::Superseded);
    }
    if context.today > plus_days(local_day(reminder.planned_at, context.zone), TIMELY_DAYS) {
        return LastLook::Cancel { reason: "expired".to_owned() };
    }
    let about: Vec<InvoiceId> = reminder.lines.iter().map(|line| line.invoice_id).collect();
    if let Some(reason) = silence(&context, &about) {
        return cancel(reason);
    }
    if !amounts_stand(&context, occasion, reminder) {
        return cancel(Why::BalanceChanged);
    }
    if !reminder.contact_id.is_some_and(|id| contact::still_fit(&context, id, reminder.channel)) {
        return cancel(Why::ContactChanged);
    }
    let later = |at, reason| LastLook::Later { at, reason };
    let (day, rule) = pacing::first_day(context.caps(), &UNPACED, &snapshot.contacts_made, context.today);
    if day > context.today {
        let at = policy.calendar.first_slot(reminder.channel, context.day_start(day));
        return later(at, guard::paced(&context, rule, &reminder.step_key, day));
    }
    if policy.calendar.is_open(reminder.channel, now) {
        return LastLook::Go { pay_before_on: None, deadline_on: None };
    }
    let at = policy.calendar.first_slot(reminder.channel, now);
    later(at, Reason::new(Why::WindowClosed, params![channel = reminder.channel, at = at], "policy.window", None))
}

/// Is what the message says of its invoices still true? Thanks are said only while nothing is overdue.
fn amounts_stand(context: &Context<'_>, occasion: Occasion, reminder: &LiveReminder) -> bool {
    if occasion == Occasion::CaseClosed {
        return !context.snapshot.case_open && !context.snapshot.invoices.iter().any(|invoice| context.is_overdue(invoice));
    }
    reminder.lines.iter().all(|line| {
        let invoice = context.snapshot.invoices.iter().find(|invoice| invoice.id == line.invoice_id);
        invoice.is_some_and(|invoice| is_open(invoice) && context.ask(invoice) == line.amount_due)
    })
}

/// The hold that silences a customer altogether, if any: a person's, the law's, or one whose meaning we do not know.
/// What the customer said itself (it pays, it waits for an approval, it wrote) silences reminders, not our answer.
fn silence(context: &Context<'_>, about: &[InvoiceId]) -> Option<Why> {
    let in_force = |hold: &&Hold| hold.until_on.is_none_or(|until| until >= context.tenant_today);
    let covers = |hold: &&Hold| match hold.scope {
        HoldScope::Tenant | HoldScope::Customer(_) => true,
        HoldScope::Invoice(id) => about.contains(&id),
        HoldScope::Contact(_) => false, // only that person is left in peace: see `contact`
    };
    let silent = context.snapshot.holds.iter().filter(in_force).filter(covers).map(|hold| HoldReason::of(&hold.reason));
    silent.into_iter().find_map(|reason| match reason {
        None => Some(Why::Held),
        Some(
            HoldReason::Negotiation
            | HoldReason::InstalmentPlan
            | HoldReason::PaymentAnnounced
            | HoldReason::SaysPaid
            | HoldReason::DocumentSent
            | HoldReason::CustomerApproval
            | HoldReason::UnreadReply
            | HoldReason::Factored,
        ) => None,
        Some(reason) => Some(reason.why()),
    })
}

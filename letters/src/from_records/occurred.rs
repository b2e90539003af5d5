//! Facts of what a message answers.

use chrono::NaiveDate;
use relance_domain::{
    calendar::add_business_days,
    dunning::region_of,
    money::Money,
    records::{DisputeRecord, MessageFacts, Occurred, TaskRecord},
};

use super::amount;
use crate::context::{CallFacts, DisputeFacts, EventFacts, PaymentFacts};

/// Business days within which a dispute is answered (`presets.md` §5).
const ANSWER_DAYS: u32 = 10;

/// What the message tells of the event behind it.
pub(super) fn facts(facts: &MessageFacts) -> EventFacts {
    let none = EventFacts::default();
    match &facts.occurred {
        None | Some(Occurred::Promise | Occurred::Paid(None)) => none,
        Some(Occurred::Dispute(dispute)) => EventFacts { dispute: Some(self::dispute(facts, dispute)), ..none },
        Some(Occurred::Call(task)) => EventFacts { call: Some(call(facts, task)), ..none },
        Some(Occurred::Paid(Some((money, on)))) => EventFacts { payment: Some(payment(money, *on)), ..none },
    }
}

fn dispute(facts: &MessageFacts, dispute: &DisputeRecord) -> DisputeFacts {
    let region = region_of(&facts.customer, &facts.settings);
    DisputeFacts {
        // what the customer said; the code of the reason is for machines
        reason: dispute.comment.clone(),
        amount: dispute.amount.as_ref().map(amount),
        handled_by: facts.settings.contact_name.clone(),
        answer_by_on: Some(add_business_days(facts.day(dispute.created_at), ANSWER_DAYS, region)),
        needed: None,
        our_error: false,
    }
}

/// Only what was written for the customer: a collector's comment never leaves the house.
fn call(facts: &MessageFacts, task: &TaskRecord) -> CallFacts {
    CallFacts {
        on: facts.day(task.completed_at.unwrap_or(task.created_at)),
        our_speaker: task.completed_by.as_ref().map(|by| by.name.clone()),
        their_speaker: None,
        summary: task.summary.clone(),
        ..CallFacts::default()
    }
}

fn payment(money: &Money, on: NaiveDate) -> PaymentFacts {
    PaymentFacts { amount: amount(money), received_on: on }
}

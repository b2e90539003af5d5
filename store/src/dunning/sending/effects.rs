//! What each outcome does.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use relance_domain::{
    event::EventType,
    ids::{ContactId, CustomerId, ReminderId},
    records::{EventObject, ReminderBody},
};
use uuid::Uuid;

use super::{
    ACCOUNT_PAUSE, MOST_ATTEMPTS, RefusalScope, SETTLE_UNKNOWN, SendOutcome, Settled,
    finish::{Row, Work},
    pause,
    raise::{self, Raise},
};
use crate::{
    StoreError,
    dunning::{reminders::reference, rows},
    entity::reminders,
    time::{day_text, millis},
};

/// Adds what `settled` does to `work`.
pub(super) fn apply(work: &mut Work, row: Row, settled: Settled) -> Result<(), StoreError> {
    let id = settled.id;
    let mut note = |word: &'static str, detail: Option<&String>| {
        if let Some(number) = settled.attempt {
            work.attempts.push((id.0, number, word, detail.cloned()));
        }
    };
    match settled.outcome {
        SendOutcome::Sent { provider_id, granted } => {
            note("accepted", None);
            sent(work, row, provider_id, &granted)
        }
        SendOutcome::Refused { scope, detail } => {
            note("refused", Some(&detail));
            refused(work, row, scope, &detail)
        }
        SendOutcome::Throttled { retry_after, detail } => {
            note("throttled", Some(&detail));
            again(work, row, id, retry_after, &detail)
        }
        SendOutcome::Transient { detail } => {
            note("transient", Some(&detail));
            again(work, row, id, None, &detail)
        }
        SendOutcome::Unknown { detail } => {
            note("unknown", Some(&detail));
            unknown(work, row)
        }
        SendOutcome::Cancelled { reason } => cancelled(work, row, reason),
        SendOutcome::Later { at } => {
            // while unknown it keeps that state: it may have left
            let status = if row.row.status == "unknown" { "unknown" } else { "planned" };
            leave_at(work, row, status, at);
            Ok(())
        }
    }
}

fn sent(work: &mut Work, row: Row, provider_id: Option<String>, granted: &BTreeMap<String, NaiveDate>) -> Result<(), StoreError> {
    let now = millis(work.now);
    let day = work.days.get(&row.row.customer_id).cloned().unwrap_or_else(|| day_text(work.now.date_naive()));
    for step in work.planned.remove(&row.row.id).unwrap_or_default() {
        let granted_until = granted.get(&step.step_key).copied().map(day_text);
        work.steps.push(crate::entity::invoice_steps::Model {
            outcome: "sent".to_owned(),
            done_on: day.clone(),
            granted_until,
            at: now,
            ..step
        });
    }
    let template = row.row.template.clone().unwrap_or_default();
    let notice = template.starts_with("formal_notice") || template == "public_demand";
    let row = reminders::Model { status: "sent".to_owned(), sent_at: Some(now), send_at: None, provider_id, ..row.row };
    let row = changed(work, row);
    tell(work, EventType::ReminderSent, &row)?;
    if notice && row.copy_of.is_none() {
        tell(work, EventType::FormalNoticeSent, &row)?;
    }
    copies(work, &row)
}

/// What has left is said again by the channels that its step asks for: same decision, same dates, no step of its own.
fn copies(work: &mut Work, main: &reminders::Model) -> Result<(), StoreError> {
    if main.copy_of.is_some() || !main.body.contains("\"copies\"") {
        return Ok(());
    }
    let body = rows::reminder(main)?.body;
    for copy in &body.copies {
        let id = Uuid::now_v7();
        let said = ReminderBody { contact_reason: copy.contact_reason.clone(), copies: Vec::new(), ..body.clone() };
        let row = reminders::Model {
            id,
            contact_id: copy.contact_id.map(|contact| contact.0),
            channel: copy.channel.as_str().to_owned(),
            status: "planned".to_owned(),
            send_at: Some(millis(work.now)),
            scheduled_at: millis(work.now),
            planned_at: millis(work.now),
            sent_at: None,
            copy_of: Some(main.id),
            body: rows::body_text(&said)?,
            reference: reference(id),
            provider: None,
            provider_id: None,
            attempts: 0,
            row_version: 1,
            created_at: millis(work.now),
            ..main.clone()
        };
        tell(work, EventType::ReminderPlanned, &row)?;
        work.copies.push(row);
    }
    Ok(())
}

fn refused(work: &mut Work, row: Row, scope: RefusalScope, detail: &str) -> Result<(), StoreError> {
    match scope {
        RefusalScope::Account => account(work, row, detail),
        RefusalScope::Recipient if work.suppress(row.row.contact_id.map(ContactId), &row.row.channel)? => {
            raise::raise(work, &row, Raise::Unreachable, detail)?;
            // free again: the next look chooses another contact, or asks a person for one
            work.freed.push(row.row.id);
            failed(work, row)
        }
        // without a contact to set aside the next look would choose the same again
        RefusalScope::Recipient | RefusalScope::Message => {
            give_to_person(work, &row, Raise::Failed, detail)?;
            failed(work, row)
        }
    }
}

/// The fault is ours, so every message waits and one task says so.
fn account(work: &mut Work, row: Row, detail: &str) -> Result<(), StoreError> {
    raise::raise(work, &row, Raise::Channel, detail)?;
    let status = if row.unknown_before > 0 { "unknown" } else { "planned" };
    let at = later(work.now, ACCOUNT_PAUSE);
    leave_at(work, row, status, at);
    Ok(())
}

/// It certainly did not leave: tried again later, for about a day.
fn again(work: &mut Work, row: Row, id: ReminderId, wish: Option<TimeDelta>, detail: &str) -> Result<(), StoreError> {
    if row.row.attempts >= MOST_ATTEMPTS {
        let detail = format!("not taken in {} attempts; the last: {detail}", row.row.attempts);
        return refused(work, row, RefusalScope::Message, &detail);
    }
    // what was unknown once stays so until it is settled
    let status = if row.unknown_before > 0 { "unknown" } else { "planned" };
    let at = later(work.now, pause(id, row.row.attempts, wish));
    leave_at(work, row, status, at);
    Ok(())
}

/// An e-mail goes once more with the same Message-ID; nothing else is ever repeated by machine.
fn unknown(work: &mut Work, row: Row) -> Result<(), StoreError> {
    if row.row.channel == "email" && row.unknown_before == 0 {
        let at = later(work.now, SETTLE_UNKNOWN);
        leave_at(work, row, "unknown", at);
        return Ok(());
    }
    give_up(work, row)
}

fn give_up(work: &mut Work, row: Row) -> Result<(), StoreError> {
    give_to_person(work, &row, Raise::MayHaveBeenSent, "no answer came")?;
    changed(work, reminders::Model { status: "unknown".to_owned(), send_at: None, ..row.row });
    Ok(())
}

/// A task takes the message's place in the ladder: the step never leaves again, and the case goes on.
fn give_to_person(work: &mut Work, row: &Row, what: Raise, detail: &str) -> Result<(), StoreError> {
    let task = raise::raise(work, row, what, detail)?;
    let now = millis(work.now);
    let day = work.days.get(&row.row.customer_id).cloned().unwrap_or_else(|| day_text(work.now.date_naive()));
    for step in work.planned.remove(&row.row.id).unwrap_or_default() {
        work.steps.push(crate::entity::invoice_steps::Model {
            outcome: "task_created".to_owned(),
            task_id: task,
            done_on: day.clone(),
            at: now,
            ..step
        });
    }
    Ok(())
}

fn failed(work: &mut Work, row: Row) -> Result<(), StoreError> {
    let row = changed(work, reminders::Model { status: "failed".to_owned(), send_at: None, ..row.row });
    tell(work, EventType::ReminderFailed, &row)
}

fn cancelled(work: &mut Work, row: Row, reason: String) -> Result<(), StoreError> {
    if row.row.status == "unknown" {
        return give_up(work, row); // it may have left, so it cannot be withdrawn
    }
    work.freed.push(row.row.id);
    let row = reminders::Model { status: "cancelled".to_owned(), cancel_reason: Some(reason), send_at: None, ..row.row };
    let row = changed(work, row);
    tell(work, EventType::ReminderCancelled, &row)
}

fn leave_at(work: &mut Work, row: Row, status: &str, at: DateTime<Utc>) {
    let at = millis(at);
    changed_quietly(work, reminders::Model { status: status.to_owned(), send_at: Some(at), scheduled_at: at, ..row.row });
}

fn later(now: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    now.checked_add_signed(by).unwrap_or(now)
}

/// Keeps the row as it will be and makes its customer due for a look.
fn changed(work: &mut Work, row: reminders::Model) -> reminders::Model {
    work.looks.insert(CustomerId(row.customer_id));
    changed_quietly(work, row)
}

fn changed_quietly(work: &mut Work, row: reminders::Model) -> reminders::Model {
    let row = reminders::Model { lease_until: None, lease_by: None, row_version: row.row_version.saturating_add(1), ..row };
    work.changed.push(row.clone());
    row
}

fn tell(work: &mut Work, kind: EventType, row: &reminders::Model) -> Result<(), StoreError> {
    let object = EventObject::Reminder(Box::new(rows::reminder(row)?));
    work.events.push(crate::outbox::NewEvent::new(kind, Uuid::from_u128(row.id.as_u128()), object));
    Ok(())
}

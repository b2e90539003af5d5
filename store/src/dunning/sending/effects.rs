//! What each outcome does.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use relance_domain::{
    event::EventType,
    ids::{CustomerId, ReminderId},
    records::{EventObject, ReminderBody},
    sending::{self as settle, Capabilities, Doubt, Found, Lookup, Rung, capabilities},
};
use uuid::Uuid;

use super::{
    ACCOUNT_PAUSE, MOST_ATTEMPTS, RefusalScope, STILL_THROTTLED, SendOutcome, Settled, failover,
    finish::{Row, Work},
    pause,
    raise::{self, Raise},
    told,
};
use crate::{
    StoreError,
    dunning::{letters, reminders::reference, rows},
    entity::{invoice_steps, reminders},
    time::{day_text, instant, millis},
};

/// Notes how an attempt ended.
pub(super) fn noted(work: &mut Work, id: ReminderId, attempt: Option<i32>, outcome: &SendOutcome) {
    let (word, detail) = match outcome {
        SendOutcome::Sent { .. } => ("accepted", None),
        SendOutcome::Refused { detail, .. } => ("refused", Some(detail)),
        SendOutcome::Throttled { detail, .. } => ("throttled", Some(detail)),
        SendOutcome::Transient { detail } => ("transient", Some(detail)),
        SendOutcome::Unknown { detail, .. } => ("unknown", Some(detail)),
        _ => return,
    };
    if let Some(number) = attempt {
        work.attempts.push((id.0, number, word, detail.cloned()));
    }
}

/// Adds what `settled` does to `work`.
pub(super) fn apply(work: &mut Work, row: Row, settled: Settled) -> Result<(), StoreError> {
    with(work, row, (settled.id, settled.attempt), settled.outcome)
}

/// Adds what an outcome does.
pub(super) fn with(work: &mut Work, row: Row, (id, attempt): (ReminderId, Option<i32>), outcome: SendOutcome) -> Result<(), StoreError> {
    noted(work, id, attempt, &outcome);
    match outcome {
        SendOutcome::Spared { until, outcome } => failover::spared(work, row, (id, attempt), until, *outcome),
        SendOutcome::ByFallback { why, outcome } => failover::by_fallback(work, row, (id, attempt), &why, *outcome),
        SendOutcome::Sent { provider_id, granted } => sent(work, row, provider_id, &granted),
        SendOutcome::Refused { scope, detail } => refused(work, row, scope, &detail),
        SendOutcome::Throttled { retry_after, detail } => throttled(work, row, id, retry_after, &detail),
        SendOutcome::Transient { detail } => again(work, row, id, &detail),
        SendOutcome::Unknown { receipts, asked, alarm, .. } => {
            if alarm {
                raise::raise(work, &row, Raise::Channel, "its provider does not answer")?;
            }
            unknown(work, row, receipts, asked)
        }
        SendOutcome::LookedUp { found, receipts } => looked_up(work, row, &found, receipts),
        SendOutcome::Told => told::apply(work, row),
        SendOutcome::GaveUp => give_up(work, row),
        SendOutcome::Cancelled { reason } => cancelled(work, row, reason),
        SendOutcome::Capped { at, most } => {
            raise::raise(work, &row, Raise::Capped, &most.to_string())?;
            let row = Row { row: reminders::Model { settle_by: None, ..row.row }, before: row.before };
            leave_at(work, row, "planned", at);
            Ok(())
        }
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
    finish_steps(work, row.row.id, row.row.customer_id, |step_key| granted.get(step_key).copied().map(day_text));
    let template = row.row.template.clone().unwrap_or_default();
    let notice = template.starts_with("formal_notice") || template == "public_demand";
    let row = reminders::Model { status: "sent".to_owned(), sent_at: Some(now), send_at: None, provider_id, settle_by: None, ..row.row };
    let row = changed(work, row);
    follow(work, &row);
    tell(work, EventType::ReminderSent, &row)?;
    if notice && row.copy_of.is_none() {
        tell(work, EventType::FormalNoticeSent, &row)?;
    }
    copies(work, &row)
}

/// A letter that a provider posts is asked after until it has arrived.
pub(super) fn follow(work: &mut Work, row: &reminders::Model) {
    let Some(provider) = row.provider.as_deref().filter(|provider| settle::is_followed(provider)) else { return };
    if matches!(row.channel.as_str(), "letter" | "registered_letter") {
        work.letters.push(letters::row(work.tenant.id, row.id, provider, work.real_now));
    }
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
            via: None,
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

/// The steps that a reminder planned are done.
pub(super) fn finish_steps(work: &mut Work, reminder: Uuid, customer: Uuid, granted: impl Fn(&str) -> Option<String>) {
    let now = millis(work.now);
    let day = work.days.get(&customer).cloned().unwrap_or_else(|| day_text(work.now.date_naive()));
    for step in work.planned.remove(&reminder).unwrap_or_default() {
        let granted_until = granted(&step.step_key);
        let done = invoice_steps::Model { outcome: "sent".to_owned(), done_on: day.clone(), granted_until, at: now, ..step };
        work.steps.push(done);
    }
}

fn refused(work: &mut Work, row: Row, scope: RefusalScope, detail: &str) -> Result<(), StoreError> {
    match scope {
        // the first copy may have been taken all the same
        RefusalScope::Message if row.may_have_left() => give_up(work, row),
        RefusalScope::Recipient if row.row.status == "unknown" => give_up(work, row),
        RefusalScope::Account => account(work, row, detail),
        RefusalScope::Recipient if told::suppress(work, &row, "refused", None)? => {
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
    let status = if row.may_have_left() { "unknown" } else { "planned" };
    let at = later(work.now, ACCOUNT_PAUSE);
    leave_at(work, row, status, at);
    Ok(())
}

/// It certainly did not leave: tried again later, for about a day.
fn again(work: &mut Work, row: Row, id: ReminderId, detail: &str) -> Result<(), StoreError> {
    let made = row.before.transient + 1;
    if made >= MOST_ATTEMPTS {
        let detail = format!("not taken in {made} attempts; the last: {detail}");
        return refused(work, row, RefusalScope::Message, &detail);
    }
    wait(work, row, id, made, None);
    Ok(())
}

/// The account waits, not the message: it is never given up for that, but after some hours somebody hears of it.
fn throttled(work: &mut Work, row: Row, id: ReminderId, wish: Option<TimeDelta>, detail: &str) -> Result<(), StoreError> {
    let made = row.before.throttled + 1;
    if made.is_multiple_of(STILL_THROTTLED) {
        raise::raise(work, &row, Raise::Channel, detail)?;
    }
    wait(work, row, id, made, wish);
    Ok(())
}

fn wait(work: &mut Work, row: Row, id: ReminderId, made: usize, wish: Option<TimeDelta>) {
    // what was unknown once stays so until it is settled
    let status = if row.may_have_left() { "unknown" } else { "planned" };
    let at = later(work.now, pause(id, made, wish));
    leave_at(work, row, status, at);
}

/// Nobody knows: the first rung of the ladder that applies.
fn unknown(work: &mut Work, row: Row, receipts: bool, asked: bool) -> Result<(), StoreError> {
    let doubt = Doubt { since: work.now, before: row.before.unknown, receipts };
    let can = can(&row);
    let lookup = if asked { can.lookup } else { Lookup::None };
    let rung = settle::first(Capabilities { lookup, ..can }, doubt);
    climb(
        work,
        {
            let at = Some(millis(work.now));
            Row { row: reminders::Model { unknown_at: at, ..row.row }, before: row.before }
        },
        rung,
    )
}

/// The provider was asked.
fn looked_up(work: &mut Work, row: Row, found: &Found, receipts: bool) -> Result<(), StoreError> {
    let doubt = Doubt { since: row.row.unknown_at.map_or(work.now, instant), before: row.before.unknown, receipts };
    let rung = settle::look_up_said(can(&row), doubt, found, work.now).unwrap_or(Rung::GiveUp);
    climb(work, row, rung)
}

fn can(row: &Row) -> Capabilities {
    capabilities(row.row.provider.as_deref().unwrap_or_default(), &row.row.channel)
}

fn climb(work: &mut Work, row: Row, rung: Rung) -> Result<(), StoreError> {
    let at = match rung {
        Rung::Repeat { at } | Rung::LookUp { at } | Rung::Wait { until: at } => at,
        Rung::GiveUp => return give_up(work, row),
    };
    let row = Row { row: reminders::Model { settle_by: Some(rung.word().to_owned()), ..row.row }, before: row.before };
    leave_at(work, row, "unknown", at);
    Ok(())
}

fn give_up(work: &mut Work, row: Row) -> Result<(), StoreError> {
    give_to_person(work, &row, Raise::MayHaveBeenSent, "no answer came")?;
    changed(work, reminders::Model { status: "unknown".to_owned(), send_at: None, settle_by: None, ..row.row });
    Ok(())
}

/// A task takes the message's place in the ladder: the step never leaves again, and the case goes on.
fn give_to_person(work: &mut Work, row: &Row, what: Raise, detail: &str) -> Result<(), StoreError> {
    let task = raise::raise(work, row, what, detail)?;
    let now = millis(work.now);
    let day = work.days.get(&row.row.customer_id).cloned().unwrap_or_else(|| day_text(work.now.date_naive()));
    for step in work.planned.remove(&row.row.id).unwrap_or_default() {
        work.steps.push(invoice_steps::Model { outcome: "task_created".to_owned(), task_id: task, done_on: day.clone(), at: now, ..step });
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

pub(super) fn leave_at(work: &mut Work, row: Row, status: &str, at: DateTime<Utc>) {
    // not before: what is dropped of a millisecond would make it due again at once, for ever on a test tenant's clock
    let at = millis(later(at, TimeDelta::nanoseconds(999_999)));
    changed_quietly(work, reminders::Model { status: status.to_owned(), send_at: Some(at), scheduled_at: at, ..row.row });
}

pub(super) fn later(now: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    now.checked_add_signed(by).unwrap_or(now)
}

/// Keeps the row as it will be and makes its customer due for a look.
pub(super) fn changed(work: &mut Work, row: reminders::Model) -> reminders::Model {
    work.looks.insert(CustomerId(row.customer_id));
    changed_quietly(work, row)
}

fn changed_quietly(work: &mut Work, row: reminders::Model) -> reminders::Model {
    let row = reminders::Model { lease_until: None, lease_by: None, row_version: row.row_version.saturating_add(1), ..row };
    work.changed.push(row.clone());
    row
}

pub(super) fn tell(work: &mut Work, kind: EventType, row: &reminders::Model) -> Result<(), StoreError> {
    let object = EventObject::Reminder(Box::new(rows::reminder(row)?));
    work.events.push(crate::outbox::NewEvent::new(kind, Uuid::from_u128(row.id.as_u128()), object));
    Ok(())
}

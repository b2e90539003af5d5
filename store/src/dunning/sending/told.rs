//! What providers told of messages that left, applied: the state that follows from all receipts together, and what
//! it does to contact, step and case.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use relance_domain::{
    customer::ContactDetails,
    event::EventType,
    ids::{ContactId, TenantId},
    phone,
    sending::{Fate, ReceiptKind, fate, postal, shows_presentation, suppression},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, Statement, Value};
use uuid::Uuid;

use super::{
    effects::{changed, finish_steps, follow, tell},
    finish::{Row, Work},
    list::among,
    raise::{self, Raise},
    shown::Shown,
    suppression,
};
use crate::{
    StoreError, Tx, any,
    dunning::rows::json,
    entity::{receipts, reminders},
    time::millis,
};

/// Soft bounces within [`SOFT_WITHIN`] after which an address is left in peace for [`SOFT_FOR`].
const SOFT_BOUNCES: usize = 3;
const SOFT_WITHIN: TimeDelta = TimeDelta::days(7);
const SOFT_FOR: TimeDelta = TimeDelta::days(30);

/// Message, kind, detail, instant, provider, its settings and its id of the message.
type ReceiptRow = (Option<Uuid>, String, Option<String>, i64, String, String, Option<String>);

/// What is known of the messages that receipts are about.
#[derive(Debug, Default)]
pub(super) struct Told {
    kinds: BTreeMap<Uuid, Vec<ReceiptKind>>,
    details: BTreeMap<Uuid, String>,
    /// Ids of letters that their providers gave.
    ids: BTreeMap<Uuid, String>,
    /// Instants at which letters were presented, as far as receipts show it.
    shown: BTreeMap<Uuid, Vec<i64>>,
    /// The latest message that left, by customer.
    latest: BTreeMap<Uuid, i64>,
    /// Messages to each contact that bounced softly of late.
    soft: BTreeMap<(Uuid, String), usize>,
}

/// Reads all receipts of these reminders, behind the lock of their customers.
pub(super) async fn load(tx: &Tx, of: TenantId, rows: &[reminders::Model], now: i64) -> Result<Told, StoreError> {
    let backend = tx.get_database_backend();
    let mut told = Told::default();
    use receipts::Column::{At, Channel, Detail, Kind, Provider, ProviderId, ReminderId};
    let list: Vec<ReceiptRow> = receipts::Entity::find()
        .select_only()
        .columns([ReminderId, Kind, Detail, At, Provider, Channel, ProviderId])
        .filter(receipts::Column::TenantId.eq(of.0))
        .filter(among(backend, receipts::Column::ReminderId, rows.iter().map(|row| row.id)))
        .into_tuple()
        .all(tx)
        .await?;
    let has_it = |id: Uuid, provider: &str, via: &str| {
        rows.iter().any(|row| row.id == id && row.provider.as_deref() == Some(provider) && row.via.as_deref() == Some(via))
    };
    for (id, kind, detail, at, provider, via, provider_id) in list {
        let (Some(id), Some(kind)) = (id, ReceiptKind::parse(&kind)) else { continue };
        // one that did not take it can tell of the address, not of what became of the message at the other
        if says_of_itself(kind) && !has_it(id, &provider, &via) {
            continue;
        }
        told.kinds.entry(id).or_default().push(kind);
        if shows_presentation(kind) {
            told.shown.entry(id).or_default().push(at);
        }
        told.details.extend(detail.map(|detail| (id, detail)));
        told.ids.extend(provider_id.map(|provider_id| (id, provider_id)));
    }
    let sql = format!(
        "SELECT customer_id, MAX(sent_at) FROM reminders WHERE tenant_id = $1 AND customer_id {} AND sent_at IS NOT NULL GROUP BY customer_id",
        any::of_ids(backend, 2)
    );
    let values: [Value; 2] = [of.0.into(), any::ids(backend, rows.iter().map(|row| row.customer_id))];
    for row in tx.query_all_raw(Statement::from_sql_and_values(backend, sql, values)).await? {
        told.latest.insert(row.try_get_by(0)?, row.try_get_by(1)?);
    }
    let sql = format!(
        "SELECT m.contact_id, m.channel, COUNT(DISTINCT m.id) FROM receipts r JOIN reminders m ON m.tenant_id = r.tenant_id AND m.id = r.reminder_id \
         WHERE r.tenant_id = $1 AND r.kind = 'soft_bounce' AND r.received_at >= $2 AND m.contact_id {} GROUP BY m.contact_id, m.channel",
        any::of_ids(backend, 3)
    );
    let since = now.saturating_sub(SOFT_WITHIN.num_milliseconds());
    let values: [Value; 3] = [of.0.into(), since.into(), any::ids(backend, rows.iter().filter_map(|row| row.contact_id))];
    for row in tx.query_all_raw(Statement::from_sql_and_values(backend, sql, values)).await? {
        let count: i64 = row.try_get_by(2)?;
        told.soft.insert((row.try_get_by(0)?, row.try_get_by(1)?), usize::try_from(count).unwrap_or_default());
    }
    Ok(told)
}

/// Is it about what a provider itself did, not about the address?
fn says_of_itself(kind: ReceiptKind) -> bool {
    matches!(kind, ReceiptKind::Accepted | ReceiptKind::Deferred | ReceiptKind::Failed | ReceiptKind::SoftBounce)
}

/// Brings a reminder to the state that its receipts say.
pub(super) fn apply(work: &mut Work, row: Row) -> Result<(), StoreError> {
    let kinds = work.told.kinds.get(&row.row.id).cloned().unwrap_or_default();
    let Some(fate) = fate(&kinds) else { return Ok(()) };
    let detail = work.told.details.get(&row.row.id).cloned().unwrap_or_else(|| "a receipt says so".to_owned());
    if let Some(reason) = suppression(&kinds) {
        suppress(work, &row, reason, None)?;
    }
    let mut row = was_taken(work, row)?;
    let moved = by_post(work, &mut row, &kinds);
    let (status, event) = match fate {
        Fate::Sent => {
            if moved {
                changed(work, row.row);
            }
            return Ok(());
        }
        Fate::Delivered => ("delivered", EventType::ReminderDelivered),
        Fate::BouncedSoft | Fate::BouncedHard => ("bounced", EventType::ReminderBounced),
        Fate::Failed => ("failed", EventType::ReminderFailed),
    };
    if row.row.status == status && fate != Fate::BouncedHard {
        if moved {
            changed(work, row.row);
        }
        return Ok(());
    }
    match fate {
        Fate::BouncedHard => unreachable_contact(work, &row, &detail)?,
        Fate::BouncedSoft => {
            let key = (row.row.contact_id.unwrap_or_default(), row.row.channel.clone());
            if work.told.soft.get(&key).copied().unwrap_or_default() >= SOFT_BOUNCES {
                suppress(work, &row, "soft_bounces", Some(SOFT_FOR))?;
            }
            raise::raise(work, &row, Raise::Unreachable, &detail)?;
        }
        Fate::Failed => {
            raise::raise(work, &row, Raise::Failed, &detail)?;
        }
        Fate::Sent | Fate::Delivered => {}
    }
    if row.row.status == status {
        return Ok(());
    }
    let row = changed(work, reminders::Model { status: status.to_owned(), ..row.row });
    tell(work, event, &row)
}

/// How far a letter has come, when it was presented, and its provider's id where the order brought none; true when it is
/// further than it was known to be, or known by an id at last.
fn by_post(work: &mut Work, row: &mut Row, kinds: &[ReceiptKind]) -> bool {
    if !matches!(row.row.channel.as_str(), "letter" | "registered_letter") {
        return false;
    }
    if row.row.channel == "registered_letter"
        && let Some(at) = work.told.shown.get(&row.row.id)
    {
        work.shown.push(Shown { row: row.row.clone(), at: at.clone() });
    }
    let furthest = postal(kinds);
    let moved = furthest.is_some() && row.row.postal.as_deref() != furthest;
    if moved {
        row.row.postal = furthest.map(str::to_owned);
    }
    let named = work.told.ids.get(&row.row.id).filter(|_| row.row.provider_id.is_none()).cloned();
    let known = named.is_some();
    row.row.provider_id = row.row.provider_id.take().or(named);
    moved || known
}

/// A message of unknown fate about which there is any receipt was taken: nobody need look for it any more.
fn was_taken(work: &mut Work, row: Row) -> Result<Row, StoreError> {
    if row.row.status != "unknown" {
        return Ok(row);
    }
    work.explained.push(row.row.id);
    let granted = row.row.pay_before_on.clone().max(row.row.deadline_on.clone());
    finish_steps(work, row.row.id, row.row.customer_id, |_| granted.clone());
    let sent = reminders::Model {
        status: "sent".to_owned(),
        sent_at: row.row.sent_at.or(row.row.unknown_at).or(Some(millis(work.now))),
        send_at: None,
        settle_by: None,
        ..row.row
    };
    let sent = changed(work, sent);
    follow(work, &sent);
    tell(work, EventType::ReminderSent, &sent)?;
    Ok(Row { row: sent, before: row.before })
}

/// The next contact, the next channel or a person: the step is free again, unless the case has gone on.
fn unreachable_contact(work: &mut Work, row: &Row, detail: &str) -> Result<(), StoreError> {
    if row.row.status == "bounced" && work.told.kinds.get(&row.row.id).is_some_and(|kinds| !kinds.contains(&ReceiptKind::SoftBounce)) {
        return Ok(()); // known already
    }
    raise::raise(work, row, Raise::Unreachable, detail)?;
    let gone_on = work.told.latest.get(&row.row.customer_id).is_some_and(|latest| row.row.sent_at.is_some_and(|sent| *latest > sent));
    if !gone_on && row.row.contact_id.is_some() {
        work.undone.push(row.row.id);
    }
    Ok(())
}

/// Nothing more to this address over this channel, whoever has it.
pub(super) fn suppress(work: &mut Work, row: &Row, reason: &'static str, during: Option<TimeDelta>) -> Result<bool, StoreError> {
    let contact = row.row.contact_id.map(ContactId);
    if during.is_none() && !work.suppress(contact, &row.row.channel)? {
        return Ok(false);
    }
    let Some(contact) = contact.and_then(|id| work.contacts.get(&id.0)) else { return Ok(false) };
    let details: ContactDetails = json("contacts", &contact.details)?;
    let address = match row.row.channel.as_str() {
        "email" => details.email,
        "sms" => details.phone.as_deref().and_then(phone::mobile),
        _ => None,
    };
    if let Some(address) = address {
        let until = during.map(|during| millis(work.now.checked_add_signed(during).unwrap_or(work.now)));
        let row = suppression::row(work.tenant.id, &row.row.channel, &address, reason, until, millis(work.now));
        work.list.push(row);
    }
    Ok(true)
}

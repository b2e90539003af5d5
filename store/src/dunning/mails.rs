//! Mails that came in, each taken once: a report becomes a receipt of its message, what somebody wrote a contact that
//! rests the customer until a person has read it.

use chrono::{DateTime, Utc};
use relance_domain::{
    ids::{CustomerId, ReminderId, TenantId},
    records::By,
    sending::{Receipt, ReceiptKind, bare_address},
};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Statement, Value};
use uuid::Uuid;

use super::{
    interactions::{self, Direction, NewInteraction},
    receipts,
    sending::content,
};
use crate::{
    StoreError, Tx,
    batch::{self, OnConflict},
    entity::{cases, receipts as kept, reminders},
    tenants,
    time::millis,
};

/// What came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncomingMail {
    /// The same mail again has the same.
    pub key: String,
    /// What it is.
    pub what: What,
    /// Our references that it carries, the likeliest first.
    pub references: Vec<String>,
    /// Message-IDs of its thread.
    pub message_ids: Vec<String>,
    /// Cases that its thread belongs to.
    pub cases: Vec<Uuid>,
    /// Who wrote it.
    pub from: Option<By>,
    /// When it says that it was written.
    pub at: Option<DateTime<Utc>>,
}

/// What a mail is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A server's word about a message of ours.
    Report {
        /// What it says.
        kind: ReceiptKind,
        /// The reason, without addresses.
        detail: Option<String>,
        /// Whom it is about, in lower case; empty: it does not say.
        recipients: Vec<String>,
    },
    /// Somebody wrote, or a machine for him.
    Said {
        /// What is new in it.
        text: String,
        /// A machine wrote it.
        automatic: bool,
    },
}

/// What became of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TakenMail {
    /// The message of ours that it is about.
    pub reminder: Option<ReminderId>,
    /// The customer whom it is about or from.
    pub customer: Option<CustomerId>,
    /// Something follows from it; else it is known already, or nobody's.
    pub taken: bool,
}

/// Takes a mail. One that carries nothing of ours changes nothing. Call it as the last thing before the commit.
///
/// # Errors
/// The database's.
pub async fn take(tx: &Tx, tenant: TenantId, mail: IncomingMail, real_now: DateTime<Utc>) -> Result<TakenMail, StoreError> {
    let message = message_of(tx, tenant, &mail).await?;
    let customer = match &message {
        Some(row) => Some(row.customer_id),
        None => customer_of(tx, tenant, &mail.cases).await?,
    };
    let known = TakenMail { reminder: message.as_ref().map(|row| ReminderId(row.id)), customer: customer.map(CustomerId), taken: false };
    let taken = match (&mail.what, customer) {
        (What::Report { .. }, _) => report(tx, tenant, &mail, message.as_ref(), real_now).await?,
        (What::Said { text, automatic }, Some(customer)) => {
            let said = Said { text, automatic: *automatic, customer: CustomerId(customer) };
            self::said(tx, tenant, &mail, message.as_ref(), said, real_now).await?
        }
        (What::Said { .. }, None) => false,
    };
    Ok(TakenMail { taken, ..known })
}

/// The message that it is about: by our reference, else by the id that its provider gave it.
async fn message_of(tx: &Tx, tenant: TenantId, mail: &IncomingMail) -> Result<Option<reminders::Model>, StoreError> {
    if mail.references.is_empty() && mail.message_ids.is_empty() {
        return Ok(None);
    }
    let any = Condition::any()
        .add(reminders::Column::Reference.is_in(mail.references.iter().map(String::as_str)))
        .add(reminders::Column::ProviderId.is_in(mail.message_ids.iter().map(String::as_str)));
    let found = reminders::Entity::find()
        .filter(reminders::Column::TenantId.eq(tenant.0))
        .filter(reminders::Column::Channel.eq("email"))
        .filter(any)
        .order_by_desc(reminders::Column::Id)
        .all(tx)
        .await?;
    let by_reference = mail.references.iter().find_map(|reference| found.iter().find(|row| row.reference == *reference));
    let by_id = || mail.message_ids.iter().find_map(|id| found.iter().find(|row| row.provider_id.as_ref() == Some(id)));
    Ok(by_reference.or_else(by_id).cloned())
}

async fn customer_of(tx: &Tx, tenant: TenantId, of: &[Uuid]) -> Result<Option<Uuid>, StoreError> {
    if of.is_empty() {
        return Ok(None);
    }
    let found = cases::Entity::find()
        .filter(cases::Column::TenantId.eq(tenant.0))
        .filter(cases::Column::Id.is_in(of.iter().copied()))
        .one(tx)
        .await?;
    Ok(found.map(|row| row.customer_id))
}

/// A receipt of the message; true when it is new. What a server says of an internal copy says nothing of the message.
async fn report(
    tx: &Tx,
    tenant: TenantId,
    mail: &IncomingMail,
    message: Option<&reminders::Model>,
    real_now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let What::Report { kind, detail, recipients } = &mail.what else { return Ok(false) };
    let Some(row) = message else { return Ok(false) };
    let Some((provider, via)) = row.provider.clone().zip(row.via.clone()) else { return Ok(false) };
    let copies = content(tx, tenant, ReminderId(row.id)).await?.map(|said| said.cc).unwrap_or_default();
    if copies.iter().any(|copy| recipients.contains(&bare_address(copy).to_ascii_lowercase())) {
        return Ok(false);
    }
    let receipt = Receipt {
        dedupe_key: mail.key.clone(),
        reference: Some(row.reference.clone()),
        provider_id: None,
        kind: *kind,
        detail: detail.clone(),
        at: mail.at,
    };
    Ok(receipts::take(tx, tenant, &via, &provider, vec![receipt], real_now).await? > 0)
}

struct Said<'a> {
    text: &'a str,
    automatic: bool,
    customer: CustomerId,
}

/// A contact that the customer made; true unless the same mail was taken before.
async fn said(
    tx: &Tx,
    tenant: TenantId,
    mail: &IncomingMail,
    message: Option<&reminders::Model>,
    said: Said<'_>,
    real_now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let now = tenants::now(tx, tenant, real_now).await?;
    let at = mail.at.map_or(now, |at| at.min(now));
    if !is_new(tx, tenant, mail, message, said.automatic, now).await? {
        return Ok(false);
    }
    let new = NewInteraction {
        customer_id: said.customer,
        channel: "email".to_owned(),
        direction: Direction::Inbound { automatic: said.automatic },
        at,
        by: mail.from.clone(),
        outcome: Some(if said.automatic { "automatic_reply" } else { "reply" }.to_owned()),
        reason_code: None,
        invoice_ids: Vec::new(),
        expected_on: None,
        comment: Some(said.text.to_owned()).filter(|text| !text.is_empty()),
        task_id: None,
    };
    interactions::create(tx, tenant, new, real_now).await?;
    Ok(true)
}

/// Keeps that the mail was taken, beside the receipts of its message: it says nothing about whether that arrived.
async fn is_new(
    tx: &Tx,
    tenant: TenantId,
    mail: &IncomingMail,
    message: Option<&reminders::Model>,
    automatic: bool,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let provider = message.and_then(|row| row.provider.clone()).unwrap_or_else(|| "mail".to_owned());
    let sql = "SELECT 1 FROM receipts WHERE tenant_id = $1 AND provider = $2 AND dedupe_key = $3";
    let values: [Value; 3] = [tenant.0.into(), provider.clone().into(), mail.key.clone().into()];
    if tx.query_one_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values)).await?.is_some() {
        return Ok(false);
    }
    let row = kept::Model {
        tenant_id: tenant.0,
        id: Uuid::now_v7(),
        channel: "email".to_owned(),
        provider,
        dedupe_key: mail.key.clone(),
        reference: message.map(|row| row.reference.clone()),
        provider_id: None,
        kind: if automatic { "automatic_reply" } else { "reply" }.to_owned(),
        detail: None,
        at: millis(mail.at.unwrap_or(now)),
        received_at: millis(now),
        // never matched again: it is no receipt
        reminder_id: message.map(|row| row.id).or(Some(Uuid::nil())),
    };
    Ok(batch::insert::<kept::Entity, _>(tx, &[row], OnConflict::Keep).await? > 0)
}

//! Letters that a provider posts: asked after until they have arrived, and the files that prove them.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, TimeDelta, Utc};
use relance_domain::{
    ids::{ReminderId, TenantId},
    records::Attachment,
    sending::Proof,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, Statement, Value};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    Scope, Store, StoreError, Tx,
    batch::{self, OnConflict},
    entity::{
        letters::{Column, Entity, Model},
        proofs, reminders,
    },
    time::millis,
};

/// The first look after a letter left.
const FIRST_LOOK: TimeDelta = TimeDelta::hours(1);
/// From the second day on.
const LATER_LOOKS: TimeDelta = TimeDelta::hours(6);
/// A letter is asked after for so long at most: an acknowledgement comes within weeks.
const ASKED_FOR: TimeDelta = TimeDelta::days(90);

/// A letter to be asked after by whoever claimed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedLetter {
    /// Tenant.
    pub tenant: TenantId,
    /// The reminder's id.
    pub id: Uuid,
    /// Provider that took it.
    pub provider: String,
    /// When it was due.
    pub due_at: Option<i64>,
}

/// What is needed to ask after a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Our reference.
    pub reference: String,
    /// The provider's id.
    pub provider_id: Option<String>,
    /// `letter` or `registered_letter`.
    pub channel: String,
    /// Kinds of proofs that are kept already.
    pub proofs: Vec<String>,
}

/// The row of a letter that left just now.
pub(in crate::dunning) fn row(tenant: TenantId, id: Uuid, provider: &str, real_now: DateTime<Utc>) -> Model {
    Model {
        tenant_id: tenant.0,
        id,
        provider: provider.to_owned(),
        due_at: Some(millis(real_now + FIRST_LOOK)),
        looks: 0,
        lease_until: None,
        lease_by: None,
        created_at: millis(real_now),
    }
}

/// When the next one is due, as a scalar subquery; `$2` is now.
pub(crate) const NEXT: &str =
    "SELECT due_at FROM letters WHERE due_at IS NOT NULL AND (lease_until IS NULL OR lease_until <= $2) ORDER BY due_at LIMIT 1";

/// Leases at most `limit` due letters to `lease_by`, the oldest first.
///
/// # Errors
/// The database's.
pub async fn claim(store: &Store, lease_by: &str, limit: u32, lease: Duration) -> Result<Vec<ClaimedLetter>, StoreError> {
    let now = store.now();
    let until = millis(now).saturating_add(i64::try_from(lease.as_millis()).unwrap_or(i64::MAX));
    let skip = if store.backend() == DbBackend::Postgres { " FOR UPDATE SKIP LOCKED" } else { "" };
    let sql = format!(
        "UPDATE letters SET lease_until = $1, lease_by = $2 WHERE (tenant_id, id) IN \
         (SELECT tenant_id, id FROM letters WHERE due_at <= $3 AND (lease_until IS NULL OR lease_until <= $3) \
         ORDER BY due_at, id LIMIT $4{skip}) RETURNING *"
    );
    let values: [Value; 4] = [until.into(), lease_by.into(), millis(now).into(), i64::from(limit).into()];
    let tx = store.write(Scope::System).await?;
    let rows = Model::find_by_statement(Statement::from_sql_and_values(store.backend(), sql, values)).all(&tx).await?;
    tx.commit().await?; // no bell: nothing new became due
    let claimed = |row: Model| ClaimedLetter { tenant: TenantId(row.tenant_id), id: row.id, provider: row.provider, due_at: row.due_at };
    Ok(rows.into_iter().map(claimed).collect())
}

/// What to ask for.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn asked<C: ConnectionTrait>(c: &C, letter: &ClaimedLetter) -> Result<Asked, StoreError> {
    let row = reminders::Entity::find_by_id((letter.tenant.0, letter.id)).one(c).await?.ok_or(StoreError::NotFound)?;
    let proofs = proofs(c, letter.tenant, ReminderId(letter.id)).await?;
    Ok(Asked {
        reference: row.reference,
        provider_id: row.provider_id,
        channel: row.channel,
        proofs: proofs.into_iter().map(|proof| proof.kind).collect(),
    })
}

/// Asked: looked at again later, unless `done`; at once when its provider told something meanwhile.
///
/// # Errors
/// The database's.
pub async fn settle(tx: &Tx, letter: &ClaimedLetter, lease_by: &str, done: bool, real_now: DateTime<Utc>) -> Result<(), StoreError> {
    let query = Entity::find_by_id((letter.tenant.0, letter.id)).filter(Column::LeaseBy.eq(lease_by));
    let Some(row) = query.one(tx).await? else { return Ok(()) };
    let age = millis(real_now).saturating_sub(row.created_at);
    let pause = if age < TimeDelta::days(1).num_milliseconds() { FIRST_LOOK } else { LATER_LOOKS };
    let ends = done || age >= ASKED_FOR.num_milliseconds();
    // one statement: what is told while this is written must not be written over
    let sql = "UPDATE letters SET looks = looks + 1, lease_until = NULL, lease_by = NULL, \
               due_at = CASE WHEN $4 THEN NULL WHEN due_at = $5 THEN $6 ELSE due_at END \
               WHERE tenant_id = $1 AND id = $2 AND lease_by = $3";
    let next = millis(real_now + pause);
    let values: [Value; 6] = [letter.tenant.0.into(), letter.id.into(), lease_by.into(), ends.into(), letter.due_at.into(), next.into()];
    tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values)).await?;
    Ok(())
}

/// The provider told something of a letter: it is asked after now. Known by our reference or the provider's id.
///
/// # Errors
/// The database's.
pub async fn look_now(
    tx: &Tx,
    tenant: TenantId,
    provider: &str,
    (reference, provider_id): (Option<&str>, Option<&str>),
    real_now: DateTime<Utc>,
) -> Result<(), StoreError> {
    // another instant than before, always: who looks at this moment sees by it that there is news
    let sql = "UPDATE letters SET due_at = CASE WHEN due_at = $2 THEN $2 + 1 ELSE $2 END \
               WHERE tenant_id = $1 AND provider = $3 AND due_at IS NOT NULL AND id IN \
               (SELECT id FROM reminders WHERE tenant_id = $1 AND (reference = $4 OR provider_id = $5))";
    let values: [Value; 5] = [
        tenant.0.into(),
        millis(real_now).into(),
        provider.into(),
        reference.unwrap_or_default().into(),
        provider_id.unwrap_or_default().into(),
    ];
    tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values)).await?;
    Ok(())
}

/// A proof as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofRecord {
    /// `deposit`, `acknowledgement`, `refusal` or `non_claim`.
    pub kind: String,
    /// Name of the file.
    pub name: String,
    /// Media type.
    pub media_type: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// When it came.
    pub received_at: DateTime<Utc>,
}

/// Keeps those of `list` that belong to letters that `provider` has of the tenant; the first of each kind stays, in
/// whatever form the next one comes.
///
/// # Errors
/// The database's.
pub async fn keep(tx: &Tx, tenant: TenantId, provider: &str, list: Vec<Proof>, now: DateTime<Utc>) -> Result<u64, StoreError> {
    let mut kept: Vec<proofs::Model> = Vec::new();
    for proof in list {
        let of_tenant = reminders::Entity::find()
            .filter(reminders::Column::TenantId.eq(tenant.0))
            .filter(reminders::Column::Provider.eq(provider))
            .filter(reminders::Column::Channel.is_in(["letter", "registered_letter"]));
        let found = match (&proof.reference, &proof.provider_id) {
            (Some(reference), _) => of_tenant.filter(reminders::Column::Reference.eq(reference)).one(tx).await?,
            (None, Some(id)) => of_tenant.filter(reminders::Column::ProviderId.eq(id)).one(tx).await?,
            (None, None) => None,
        };
        let Some(reminder) = found else { continue };
        if kept.iter().any(|one| (one.reminder_id, one.kind.as_str()) == (reminder.id, proof.kind)) {
            continue;
        }
        kept.push(proofs::Model {
            tenant_id: tenant.0,
            reminder_id: reminder.id,
            name: proof.file_name(),
            kind: proof.kind.to_owned(),
            media_type: proof.media_type.to_owned(),
            size: i64::try_from(proof.data.len()).unwrap_or(i64::MAX),
            sha256: Sha256::digest(&proof.data).iter().map(|byte| format!("{byte:02x}")).collect(),
            data: STANDARD.encode(&proof.data),
            received_at: millis(now),
        });
    }
    batch::insert::<proofs::Entity, _>(tx, &kept, OnConflict::Keep).await
}

/// The proofs of a letter, by name.
///
/// # Errors
/// The database's.
pub async fn proofs<C: ConnectionTrait>(c: &C, tenant: TenantId, id: ReminderId) -> Result<Vec<ProofRecord>, StoreError> {
    let rows = of_letter(tenant, id).order_by_asc(proofs::Column::Name).all(c).await?;
    Ok(rows.into_iter().map(record).collect())
}

/// One of them with its bytes.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn proof<C: ConnectionTrait>(c: &C, tenant: TenantId, id: ReminderId, name: &str) -> Result<Attachment, StoreError> {
    let row = of_letter(tenant, id).filter(proofs::Column::Name.eq(name)).one(c).await?.ok_or(StoreError::NotFound)?;
    let data = STANDARD.decode(&row.data).map_err(|error| StoreError::inconsistent("proofs", error))?;
    Ok(Attachment { name: row.name, media_type: row.media_type, sha256: row.sha256, data })
}

fn of_letter(tenant: TenantId, id: ReminderId) -> sea_orm::Select<proofs::Entity> {
    proofs::Entity::find().filter(proofs::Column::TenantId.eq(tenant.0)).filter(proofs::Column::ReminderId.eq(id.0))
}

fn record(row: proofs::Model) -> ProofRecord {
    ProofRecord {
        kind: row.kind,
        name: row.name,
        media_type: row.media_type,
        size: u64::try_from(row.size).unwrap_or_default(),
        sha256: row.sha256,
        received_at: crate::time::instant(row.received_at),
    }
}

//! Sources whose webhooks are taken: how they are verified, and under which secrets.

mod secrets;

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use chrono::{DateTime, Utc};
use relance_domain::{
    connector::ConnectorConfig,
    ids::{SourceId, TenantId},
    records::ConnectorRecord,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

use self::secrets::Secrets;
pub(crate) use self::secrets::place;
use crate::{
    Scope, Store, StoreError,
    entity::{
        credit_notes, customers, inbox, invoices, parked, payments, source_links,
        sources::{Column, Entity, Model},
    },
    facts::source_row,
    json,
    time::{instant, millis},
};

const TABLE: &str = "sources";

/// Sources a tenant may have.
pub const MAX_SOURCES: u64 = 200;

/// A connector to be made.
#[derive(Debug, Clone)]
pub struct NewConnector {
    /// Name of the source.
    pub name: String,
    /// Who sends.
    pub kind: String,
    /// How webhooks are verified and read.
    pub config: ConnectorConfig,
    /// Verifies them.
    pub secret: String,
}

/// What is to change; `None` stays.
#[derive(Debug, Clone, Default)]
pub struct ConnectorChange {
    /// Are webhooks taken?
    pub enabled: Option<bool>,
    /// The whole configuration.
    pub config: Option<ConnectorConfig>,
}

/// What it takes to verify a webhook.
pub struct Verifier {
    /// Whose source it is.
    pub tenant: TenantId,
    /// Its name.
    pub name: String,
    /// Who sends.
    pub kind: String,
    /// How webhooks are verified.
    pub config: ConnectorConfig,
    /// Secrets that verify now, the newest first.
    pub secrets: Vec<String>,
}

fn config(row: &Model) -> Result<ConnectorConfig, StoreError> {
    row.config.as_deref().map_or_else(|| Ok(ConnectorConfig::default()), |text| json::read(TABLE, text))
}

fn record(row: &Model) -> Result<ConnectorRecord, StoreError> {
    Ok(ConnectorRecord {
        id: SourceId(row.id),
        name: row.name.clone(),
        kind: row.kind.clone(),
        enabled: row.webhook == "enabled",
        config: config(row)?,
        payments_complete_until: row.payments_complete_until.map(instant),
        heartbeat_at: row.heartbeat_at.map(instant),
        ledger_differs: row.ledger_differs,
        row_version: row.row_version,
        created_at: instant(row.created_at),
    })
}

/// Makes a source with its connector, or gives one to a source that has none.
///
/// # Errors
/// [`StoreError::WrongState`] when it has one already or there are [`MAX_SOURCES`], or the database's.
pub async fn create<C: ConnectionTrait>(
    store: &Store,
    c: &C,
    tenant: TenantId,
    new: NewConnector,
    real_now: DateTime<Utc>,
) -> Result<ConnectorRecord, StoreError> {
    let known = locked(c, Entity::find_by_id((tenant.0, new.name.clone()))).await?;
    if known.as_ref().is_some_and(|row| row.kind.is_some()) {
        return Err(StoreError::WrongState(format!("The source {} has a connector already: change that one.", new.name)));
    }
    if known.is_none() && Entity::find().filter(Column::TenantId.eq(tenant.0)).count(c).await? >= MAX_SOURCES {
        return Err(StoreError::WrongState(format!("There are {MAX_SOURCES} sources already: delete one first.")));
    }
    let fresh = known.is_none();
    let mut row = known.unwrap_or_else(|| source_row(tenant.0, &new.name, millis(real_now)));
    row.kind = Some(new.kind);
    row.webhook = "enabled".to_owned();
    row.config = Some(json::write(TABLE, &new.config)?);
    row.sealed_secrets = Some(Secrets::first(new.secret).seal(c, &store.cipher, tenant, SourceId(row.id)).await?);
    if fresh {
        row.clone().into_active_model().insert(c).await?;
    } else {
        row.row_version += 1;
        row.clone().into_active_model().reset_all().update(c).await?;
    }
    record(&row)
}

/// A secret of our making: 32 random bytes as Standard Webhooks writes them.
///
/// # Errors
/// When the system gives no randomness.
pub fn new_secret() -> Result<String, StoreError> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|_| StoreError::Seal)?;
    Ok(format!("whsec_{}", STANDARD.encode(bytes)))
}

/// A token of our making, to stand in an address.
///
/// # Errors
/// When the system gives no randomness.
pub fn new_token() -> Result<String, StoreError> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|_| StoreError::Seal)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Sources, newest first, older than `after`.
///
/// # Errors
/// The database's.
pub async fn list<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<ConnectorRecord>, StoreError> {
    let mut query = Entity::find().filter(Column::TenantId.eq(tenant.0)).order_by_desc(Column::Id).limit(limit);
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after));
    }
    query.all(c).await?.iter().map(record).collect()
}

/// One source.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn get<C: ConnectionTrait>(c: &C, tenant: TenantId, id: SourceId) -> Result<ConnectorRecord, StoreError> {
    record(&by_id(tenant, id).one(c).await?.ok_or(StoreError::NotFound)?)
}

fn by_id(tenant: TenantId, id: SourceId) -> sea_orm::Select<Entity> {
    Entity::find().filter(Column::TenantId.eq(tenant.0)).filter(Column::Id.eq(id.0))
}

/// Locks the row until the end of the transaction.
async fn locked<C: ConnectionTrait>(c: &C, query: sea_orm::Select<Entity>) -> Result<Option<Model>, StoreError> {
    let query = if c.get_database_backend() == DbBackend::Postgres { query.lock_exclusive() } else { query };
    Ok(query.one(c).await?)
}

/// Changes a connector if it is still at version `expected` (when one is given).
///
/// # Errors
/// [`StoreError::NotFound`], [`StoreError::PreconditionFailed`], [`StoreError::WrongState`] when there is no connector
/// to change, or the database's.
pub async fn update<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    id: SourceId,
    expected: Option<i64>,
    change: ConnectorChange,
) -> Result<ConnectorRecord, StoreError> {
    let mut row = locked(c, by_id(tenant, id)).await?.ok_or(StoreError::NotFound)?;
    if expected.is_some_and(|version| version != row.row_version) {
        return Err(StoreError::PreconditionFailed);
    }
    if row.kind.is_none() && (change.enabled.is_some() || change.config.is_some()) {
        return Err(StoreError::WrongState("The source has no connector: give it one with POST /v1/sources.".to_owned()));
    }
    let before = row.clone();
    if let Some(enabled) = change.enabled {
        row.webhook = if enabled { "enabled" } else { "disabled" }.to_owned();
    }
    if let Some(config) = change.config {
        row.config = Some(json::write(TABLE, &config)?);
    }
    if row != before {
        row.row_version += 1;
        row.clone().into_active_model().reset_all().update(c).await?;
    }
    record(&row)
}

/// Gives a source a new secret; the old ones verify beside it until `old_until`.
///
/// # Errors
/// [`StoreError::NotFound`], [`StoreError::WrongState`] without a connector, [`StoreError::Seal`], or the database's.
pub async fn rotate_secret<C: ConnectionTrait>(
    store: &Store,
    c: &C,
    tenant: TenantId,
    id: SourceId,
    secret: String,
    old_until: DateTime<Utc>,
) -> Result<ConnectorRecord, StoreError> {
    let mut row = locked(c, by_id(tenant, id)).await?.ok_or(StoreError::NotFound)?;
    let Some(sealed) = &row.sealed_secrets else {
        return Err(StoreError::WrongState("The source has no connector: give it one with POST /v1/sources.".to_owned()));
    };
    let mut secrets = Secrets::open(c, &store.cipher, tenant, id, sealed).await?;
    secrets.rotate(secret, store.now(), old_until);
    row.sealed_secrets = Some(secrets.seal(c, &store.cipher, tenant, id).await?);
    row.row_version += 1;
    row.clone().into_active_model().reset_all().update(c).await?;
    record(&row)
}

/// Removes a source of which no fact is known, with what it delivered.
///
/// # Errors
/// [`StoreError::NotFound`], [`StoreError::WrongState`] when facts of it are known, or the database's.
pub async fn delete<C: ConnectionTrait>(c: &C, tenant: TenantId, id: SourceId) -> Result<(), StoreError> {
    let row = locked(c, by_id(tenant, id)).await?.ok_or(StoreError::NotFound)?;
    if in_use(c, tenant, &row.name).await? {
        let detail = "The source is in use: facts of it are known. Switch its webhooks off instead (webhook: disabled).";
        return Err(StoreError::WrongState(detail.to_owned()));
    }
    inbox::Entity::delete_many().filter(inbox::Column::TenantId.eq(tenant.0)).filter(inbox::Column::SourceId.eq(id.0)).exec(c).await?;
    source_links::Entity::delete_many()
        .filter(source_links::Column::TenantId.eq(tenant.0))
        .filter(source_links::Column::SourceId.eq(id.0))
        .exec(c)
        .await?;
    Entity::delete_by_id((tenant.0, row.name)).exec(c).await?;
    Ok(())
}

async fn in_use<C: ConnectionTrait>(c: &C, tenant: TenantId, source: &str) -> Result<bool, StoreError> {
    macro_rules! any_of {
        ($($table:ident),*) => {
            $($table::Entity::find()
                .select_only()
                .column($table::Column::Id)
                .filter($table::Column::TenantId.eq(tenant.0))
                .filter($table::Column::Source.eq(source))
                .limit(1)
                .into_tuple::<Uuid>()
                .one(c)
                .await?
                .is_some())||*
        };
    }
    Ok(any_of!(customers, invoices, credit_notes, payments, parked))
}

/// What it takes to verify a webhook of the source `id`; `None` when it is not there, has no connector or takes none.
///
/// # Errors
/// The database's, or [`StoreError::Seal`].
pub async fn verifier(store: &Store, id: SourceId) -> Result<Option<Verifier>, StoreError> {
    let tx = store.read(Scope::System).await?;
    let row = Entity::find().filter(Column::Id.eq(id.0)).one(&tx).await?;
    let Some(row) = row.filter(|row| row.webhook == "enabled") else { return Ok(None) };
    let (Some(kind), Some(sealed)) = (&row.kind, &row.sealed_secrets) else { return Ok(None) };
    let tenant = TenantId(row.tenant_id);
    let secrets = Secrets::open(&tx, &store.cipher, tenant, id, sealed).await?.valid(store.now());
    tx.commit().await?;
    Ok(Some(Verifier { tenant, name: row.name.clone(), kind: kind.clone(), config: config(&row)?, secrets }))
}

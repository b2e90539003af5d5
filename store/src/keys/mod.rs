//! API keys: the id in their text is looked up, of the secret only an HMAC under the server's pepper is kept.

mod expiring;
mod text;
mod used;

use chrono::{DateTime, Utc};
use relance_domain::ids::{KeyId, TenantId};
pub use relance_domain::records::KeyRecord;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use uuid::Uuid;

pub use self::{
    expiring::tell_expiring,
    used::{Use, mark_used},
};
use crate::{
    Store, StoreError,
    entity::api_keys::{Column, Entity, Model},
    json,
    time::{instant, millis},
};

const TABLE: &str = "api_keys";

/// A key to be made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewKey {
    /// What it may do; `*` is all.
    pub scopes: Vec<String>,
    /// Networks that it is taken from, in CIDR notation; none: from everywhere.
    pub networks: Vec<String>,
    /// Until when.
    pub expires_at: Option<DateTime<Utc>>,
}

impl NewKey {
    /// A key that may do everything, from everywhere, for ever.
    pub fn of_all_scopes() -> Self {
        Self { scopes: vec!["*".to_owned()], ..Self::default() }
    }
}

fn record(row: Model) -> Result<KeyRecord, StoreError> {
    Ok(KeyRecord {
        id: KeyId(row.id),
        tenant: TenantId(row.tenant_id),
        lookup: row.lookup,
        scopes: json::read(TABLE, &row.scopes)?,
        networks: json::read(TABLE, &row.networks)?,
        expires_at: row.expires_at.map(instant),
        revoked_at: row.revoked_at.map(instant),
        last_used_at: row.last_used_at.map(instant),
        rotated_to: row.rotated_to.map(KeyId),
        created_at: instant(row.created_at),
    })
}

/// Makes a key; its full text is given here and never again.
///
/// # Errors
/// The database's; [`StoreError::Seal`] before the database has data keys.
pub async fn create<C: ConnectionTrait>(
    store: &Store,
    c: &C,
    tenant: TenantId,
    live: bool,
    new: NewKey,
) -> Result<(KeyRecord, String), StoreError> {
    let (lookup, secret, text) = text::generate(live)?;
    let row = Model {
        tenant_id: tenant.0,
        id: Uuid::now_v7(),
        lookup,
        secret_hash: store.cipher.fingerprint(c, &secret).await?,
        scopes: json::write(TABLE, &new.scopes)?,
        networks: json::write(TABLE, &new.networks)?,
        expires_at: new.expires_at.map(millis),
        revoked_at: None,
        last_used_at: None,
        rotated_to: None,
        expiry_told_at: None,
        created_at: millis(store.now()),
    };
    row.clone().into_active_model().insert(c).await?;
    Ok((record(row)?, text))
}

/// Could this text be a key? Nonsense and what was mistyped is not, which is known without the database.
pub fn is_shaped(text: &str) -> bool {
    text::split(text).is_some()
}

/// The key of this text, if it is one, is in force and its mode is its tenant's. Every failure is
/// the same `None`. Needs a transaction of [`crate::Scope::System`].
///
/// # Errors
/// The database's.
pub async fn find<C: ConnectionTrait>(store: &Store, c: &C, text: &str) -> Result<Option<(KeyRecord, bool)>, StoreError> {
    let Some(parts) = text::split(text) else { return Ok(None) };
    let rows = Entity::find().filter(Column::Lookup.eq(parts.lookup)).order_by_asc(Column::Id).all(c).await?;
    let mut found = None;
    for row in rows {
        // all of them, so that the time does not say which
        if store.cipher.fits(c, &row.secret_hash, parts.secret).await? {
            found = Some(row);
        }
    }
    let Some(row) = found else { return Ok(None) };
    let key = record(row)?;
    let in_force = key.revoked_at.is_none() && key.expires_at.is_none_or(|until| until > store.now());
    let tenant = crate::entity::tenants::Entity::find_by_id(key.tenant.0).select_only();
    let mode: Option<bool> = tenant.column(crate::entity::tenants::Column::Live).into_tuple().one(c).await?;
    Ok((in_force && mode == Some(parts.live)).then_some((key, parts.live)))
}

/// The tenant's keys, newest first, the revoked ones too.
///
/// # Errors
/// The database's.
pub async fn list<C: ConnectionTrait>(c: &C, tenant: TenantId, after: Option<Uuid>, limit: u64) -> Result<Vec<KeyRecord>, StoreError> {
    let mut query = Entity::find().filter(Column::TenantId.eq(tenant.0)).order_by_desc(Column::Id).limit(limit);
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after));
    }
    query.all(c).await?.into_iter().map(record).collect()
}

/// One key.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn get<C: ConnectionTrait>(c: &C, tenant: TenantId, id: KeyId) -> Result<KeyRecord, StoreError> {
    record(Entity::find_by_id((tenant.0, id.0)).one(c).await?.ok_or(StoreError::NotFound)?)
}

/// Revokes a key; a key that is revoked already stays so.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn revoke<C: ConnectionTrait>(c: &C, tenant: TenantId, id: KeyId, real_now: DateTime<Utc>) -> Result<(), StoreError> {
    get(c, tenant, id).await?;
    Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(millis(real_now)))
        .filter(Column::TenantId.eq(tenant.0))
        .filter(Column::Id.eq(id.0))
        .filter(Column::RevokedAt.is_null())
        .exec(c)
        .await?;
    Ok(())
}

/// Makes a key that takes the place of another: the same scopes, networks and end. The old one ends at `old_until`,
/// or earlier if it would have.
///
/// # Errors
/// [`StoreError::NotFound`]; [`StoreError::WrongState`] when it is not in force or has been rotated; the database's.
pub async fn rotate<C: ConnectionTrait>(
    store: &Store,
    c: &C,
    tenant: TenantId,
    live: bool,
    id: KeyId,
    old_until: DateTime<Utc>,
) -> Result<(KeyRecord, KeyRecord, String), StoreError> {
    let old = get(c, tenant, id).await?;
    if old.revoked_at.is_some() || old.expires_at.is_some_and(|until| until <= store.now()) {
        return Err(StoreError::WrongState("This key is not in force any more: make a new one.".to_owned()));
    }
    if let Some(next) = old.rotated_to {
        return Err(StoreError::WrongState(format!("This key was rotated: {next} takes its place.")));
    }
    let new = NewKey { scopes: old.scopes.clone(), networks: old.networks.clone(), expires_at: old.expires_at };
    let (made, text) = create(store, c, tenant, live, new).await?;
    let ends = old.expires_at.map_or(old_until, |until| until.min(old_until));
    let changed = Entity::update_many()
        .col_expr(Column::ExpiresAt, Expr::value(millis(ends)))
        .col_expr(Column::RotatedTo, Expr::value(made.id.0))
        .filter(Column::TenantId.eq(tenant.0))
        .filter(Column::Id.eq(id.0))
        .filter(Column::RotatedTo.is_null())
        .exec(c)
        .await?;
    if changed.rows_affected == 0 {
        return Err(StoreError::WrongState("This key is being rotated.".to_owned()));
    }
    let old = KeyRecord { expires_at: Some(ends), rotated_to: Some(made.id), ..old };
    Ok((old, made, text))
}

//! API keys: `rlk_test_<id8>_<secret43>`. The id is looked up, of the secret only a SHA-256 is kept.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use relance_domain::ids::{KeyId, TenantId};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::{
    StoreError,
    entity::api_keys::{Column, Entity, Model},
    json,
    time::{instant, millis},
};

const TABLE: &str = "api_keys";
/// Letters of the part that is looked up.
const LOOKUP: usize = 8;
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A key as we know it; its secret is not known to us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRecord {
    /// Id.
    pub id: KeyId,
    /// Tenant.
    pub tenant: TenantId,
    /// The public part, by which people recognise it.
    pub lookup: String,
    /// What it may do; `*` is all.
    pub scopes: Vec<String>,
    /// Until when.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
    /// Created.
    pub created_at: DateTime<Utc>,
}

/// A key to be made.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// What it may do; `*` is all.
    pub scopes: Vec<String>,
    /// Until when.
    pub expires_at: Option<DateTime<Utc>>,
}

fn record(row: Model) -> Result<KeyRecord, StoreError> {
    Ok(KeyRecord {
        id: KeyId(row.id),
        tenant: TenantId(row.tenant_id),
        lookup: row.lookup,
        scopes: json::read(TABLE, &row.scopes)?,
        expires_at: row.expires_at.map(instant),
        revoked_at: row.revoked_at.map(instant),
        created_at: instant(row.created_at),
    })
}

fn hash(secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(secret))
}

fn random<const N: usize>() -> Result<[u8; N], StoreError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| StoreError::Seal)?;
    Ok(bytes)
}

fn lookup_part() -> Result<String, StoreError> {
    let letter = |byte: u8| LETTERS.get(usize::from(byte & 31)).copied().map_or('0', char::from);
    Ok(random::<LOOKUP>()?.into_iter().map(letter).collect())
}

/// Makes a key; its full text is given here and never again.
///
/// # Errors
/// The database's.
pub async fn create<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    live: bool,
    new: NewKey,
    real_now: DateTime<Utc>,
) -> Result<(KeyRecord, String), StoreError> {
    let (lookup, secret) = (lookup_part()?, URL_SAFE_NO_PAD.encode(random::<32>()?));
    let row = Model {
        tenant_id: tenant.0,
        id: Uuid::now_v7(),
        lookup: lookup.clone(),
        secret_hash: hash(&secret),
        scopes: json::write(TABLE, &new.scopes)?,
        expires_at: new.expires_at.map(millis),
        revoked_at: None,
        created_at: millis(real_now),
    };
    row.clone().into_active_model().insert(c).await?;
    let mode = if live { "live" } else { "test" };
    Ok((record(row)?, format!("rlk_{mode}_{lookup}_{secret}")))
}

/// The key of this text, if it is one, is in force and its mode is its tenant's. Every failure is
/// the same `None`. Needs a transaction of [`crate::Scope::System`].
///
/// # Errors
/// The database's.
pub async fn find<C: ConnectionTrait>(c: &C, text: &str, real_now: DateTime<Utc>) -> Result<Option<(KeyRecord, bool)>, StoreError> {
    let Some((live, lookup, secret)) = split(text) else { return Ok(None) };
    let found = Entity::find().filter(Column::Lookup.eq(lookup)).one(c).await?;
    // an unknown key is compared too, so that the time says nothing
    let known = found.as_ref().map_or_else(|| hash(""), |row| row.secret_hash.clone());
    let same = bool::from(known.as_bytes().ct_eq(hash(secret).as_bytes()));
    let Some(row) = found.filter(|_| same) else { return Ok(None) };
    let key = record(row)?;
    let in_force = key.revoked_at.is_none() && key.expires_at.is_none_or(|until| until > real_now);
    let tenant = crate::entity::tenants::Entity::find_by_id(key.tenant.0).select_only();
    let mode: Option<bool> = tenant.column(crate::entity::tenants::Column::Live).into_tuple().one(c).await?;
    Ok((in_force && mode == Some(live)).then_some((key, live)))
}

/// Mode, public part and secret of a key's text.
fn split(text: &str) -> Option<(bool, &str, &str)> {
    let (live, rest) = match text.strip_prefix("rlk_live_") {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix("rlk_test_")?),
    };
    let (lookup, secret) = rest.split_once('_')?;
    (lookup.len() == LOOKUP && secret.len() == 43).then_some((live, lookup, secret))
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

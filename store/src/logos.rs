//! The pictures that a tenant's messages show, by what they are made of.

use std::{collections::BTreeMap, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use relance_domain::{
    ids::TenantId,
    records::{Logo, Picture},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, sea_query::OnConflict};

use crate::{
    StoreError,
    entity::logos::{ActiveModel, Column, Entity},
    time::millis,
};

const TABLE: &str = "logos";

/// Keeps the bytes of a logo. The same ones again are the same row.
///
/// # Errors
/// The database's.
pub async fn keep<C: ConnectionTrait>(c: &C, tenant: TenantId, logo: &Logo, data: &[u8], now: DateTime<Utc>) -> Result<(), StoreError> {
    let row = ActiveModel {
        tenant_id: Set(tenant.0),
        sha256: Set(logo.sha256.clone()),
        data: Set(STANDARD.encode(data)),
        created_at: Set(millis(now)),
    };
    let again = OnConflict::columns([Column::TenantId, Column::Sha256]).do_nothing().to_owned();
    Entity::insert(row).on_conflict(again).exec_without_returning(c).await?;
    Ok(())
}

/// The bytes of those of `logos` that are kept; asks nothing when there are none.
///
/// # Errors
/// The database's.
pub async fn read<'a, C: ConnectionTrait>(c: &C, tenant: TenantId, logos: impl IntoIterator<Item = &'a Logo>) -> Result<Logos, StoreError> {
    let mut wanted: Vec<&str> = logos.into_iter().map(|logo| logo.sha256.as_str()).collect();
    wanted.sort_unstable();
    wanted.dedup();
    if wanted.is_empty() {
        return Ok(Logos::default());
    }
    let rows = Entity::find().filter(Column::TenantId.eq(tenant.0)).filter(Column::Sha256.is_in(wanted)).all(c).await?;
    let decoded = rows.into_iter().map(|row| {
        let data = STANDARD.decode(&row.data).map_err(|error| StoreError::inconsistent(TABLE, error))?;
        Ok((row.sha256, data.into()))
    });
    decoded.collect::<Result<_, StoreError>>().map(Logos)
}

/// Bytes by their digest.
#[derive(Debug, Clone, Default)]
pub struct Logos(BTreeMap<String, Arc<[u8]>>);

impl Logos {
    /// The logo with its bytes, if they are here.
    pub fn of(&self, logo: &Logo) -> Option<Picture> {
        Some(Picture { logo: logo.clone(), data: Arc::clone(self.0.get(&logo.sha256)?) })
    }
}

//! Zones of tenants, remembered as long as their settings do not change.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::NaiveDate;
use relance_domain::{
    calendar::{self, Zone},
    ids::TenantId,
    settings::Settings,
};

use crate::{Store, StoreError, json, reads::Question, time::instant};

/// Tenants remembered at most; past it all are asked again.
const MOST: usize = 10_000;

static SETTINGS: Question = Question::new(|_| "SELECT t.settings, t.settings_version FROM tenants t WHERE t.id = {tenant}".to_owned());

/// Zones by tenant, with the version of the settings they stand in.
#[derive(Debug, Default)]
pub(crate) struct Zones(Mutex<HashMap<TenantId, (i64, Zone)>>);

impl Zones {
    /// The civil day in the tenant's zone, by the tenant's clock; `clock_at` and `version` are as its row says now.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or the database's.
    pub(crate) async fn today(
        &self,
        store: &Store,
        tenant: TenantId,
        clock_at: Option<i64>,
        version: i64,
    ) -> Result<NaiveDate, StoreError> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&tenant).copied();
        let zone = match known {
            Some((of, zone)) if of == version => zone,
            _ => self.read(store, tenant).await?,
        };
        Ok(calendar::local_day(clock_at.map_or_else(|| store.now(), instant), zone))
    }

    async fn read(&self, store: &Store, tenant: TenantId) -> Result<Zone, StoreError> {
        let rows = store.readers().ask(tenant, &SETTINGS, &[]).await?;
        let row = rows.first().ok_or(StoreError::NotFound)?;
        let settings: Settings = json::read("tenants", row.get(0)?)?;
        let zone = calendar::parse_zone(&settings.time_zone).unwrap_or_default();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(tenant, (row.get(1)?, zone));
        Ok(zone)
    }
}

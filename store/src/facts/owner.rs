//! Whose batch it is: the tenant's clock and settings, and which sources it heard of.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use relance_domain::settings::Settings;

use super::{FactEnvelope, load::Loader};
use crate::{StoreError, any, time::instant};

/// The tenant of a batch.
pub(super) struct Owner {
    pub live: bool,
    /// The tenant's clock.
    pub now: DateTime<Utc>,
    pub settings: Settings,
    /// Sources of the batch that nothing was heard of yet.
    pub new_sources: Vec<String>,
}

/// Reads the tenant and the sources of a batch, in one statement.
pub(super) async fn load(load: &Loader<'_>, facts: &[&FactEnvelope], real_now: DateTime<Utc>) -> Result<Owner, StoreError> {
    let sources: BTreeSet<&str> = facts.iter().map(|one| one.source.as_str()).collect();
    let sql = format!(
        "SELECT t.live, t.clock_at, t.settings, s.name FROM tenants t \
         LEFT JOIN sources s ON s.tenant_id = t.id AND s.name {} WHERE t.id = $1",
        any::of_texts(load.backend(), 2)
    );
    let rows = load.raw(&sql, vec![load.texts(&sources)]).await?;
    let first = rows.first().ok_or(StoreError::NotFound)?;
    let settings: String = first.try_get_by(2)?;
    let clock: Option<i64> = first.try_get_by(1)?;
    let mut known = BTreeSet::new();
    for row in &rows {
        known.extend(row.try_get_by::<Option<String>, _>(3)?);
    }
    Ok(Owner {
        live: first.try_get_by(0)?,
        now: clock.map_or(real_now, instant),
        settings: serde_json::from_str(&settings).map_err(|error| StoreError::inconsistent("tenants", error))?,
        new_sources: sources.into_iter().filter(|name| !known.contains(*name)).map(str::to_owned).collect(),
    })
}

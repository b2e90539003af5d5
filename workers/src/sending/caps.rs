//! How many messages may still leave today by channels that are paid by the piece.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use relance_domain::{
    calendar::{local_day, parse_zone, start_of_day},
    ids::TenantId,
};
use relance_store::{
    StoreError, Tx,
    sending::{self, SendOutcome},
    tenants,
};

use super::route::Routes;

/// By the name of the settings, those that have a limit.
#[derive(Default)]
pub(super) struct Caps(BTreeMap<&'static str, Cap>);

/// What may leave on a day.
struct Cap {
    most: u64,
    left: u64,
    tomorrow: DateTime<Utc>,
}

impl Caps {
    /// Counts what left today; behind a lock, for each that has a limit.
    pub async fn of(tx: &Tx, tenant: TenantId, routes: &Routes, now: DateTime<Utc>) -> Result<Self, StoreError> {
        let mut caps = BTreeMap::new();
        for name in routes.names() {
            let Some(most) = routes.per_day(name) else { continue };
            let zone = parse_zone(&tenants::get(tx, tenant).await?.settings.time_zone).unwrap_or(chrono_tz::UTC);
            let today = local_day(now, zone);
            let gone = sending::left_since(tx, tenant, name, start_of_day(today, zone)).await?;
            let tomorrow = today.succ_opt().map_or(now, |day| start_of_day(day, zone));
            caps.insert(name, Cap { most, left: most.saturating_sub(gone), tomorrow });
        }
        Ok(Self(caps))
    }

    /// Counts one message; what becomes of it when none may leave any more.
    pub fn count(&mut self, name: &str) -> Option<SendOutcome> {
        let cap = self.0.get_mut(name)?;
        let full = cap.left == 0;
        cap.left = cap.left.saturating_sub(1);
        full.then_some(SendOutcome::Capped { at: cap.tomorrow, most: cap.most })
    }
}

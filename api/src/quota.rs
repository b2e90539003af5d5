//! How many requests a tenant may send: fixed windows of a minute, counted in this process.
//!
//! Said on every answer as the working group's draft has it (draft-ietf-httpapi-ratelimit-headers).

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, Utc};
use relance_domain::ids::TenantId;

/// Seconds of a window.
pub const WINDOW: i64 = 60;

/// Tenants remembered at most; past it the windows that ended are forgotten.
const MOST: usize = 10_000;

/// What is left after a request was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// Requests of a window.
    pub quota: u32,
    /// Requests that may still come; none is left when a request is refused.
    pub remaining: u32,
    /// Seconds until the window ends.
    pub reset: u32,
    /// May this request run?
    pub allowed: bool,
}

/// Windows by tenant.
#[derive(Debug)]
pub struct Quotas {
    per_window: u32,
    windows: Mutex<HashMap<TenantId, (i64, u32)>>,
}

impl Quotas {
    /// `per_window` requests a minute and tenant; 0 is no limit.
    pub fn new(per_window: u32) -> Self {
        Self { per_window, windows: Mutex::default() }
    }

    /// Counts a request of `tenant` at `now`; `None` when nothing is limited.
    pub fn count(&self, tenant: TenantId, now: DateTime<Utc>) -> Option<Left> {
        if self.per_window == 0 {
            return None;
        }
        let seconds = now.timestamp();
        let (number, into) = (seconds.div_euclid(WINDOW), seconds.rem_euclid(WINDOW));
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= MOST {
            windows.retain(|_, (window, _)| *window == number);
        }
        let (window, used) = windows.entry(tenant).or_insert((number, 0));
        if *window != number {
            (*window, *used) = (number, 0);
        }
        let allowed = *used < self.per_window;
        *used = used.saturating_add(1);
        let remaining = self.per_window.saturating_sub(*used);
        Some(Left { quota: self.per_window, remaining, reset: u32::try_from(WINDOW - into).unwrap_or(1), allowed })
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_tenant_has_its_own_window_and_a_new_one_every_minute() {
        let (quotas, one, two) = (Quotas::new(2), TenantId(Uuid::from_u128(1)), TenantId(Uuid::from_u128(2)));
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let left = |tenant, seconds| quotas.count(tenant, at(seconds)).unwrap();
        assert_eq!(left(one, 70), Left { quota: 2, remaining: 1, reset: 50, allowed: true });
        assert_eq!(left(one, 119), Left { quota: 2, remaining: 0, reset: 1, allowed: true });
        assert!(!left(one, 119).allowed);
        assert!(left(two, 119).allowed);
        assert!(left(one, 120).allowed);
        assert_eq!(Quotas::new(0).count(one, at(0)), None);
    }
}

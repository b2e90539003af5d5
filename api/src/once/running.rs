//! Which requests with a key run in this process at the moment.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use relance_domain::ids::TenantId;
use relance_store::idempotency::Request;

/// One request: its fingerprint does not tell it from another with the same key.
type Name = (TenantId, String, String, String);

/// The requests that run.
#[derive(Debug, Clone, Default)]
pub struct Running(Arc<Mutex<HashSet<Name>>>);

/// The right to run a request; ends when it is dropped.
#[derive(Debug)]
pub struct Turn {
    running: Running,
    name: Name,
}

impl Running {
    /// The right to run `request`, unless it runs already.
    pub fn begin(&self, tenant: TenantId, request: &Request) -> Option<Turn> {
        let name = (tenant, request.key.clone(), request.method.clone(), request.path.clone());
        let fresh = self.names().insert(name.clone());
        fresh.then(|| Turn { running: self.clone(), name })
    }

    fn names(&self) -> std::sync::MutexGuard<'_, HashSet<Name>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.running.names().remove(&self.name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_runs_once_at_a_time_and_again_when_it_ended() {
        let running = Running::default();
        let request = |path: &str| Request { key: "k".into(), method: "POST".into(), path: path.into(), fingerprint: String::new() };
        let tenant = TenantId(uuid::Uuid::nil());
        let turn = running.begin(tenant, &request("/a"));
        assert!(turn.is_some() && running.begin(tenant, &request("/a")).is_none());
        assert!(running.begin(tenant, &request("/b")).is_some());
        drop(turn);
        assert!(running.begin(tenant, &request("/a")).is_some());
    }
}

//! Keys that were found valid a moment ago: a caller's next request asks the database nothing about it.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};
use relance_domain::ids::KeyId;
use sha2::{Digest, Sha256};

use crate::caller::Caller;

/// How long a key may go on after another process revoked it; a revocation in this one counts at once.
const SECONDS: i64 = 2;

/// Keys remembered at most; past it all are asked again.
const MOST: usize = 10_000;

/// SHA-256 of a key's text: the text itself is not kept.
type Fingerprint = [u8; 32];

/// A caller, and until when it is known.
type Known = (Caller, DateTime<Utc>);

/// Valid keys by their fingerprint.
#[derive(Debug, Default)]
pub struct KnownKeys(Mutex<HashMap<Fingerprint, Known>>);

impl KnownKeys {
    /// The caller of a key found valid within the last moments.
    pub fn find(&self, key: &str, now: DateTime<Utc>) -> Option<Caller> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (caller, until) = known.get(&digest(key))?;
        (*until > now).then(|| caller.clone())
    }

    /// Remembers a key that is valid until `expires_at` at least.
    pub fn remember(&self, key: &str, caller: Caller, now: DateTime<Utc>, expires_at: Option<DateTime<Utc>>) {
        let until = now + TimeDelta::seconds(SECONDS);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(digest(key), (caller, expires_at.map_or(until, |end| end.min(until))));
    }

    /// The key was revoked: it is asked for again.
    pub fn forget(&self, id: KeyId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, (caller, _)| caller.key_id != id);
    }
}

fn digest(key: &str) -> Fingerprint {
    Sha256::digest(key).into()
}

#[cfg(test)]
mod tests {
    use relance_domain::ids::TenantId;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_key_is_known_for_a_moment_and_never_after_its_end_or_revocation() {
        let caller = Caller { key_id: KeyId(Uuid::from_u128(1)), tenant: TenantId(Uuid::from_u128(2)), live: false, scopes: [].into() };
        let now = DateTime::UNIX_EPOCH;
        let keys = KnownKeys::default();
        keys.remember("a", caller.clone(), now, None);
        keys.remember("b", caller.clone(), now, Some(now));
        let after = |ms| now + TimeDelta::milliseconds(ms);
        assert!(keys.find("a", after(1_999)).is_some());
        assert!(keys.find("a", after(2_000)).is_none());
        assert!(keys.find("b", after(0)).is_none());
        assert!(keys.find("c", after(0)).is_none());
        keys.forget(caller.key_id);
        assert!(keys.find("a", after(0)).is_none());
    }
}

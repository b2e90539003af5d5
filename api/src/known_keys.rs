//! Keys that were found valid a moment ago: a caller's next request asks the database nothing about it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use relance_domain::ids::KeyId;
use relance_store::{
    Store,
    keys::{self, Use},
};
use sha2::{Digest, Sha256};
use tokio::sync::Notify;

use crate::caller::{Actor, Caller};

/// How long a key may go on after another process revoked it; a revocation in this one counts at once.
const SECONDS: i64 = 2;

/// Keys remembered at most; past it all are asked again.
const MOST: usize = 10_000;

/// SHA-256 of a key's text: the text itself is not kept.
type Fingerprint = [u8; 32];

/// A caller, and until when it is known.
type Known = (Caller, DateTime<Utc>);

/// How long uses are gathered before they are written together.
const GATHER: Duration = Duration::from_secs(2);

/// When a key was used: the minute, and whether it is written.
type Used = HashMap<KeyId, (Use, bool)>;

/// Valid keys by their fingerprint, and when they were used.
#[derive(Debug, Default)]
pub struct KnownKeys {
    known: Mutex<HashMap<Fingerprint, Known>>,
    used: Mutex<Used>,
    news: Arc<Notify>,
}

impl KnownKeys {
    /// The caller of a key found valid within the last moments.
    pub fn find(&self, key: &str, now: DateTime<Utc>) -> Option<Caller> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (caller, until) = known.get(&digest(key))?;
        (*until > now).then(|| caller.clone())
    }

    /// Remembers a key that is valid until `expires_at` at least.
    pub fn remember(&self, key: &str, caller: Caller, now: DateTime<Utc>, expires_at: Option<DateTime<Utc>>) {
        let until = now + TimeDelta::seconds(SECONDS);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(digest(key), (caller, expires_at.map_or(until, |end| end.min(until))));
    }

    /// The key was revoked: it is asked for again.
    pub fn forget(&self, id: KeyId) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, (caller, _)| caller.key_id != id);
    }

    /// A key was used: known to the minute, written soon and with others.
    pub fn used(&self, caller: &Caller, now: DateTime<Utc>) {
        let Actor::Key(key) = caller.actor else { return };
        let Ok(at) = now.duration_trunc(TimeDelta::minutes(1)) else { return };
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if used.get(&key).is_some_and(|(last, _)| last.at >= at) {
            return;
        }
        if used.len() >= MOST {
            used.retain(|_, (_, written)| !*written);
        }
        used.insert(key, (Use { tenant: caller.tenant, key, at }, false));
        self.news.notify_one();
    }

    /// Writes when keys were used, as long as somebody holds them. Nothing is asked or written while nothing is used.
    pub async fn tell(keys: Weak<Self>, store: Store) {
        let Some(news) = keys.upgrade().map(|keys| keys.news.clone()) else { return };
        loop {
            news.notified().await;
            tokio::time::sleep(GATHER).await;
            let Some(keys) = keys.upgrade() else { return };
            let uses = keys.to_write();
            if let Err(error) = keys::mark_used(&store, &uses).await {
                tracing::warn!(%error, "when keys were used could not be written");
            }
        }
    }

    fn to_write(&self) -> Vec<Use> {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = used.values_mut().filter(|(_, written)| !*written);
        waiting
            .map(|(one, written)| {
                *written = true;
                *one
            })
            .collect()
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
        let key_id = KeyId(Uuid::from_u128(1));
        let caller = Caller {
            key_id,
            actor: Actor::Key(key_id),
            tenant: TenantId(Uuid::from_u128(2)),
            live: false,
            scopes: [].into(),
            bounds: Arc::default(),
        };
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

    #[test]
    fn a_use_is_told_once_a_minute() {
        let key_id = KeyId(Uuid::from_u128(1));
        let tenant = TenantId(Uuid::from_u128(2));
        let caller = Caller { key_id, actor: Actor::Key(key_id), tenant, live: false, scopes: [].into(), bounds: Arc::default() };
        let keys = KnownKeys::default();
        let at = |seconds| DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds);
        keys.used(&caller, at(61));
        keys.used(&caller, at(119));
        assert_eq!(keys.to_write(), [Use { tenant, key: key_id, at: at(60) }]);
        keys.used(&caller, at(119));
        assert!(keys.to_write().is_empty());
        keys.used(&caller, at(120));
        assert_eq!(keys.to_write(), [Use { tenant, key: key_id, at: at(120) }]);
    }
}

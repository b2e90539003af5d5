//! The keys of an identity provider: fetched when they are first needed, again when they grow old or a token names
//! one that is not among them, and never more often than every half minute.

use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use super::{
    Fetch,
    jws::{Key, Listed},
};

/// Between two fetches.
const PAUSE: TimeDelta = TimeDelta::seconds(30);
/// After that long a set is fetched anew, and a key that was taken out of it counts no longer.
const FRESH: TimeDelta = TimeDelta::minutes(10);
/// After that long a set that could not be fetched anew is not believed any more.
const STALE: TimeDelta = TimeDelta::hours(1);
/// Keys of a set at most.
const MOST: usize = 50;

/// What is known of a set.
#[derive(Debug, Default)]
struct Kept {
    keys: Vec<Arc<Key>>,
    fetched_at: Option<DateTime<Utc>>,
    tried_at: Option<DateTime<Utc>>,
}

/// The keys behind one URL.
pub(super) struct KeySet {
    url: String,
    fetch: Arc<dyn Fetch>,
    kept: RwLock<Kept>,
    /// One fetch at a time.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<serde_json::Value>,
}

impl KeySet {
    pub fn new(url: String, fetch: Arc<dyn Fetch>) -> Self {
        Self { url, fetch, kept: RwLock::default(), turn: tokio::sync::Mutex::default() }
    }

    /// The key of this name; the only key of the set, when a token names none.
    pub async fn find(&self, kid: Option<&str>, now: DateTime<Utc>) -> Option<Arc<Key>> {
        let known = self.look(kid, now);
        if known.is_some() && self.is_fresh(now) {
            return known;
        }
        if self.may_fetch(now) {
            let _turn = self.turn.lock().await;
            // who waited finds it done
            if self.may_fetch(now) {
                self.renew(now).await;
            }
        }
        self.look(kid, now)
    }

    fn look(&self, kid: Option<&str>, now: DateTime<Utc>) -> Option<Arc<Key>> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        if kept.fetched_at.is_none_or(|at| now - at > STALE) {
            return None;
        }
        match kid {
            Some(kid) => kept.keys.iter().find(|key| key.kid.as_deref() == Some(kid)).cloned(),
            None => match kept.keys.as_slice() {
                [only] => Some(only.clone()),
                _ => None,
            },
        }
    }

    fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        self.kept.read().unwrap_or_else(PoisonError::into_inner).fetched_at.is_some_and(|at| now - at <= FRESH)
    }

    fn may_fetch(&self, now: DateTime<Utc>) -> bool {
        self.kept.read().unwrap_or_else(PoisonError::into_inner).tried_at.is_none_or(|at| now - at >= PAUSE)
    }

    async fn renew(&self, now: DateTime<Utc>) {
        self.kept.write().unwrap_or_else(PoisonError::into_inner).tried_at = Some(now);
        let read = self.fetch.get(&self.url).await.and_then(|bytes| read(&bytes));
        match read {
            Ok(keys) => {
                let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
                (kept.keys, kept.fetched_at) = (keys, Some(now));
            }
            Err(why) => tracing::warn!(url = %self.url, %why, "the keys of an identity provider could not be fetched"),
        }
    }
}

/// The usable keys of a set; others in it are passed over.
fn read(bytes: &[u8]) -> Result<Vec<Arc<Key>>, String> {
    let document: Document = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let listed = document.keys.into_iter().filter_map(|key| serde_json::from_value::<Listed>(key).ok());
    Ok(listed.filter_map(Key::of).take(MOST).map(Arc::new).collect())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures::future::BoxFuture;

    use super::*;

    #[derive(Default)]
    struct Counted {
        times: AtomicUsize,
        fails: std::sync::atomic::AtomicBool,
    }

    impl Fetch for Counted {
        fn get<'a>(&'a self, _url: &'a str) -> BoxFuture<'a, Result<Vec<u8>, String>> {
            self.times.fetch_add(1, Ordering::SeqCst);
            let fails = self.fails.load(Ordering::SeqCst);
            Box::pin(async move { if fails { Err("down".to_owned()) } else { Ok(include_bytes!("samples/keys.json").to_vec()) } })
        }
    }

    #[tokio::test]
    async fn a_flood_of_unknown_names_fetches_once_in_half_a_minute() {
        let fetch = Arc::new(Counted::default());
        let set = KeySet::new("https://id.example/keys".to_owned(), fetch.clone());
        let at = |seconds| DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds);
        for name in 0..1_000 {
            assert!(set.find(Some(&name.to_string()), at(name / 100)).await.is_none());
        }
        assert_eq!(fetch.times.load(Ordering::SeqCst), 1);
        assert!(set.find(Some("r"), at(11)).await.is_some());
        assert!(set.find(None, at(11)).await.is_none(), "several keys, and the token names none");
        assert!(set.find(Some("new"), at(31)).await.is_none());
        assert_eq!(fetch.times.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn a_set_that_cannot_be_renewed_is_believed_for_an_hour() {
        let fetch = Arc::new(Counted::default());
        let set = KeySet::new("https://id.example/keys".to_owned(), fetch.clone());
        let at = |minutes| DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes);
        assert!(set.find(Some("r"), at(0)).await.is_some());
        fetch.fails.store(true, Ordering::SeqCst);
        assert!(set.find(Some("r"), at(11)).await.is_some());
        assert!(set.find(Some("r"), at(61)).await.is_none());
        fetch.fails.store(false, Ordering::SeqCst);
        assert!(set.find(Some("r"), at(62)).await.is_some());
    }
}

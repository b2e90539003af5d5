//! What an account was granted, kept until shortly before it ends; another process asks for its own.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

/// Beyond this all are forgotten and asked for again.
const MOST: usize = 10_000;
/// A token that ends sooner is not used any more.
const MARGIN: TimeDelta = TimeDelta::seconds(60);

/// Until when it holds, by the digest of the credentials it was granted to.
type Granted = HashMap<[u8; 32], (String, DateTime<Utc>)>;

/// All of them; clones share them.
#[derive(Clone, Default)]
pub struct Tokens(Arc<Mutex<Granted>>);

impl Tokens {
    /// The token granted to these credentials, if one still holds at `now`.
    pub(super) fn get(&self, credentials: &[&str], now: DateTime<Utc>) -> Option<String> {
        let tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.get(&place(credentials)).filter(|(_, until)| *until > now + MARGIN).map(|(token, _)| token.clone())
    }

    /// Granted until then.
    pub(super) fn put(&self, credentials: &[&str], token: &str, until: DateTime<Utc>) {
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tokens.len() >= MOST {
            tokens.clear();
        }
        tokens.insert(place(credentials), (token.to_owned(), until));
    }

    /// It was refused: another one is asked for next time.
    pub(super) fn forget(&self, credentials: &[&str]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&place(credentials));
    }
}

/// Credentials are no key of a map: their digest is.
fn place(credentials: &[&str]) -> [u8; 32] {
    let mut digest = Sha256::new();
    for part in credentials {
        digest.update(part.len().to_be_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}

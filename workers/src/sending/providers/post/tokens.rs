//! What an account was granted, kept until shortly before it ends; another process asks for its own.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};
use relance_domain::sending::{Handed, Scope};
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

/// What lets one in.
pub(super) struct Token {
    pub text: String,
    /// Granted just now, not for an earlier call.
    pub fresh: bool,
}

impl Tokens {
    /// The token granted to these credentials, if one still holds at `now`.
    pub(super) fn get(&self, credentials: &[&str], now: DateTime<Utc>) -> Option<Token> {
        let tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let held = tokens.get(&place(credentials)).filter(|(_, until)| *until > now + MARGIN)?;
        Some(Token { text: held.0.clone(), fresh: false })
    }

    /// Granted until then.
    pub(super) fn put(&self, credentials: &[&str], token: String, until: DateTime<Utc>) -> Token {
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tokens.len() >= MOST {
            tokens.clear();
        }
        tokens.insert(place(credentials), (token.clone(), until));
        Token { text: token, fresh: true }
    }

    /// What `handed` means under `token`. A token that was refused is asked for anew next time, and only what a new one
    /// is refused for is the account's fault: providers end tokens before their time.
    pub(super) fn judged(&self, credentials: &[&str], token: &Token, handed: Handed) -> Handed {
        let Handed::Refused { scope: Scope::Account, detail } = &handed else { return handed };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&place(credentials));
        if token.fresh { handed } else { Handed::transient(detail) }
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

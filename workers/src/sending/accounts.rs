//! Accounts at providers: their pauses, circuits and rates, shared by everything that this process sends.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, Utc};
use relance_domain::{
    ids::TenantId,
    policy::Channel,
    sending::{Account, Handed},
};

/// Beyond this those of nobody's interest are forgotten.
const MOST: usize = 10_000;

/// All of them; clones share them. What is forgotten at a restart is learnt again from the next answers.
#[derive(Clone, Default)]
pub(super) struct Accounts(Arc<Mutex<HashMap<Key, Account>>>);

/// A tenant's channel at a provider; a route to nowhere has none.
pub(super) type Key = (TenantId, Channel, &'static str);

impl Accounts {
    /// May one more message leave at `now`? Else when to ask again.
    pub fn may_leave(&self, key: Key, per_second: Option<u32>, now: DateTime<Utc>) -> Result<(), DateTime<Utc>> {
        self.with(key, |account| {
            account.limit(per_second, now);
            account.may_leave(now)
        })
    }

    /// An outcome; true when somebody must hear that the account is left in peace from now on.
    pub fn heard(&self, key: Key, handed: &Handed, now: DateTime<Utc>) -> bool {
        self.with(key, |account| account.heard(handed, now))
    }

    fn with<T>(&self, key: Key, act: impl FnOnce(&mut Account) -> T) -> T {
        let mut accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if accounts.len() >= MOST && !accounts.contains_key(&key) {
            accounts.retain(|_, account| *account != Account::default());
        }
        act(accounts.entry(key).or_default())
    }
}

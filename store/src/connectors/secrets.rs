//! Secrets that verify webhooks of a source: sealed at rest, the newest first, old ones until their day.

use chrono::{DateTime, Utc};
use relance_domain::ids::{SourceId, TenantId};
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};

use crate::{
    StoreError, json,
    seal::Cipher,
    time::{instant, millis},
};

/// Secrets a source may have at once; the oldest goes first.
const MOST: usize = 10;

/// A secret and until when it verifies; the newest has no end.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Secret {
    secret: String,
    until_at: Option<i64>,
}

/// The secrets of one source, opened.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Secrets(Vec<Secret>);

impl Secrets {
    /// The first secret of a source.
    pub fn first(secret: String) -> Self {
        Self(vec![Secret { secret, until_at: None }])
    }

    /// Opens what [`Secrets::seal`] wrote.
    pub async fn open<C: ConnectionTrait>(
        c: &C,
        cipher: &Cipher,
        tenant: TenantId,
        id: SourceId,
        sealed: &str,
    ) -> Result<Self, StoreError> {
        json::read("sources", &cipher.open(c, &place(tenant, id), sealed).await?).map(Self)
    }

    /// Seals them for their row.
    pub async fn seal<C: ConnectionTrait>(&self, c: &C, cipher: &Cipher, tenant: TenantId, id: SourceId) -> Result<String, StoreError> {
        cipher.seal(c, &place(tenant, id), &json::write("sources", &self.0)?).await
    }

    /// Those that verify at `now`, the newest first.
    pub fn valid(self, now: DateTime<Utc>) -> Vec<String> {
        let valid = |secret: &Secret| secret.until_at.is_none_or(|until| instant(until) > now);
        self.0.into_iter().filter(valid).map(|secret| secret.secret).collect()
    }

    /// Puts a new secret in front; those there verify until `old_until` at the latest.
    pub fn rotate(&mut self, secret: String, now: DateTime<Utc>, old_until: DateTime<Utc>) {
        for old in &mut self.0 {
            old.until_at = Some(old.until_at.unwrap_or(i64::MAX).min(millis(old_until)));
        }
        self.0.retain(|old| old.until_at.is_some_and(|until| instant(until) > now));
        self.0.insert(0, Secret { secret, until_at: None });
        self.0.truncate(MOST);
    }
}

/// Where the secrets of a source are sealed to.
pub(crate) fn place(tenant: TenantId, id: SourceId) -> String {
    format!("{tenant}/sources/{id}")
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn an_old_secret_verifies_until_its_day_and_no_longer() {
        let now = instant(1_796_083_200_000);
        let mut secrets = Secrets::first("old".to_owned());
        secrets.rotate("new".to_owned(), now, now + TimeDelta::hours(24));
        assert_eq!(secrets.clone().valid(now), ["new", "old"]);
        assert_eq!(secrets.clone().valid(now + TimeDelta::hours(24)), ["new"]);
        secrets.rotate("newest".to_owned(), now, now);
        assert_eq!(secrets.valid(now), ["newest"]);
    }
}

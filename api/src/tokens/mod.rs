//! Tokens of identity providers as bearers, beside API keys: signed by a key that the provider publishes, for us, in
//! time, and for a tenant that a claim names.

mod config;
mod jws;
mod key_set;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::BoxFuture;
use relance_domain::ids::{KeyId, TenantId};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use uuid::Builder;

pub use config::{IssuerConfig, parse};

use self::{jws::Token, key_set::KeySet};
use crate::caller::is_scope;

/// How far clocks may differ.
const LEEWAY: TimeDelta = TimeDelta::seconds(60);
/// Letters of a subject at most.
const LONGEST_SUBJECT: usize = 255;

/// Gets a document from outside, in small measure; the guarded HTTP client of the workers does.
pub trait Fetch: Send + Sync + 'static {
    /// The body of a successful answer; `Err` says why there is none.
    fn get<'a>(&'a self, url: &'a str) -> BoxFuture<'a, Result<Vec<u8>, String>>;
}

/// What a token that is believed says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Believed {
    /// An id that stays the same for issuer and subject.
    pub id: KeyId,
    /// Subject.
    pub subject: String,
    /// Whose data.
    pub tenant: TenantId,
    /// Scopes, only those that there are.
    pub scopes: Vec<String>,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

struct Issuer {
    config: IssuerConfig,
    keys: KeySet,
}

/// The identity providers that are believed.
pub struct Tokens(Vec<Issuer>);

impl Tokens {
    /// Nothing is fetched before the first token comes.
    pub fn new(configs: Vec<IssuerConfig>, fetch: &Arc<dyn Fetch>) -> Self {
        let issuer = |config: IssuerConfig| Issuer { keys: KeySet::new(config.jwks.clone(), fetch.clone()), config };
        Self(configs.into_iter().map(issuer).collect())
    }

    /// What the token says, if it is to be believed. Every failure is the same `None`.
    pub async fn believe(&self, text: &str, now: DateTime<Utc>) -> Option<Believed> {
        let token = Token::read(text)?;
        let name = token.claims.get("iss")?.as_str()?;
        // what is wrong on its face fetches no keys
        let issuer = self.0.iter().find(|issuer| issuer.config.issuer == name)?;
        let believed = said(&token.claims, &issuer.config, now)?;
        let key = issuer.keys.find(token.header.kid.as_deref(), now).await?;
        token.is_signed_by(&key).then_some(believed)
    }
}

/// What the claims say, if they are for us and in time.
fn said(claims: &Map<String, Value>, config: &IssuerConfig, now: DateTime<Utc>) -> Option<Believed> {
    let for_us = match claims.get("aud")? {
        Value::String(one) => *one == config.audience,
        Value::Array(several) => several.iter().any(|one| *one == *config.audience),
        _ => false,
    };
    let expires_at = instant(claims.get("exp")?)? + LEEWAY;
    let begins_at = match claims.get("nbf") {
        Some(at) => instant(at)? - LEEWAY,
        None => DateTime::UNIX_EPOCH,
    };
    if !for_us || expires_at <= now || begins_at > now {
        return None;
    }
    let tenant = match &config.tenant {
        Some(one) => one.parse().ok()?,
        None => claims.get(&config.tenant_claim)?.as_str()?.parse().ok()?,
    };
    let subject = claims.get("sub")?.as_str().filter(|subject| !subject.is_empty() && subject.len() <= LONGEST_SUBJECT)?;
    let digest = Sha256::new().chain_update(&config.issuer).chain_update(b"\n").chain_update(subject).finalize();
    let id = Builder::from_custom_bytes(digest.get(..16)?.try_into().ok()?).into_uuid();
    let scopes = words(claims.get(&config.scope_claim)).into_iter().filter(|word| is_scope(word)).collect();
    Some(Believed { id: KeyId(id), subject: subject.to_owned(), tenant, scopes, expires_at })
}

/// Seconds since 1970; fractions are cut off.
#[expect(clippy::cast_possible_truncation, reason = "a number beyond the range of time is refused")]
fn instant(value: &Value) -> Option<DateTime<Utc>> {
    let seconds = value.as_i64().or_else(|| value.as_f64().filter(|seconds| seconds.abs() < 1e11).map(|seconds| seconds as i64))?;
    DateTime::from_timestamp(seconds, 0)
}

/// `a b c`, or `["a", "b", "c"]`.
fn words(claim: Option<&Value>) -> Vec<String> {
    match claim {
        Some(Value::String(text)) => text.split_whitespace().map(str::to_owned).collect(),
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn hear(change: Value) -> Option<Believed> {
        let config = &parse("issuer=https://id.example;jwks=https://id.example/keys;audience=relance").unwrap()[0];
        let mut claims = json!({"iss": "https://id.example", "aud": "relance", "sub": "anne", "exp": 1_000, "scope": "read openid facts:write",
            "relance_tenant": "ten_01h455vb4pex5vsknk084sn02q"});
        for (name, value) in change.as_object().unwrap() {
            claims[name] = value.clone();
        }
        said(claims.as_object().unwrap(), config, DateTime::from_timestamp(900, 0).unwrap())
    }

    #[test]
    fn what_a_token_says_is_its_tenant_its_subject_and_the_scopes_that_there_are() {
        let believed = hear(json!({})).unwrap();
        assert_eq!((believed.subject.as_str(), believed.scopes.as_slice()), ("anne", &["read".to_owned(), "facts:write".to_owned()][..]));
        assert_eq!(hear(json!({"aud": ["other", "relance"], "scope": ["read"]})).unwrap().scopes, ["read"]);
        assert_eq!(hear(json!({})).unwrap().id, believed.id);
        assert_ne!(hear(json!({"sub": "marc"})).unwrap().id, believed.id);
        assert!(hear(json!({"scope": null})).unwrap().scopes.is_empty());
    }

    #[test]
    fn a_token_for_others_or_out_of_its_time_says_nothing() {
        assert!(hear(json!({"exp": 841})).is_some() && hear(json!({"exp": 840})).is_none());
        assert!(hear(json!({"nbf": 960})).is_some() && hear(json!({"nbf": 961})).is_none());
        for wrong in [
            json!({"aud": "other"}),
            json!({"aud": null}),
            json!({"exp": null}),
            json!({"exp": "1000"}),
            json!({"nbf": "soon"}),
            json!({"sub": ""}),
            json!({"relance_tenant": null}),
            json!({"relance_tenant": "Keller"}),
        ] {
            assert!(hear(wrong.clone()).is_none(), "{wrong}");
        }
    }
}

//! What every endpoint needs.

use std::sync::Arc;

use futures::future::BoxFuture;
use relance_domain::ids::TenantId;
use relance_openapi::channel::ChannelCheck;
use relance_store::Store;

use crate::{guesses::Guesses, intake::Intake, known_keys::KnownKeys, network::Proxies, once::Running, quota::Quotas, tokens::Tokens};

/// What came of a channel that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// `accepted`, `refused`, `throttled`, `transient`, `unknown` or `not_called`.
    pub outcome: String,
    /// What was said, without addresses.
    pub detail: Option<String>,
    /// What the provider says of the account.
    pub checks: Vec<ChannelCheck>,
}

/// Says whether an outgoing address may be reached; the guarded HTTP client of the workers answers.
pub trait Egress: Send + Sync + 'static {
    /// `Err` says why not.
    fn check<'a>(&'a self, url: &'a str) -> BoxFuture<'a, Result<(), String>>;

    /// The same for a host and port that no URL names (SMTP).
    fn check_host<'a>(&'a self, host: &'a str, port: u16) -> BoxFuture<'a, Result<(), String>>;

    /// May messages go to this host without encryption? Only inside `RELANCE_EGRESS_ALLOW`.
    fn plaintext_allowed<'a>(&'a self, host: &'a str) -> BoxFuture<'a, bool>;

    /// Tries a channel of a tenant on an address.
    fn try_channel<'a>(&'a self, tenant: TenantId, channel: &'a str, to: &'a str) -> BoxFuture<'a, Result<Tried, String>> {
        let _ = (tenant, to);
        Box::pin(async move { Err(format!("{channel} cannot be tried from here")) })
    }

    /// Gets a small document (a certificate, a confirmation). `Err` says why not.
    fn fetch<'a>(&'a self, url: &'a str) -> BoxFuture<'a, Result<Vec<u8>, String>> {
        Box::pin(async move { Err(format!("{url} cannot be fetched from here")) })
    }
}

/// Requests a minute and tenant unless told otherwise: what a busy ERP never reaches, and a loop gone wild does.
pub const REQUESTS_A_MINUTE: u32 = 600_000;

/// Shared by every worker thread of the server.
#[derive(Clone)]
pub struct App {
    /// The store.
    pub store: Store,
    /// The operator's key; without it there is no `/v1/tenants`.
    pub operator_key: Option<Arc<str>>,
    /// Which outgoing addresses may be reached.
    pub egress: Arc<dyn Egress>,
    /// Where facts are handed in, to be written many at a time.
    pub intake: Intake,
    /// Keys found valid a moment ago.
    pub known_keys: Arc<KnownKeys>,
    /// Wrong keys by address.
    pub guesses: Arc<Guesses>,
    /// Proxies whose word about the client is taken.
    pub proxies: Arc<Proxies>,
    /// Identity providers whose tokens are believed; none unless told.
    pub tokens: Option<Arc<Tokens>>,
    /// Origins whose pages may call from a browser; none unless told.
    pub origins: Arc<[String]>,
    /// The address that the outside reaches us under, if it was told.
    pub public_url: Option<Arc<str>>,
    /// How many requests a tenant may send.
    pub quotas: Arc<Quotas>,
    /// Requests with an idempotency key that run at the moment.
    pub running: Running,
}

impl App {
    /// What endpoints need; without an operator's key (or with an empty one) there is no `/v1/tenants`.
    /// Starts the task that takes facts in, so call it inside a Tokio runtime.
    pub fn new(store: Store, operator_key: Option<&str>, egress: Arc<dyn Egress>) -> Self {
        let intake = Intake::start(store.clone());
        let known_keys: Arc<KnownKeys> = Arc::default();
        tokio::spawn(KnownKeys::tell(Arc::downgrade(&known_keys), store.clone()));
        Self {
            intake,
            known_keys,
            guesses: Arc::default(),
            proxies: Arc::default(),
            tokens: None,
            origins: Arc::default(),
            public_url: None,
            quotas: Arc::new(Quotas::new(REQUESTS_A_MINUTE)),
            running: Running::default(),
            store,
            operator_key: operator_key.filter(|key| !key.is_empty()).map(Arc::from),
            egress,
        }
    }

    /// The same with another quota: requests a minute and tenant, 0 for none.
    #[must_use]
    pub fn with_quota(self, requests_a_minute: u32) -> Self {
        Self { quotas: Arc::new(Quotas::new(requests_a_minute)), ..self }
    }

    /// The same, reached from outside under this address.
    #[must_use]
    pub fn reached_at(self, public_url: Option<&str>) -> Self {
        Self { public_url: public_url.map(|url| url.trim_end_matches('/').into()), ..self }
    }

    /// With proxies whose word about the client is taken.
    #[must_use]
    pub fn behind(self, proxies: Proxies) -> Self {
        Self { proxies: Arc::new(proxies), ..self }
    }

    /// The same with tokens of identity providers beside API keys.
    #[must_use]
    pub fn believing(self, tokens: Tokens) -> Self {
        Self { tokens: Some(Arc::new(tokens)), ..self }
    }

    /// The same with pages of these origins allowed to call.
    #[must_use]
    pub fn with_origins(self, origins: impl IntoIterator<Item = String>) -> Self {
        Self { origins: origins.into_iter().collect(), ..self }
    }
}

//! Who calls: an API key, its tenant and its scopes.

use std::{net::IpAddr, sync::Arc};

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, http::header::AUTHORIZATION};
use chrono::{DateTime, Utc};
use futures::future::{Ready, ready};
use ipnet::IpNet;
use relance_domain::ids::{KeyId, TenantId};
use relance_openapi::problem::Code;
use relance_store::{cause, keys::KeyRecord};

use crate::problem::{Answer, Refusal};

macro_rules! scopes {
    ($($variant:ident = $word:literal: $doc:literal;)*) => {
        /// What a key may do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Scope { $(#[doc = $doc] $variant,)* }

        impl Scope {
            /// Every scope.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word on the wire.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// What it allows.
            pub fn description(self) -> &'static str {
                match self { $(Self::$variant => $doc,)* }
            }
        }
    };
}

scopes! {
    FactsWrite = "facts:write": "Push customers, invoices, credit notes, payments, documents and events.";
    Read = "read": "Read everything but keys and the audit log.";
    PoliciesWrite = "policies:write": "Make, change and activate policies.";
    RemindersWrite = "reminders:write": "Approve, cancel and send reminders; holds, tasks, promises, disputes.";
    SettingsWrite = "settings:write": "Change settings and channels.";
    WebhooksManage = "webhooks:manage": "Manage webhook endpoints.";
    ClockWrite = "clock:write": "Advance the clock of a test tenant.";
    KeysManage = "keys:manage": "Make, rotate and revoke API keys.";
    AuditRead = "audit:read": "Read the audit log.";
}

/// The scope that is all of them.
pub const EVERY_SCOPE: &str = "*";

/// Is this a word that a key may carry?
pub fn is_scope(word: &str) -> bool {
    word == EVERY_SCOPE || Scope::ALL.iter().any(|scope| scope.as_str() == word)
}

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// An API key.
    Key(KeyId),
    /// A token of an identity provider: its subject.
    Token(Arc<str>),
}

impl Actor {
    /// The kind, as the audit log says it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Key(_) => "api_key",
            Self::Token(_) => "jwt",
        }
    }

    /// Its id.
    pub fn id(&self) -> String {
        match self {
            Self::Key(id) => id.to_string(),
            Self::Token(subject) => subject.to_string(),
        }
    }
}

/// What a key is limited to beside its scopes.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// Networks that it is taken from; none: from everywhere.
    pub networks: Vec<IpNet>,
    /// Until when.
    pub expires_at: Option<DateTime<Utc>>,
}

/// The caller of a request; an extractor (`Authorization: Bearer rlk_…`).
#[derive(Debug, Clone)]
pub struct Caller {
    /// The key used; of a token, an id that stays the same for its subject.
    pub key_id: KeyId,
    /// Who acts.
    pub actor: Actor,
    /// Whose data: every query begins with it.
    pub tenant: TenantId,
    /// Live or test tenant.
    pub live: bool,
    /// Scopes of the key; `*` is all.
    pub scopes: Arc<[String]>,
    /// Its other limits.
    pub bounds: Arc<Bounds>,
}

impl Caller {
    /// The caller that a key makes.
    pub fn of_key(key: &KeyRecord, live: bool) -> Self {
        let networks = key.networks.iter().filter_map(|text| text.parse().ok()).collect();
        Self {
            key_id: key.id,
            actor: Actor::Key(key.id),
            tenant: key.tenant,
            live,
            scopes: key.scopes.clone().into(),
            bounds: Arc::new(Bounds { networks, expires_at: key.expires_at }),
        }
    }

    /// May this key do that?
    ///
    /// # Errors
    /// 403 `forbidden_scope`.
    pub fn require(&self, scope: Scope) -> Answer<()> {
        if self.may(scope.as_str()) {
            return Ok(());
        }
        Err(Refusal::new(Code::ForbiddenScope, format!("This needs a key with the scope {}.", scope.as_str())))
    }

    /// Does the key carry this scope?
    pub fn may(&self, word: &str) -> bool {
        self.scopes.iter().any(|have| have == EVERY_SCOPE || have == word)
    }

    /// Is the key taken from this address?
    pub fn may_come_from(&self, address: Option<IpAddr>) -> bool {
        let networks = &self.bounds.networks;
        networks.is_empty() || address.is_some_and(|address| networks.iter().any(|network| network.contains(&address)))
    }
}

impl FromRequest for Caller {
    type Error = Refusal;
    type Future = Ready<Answer<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(known(req).ok_or_else(unauthorized))
    }
}

/// The caller of a request, as the guard found him: see [`crate::middleware::guard`].
pub fn known(req: &HttpRequest) -> Option<Caller> {
    req.extensions().get::<Caller>().cloned()
}

/// The same, for those that wait.
///
/// # Errors
/// 401, the same for every failure.
pub async fn identify(req: &HttpRequest) -> Answer<Caller> {
    known(req).ok_or_else(unauthorized)
}

/// The token of `Authorization: Bearer …`.
pub fn bearer(req: &HttpRequest) -> Option<&str> {
    let (scheme, token) = req.headers().get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The one answer to every failure of identification.
pub fn unauthorized() -> Refusal {
    Refusal::new(Code::Unauthorized, "Send a valid key: Authorization: Bearer rlk_….")
}

/// Id of the request being answered.
pub fn current_request_id() -> String {
    cause::request().map(|id| id.to_string()).unwrap_or_default()
}

//! Who calls: an API key, its tenant and its scopes.

use std::sync::Arc;

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, http::header::AUTHORIZATION, web::Data};
use futures::future::LocalBoxFuture;
use relance_domain::ids::{KeyId, TenantId};
use relance_openapi::problem::Code;
use relance_store::{Scope as StoreScope, keys};

use crate::{
    problem::{Answer, Refusal},
    state::App,
};

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
    Read = "read": "Read everything but keys.";
    PoliciesWrite = "policies:write": "Make, change and activate policies.";
    RemindersWrite = "reminders:write": "Approve, cancel and send reminders; holds, tasks, promises, disputes.";
    SettingsWrite = "settings:write": "Change settings and channels.";
    WebhooksManage = "webhooks:manage": "Manage webhook endpoints.";
    ClockWrite = "clock:write": "Advance the clock of a test tenant.";
    KeysManage = "keys:manage": "Make and revoke API keys.";
}

/// The scope that is all of them.
pub const EVERY_SCOPE: &str = "*";

/// Is this a word that a key may carry?
pub fn is_scope(word: &str) -> bool {
    word == EVERY_SCOPE || Scope::ALL.iter().any(|scope| scope.as_str() == word)
}

/// The caller of a request; an extractor (`Authorization: Bearer rlk_…`).
#[derive(Debug, Clone)]
pub struct Caller {
    /// The key used.
    pub key_id: KeyId,
    /// Whose data: every query begins with it.
    pub tenant: TenantId,
    /// Live or test tenant.
    pub live: bool,
    /// Scopes of the key; `*` is all.
    pub scopes: Arc<[String]>,
}

impl Caller {
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
}

impl FromRequest for Caller {
    type Error = Refusal;
    type Future = LocalBoxFuture<'static, Answer<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move { identify(&req).await })
    }
}

/// The caller of a request, looked up once.
///
/// # Errors
/// 401, the same for every failure.
pub async fn identify(req: &HttpRequest) -> Answer<Caller> {
    if let Some(caller) = req.extensions().get::<Caller>() {
        return Ok(caller.clone());
    }
    let caller = look_up(req).await?.ok_or_else(unauthorized)?;
    req.extensions_mut().insert(caller.clone());
    Ok(caller)
}

async fn look_up(req: &HttpRequest) -> Answer<Option<Caller>> {
    let (Some(key), Some(app)) = (bearer(req), req.app_data::<Data<App>>()) else { return Ok(None) };
    let now = app.store.now();
    if let Some(caller) = app.known_keys.find(key, now) {
        return Ok(Some(caller));
    }
    let tx = app.store.read(StoreScope::System).await?;
    let Some((found, live)) = keys::find(&tx, key, now).await? else { return Ok(None) };
    let caller = Caller { key_id: found.id, tenant: found.tenant, live, scopes: found.scopes.into() };
    app.known_keys.remember(key, caller.clone(), now, found.expires_at);
    Ok(Some(caller))
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

tokio::task_local! {
    /// Id of the request being answered.
    pub static REQUEST_ID: String;
}

/// Id of the request being answered.
pub fn current_request_id() -> String {
    REQUEST_ID.try_with(Clone::clone).unwrap_or_default()
}

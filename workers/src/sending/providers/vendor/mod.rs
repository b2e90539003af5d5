//! Providers over HTTP. Each is a row of a table: how a request is written, what its answers mean, how a
//! message is asked for. Everything else — the call, the limits, what a status means — is the same for all.

mod answer;
mod brevo;
mod gateway;
mod http;
mod mail;
mod mailjet;
mod ovh;
mod postmark;
mod probe;
mod request;
mod scaleway;
mod sendgrid;
mod ses;
mod smsmode;
mod twilio;

use chrono::{DateTime, Utc};
use relance_domain::{
    records::MessageContent,
    sending::{Found, Handed, Scope},
};
use serde_json::Value;
use uuid::Uuid;

pub use self::probe::{Checked, credentials};
pub(super) use self::{answer::Answer, request::Request};
use crate::http::{GuardedClient, HttpError};

/// A provider over HTTP.
pub struct Vendor {
    /// Its name in a channel's settings.
    pub name: &'static str,
    /// `email`, `sms` or `letter`.
    pub channel: &'static str,
    /// Writes a message; the error says what does not read, and whose fault that is.
    request: fn(&Account, &Outgoing) -> Result<Request, Fault>,
    /// What a 2xx means: as a rule that it was taken.
    taken: fn(&Account, &Outgoing, &Answer) -> Handed,
    /// What a 4xx means.
    refused: fn(&Account, &Outgoing, &Answer) -> Handed,
    /// Asks for a message by our reference.
    look_up: Option<Asking>,
}

/// How a message is asked for.
struct Asking {
    /// Do the account's settings let it be asked?
    set_up: fn(&Account) -> bool,
    request: fn(&Account, &Outgoing) -> Result<Request, Fault>,
    found: fn(&Account, &Outgoing, &Value) -> Found,
}

/// Why a message cannot be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault(pub Scope, pub String);

/// All of them.
const VENDORS: &[Vendor] = &[
    brevo::EMAIL,
    mailjet::VENDOR,
    postmark::VENDOR,
    scaleway::VENDOR,
    ses::VENDOR,
    sendgrid::VENDOR,
    ovh::VENDOR,
    twilio::VENDOR,
    brevo::SMS,
    smsmode::VENDOR,
    http::VENDOR,
    gateway::VENDOR,
];

/// The provider of this name on this channel.
pub fn vendor(channel: &str, name: &str) -> Option<&'static Vendor> {
    VENDORS.iter().find(|vendor| vendor.channel == channel && vendor.name == name)
}

/// A tenant's account at a provider.
#[derive(Clone)]
pub struct Account {
    provider: &'static str,
    config: Value,
}

impl Account {
    /// Reads a channel's settings; `None` without the provider's own object.
    pub fn read(vendor: &'static Vendor, config: &Value) -> Option<Self> {
        Self::named(vendor.name, config)
    }

    /// The same by the provider's name.
    pub fn named(provider: &'static str, config: &Value) -> Option<Self> {
        config.get(provider).filter(|own| own.is_object())?;
        Some(Self { provider, config: config.clone() })
    }

    /// The provider's own object.
    pub fn own(&self) -> Option<&Value> {
        self.config.get(self.provider)
    }

    /// Is a yes-or-no setting of the provider's own set?
    pub(super) fn flag(&self, name: &str) -> bool {
        self.config.get(self.provider).and_then(|own| own.get(name)) == Some(&Value::Bool(true))
    }

    /// A setting of the provider's own.
    pub(super) fn setting(&self, name: &str) -> Option<&str> {
        self.config.get(self.provider)?.get(name)?.as_str()
    }

    /// One that has to be there.
    pub(super) fn needed(&self, name: &str) -> Result<&str, Fault> {
        self.setting(name).ok_or_else(|| Fault(Scope::Account, format!("the setting {name} is missing")))
    }

    /// Scheme, host and path prefix; `base_url` replaces the vendor's.
    pub(super) fn base(&self, default: &str) -> String {
        self.setting("base_url").unwrap_or(default).trim_end_matches('/').to_owned()
    }
}

/// A message on its way.
#[derive(Clone, Copy)]
pub struct Outgoing<'a> {
    /// Ours; comes back in receipts and look-ups.
    pub reference: &'a str,
    /// Whose it is.
    pub tenant: &'a str,
    /// The same when the same bytes go again because nobody knows, else another.
    pub key: Uuid,
    /// What is said.
    pub content: &'a MessageContent,
    /// Where receipts go.
    pub callback: Option<&'a str>,
    /// Real time.
    pub now: DateTime<Utc>,
}

impl Vendor {
    /// Hands a message over.
    pub async fn send(&self, client: &GuardedClient, account: &Account, message: &Outgoing<'_>) -> Handed {
        let request = match (self.request)(account, message) {
            Ok(request) => request,
            Err(Fault(scope, detail)) => return Handed::refused(scope, &detail),
        };
        match request.call(client).await {
            Ok(exchange) => self.meaning(account, message, &Answer::of(&exchange)),
            Err(HttpError::Blocked(_)) => Handed::refused(Scope::Account, "the address of the provider may not be called"),
            Err(error) if error.may_have_arrived() => Handed::unknown(error.code()),
            Err(error) => Handed::transient(error.code()),
        }
    }

    fn meaning(&self, account: &Account, message: &Outgoing<'_>, answer: &Answer) -> Handed {
        match answer.status {
            200..=299 => (self.taken)(account, message, answer),
            429 => {
                let retry_after = gateway::stated_pause(account, answer, message.now).or_else(|| answer.pause(message.now));
                Handed::Throttled { retry_after, detail: "status 429".to_owned() }
            }
            400..=499 => (self.refused)(account, message, answer),
            // whatever stands before the provider may say so of a message that got through
            500.. => Handed::unknown(&gateway::quiet(account, &answer.said())),
            _ => Handed::refused(Scope::Account, &format!("status {}: the provider answers elsewhere", answer.status)),
        }
    }

    /// Asks for a message by our reference. Only an answer that reads says that it is not there.
    pub async fn look_up(&self, client: &GuardedClient, account: &Account, message: &Outgoing<'_>) -> Found {
        let Some(asking) = self.look_up.as_ref().filter(|asking| (asking.set_up)(account)) else { return Found::Unsupported };
        let Ok(request) = (asking.request)(account, message) else { return Found::Unclear };
        let Ok(exchange) = request.call(client).await else { return Found::Unclear };
        match serde_json::from_slice::<Value>(&exchange.body) {
            Ok(body) if exchange.is_success() => (asking.found)(account, message, &body),
            _ => Found::Unclear,
        }
    }
}

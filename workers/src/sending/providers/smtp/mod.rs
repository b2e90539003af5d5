//! Mail servers: submission with STARTTLS or TLS, one recipient a transaction, the stage of every failure
//! known.

mod mime;
mod replies;
mod session;

use lettre::transport::smtp::authentication::Credentials;
use serde_json::Value;

pub(super) use mime::{bytes, reads};
pub use session::Session;

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// Plain, then TLS; never without.
    StartTls,
    /// TLS from the first byte.
    Tls,
    /// None at all: only inside the operator's ranges.
    None,
}

/// A mail server of a tenant.
#[derive(Clone)]
pub struct SmtpServer {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) security: Security,
    pub(super) credentials: Option<Credentials>,
    pub(super) ca_pem: Option<String>,
    /// Where bounces come back to.
    pub(super) bounce_address: Option<String>,
}

impl SmtpServer {
    /// Reads a channel's settings.
    pub fn read(config: &Value) -> Option<Self> {
        let smtp = config.get("smtp")?;
        let text = |name: &str| smtp.get(name).and_then(Value::as_str).map(str::to_owned);
        let security = match smtp.get("security").and_then(Value::as_str)? {
            "starttls" => Security::StartTls,
            "tls" => Security::Tls,
            "none" => Security::None,
            _ => return None,
        };
        let credentials = text("username").map(|name| Credentials::new(name, text("password").unwrap_or_default()));
        let port = u16::try_from(smtp.get("port")?.as_u64()?).ok()?;
        Some(Self { host: text("host")?, port, security, credentials, ca_pem: text("ca_pem"), bounce_address: text("bounce_address") })
    }
}

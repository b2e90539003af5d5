//! Why a call had no answer, and whether it can have arrived all the same.

use std::error::Error;

use relance_domain::egress::Blocked;

/// A call without an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// The address may not be called. No socket was opened.
    #[error("blocked: {0}")]
    Blocked(Blocked),
    /// The name has no address.
    #[error("the name does not resolve")]
    Resolve,
    /// No connection.
    #[error("no connection: {0}")]
    Connect(String),
    /// The other side is not who it says, or speaks no TLS.
    #[error("TLS: {0}")]
    Tls(String),
    /// No answer in time.
    #[error("no answer in time")]
    Timeout {
        /// The request may have been taken.
        sent: bool,
    },
    /// The connection broke, or what came back is no HTTP.
    #[error("no readable answer: {0}")]
    Protocol(String),
}

impl HttpError {
    /// May the other side have taken the request?
    pub fn may_have_arrived(&self) -> bool {
        matches!(self, Self::Timeout { sent: true } | Self::Protocol(_))
    }

    /// A short word for logs and delivery attempts.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Blocked(_) => "blocked_address",
            Self::Resolve => "name_not_resolved",
            Self::Connect(_) => "connection_failed",
            Self::Tls(_) => "tls_failed",
            Self::Timeout { .. } => "timeout",
            Self::Protocol(_) => "protocol_error",
        }
    }

    /// What an error of the client means.
    pub(super) fn of(error: reqwest::Error) -> Self {
        if let Some(ours) = find::<Self>(&error) {
            return ours.clone();
        }
        if let Some(tls) = find::<rustls::Error>(&error) {
            return Self::Tls(tls.to_string());
        }
        if error.is_connect() {
            return if error.is_timeout() { Self::Timeout { sent: false } } else { Self::Connect(chain(&error.without_url())) };
        }
        if error.is_timeout() { Self::Timeout { sent: true } } else { Self::Protocol(chain(&error.without_url())) }
    }
}

/// The first cause of one type. An `io::Error` does not name what it wraps as its source: it is opened.
fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    if let Some(found) = error.downcast_ref::<T>() {
        return Some(found);
    }
    let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    match wrapped {
        Some(inner) => find(inner),
        None => error.source().and_then(find),
    }
}

/// The innermost cause in words; addresses stand in outer ones only.
pub(super) fn chain(error: &reqwest::Error) -> String {
    let mut last: &dyn Error = error;
    while let Some(inner) = last.source() {
        last = inner;
    }
    last.to_string()
}

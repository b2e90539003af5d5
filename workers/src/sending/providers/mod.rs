//! Providers: each hands one message over and says what became of it, in one of five words.

mod print;
mod sms_http;
mod smtp;

use chrono::TimeDelta;
use relance_domain::{policy::Channel, records::MessageContent};

pub use print::print;
pub use relance_store::sending::RefusalScope;
pub use sms_http::{SmsGateway, sms};
pub use smtp::{Security, Session, SmtpServer};

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handed {
    /// The provider took it.
    Accepted {
        /// Its id there, if it said one.
        provider_id: Option<String>,
    },
    /// The provider will not take it.
    Refused {
        /// What the refusal is about.
        scope: RefusalScope,
        /// What was said.
        detail: String,
    },
    /// The provider says it did not take it, and when to come again.
    Throttled {
        /// Its wish.
        retry_after: Option<TimeDelta>,
        /// What was said.
        detail: String,
    },
    /// Certainly not taken.
    Transient {
        /// What happened.
        detail: String,
    },
    /// It may have been taken: nobody knows.
    Unknown {
        /// What happened.
        detail: String,
    },
}

impl Handed {
    fn refused(scope: RefusalScope, detail: &str) -> Self {
        Self::Refused { scope, detail: without_addresses(detail) }
    }

    fn transient(detail: &str) -> Self {
        Self::Transient { detail: without_addresses(detail) }
    }

    fn unknown(detail: &str) -> Self {
        Self::Unknown { detail: without_addresses(detail) }
    }
}

/// Why the message has nowhere to go, if so.
pub fn unreachable(channel: Option<Channel>, content: &MessageContent) -> Option<&'static str> {
    match channel {
        Some(Channel::Email) if !content.to.as_deref().is_some_and(smtp::reads) => Some("the e-mail address does not read"),
        Some(Channel::Sms) if content.to.is_none() => Some("the number is no mobile number"),
        _ => None,
    }
}

/// The address in `"Name" <address>`.
pub fn bare_address(text: &str) -> &str {
    match (text.rfind('<'), text.rfind('>')) {
        (Some(from), Some(to)) if from < to => text.get(from + 1..to).unwrap_or(text),
        _ => text.trim(),
    }
}

/// What may be kept and logged of a provider's words: one line, short, no address and no number.
pub fn without_addresses(text: &str) -> String {
    let words = text.split_whitespace().map(|word| {
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        if word.contains('@') || digits >= 9 { "…" } else { word }
    });
    words.collect::<Vec<_>>().join(" ").chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_of_a_refusal_names_nobody() {
        let said = "5.1.1 <claire@dupont.example>: Recipient\r\n rejected: +33612345678 unknown";
        assert_eq!(without_addresses(said), "5.1.1 … Recipient rejected: … unknown");
        assert_eq!(without_addresses(&"x".repeat(500)).len(), 200);
    }

    #[test]
    fn an_address_is_read_out_of_its_brackets() {
        assert_eq!(bare_address("\"A <b>\" <c@d.example>"), "c@d.example");
        assert_eq!(bare_address(" c@d.example "), "c@d.example");
    }
}

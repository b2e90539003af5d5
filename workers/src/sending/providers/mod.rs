//! Providers: each hands one message over and says what became of it, in one of five words.

mod post;
mod print;
mod smtp;
mod vendor;

use relance_domain::{policy::Channel, records::MessageContent};

pub use post::{Post, Posted, Tokens};
pub use print::print;
pub use relance_domain::sending::{Found, Handed, Scope as RefusalScope, bare_address, without_addresses};
pub use smtp::{Security, Session, SmtpServer};
pub use vendor::{Account, Checked, Outgoing, Vendor, credentials, vendor};

/// Why the message has nowhere to go, if so.
pub fn unreachable(channel: Option<Channel>, content: &MessageContent) -> Option<&'static str> {
    match channel {
        Some(Channel::Email) if !content.to.as_deref().is_some_and(smtp::reads) => Some("the e-mail address does not read"),
        Some(Channel::Sms) if content.to.is_none() => Some("the number is no mobile number"),
        _ => None,
    }
}

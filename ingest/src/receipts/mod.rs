//! What providers tell of messages afterwards: verified the vendor's way on the raw bytes, then read into our
//! words. Pure: what has to be fetched (a certificate) comes in.

mod email;
mod gateway;
mod post;
mod read;
mod sms;
mod sns;
mod verify;

use relance_domain::sending::{Proof, Receipt};
use serde_json::Value;

pub use post::{Hint, hint};
pub use sns::{Notification, certificate_url, subscribe_url};
pub use verify::{is_sendgrid_key, verify};

/// A receipt as it came.
pub struct Incoming<'a> {
    /// A header by its name in lower case.
    pub header: &'a dyn Fn(&str) -> Option<&'a str>,
    /// The address as the provider called it, query included; `None` when our public address is not known.
    pub url: Option<&'a str>,
    /// What stands behind the `?`.
    pub query: &'a str,
    /// The raw bytes.
    pub body: &'a [u8],
    /// The certificate that [`certificate_url`] names, if it was asked for.
    pub certificate: Option<&'a [u8]>,
    /// Now, real time, in Unix seconds.
    pub now: i64,
}

/// Reads what `provider`, whose settings are `own`, tells on `channel`: none when it tells nothing that we keep, `None` when it does not read.
pub fn parse(channel: &str, provider: &str, own: &Value, incoming: &Incoming<'_>) -> Option<Vec<Receipt>> {
    if (channel, provider) == ("sms", "ovh") {
        return sms::ovh(incoming.query);
    }
    if (channel, provider) == ("sms", "twilio") {
        return sms::twilio(incoming.query, incoming.body);
    }
    match (channel, provider) {
        ("sms", "gateway") => return gateway::parse(own, incoming),
        ("letter", "merci_facteur") => return post::merci_facteur(incoming.body),
        // its word is not signed: it only makes us ask
        ("letter", "ar24") => return hint(provider, incoming).map(|_| Vec::new()),
        _ => {}
    }
    let body: Value = serde_json::from_slice(incoming.body).ok()?;
    let body = match provider {
        "ses" | "scaleway" => Notification::read(&body)?.message,
        _ => body,
    };
    // one, or a list of them
    let list = match body {
        Value::Array(list) => list,
        one => vec![one],
    };
    let read: fn(&Value) -> Option<Receipt> = match (channel, provider) {
        ("email", "brevo") => email::brevo,
        ("email", "mailjet") => email::mailjet,
        ("email", "postmark") => email::postmark,
        ("email", "sendgrid") => email::sendgrid,
        ("email", "ses") => email::ses,
        ("email", "scaleway") => email::scaleway,
        ("sms", "brevo") => sms::brevo,
        ("sms", "smsmode") => sms::smsmode,
        ("sms", "http") => sms::http,
        ("letter", "maileva") => post::maileva,
        _ => return None,
    };
    list.iter().all(Value::is_object).then(|| list.iter().filter_map(read).collect())
}

/// Files that come with what `provider` tells of letters.
pub fn proofs(provider: &str, incoming: &Incoming<'_>) -> Vec<Proof> {
    if provider == "merci_facteur" { post::merci_facteur_proofs(incoming.body) } else { Vec::new() }
}

#[cfg(test)]
mod tests;

//! What each provider can do about a message whose fate is not known.

use chrono::TimeDelta;
use serde_json::Value;

/// What a provider does with the same message handed over again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idempotency {
    /// It is another message.
    None,
    /// An error that says it has it: the proof that it was taken.
    Refuses {
        /// How long it remembers.
        for_long: TimeDelta,
    },
    /// The same answer again.
    Replays {
        /// How long it remembers.
        for_long: TimeDelta,
    },
}

/// How a message is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup {
    /// Not at all.
    None,
    /// By our reference, which it shows after at most this long.
    ByOurReference {
        /// How late its log is.
        lag: TimeDelta,
    },
}

/// What a provider can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// Handed over again.
    pub idempotency: Idempotency,
    /// Asked for.
    pub lookup: Lookup,
    /// Do its receipts carry our reference or an id that we know?
    pub tracked: bool,
    /// May a second copy be sent at all when nobody knows of the first? E-mail only, with its Message-ID.
    pub repeatable: bool,
}

/// What `provider` can do on `channel`; a word of another release can do nothing.
pub fn capabilities(provider: &str, channel: &str) -> Capabilities {
    let minutes = |minutes| Lookup::ByOurReference { lag: TimeDelta::minutes(minutes) };
    let refuses = |for_long| Idempotency::Refuses { for_long };
    let (idempotency, lookup, tracked) = match (channel, provider) {
        ("email", "brevo") => (refuses(TimeDelta::minutes(30)), minutes(5), true),
        // whether these two can be asked stands in the channel's settings
        ("email", "mailjet" | "postmark") | ("sms", "ovh" | "brevo" | "http" | "gateway") => (Idempotency::None, minutes(5), true),
        ("email", "scaleway" | "ses" | "sendgrid") | ("sms", "twilio" | "smsmode") => (Idempotency::None, Lookup::None, true),
        // refused again for thirty days under the same `antidoublon`
        ("letter" | "registered_letter", "merci_facteur") => (refuses(TimeDelta::days(30)), Lookup::None, true),
        // a draft is submitted once; asked again, we settle what became of it first
        ("letter" | "registered_letter", "maileva") => (refuses(TimeDelta::days(30)), minutes(5), true),
        ("letter" | "registered_letter", "ar24") => (Idempotency::None, minutes(5), true),
        // the same file under the same name
        (_, "print") => (Idempotency::Replays { for_long: TimeDelta::days(3_650) }, Lookup::None, false),
        _ => (Idempotency::None, Lookup::None, false),
    };
    Capabilities { idempotency, lookup, tracked, repeatable: channel == "email" }
}

/// Can this account be asked for a message? Of the two that need it, the settings (`own`) say so.
pub fn can_be_asked(provider: &str, own: Option<&Value>) -> bool {
    let stated = own.and_then(|own| own.get("look_up"));
    match provider {
        "http" => stated == Some(&Value::Bool(true)),
        "gateway" => stated.is_some_and(Value::is_object),
        _ => true,
    }
}

/// Is a letter that this provider took asked after until it has arrived?
pub fn is_followed(provider: &str) -> bool {
    matches!(provider, "merci_facteur" | "maileva" | "ar24")
}

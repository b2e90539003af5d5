//! Where a message goes.

use std::collections::BTreeMap;

use relance_domain::{
    ids::TenantId,
    phone,
    policy::Channel,
    records::MessageContent,
    sending::{self, can_be_asked},
};
use relance_store::{Store, StoreError, Tx, channels, channels::OpenChannel};
use serde_json::Value;

use super::providers::{Account, Post, SmtpServer, Vendor, bare_address, vendor};

/// Settings that a provider of e-mail or letters has only when its receipts come to us.
const RECEIPT_SETTINGS: [&str; 4] = ["webhook_key", "webhook_password", "webhook_secret", "topic_arn"];

/// Where a message goes.
#[derive(Clone)]
pub(super) enum Route {
    /// Nobody is called: it counts as sent at once.
    Nowhere(&'static str),
    /// A mail server.
    Smtp(Box<SmtpServer>),
    /// A provider over HTTP.
    Vendor(&'static Vendor, Box<Account>),
    /// A provider that posts letters.
    Post(Post, Box<Account>),
    /// A folder for a person to print from.
    Print,
    /// Nothing that works is configured.
    Broken(String),
}

impl Route {
    /// Can its provider be asked for a message, as the account is set up?
    pub(super) fn can_be_asked(&self) -> bool {
        match self {
            Self::Vendor(vendor, account) => can_be_asked(vendor.name, account.own()),
            _ => true,
        }
    }

    /// The word kept with an attempt.
    pub(super) fn provider(&self) -> &'static str {
        match self {
            Self::Nowhere(word) => word,
            Self::Smtp(_) => "smtp",
            Self::Vendor(vendor, _) => vendor.name,
            Self::Post(post, _) => post.name(),
            Self::Print => "print",
            Self::Broken(_) => "none",
        }
    }
}

/// The channels of a tenant as far as a batch needs them.
pub(super) struct Routes {
    live: bool,
    open: BTreeMap<&'static str, (OpenChannel, sending::Account)>,
}

impl Routes {
    /// Opens the channels that messages of `used` leave by.
    pub(super) async fn load(store: &Store, tx: &Tx, tenant: TenantId, live: bool, used: &[Channel]) -> Result<Self, StoreError> {
        let firsts = used.iter().map(|channel| name(*channel)).filter(|name| !name.is_empty());
        let mut names: Vec<&'static str> = firsts.flat_map(|first| [Some(first), sending::fallback_of(first)]).flatten().collect();
        names.sort_unstable();
        names.dedup();
        let there = if names.is_empty() { Vec::new() } else { channels::with_accounts(store, tx, tenant, &names).await? };
        let by_name =
            |open: (OpenChannel, sending::Account)| Some((names.iter().copied().find(|name| *name == open.0.record.channel)?, open));
        Ok(Self { live, open: there.into_iter().filter_map(by_name).collect() })
    }

    /// The settings that are there, in order.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.open.keys().copied()
    }

    /// The settings that stand in for those of `first`, where there are some.
    pub(super) fn fallback(&self, first: &str) -> Option<&'static str> {
        sending::fallback_of(first).filter(|name| self.open.contains_key(name))
    }

    /// The settings of who was handed a message of the channel `first`: those that it left `via`, unless they are another
    /// provider's by now.
    pub(super) fn of_attempt(&self, first: &'static str, via: Option<&str>, provider: Option<&str>) -> Option<&'static str> {
        let both = [Some(first), self.fallback(first)].into_iter().flatten();
        let his = both.filter(|by| self.channel(by).map(|open| open.record.provider.as_str()) == provider);
        his.max_by_key(|by| via == Some(*by))
    }

    /// What is known of the account of a channel, and the version of the settings that it belongs to.
    pub(super) fn account(&self, by: &str) -> Option<(i64, &sending::Account)> {
        let (open, account) = self.open.get(by)?;
        Some((open.record.version, account))
    }

    /// End of the address that receipts of the channel arrive at.
    pub(super) fn receipt_token(&self, by: &str) -> Option<&str> {
        Some(&self.channel(by)?.record.receipt_token)
    }

    /// Will a receipt come: where messages say where to (`callback`), or where the provider's own settings do?
    pub(super) fn tells_receipts(&self, by: &str, callback: bool) -> bool {
        let set_up = |open: &OpenChannel| {
            let own = open.config.get(&open.record.provider);
            RECEIPT_SETTINGS.iter().any(|name| own.is_some_and(|own| own.get(name).is_some()))
        };
        match self.channel(by) {
            // its settings say whether it tells anything; where to may stand in the gateway's own
            Some(open) if open.record.provider == "gateway" => {
                open.config.pointer("/gateway/receipts").is_some_and(|receipts| !receipts.is_null())
            }
            _ if sending::channel_of(by) == "sms" => callback,
            open => open.is_some_and(set_up),
        }
    }

    /// Messages a second that the account takes, if it says so.
    pub(super) fn per_second(&self, by: &str) -> Option<u32> {
        let rate = self.public(by)?.get("max_per_second")?.as_u64()?;
        u32::try_from(rate).ok()
    }

    /// Messages a day that may leave, if the channel says so.
    pub(super) fn per_day(&self, by: &str) -> Option<u64> {
        self.public(by)?.get("max_per_day")?.as_u64()
    }

    /// The public settings of the channel.
    pub(super) fn public(&self, by: &str) -> Option<&Value> {
        Some(&self.channel(by)?.record.public)
    }

    pub(super) fn channel(&self, by: &str) -> Option<&OpenChannel> {
        self.open.get(by).map(|(open, _)| open)
    }

    /// Where this message goes by the settings of `by`. No provider is called from a test tenant but for addresses on its list.
    pub(super) fn of(&self, channel: Channel, by: &str, content: &MessageContent) -> Route {
        if channel == Channel::WebhookOnly {
            return Route::Nowhere("webhook");
        }
        let open = self.channel(by);
        if !self.live && !open.is_some_and(|open| is_allowed(&open.config, content)) {
            return Route::Nowhere("test");
        }
        let Some(open) = open else { return Route::Broken("no such channel is configured".to_owned()) };
        let made = match open.record.provider.as_str() {
            "smtp" => SmtpServer::read(&open.config).map(|server| Route::Smtp(Box::new(server))),
            "print" => Some(Route::Print),
            other if Post::named(other).is_some() => Post::named(other)
                .and_then(|post| Account::named(post.name(), &open.config).map(|account| Route::Post(post, Box::new(account)))),
            other => match vendor(sending::channel_of(&open.record.channel), other) {
                Some(vendor) => Account::read(vendor, &open.config).map(|account| Route::Vendor(vendor, Box::new(account))),
                None => Some(Route::Broken(format!("provider {other}: this provider is not available in this release"))),
            },
        };
        made.unwrap_or_else(|| Route::Broken("the settings of the channel do not read".to_owned()))
    }
}

/// Whose settings messages of a channel leave by; empty: they leave by none.
pub(super) fn name(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "email",
        Channel::Sms => "sms",
        Channel::Letter | Channel::RegisteredLetter => "letter",
        _ => "",
    }
}

/// Is the recipient on the channel's list of addresses that a test tenant may really write to?
fn is_allowed(config: &Value, content: &MessageContent) -> bool {
    let Some(to) = content.to.as_deref() else { return false };
    let in_one_line = to.replace('\n', ", "); // a letter's: the lines of its envelope
    let address = bare_address(&in_one_line);
    let email = content.headers.get("email").map(String::as_str);
    let listed = config.get("allow_list").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    listed.into_iter().any(|entry| {
        entry.trim().eq_ignore_ascii_case(address) || email == Some(entry.trim()) || phone::mobile(entry).as_deref() == Some(address)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_listed_addresses_are_written_to_from_a_test_tenant() {
        let config = json!({"allow_list": ["me@firm.example", "06 12 34 56 78"]});
        let to = |to: &str| MessageContent { to: Some(to.to_owned()), ..MessageContent::default() };
        for (address, allowed) in [
            ("\"Me\" <ME@firm.example>", true),
            ("me@firm.example", true),
            ("+33612345678", true),
            ("you@firm.example", false),
            ("me@firm.example.evil.example", false),
            ("", false),
        ] {
            assert_eq!(is_allowed(&config, &to(address)), allowed, "{address}");
        }
        assert!(!is_allowed(&json!({}), &to("me@firm.example")));
    }
}

//! A channel tried out: one short message to one address, at once, kept nowhere.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use relance_domain::{
    ids::TenantId,
    phone,
    policy::Channel,
    records::MessageContent,
    sending::{Handed, channel_of},
};
use relance_letters::from_records::Sender;
use relance_store::{StoreError, tenants};
use uuid::Uuid;

use super::{
    SendContext,
    checkup::asked,
    providers::{self, Checked, Outgoing, Session, without_addresses},
    route::{Route, Routes},
};

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// The provider.
    pub provider: String,
    /// What it said; `None`: nobody was called, because a test tenant writes to listed addresses only.
    pub handed: Option<Handed>,
    /// What the provider says of the account, asked without sending.
    pub checks: Vec<Checked>,
}

/// Says that nothing is owed, in the two languages that a creditor's staff reads.
const TEXT: &str = "Message d'essai de Relance : aucun paiement n'est attendu. / Relance test message: nothing is due.";

impl SendContext {
    /// Tries the settings `by` (`email`, `sms` or the fallback of one) of a tenant on `to`; `None` when they are not set up.
    ///
    /// # Errors
    /// The database's.
    pub async fn try_channel(&self, tenant: TenantId, by: &str, to: &str) -> Result<Option<Trial>, StoreError> {
        let Some(channel) = Channel::parse(channel_of(by)) else { return Ok(None) };
        let now = self.store.now();
        // a write transaction is what opening secrets is written for; it ends without a trace
        let tx = self.store.write(tenant).await?;
        let (live, _) = tenants::live_and_now(&tx, tenant, now).await?;
        let settings = tenants::get(&tx, tenant).await?.settings;
        let routes = Routes::load(&self.store, &tx, tenant, live, &[channel]).await?;
        tx.rollback().await?;
        let Some(open) = routes.channel(by) else { return Ok(None) };
        let checks = asked(&self.http, open, now).await;
        let sender = Sender::of(Some(&open.record.public), &settings);
        let reference = format!("rl_test{}", Uuid::now_v7().simple().to_string().get(..12).unwrap_or_default());
        let content = message(channel, to, &sender, &reference);
        let route = routes.of(channel, by, &content);
        let provider = route.provider().to_owned();
        let handed = match providers::unreachable(Some(channel), &content) {
            Some(detail) => Some(Handed::refused(providers::RefusalScope::Recipient, detail)),
            None => self.hand_over(&route, tenant, &reference, &content, now).await,
        };
        Ok(Some(Trial { provider, handed, checks }))
    }

    /// One message over one connection; `None` where nobody is called.
    pub(super) async fn hand_over(
        &self,
        route: &Route,
        tenant: TenantId,
        reference: &str,
        content: &MessageContent,
        now: DateTime<Utc>,
    ) -> Option<Handed> {
        let _in_flight = self.gate.call().await;
        match route {
            Route::Nowhere(_) | Route::Print | Route::Post(..) => None,
            Route::Broken(detail) => Some(Handed::refused(providers::RefusalScope::Account, detail)),
            Route::Smtp(server) => match Session::open(&self.http, server).await {
                Ok(mut session) => {
                    let handed = session.send(content, now).await;
                    session.quit().await;
                    Some(handed)
                }
                Err(handed) => Some(handed),
            },
            Route::Vendor(vendor, account) => {
                let tenant = tenant.to_string();
                let message = Outgoing { reference, tenant: &tenant, key: Uuid::now_v7(), content, callback: None, now };
                Some(vendor.send(&self.http, account, &message).await)
            }
        }
    }
}

fn message(channel: Channel, to: &str, sender: &Sender, reference: &str) -> MessageContent {
    if channel == Channel::Sms {
        let headers = BTreeMap::from([("encoding".to_owned(), "gsm7".to_owned()), ("parts".to_owned(), "1".to_owned())]);
        return MessageContent {
            from: Some(sender.from.clone()),
            to: phone::mobile(to),
            text: TEXT.to_owned(),
            headers,
            ..MessageContent::default()
        };
    }
    let name = sender.from_name.as_deref().map(|name| name.replace(['"', '\\', '\r', '\n'], ""));
    let from = name.map_or_else(|| sender.from.clone(), |name| format!("\"{name}\" <{}>", sender.from));
    let domain = sender.from.rsplit('@').next().unwrap_or("localhost");
    let headers = [("Message-ID", format!("<{reference}@{domain}>")), ("Auto-Submitted", "auto-generated".to_owned())];
    MessageContent {
        from: Some(from),
        to: Some(to.to_owned()),
        subject: Some("Relance: message d'essai / test message".to_owned()),
        text: TEXT.to_owned(),
        html: Some(format!("<p>{TEXT}</p>")),
        headers: headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        ..MessageContent::default()
    }
}

impl Trial {
    /// What came of it in a word: `accepted`, `refused`, `throttled`, `transient`, `unknown`, `not_called`.
    pub fn outcome(&self) -> &'static str {
        match &self.handed {
            None => "not_called",
            Some(Handed::Accepted { .. }) => "accepted",
            Some(Handed::Refused { .. }) => "refused",
            Some(Handed::Throttled { .. }) => "throttled",
            Some(Handed::Transient { .. }) => "transient",
            Some(Handed::Unknown { .. }) => "unknown",
        }
    }

    /// What was said, without addresses.
    pub fn detail(&self) -> Option<String> {
        match self.handed.as_ref()? {
            Handed::Accepted { .. } => None,
            Handed::Refused { detail, .. }
            | Handed::Throttled { detail, .. }
            | Handed::Transient { detail }
            | Handed::Unknown { detail } => Some(without_addresses(detail)),
        }
    }
}

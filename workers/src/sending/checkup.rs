//! A channel looked at without a message: is its server there, is the way encrypted, does it know us, does the sender fit?

use chrono::{DateTime, Utc};
use relance_domain::{
    ids::TenantId,
    sending::{Alignment, Handed, MailSettings, alignment, channel_of, without_addresses},
};
use relance_store::{Store, StoreError, channels, channels::OpenChannel};
use reqwest::header::HeaderMap;
use serde_json::Value;

use super::providers::{Checked, Session, SmtpServer, credentials};
use crate::http::GuardedClient;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Nothing is to be mended.
    pub ok: bool,
    /// `email by smtp: the server lets us in`.
    pub what: String,
    /// What to do, when something is.
    pub advice: String,
}

/// Looks at every channel of a tenant. Nothing is sent.
///
/// # Errors
/// The database's; [`StoreError::Seal`] with another `RELANCE_SECRET_KEY`.
pub async fn check_up(store: &Store, client: &GuardedClient, tenant: TenantId) -> Result<Vec<Finding>, StoreError> {
    let tx = store.write(tenant).await?;
    let mut open = Vec::new();
    for record in channels::list(&tx, tenant).await? {
        open.extend(channels::open(store, &tx, tenant, &record.channel).await?);
    }
    tx.rollback().await?;
    let mut findings = Vec::new();
    for channel in open {
        findings.extend(of_channel(client, &channel, store.now()).await);
    }
    Ok(findings)
}

async fn of_channel(client: &GuardedClient, channel: &OpenChannel, now: DateTime<Utc>) -> Vec<Finding> {
    let name = format!("{} by {}", channel.record.channel.replace('_', " "), channel.record.provider);
    let mut findings = Vec::new();
    if channel_of(&channel.record.channel) == "email" {
        for Alignment { code, ok, detail } in alignment(MailSettings::read(&channel.record.public)) {
            findings.push(Finding { ok, what: format!("{name}: {}", code.replace('_', " ")), advice: detail });
        }
    }
    let asked = asked(client, channel, now).await;
    let smtp = channel.record.provider == "smtp";
    // who lets us in is there
    if let Some(url) = own_address(channel).filter(|_| !smtp && asked.is_empty()) {
        let answer = client.get(&url, HeaderMap::new()).await;
        let advice = answer.as_ref().err().map(ToString::to_string).unwrap_or_default();
        findings.push(Finding { ok: answer.is_ok(), what: format!("{name}: its address answers"), advice });
    }
    for Checked { code, ok, detail } in asked {
        let what = match (code, smtp) {
            ("credentials", true) => format!("{name}: the server is there, encrypted, and lets us in"),
            // what was learnt is worth reading when all is well, too
            _ if ok => format!("{name}: {}: {detail}", code.replace('_', " ")),
            _ => format!("{name}: {}", code.replace('_', " ")),
        };
        findings.push(Finding { ok, what, advice: detail });
    }
    findings
}

/// What the provider of a channel says of its account. Nothing is sent.
pub(super) async fn asked(client: &GuardedClient, channel: &OpenChannel, now: DateTime<Utc>) -> Vec<Checked> {
    match channel.record.provider.as_str() {
        "smtp" => vec![server(client, &channel.config).await],
        provider => credentials(client, channel_of(&channel.record.channel), provider, &channel.config, now).await,
    }
}

/// Connects, encrypts, logs in, and says goodbye.
async fn server(client: &GuardedClient, config: &Value) -> Checked {
    let checked = |ok: bool, detail: &str| Checked { code: "credentials", ok, detail: without_addresses(detail) };
    let Some(server) = SmtpServer::read(config) else { return checked(false, "its settings do not read: put them again") };
    match Session::open(client, &server).await {
        Ok(session) => {
            session.quit().await;
            checked(true, "The server is there, encrypted, and lets us in.")
        }
        Err(Handed::Accepted { .. }) => checked(true, "The server is there."),
        Err(
            Handed::Refused { detail, .. } | Handed::Transient { detail } | Handed::Throttled { detail, .. } | Handed::Unknown { detail },
        ) => checked(false, &detail),
    }
}

/// An address that the settings name themselves.
fn own_address(channel: &OpenChannel) -> Option<String> {
    let own = channel.config.get(&channel.record.provider)?;
    own.get("base_url").or_else(|| own.get("url"))?.as_str().map(str::to_owned)
}

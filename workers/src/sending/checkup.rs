//! A channel looked at without a message: is its server there, is the way encrypted, does it know us, does the sender fit?

use relance_domain::{
    ids::TenantId,
    sending::{Alignment, Handed, MailSettings, alignment, channel_of},
};
use relance_store::{Store, StoreError, channels, channels::OpenChannel};
use reqwest::header::HeaderMap;
use serde_json::Value;

use super::providers::{Session, SmtpServer};
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
        findings.extend(of_channel(client, &channel).await);
    }
    Ok(findings)
}

async fn of_channel(client: &GuardedClient, channel: &OpenChannel) -> Vec<Finding> {
    let name = format!("{} by {}", channel.record.channel.replace('_', " "), channel.record.provider);
    let mut findings = Vec::new();
    if channel_of(&channel.record.channel) == "email" {
        for Alignment { code, ok, detail } in alignment(MailSettings::read(&channel.record.public)) {
            findings.push(Finding { ok, what: format!("{name}: {}", code.replace('_', " ")), advice: detail });
        }
    }
    if channel.record.provider == "smtp" {
        findings.push(server(client, &name, &channel.config).await);
    } else if let Some(url) = own_address(channel) {
        let answer = client.get(&url, HeaderMap::new()).await;
        let advice = answer.as_ref().err().map(ToString::to_string).unwrap_or_default();
        findings.push(Finding { ok: answer.is_ok(), what: format!("{name}: its address answers"), advice });
    }
    findings
}

/// Connects, encrypts, logs in, and says goodbye.
async fn server(client: &GuardedClient, name: &str, config: &Value) -> Finding {
    let what = format!("{name}: the server is there, encrypted, and lets us in");
    let Some(server) = SmtpServer::read(config) else {
        return Finding { ok: false, what, advice: "its settings do not read: put them again".to_owned() };
    };
    match Session::open(client, &server).await {
        Ok(session) => {
            session.quit().await;
            Finding { ok: true, what, advice: String::new() }
        }
        Err(
            Handed::Refused { detail, .. } | Handed::Transient { detail } | Handed::Throttled { detail, .. } | Handed::Unknown { detail },
        ) => Finding { ok: false, what, advice: detail },
        Err(Handed::Accepted { .. }) => Finding { ok: true, what, advice: String::new() },
    }
}

/// An address that the settings name themselves.
fn own_address(channel: &OpenChannel) -> Option<String> {
    let own = channel.config.get(&channel.record.provider)?;
    own.get("base_url").or_else(|| own.get("url"))?.as_str().map(str::to_owned)
}

//! Tenants and books, made through the API as a user would.

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::{payload, product::Server, wire, wire::Conn};

pub const BATCH: &str = "application/cloudevents-batch+json";
pub const SINGLE: &str = "application/cloudevents+json";
pub const INGEST: &str = "/v1/ingest/events";

/// Items of a batch at most.
const MOST: u64 = 1_000;

/// A live tenant.
#[derive(Debug, Clone)]
pub struct Tenant {
    pub key: String,
    /// Its active policy: one SMS a day after the due date, at any hour.
    pub policy: Option<String>,
}

impl Tenant {
    /// A live tenant whose invoices nobody chases yet.
    pub async fn live(server: &Server) -> Result<Self> {
        let made = server.operate("POST", "/v1/tenants", &json!({"name": "Atelier Keller", "mode": "live"})).await?;
        let key = made["api_key"].as_str().context("no api_key")?.to_owned();
        let settings = json!({"legal_name": "Atelier Keller SARL", "legal_form": "SARL", "siren": "732829320", "rcs_city": "Lyon",
            "address": {"lines": ["12 rue des Forges"], "postcode": "69007", "city": "Lyon", "country": "FR"},
            "phone": "+33472000000", "email": "compta@keller.example", "contact_name": "Anne Keller",
            "iban": "FR7630006000011234567890189", "bic": "AGRIFRPP", "privacy_url": "https://keller.example/rgpd"});
        server.ask("PATCH", "/v1/settings", &key, Some(&settings)).await?;
        Ok(Self { key, policy: None })
    }

    /// One that chases: by SMS through `gateway`, or only as far as the approval when there is none.
    pub async fn chasing(server: &Server, gateway: Option<&str>) -> Result<Self> {
        let mut tenant = Self::live(server).await?;
        let url = gateway.unwrap_or("http://127.0.0.1:9/sms");
        let channel = json!({"provider": "http", "from": "KELLER", "http": {"url": url}});
        server.ask("PUT", "/v1/channels/sms", &tenant.key, Some(&channel)).await?;
        let mut step = json!({"key": "first", "offset_days": 1, "channel": "sms", "template": "sms_reminder"});
        if gateway.is_none() {
            step["approval"] = json!("required");
        }
        let policy = json!({"name": "At once", "applies_to": {"customer_kinds": ["business"]}, "heartbeat_max_age_hours": null,
            "window": {"weekdays": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "00:00", "to": "23:59", "skip_public_holidays": false},
            "pacing": {"min_days_between_messages": 1, "max_per_7_days": 2, "max_per_30_days": 8}, "steps": [step]});
        let made = server.ask("POST", "/v1/policies", &tenant.key, Some(&policy)).await?;
        let id = made["id"].as_str().context("no policy id")?.to_owned();
        let confirm = json!({"backlog": "first_step", "spread_days": 1, "confirm_count": 0});
        server.ask("POST", &format!("/v1/policies/{id}/versions/1/activate"), &tenant.key, Some(&confirm)).await?;
        tenant.policy = Some(id);
        Ok(tenant)
    }

    /// Customers `from..from + count`.
    pub async fn customers(&self, server: &Server, from: u64, count: u64) -> Result<()> {
        let policy = self.policy.as_deref();
        let one = |number: u64| payload::event(&format!("c{}", payload::fresh()), "customer.upserted", &payload::customer(number, policy));
        self.pour(server, from, count, one).await
    }

    /// `each` invoices for each of the customers `from..from + count`, due so many days from today.
    pub async fn invoices(&self, server: &Server, from: u64, count: u64, each: u64, due_in: i64) -> Result<()> {
        let (issued_on, due_on) = (payload::day(due_in - 30), payload::day(due_in));
        let one = |at: u64| {
            let number = payload::fresh();
            payload::event(&format!("e{number}"), "invoice.issued", &payload::invoice(number, from + at / each.max(1), &issued_on, &due_on))
        };
        self.pour(server, 0, count * each, one).await
    }

    async fn pour(&self, server: &Server, from: u64, count: u64, one: impl Fn(u64) -> String) -> Result<()> {
        let mut conn = Conn::open(&server.address).await?;
        let mut at = from;
        while at < from + count {
            let until = (at + MOST).min(from + count);
            let items: Vec<String> = (at..until).map(&one).collect();
            let request = wire::post(INGEST, &self.key, BATCH, format!("[{}]", items.join(",")).as_bytes());
            let reply = conn.exchange(&request).await?;
            let accepted = summary(&reply.body, "accepted");
            ensure!(accepted == Some(until - at), "{} {}", reply.status, shown(&reply.body));
            at = until;
        }
        Ok(())
    }
}

/// A number of the summary of a 207, without parsing a thousand items.
pub fn summary(body: &[u8], name: &str) -> Option<u64> {
    let wanted = format!("\"{name}\":");
    let at = body.windows(wanted.len()).position(|window| window == wanted.as_bytes())? + wanted.len();
    let digits: Vec<u8> = body.get(at..)?.iter().copied().skip_while(|byte| *byte == b' ').take_while(u8::is_ascii_digit).collect();
    String::from_utf8(digits).ok()?.parse().ok()
}

/// The beginning of an answer, for a message.
pub fn shown(body: &[u8]) -> String {
    String::from_utf8_lossy(body).chars().take(600).collect()
}

/// Ids of the newest invoices of a tenant.
pub async fn invoice_ids(server: &Server, tenant: &Tenant, pages: usize) -> Result<Vec<String>> {
    let mut ids = Vec::new();
    let mut path = "/v1/invoices?limit=200".to_owned();
    for _ in 0..pages {
        let page = server.ask("GET", &path, &tenant.key, None).await?;
        ids.extend(page["data"].as_array().into_iter().flatten().filter_map(|row| row["id"].as_str().map(str::to_owned)));
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/v1/invoices?limit=200&cursor={cursor}"),
            None => break,
        }
    }
    ensure!(!ids.is_empty(), "no invoices");
    Ok(ids)
}

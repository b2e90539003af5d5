//! A world to tell a story in: one tenant, its clock, raw JSON in and out.

use std::time::{Duration, Instant};

use reqwest::{Client, Method, StatusCode, header::HeaderMap};
use serde_json::{Value, json};

use super::{
    schema,
    server::{self, Database, Server},
};

/// An answer of the API.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self.body
    }

    #[track_caller]
    pub fn problem(self, status: u16, code: &str) -> Value {
        assert_eq!((self.status.as_u16(), self.body["code"].as_str()), (status, Some(code)), "{}", self.body);
        assert_eq!(self.headers["content-type"], "application/problem+json");
        self.body
    }
}

/// One tenant on a shared server.
#[derive(Debug, Clone)]
pub struct World {
    pub base: String,
    pub key: String,
    pub tenant: String,
    pub database: Database,
    client: Client,
}

/// A plain client: the tests are outside, the guarded one is the product's.
#[expect(clippy::disallowed_methods, reason = "a test speaks to its own server")]
fn client() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    // a connection that rested is not used again: the server may be closing it
    Client::builder().no_proxy().timeout(Duration::from_secs(60)).pool_idle_timeout(Duration::from_secs(1)).build().unwrap()
}

/// Waits for a condition, four minutes at most (a lease has to run out in some).
pub async fn until<T>(what: &str, check: impl AsyncFn() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(240);
    loop {
        if let Some(found) = check().await {
            return found;
        }
        assert!(Instant::now() < deadline, "waited four minutes for: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

impl World {
    /// A test tenant with its clock at `clock` and the settings a careful creditor has.
    pub async fn begin(database: Database, clock: &str) -> Option<Self> {
        Some(Self::test(server::shared(database)?, database, clock).await)
    }

    /// The same on a server of one's own.
    pub async fn test(server: &Server, database: Database, clock: &str) -> Self {
        let world = Self::tenant(server, database, json!({"name": "Atelier Keller", "mode": "test", "clock": clock})).await;
        world.settings().await;
        world
    }

    /// The same tenant, asked at another server of its database.
    pub fn moved_to(self, server: &Server) -> Self {
        Self { base: server.base.clone(), client: client(), ..self } // no connection to the one before
    }

    /// The same tenant, asked with another key.
    pub fn with_key(&self, key: &str) -> Self {
        Self { key: key.to_owned(), ..self.clone() }
    }

    /// A live tenant: real time, policies as drafts.
    pub async fn live(server: &Server, database: Database) -> Self {
        let world = Self::tenant(server, database, json!({"name": "Atelier Keller", "mode": "live"})).await;
        world.settings().await;
        world
    }

    async fn tenant(server: &Server, database: Database, body: Value) -> Self {
        let mut world =
            Self { base: server.base.clone(), key: server.operator_key.clone(), tenant: String::new(), database, client: client() };
        let made = world.post("/v1/tenants", body).await.expect(201);
        world.tenant = made["tenant_id"].as_str().unwrap().to_owned();
        world.key = made["api_key"].as_str().unwrap().to_owned();
        world
    }

    async fn settings(&self) {
        self.patch(
            "/v1/settings",
            json!({"legal_name": "Atelier Keller SARL", "legal_form": "SARL", "siren": "732829320", "rcs_city": "Lyon",
                   "address": {"lines": ["12 rue des Forges"], "postcode": "69007", "city": "Lyon", "country": "FR"},
                   "phone": "+33472000000", "email": "compta@keller.example", "contact_name": "Anne Keller",
                   "iban": "FR7630006000011234567890189", "bic": "AGRIFRPP", "privacy_url": "https://keller.example/rgpd"}),
        )
        .await
        .expect(200);
    }

    pub async fn send(&self, method: Method, path: &str, body: Option<Value>, headers: &[(&str, &str)]) -> Answer {
        let named = method.to_string();
        let mut request = self.client.request(method, format!("{}{path}", self.base)).bearer_auth(&self.key);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let answer = Self::answer(request).await;
        schema::check_answer(&named, path, &answer);
        answer
    }

    /// A request whose answer may never come; its status when it does.
    pub async fn try_send(&self, method: Method, path: &str, body: Value, key: &str) -> Option<StatusCode> {
        let request = self.client.request(method, format!("{}{path}", self.base)).bearer_auth(&self.key);
        let request = request.header("content-type", "application/json").header("idempotency-key", key).body(body.to_string());
        Some(request.send().await.ok()?.status())
    }

    /// A request as it stands, whatever it says of itself.
    pub async fn bytes(&self, method: Method, path: &str, body: Option<&str>, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.client.request(method, format!("{}{path}", self.base)).bearer_auth(&self.key);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Self::answer(request.body(body.unwrap_or_default().to_owned())).await
    }

    /// A webhook of somebody who has no key.
    pub async fn deliver(&self, path: &str, body: &[u8], headers: &[(&str, String)]) -> Answer {
        let mut request = self.client.post(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        Self::answer(request.body(body.to_vec())).await
    }

    /// A file as it is served: its media type and bytes.
    pub async fn file(&self, path: &str) -> (String, Vec<u8>) {
        let response = self.client.get(format!("{}{path}", self.base)).bearer_auth(&self.key).send().await.unwrap();
        assert!(response.status().is_success(), "{path}: {}", response.status());
        let media_type = response.headers()["content-type"].to_str().unwrap().to_owned();
        (media_type, response.bytes().await.unwrap().to_vec())
    }

    /// Raw bytes with their media type.
    pub async fn raw(&self, path: &str, media_type: &str, bytes: Vec<u8>) -> Answer {
        let request = self.client.post(format!("{}{path}", self.base)).bearer_auth(&self.key);
        Self::answer(request.header("content-type", media_type).body(bytes)).await
    }

    async fn answer(request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Answer { status, headers, body }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, &[]).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, Some(body), &[]).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body), &[]).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PATCH, path, Some(body), &[]).await
    }

    /// A list, whole.
    pub async fn list(&self, path: &str) -> Vec<Value> {
        let mut all = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let joint = if path.contains('?') { '&' } else { '?' };
            let next = cursor.map(|cursor| format!("{joint}cursor={cursor}")).unwrap_or_default();
            let page = self.get(&format!("{path}{next}")).await.expect(200);
            all.extend(page["data"].as_array().unwrap().iter().cloned());
            if page["has_more"] != json!(true) {
                return all;
            }
            cursor = Some(page["next_cursor"].as_str().unwrap().to_owned());
        }
    }

    /// A business customer in Lyon with one contact.
    pub async fn customer(&self, external_id: &str) -> Value {
        self.customer_with(external_id, json!({})).await
    }

    pub async fn customer_with(&self, external_id: &str, more: Value) -> Value {
        let mut body = json!({"source_version": 1, "kind": "business", "name": format!("Boulangerie {external_id}"), "language": "fr",
            "address": {"lines": ["3 place du Marché"], "postcode": "69003", "city": "Lyon", "country": "FR"},
            "contacts": [{"external_id": "c1", "name": "Claire Dupont", "role": "accounts_payable",
                          "email": format!("compta@{}.example", external_id.to_lowercase()), "phone": "+33612345678"}]});
        merge(&mut body, more);
        let answer = self.put(&format!("/v1/sources/erp/customers/{external_id}"), body).await;
        assert!(answer.status.is_success(), "{}", answer.body);
        answer.body
    }

    pub async fn invoice(&self, number: &str, customer: &str, due_on: &str, amount: &str) -> Value {
        self.invoice_with(number, customer, due_on, amount, json!({})).await
    }

    pub async fn invoice_with(&self, number: &str, customer: &str, due_on: &str, amount: &str, more: Value) -> Value {
        let due: chrono::NaiveDate = due_on.parse().unwrap();
        let mut body = json!({"source_version": 1, "number": number, "customer_external_id": customer,
            "issued_on": (due - chrono::Duration::days(30)).to_string(), "due_on": due_on, "currency": "EUR", "total": amount});
        merge(&mut body, more);
        let answer = self.put(&format!("/v1/sources/erp/invoices/{number}"), body).await;
        assert!(answer.status.is_success(), "{}", answer.body);
        answer.body
    }

    pub async fn pays(&self, external_id: &str, customer: &str, amount: &str, paid_on: &str, more: Value) -> Value {
        let mut body = json!({"customer_external_id": customer, "amount": amount, "currency": "EUR", "paid_on": paid_on});
        merge(&mut body, more);
        let answer = self.put(&format!("/v1/sources/erp/payments/{external_id}"), body).await;
        assert!(answer.status.is_success(), "{}", answer.body);
        answer.body
    }

    /// The invoice as the API reads it.
    pub async fn read_invoice(&self, number: &str) -> Value {
        self.get(&format!("/v1/sources/erp/invoices/{number}")).await.expect(200)
    }

    /// A customer whose policy claims late charges by e-mail two days after the due date, and one invoice due then.
    pub async fn claimed_from(&self, external_id: &str, due_on: &str) {
        let policy = json!({"name": "Claims at once", "applies_to": {"customer_kinds": ["business"], "segments": ["claims"]},
            "steps": [{"key": "claim", "offset_days": 2, "channel": "email", "template": "final_reminder", "late_charges": "claim"}],
            "late_charges": {"fixed_compensation": true}});
        let policy = self.post("/v1/policies", policy).await.expect(201);
        let path = format!("/v1/policies/{}/versions/1/activate", policy["id"].as_str().unwrap());
        self.post(&path, json!({"backlog": "skip", "confirm_count": 0})).await.expect(200);
        self.customer_with(external_id, json!({"policy_id": policy["id"]})).await;
        self.invoice(&format!("FA-{external_id}"), external_id, due_on, "400.00").await;
    }

    /// Waits until nothing due is left at the clock.
    pub async fn rest(&self) {
        until("the clock to be ready", async || {
            let clock = self.get("/v1/test_clock").await.expect(200);
            (clock["status"] == "ready").then_some(())
        })
        .await;
    }

    pub async fn advance(&self, to: &str) {
        self.rest().await;
        self.post("/v1/test_clock/advance", json!({"to": to})).await.expect(202);
        self.rest().await;
    }

    /// Reminders, oldest first.
    pub async fn reminders(&self) -> Vec<Value> {
        let mut all = self.list("/v1/reminders").await;
        all.reverse();
        all
    }

    /// `2026-10-09 first sent` for every reminder, oldest first (UTC day of the send or the schedule).
    pub async fn story_of_reminders(&self) -> Vec<String> {
        let day = |reminder: &Value| reminder["sent_at"].as_str().or(reminder["scheduled_at"].as_str()).unwrap()[..10].to_owned();
        self.reminders()
            .await
            .iter()
            .map(|r| format!("{} {} {}", day(r), r["step_key"].as_str().unwrap(), r["status"].as_str().unwrap()))
            .collect()
    }

    /// The whole event feed, oldest first.
    pub async fn events(&self) -> Vec<Value> {
        let mut all: Vec<Value> = Vec::new();
        loop {
            let after = all.last().map(|event| format!("&after={}", event["id"].as_str().unwrap())).unwrap_or_default();
            let page = self.get(&format!("/v1/events?limit=200{after}")).await.expect(200);
            let data = page["data"].as_array().unwrap();
            if data.is_empty() {
                return all;
            }
            all.extend(data.iter().cloned());
        }
    }
}

/// Overwrites members of `body` by those of `more`.
pub fn merge(body: &mut Value, more: Value) {
    let Value::Object(more) = more else { return };
    for (name, value) in more {
        body[name] = value;
    }
}

//! Holds, promises, disputes, contacts made elsewhere, the timeline and the test clock, through the routes.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so by ending")]
#![allow(clippy::indexing_slicing)]

use std::sync::Arc;

use actix_web::{
    App as Web,
    http::Method,
    middleware::from_fn,
    test::{TestRequest, call_service, init_service, read_body},
    web::Data,
};
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use relance_api::{
    middleware::guard,
    routes,
    state::{App, Egress},
};
use relance_domain::clock::Clock;
use relance_store::{
    Scope, Store, StoreConfig,
    keys::{self, NewKey},
    tenants::{self, NewTenant},
};
use serde_json::{Value, json};
use utoipa_actix_web::service_config::ServiceConfig;

/// Noon of 1 December 2026.
struct Noon;

impl Clock for Noon {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_796_126_400_000).unwrap_or_default()
    }
}

struct Anywhere;

impl Egress for Anywhere {
    fn check<'a>(&'a self, _url: &'a str) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async { Ok(()) })
    }

    fn check_host<'a>(&'a self, _host: &'a str, _port: u16) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async { Ok(()) })
    }

    fn plaintext_allowed<'a>(&'a self, _host: &'a str) -> BoxFuture<'a, bool> {
        Box::pin(async { true })
    }
}

struct House {
    app: App,
    _folder: tempfile::TempDir,
}

impl House {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/relance.db", folder.path().display());
        let store = Store::open(&StoreConfig { url, secret_key: [7; 32], connections: 4 }, Arc::new(Noon)).await.unwrap();
        store.migrate_up().await.unwrap();
        Self { app: App::new(store, None, Arc::new(Anywhere)), _folder: folder }
    }

    async fn key(&self, live: bool) -> String {
        let store = &self.app.store;
        let tx = store.write(Scope::System).await.unwrap();
        let tenant = tenants::create(&tx, NewTenant { name: "Atelier".to_owned(), live, clock: None }, store.now()).await.unwrap();
        let every = NewKey::of_all_scopes();
        let (_, key) = keys::create(store, &tx, tenant.id, live, every).await.unwrap();
        store.commit(tx).await.unwrap();
        key
    }

    async fn say(&self, key: &str, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let web = Web::new()
            .app_data(Data::new(self.app.clone()))
            .wrap(from_fn(guard))
            .configure(|cfg| routes::configure(&mut ServiceConfig::new(cfg)));
        let service = init_service(web).await;
        let request = TestRequest::default().method(method).uri(path).insert_header(("authorization", format!("Bearer {key}")));
        let request = match body {
            Some(body) => request.set_json(body),
            None => request,
        };
        let answer = call_service(&service, request.to_request()).await;
        let status = answer.status().as_u16();
        (status, serde_json::from_slice(&read_body(answer).await).unwrap_or(Value::Null))
    }

    async fn get(&self, key: &str, path: &str) -> (u16, Value) {
        self.say(key, Method::GET, path, None).await
    }

    async fn post(&self, key: &str, path: &str, body: Value) -> (u16, Value) {
        self.say(key, Method::POST, path, Some(body)).await
    }

    /// A customer with one invoice; their ids.
    async fn debt(&self, key: &str) -> (String, String) {
        let customer = json!({"source_version": 1, "kind": "business", "name": "Boulangerie Dupont"});
        let (status, customer) = self.say(key, Method::PUT, "/v1/sources/erp/customers/C42", Some(customer)).await;
        assert_eq!(status, 201, "{customer}");
        let invoice = json!({"source_version": 1, "number": "FA-1", "customer_external_id": "C42", "issued_on": "2026-10-01",
            "due_on": "2026-11-01", "currency": "EUR", "total": "1200.00"});
        let (status, invoice) = self.say(key, Method::PUT, "/v1/sources/erp/invoices/I1", Some(invoice)).await;
        assert_eq!(status, 201, "{invoice}");
        (customer["id"].as_str().unwrap().to_owned(), invoice["id"].as_str().unwrap().to_owned())
    }
}

#[actix_web::test]
async fn a_promise_is_recorded_by_external_ids_and_refused_when_too_late() {
    let house = House::open().await;
    let key = house.key(false).await;
    let (customer, invoice) = house.debt(&key).await;
    let mut body = json!({"customer_external_id": "C42", "source": "erp", "invoice_external_ids": ["I1"], "amount": "1200", "currency": "EUR",
        "promised_on": "2026-12-10"});
    let (status, dry) = house.post(&key, "/v1/promises?dry_run=true", body.clone()).await;
    assert_eq!((status, &dry["id"], &dry["amount"]), (200, &Value::Null, &json!("1200.00")), "{dry}");
    let (status, made) = house.post(&key, "/v1/promises", body.clone()).await;
    assert_eq!(
        (status, &made["customer_id"], &made["invoice_ids"][0], &made["status"]),
        (201, &json!(customer), &json!(invoice), &json!("open"))
    );
    let (_, list) = house.get(&key, &format!("/v1/promises?customer_id={customer}&status=open")).await;
    assert_eq!((list["data"].as_array().unwrap().len(), &list["has_more"]), (1, &json!(false)), "the dry run left nothing");
    body["promised_on"] = json!("2027-06-01");
    let (status, late) = house.post(&key, "/v1/promises", body.clone()).await;
    assert_eq!((status, &late["code"], &late["errors"][0]["pointer"]), (422, &json!("promise_too_late"), &json!("/promised_on")), "{late}");
    body["customer_external_id"] = json!("C43");
    assert_eq!(house.post(&key, "/v1/promises", body).await.0, 404);
    let path = format!("/v1/promises/{}", made["id"].as_str().unwrap());
    let stranger = house.key(false).await;
    assert_eq!(house.get(&stranger, &path).await.0, 404);
    let (status, cancelled) = house.say(&key, Method::POST, &format!("{path}/cancel"), None).await;
    assert_eq!((status, &cancelled["status"]), (200, &json!("cancelled")));
    assert_eq!(house.say(&key, Method::POST, &format!("{path}/cancel"), None).await.0, 409);
}

#[actix_web::test]
async fn disputes_holds_and_contacts_are_in_the_timeline() {
    let house = House::open().await;
    let key = house.key(false).await;
    let (customer, invoice) = house.debt(&key).await;
    let (status, dispute) =
        house.post(&key, "/v1/disputes", json!({"invoice_id": invoice, "amount": "200.00", "reason_code": "damaged"})).await;
    assert_eq!((status, &dispute["amount"], &dispute["currency"]), (201, &json!("200.00"), &json!("EUR")), "{dispute}");
    let path = format!("/v1/disputes/{}/resolve", dispute["id"].as_str().unwrap());
    let (status, resolved) = house.post(&key, &path, json!({"outcome": "rejected"})).await;
    assert_eq!((status, &resolved["status"]), (200, &json!("resolved")));
    let (status, number) = house.post(&key, "/v1/disputes", json!({"invoice_id": invoice, "amount": 200, "reason_code": "damaged"})).await;
    assert_eq!((status, &number["errors"][0]["pointer"]), (422, &json!("/amount")), "{number}");

    let (status, hold) = house.post(&key, "/v1/holds", json!({"scope": "invoice", "target_id": invoice, "reason": "manual"})).await;
    assert_eq!((status, &hold["customer_id"], &hold["released_at"]), (201, &json!(customer), &Value::Null), "{hold}");
    let (status, fault) = house.post(&key, "/v1/holds", json!({"scope": "customer", "reason": "manual", "colour": 1})).await;
    assert_eq!((status, &fault["code"]), (422, &json!("unknown_field")));
    let path = format!("/v1/holds/{}", hold["id"].as_str().unwrap());
    let (status, lifted) = house.say(&key, Method::DELETE, &path, None).await;
    assert_eq!((status, lifted["released_at"].is_string()), (200, true));

    let contact = json!({"channel": "visit", "at": "2026-12-01T09:00:00Z", "by": {"name": "A. Keller", "email": "keller@atelier.example"},
        "outcome": "reached", "comment": "Will pay on Friday."});
    let (status, made) = house.post(&key, &format!("/v1/customers/{customer}/interactions"), contact).await;
    assert_eq!((status, &made["at"], &made["by"]["name"]), (201, &json!("2026-12-01T09:00:00.000Z"), &json!("A. Keller")), "{made}");

    let mut kinds = Vec::new();
    let mut path = format!("/v1/customers/{customer}/timeline?limit=2");
    loop {
        let (status, page) = house.get(&key, &path).await;
        assert_eq!(status, 200, "{page}");
        kinds.extend(page["data"].as_array().unwrap().iter().map(|item| item["type"].as_str().unwrap().to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/customers/{customer}/timeline?limit=2&cursor={cursor}");
    }
    kinds.sort_unstable();
    assert_eq!(kinds, ["dispute.opened", "dispute.resolved", "hold.placed", "hold.released", "interaction.recorded", "invoice.recorded"]);
    for path in ["reminders", "decisions", "tasks?sort=priority", "holds", "disputes"] {
        let (status, page) = house.get(&key, &format!("/v1/{path}")).await;
        assert_eq!((status, page["data"].is_array()), (200, true), "{path}: {page}");
    }
    assert_eq!(house.get(&key, "/v1/reminders?statsu=sent").await.1["code"], "unknown_parameter");
    assert_eq!(house.get(&key, "/v1/tasks/tsk_nothing").await.0, 404);
}

#[actix_web::test]
async fn the_clock_is_a_test_tenants_and_goes_one_way() {
    let house = House::open().await;
    let (test, live) = (house.key(false).await, house.key(true).await);
    assert_eq!(
        house.get(&test, "/v1/test_clock").await,
        (200, json!({"now": "2026-12-01T12:00:00.000Z", "status": "ready", "target": null}))
    );
    assert_eq!(house.get(&live, "/v1/test_clock").await.1["code"], "live_mode");
    let (status, back) = house.post(&test, "/v1/test_clock/advance", json!({"to": "2026-11-30T12:00:00Z"})).await;
    assert_eq!((status, &back["errors"][0]["pointer"]), (422, &json!("/to")));
    let (status, going) = house.post(&test, "/v1/test_clock/advance", json!({"to": "2026-12-03T12:00:00Z"})).await;
    assert_eq!((status, &going["status"]), (202, &json!("advancing")));
    let (status, again) = house.post(&test, "/v1/test_clock/advance", json!({"to": "2026-12-04T12:00:00Z"})).await;
    assert_eq!((status, &again["code"]), (409, &json!("clock_advancing")));
}

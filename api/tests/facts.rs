//! Facts in and views out, through the routes.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so by ending")]
#![allow(clippy::indexing_slicing)]

use std::{io::Write, sync::Arc};

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

struct Noon;

impl Clock for Noon {
    fn now(&self) -> DateTime<Utc> {
        "2026-12-01T12:00:00Z".parse().unwrap()
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
    key: String,
    _folder: tempfile::TempDir,
}

impl House {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/relance.db", folder.path().display());
        let store = Store::open(&StoreConfig { url, secret_key: [7; 32], connections: 4 }, Arc::new(Noon)).await.unwrap();
        store.migrate_up().await.unwrap();
        let tx = store.write(Scope::System).await.unwrap();
        let tenant = tenants::create(&tx, NewTenant { name: "Atelier".to_owned(), live: false, clock: None }, store.now()).await.unwrap();
        let every = NewKey::of_all_scopes();
        let (_, key) = keys::create(&store, &tx, tenant.id, false, every).await.unwrap();
        store.commit(tx).await.unwrap();
        Self { app: App::new(store, None, Arc::new(Anywhere)), key, _folder: folder }
    }

    async fn raw(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> (u16, Value) {
        let web = Web::new()
            .app_data(Data::new(self.app.clone()))
            .wrap(from_fn(guard))
            .configure(|cfg| routes::configure(&mut ServiceConfig::new(cfg)));
        let service = init_service(web).await;
        let mut request = TestRequest::default().method(method).uri(path).insert_header(("authorization", format!("Bearer {}", self.key)));
        for (name, value) in headers {
            request = request.insert_header((*name, *value));
        }
        let answer = call_service(&service, request.set_payload(body).to_request()).await;
        let status = answer.status().as_u16();
        (status, serde_json::from_slice(&read_body(answer).await).unwrap_or(Value::Null))
    }

    async fn say(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        self.raw(method, path, &[("content-type", "application/json")], body.to_string().into_bytes()).await
    }

    async fn put(&self, path: &str, body: Value) -> (u16, Value) {
        self.say(Method::PUT, path, body).await
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        self.raw(Method::GET, path, &[], Vec::new()).await
    }
}

fn customer() -> Value {
    json!({"source_version": 1, "kind": "business", "name": "Boulangerie Dupont",
        "contacts": [{"external_id": "c1", "email": "compta@dupont.example"}]})
}

fn invoice(total: &str) -> Value {
    json!({"source_version": 1, "number": "FA-1", "customer_external_id": "C42", "issued_on": "2026-09-01", "currency": "EUR", "total": total})
}

#[actix_web::test]
async fn an_invoice_lives_through_its_payment_and_its_reversal() {
    let house = House::open().await;
    let (status, parked) = house.put("/v1/sources/erp/invoices/I1", invoice("1200")).await;
    assert_eq!((status, parked), (202, json!({"result": "parked", "waiting_for": [{"type": "customer", "external_id": "C42"}]})));
    let (_, list) = house.get("/v1/ingest/parked").await;
    assert_eq!(list["data"][0]["type"], "invoice");
    let (status, made) = house.put("/v1/sources/erp/customers/C42", customer()).await;
    assert_eq!(status, 201, "{made}");
    assert!(made["contacts"][0]["id"].as_str().unwrap().starts_with("con_"));
    let (_, read) = house.get("/v1/sources/erp/invoices/I1").await;
    assert_eq!(
        (&read["total"], &read["due_on"], &read["provenance"]["due_on"]),
        (&json!("1200.00"), &json!("2026-10-01"), &json!("tenant_default"))
    );
    assert_eq!((&read["overdue"], &read["days_overdue"], &read["dunning"]["state"]), (&json!(true), &json!(61), &json!("idle")));

    let paid = json!({"customer_external_id": "C42", "amount": "1200.00", "currency": "EUR", "paid_on": "2026-11-01"});
    let (status, dry) = house.put("/v1/sources/erp/payments/P1?dry_run=true", paid.clone()).await;
    assert_eq!((status, &dry["id"], &dry["unapplied"]), (200, &Value::Null, &json!("0.00")), "{dry}");
    assert_eq!(house.get("/v1/sources/erp/payments/P1").await.0, 404);
    let (status, payment) = house.put("/v1/sources/erp/payments/P1", paid.clone()).await;
    assert_eq!((status, payment["allocations"][0]["rule"].as_str()), (201, Some("exact_amount")), "{payment}");
    assert_eq!(house.put("/v1/sources/erp/payments/P1", paid).await.0, 200);
    let (_, read) = house.get(&format!("/v1/invoices/{}", read["id"].as_str().unwrap())).await;
    assert_eq!((&read["status"], &read["amount_due"], &read["dunning"]["state"]), (&json!("paid"), &json!("0.00"), &json!("stopped")));

    let back = json!({"on": "2026-11-05", "reason_code": "AM04"});
    let (status, payment) = house.say(Method::POST, "/v1/sources/erp/payments/P1/reverse", back).await;
    assert_eq!((status, &payment["status"], &payment["unapplied"]), (200, &json!("reversed"), &json!("0.00")), "{payment}");
    let id = read["customer_id"].as_str().unwrap();
    for (on, due) in [("?on=2026-10-31", Some("1200.00")), ("?on=2026-11-03", None), ("", Some("1200.00"))] {
        let (_, balance) = house.get(&format!("/v1/customers/{id}/balance{on}")).await;
        assert_eq!(balance["totals"][0]["amount"].as_str(), due, "{on}: {balance}");
    }
    let (_, list) = house.get("/v1/invoices?status=open,paid&due_on_lt=2026-10-02&sort=due_on&limit=1").await;
    assert_eq!((list["data"].as_array().unwrap().len(), &list["has_more"]), (1, &json!(false)));
    assert_eq!(house.get("/v1/invoices?colour=red").await.1["code"], "unknown_parameter");
}

#[actix_web::test]
async fn versions_and_faults_have_their_codes() {
    let house = House::open().await;
    house.put("/v1/sources/erp/customers/C42", customer()).await;
    let mut newer = invoice("10");
    newer["source_version"] = json!(3);
    assert_eq!(house.put("/v1/sources/erp/invoices/I1", newer).await.0, 201);
    let (status, problem) = house.put("/v1/sources/erp/invoices/I1", invoice("10")).await;
    assert_eq!((status, &problem["code"]), (409, &json!("stale_version")));
    let mut other = invoice("11");
    other["source_version"] = json!(3);
    assert_eq!(house.put("/v1/sources/erp/invoices/I1", other).await.1["code"], "version_conflict");
    let mut odd = invoice("10");
    odd["colour"] = json!("red");
    odd["total"] = json!(12.5);
    let (status, problem) = house.put("/v1/sources/erp/invoices/I2", odd).await;
    assert_eq!((status, problem["errors"].as_array().unwrap().len()), (422, 2), "{problem}");
    assert_eq!(house.put("/v1/sources/e%20rp/invoices/I2", invoice("1")).await.0, 422);
    let over = json!({"customer_external_id": "C42", "amount": "1", "currency": "EUR", "paid_on": "2026-11-01",
        "allocations": [{"invoice_external_id": "I1", "amount": "2"}]});
    assert_eq!(house.put("/v1/sources/erp/payments/P1", over).await.1["code"], "over_allocated");
    let dollars = json!({"customer_external_id": "C42", "amount": "1", "currency": "USD", "paid_on": "2026-11-01",
        "allocations": [{"invoice_external_id": "I1", "amount": "1"}]});
    assert_eq!(house.put("/v1/sources/erp/payments/P1", dollars).await.1["code"], "currency_mismatch");
}

fn event(id: &str, kind: &str, data: Value) -> String {
    json!({"specversion": "1.0", "id": id, "source": "erp", "type": kind, "data": data, "traceparent": "00-0"}).to_string()
}

#[actix_web::test]
async fn events_come_one_by_one_in_lists_and_on_lines() {
    let house = House::open().await;
    let mut data = customer();
    data["external_id"] = json!("C42");
    let first = event("e1", "customer.upserted", data.clone());
    let one = [("content-type", "application/cloudevents+json")];
    let (status, item) = house.raw(Method::POST, "/v1/ingest/events", &one, first.clone().into_bytes()).await;
    assert_eq!((status, &item["result"], &item["resource"]["type"]), (202, &json!("accepted"), &json!("customer")), "{item}");
    data["name"] = json!("Other");
    let (status, problem) = house.raw(Method::POST, "/v1/ingest/events", &one, event("e1", "customer.upserted", data).into_bytes()).await;
    assert_eq!((status, &problem["code"]), (409, &json!("event_id_conflict")));

    let mut body = invoice("100");
    body["external_id"] = json!("I1");
    let void = event("e4", "invoice.voided", json!({"external_id": "I9", "source_version": 2}));
    let bad = event("e3", "invoice.exploded", json!({}));
    let lines = format!("\u{feff}{first}\r\n{}\n{{broken\n\n{bad}\n{void}", event("e2", "invoice.issued", body));
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(lines.as_bytes()).unwrap();
    let headers = [("content-type", "application/x-ndjson"), ("content-encoding", "gzip")];
    let (status, answer) = house.raw(Method::POST, "/v1/ingest/events", &headers, gzip.finish().unwrap()).await;
    assert_eq!(status, 207, "{answer}");
    assert_eq!(answer["summary"], json!({"accepted": 1, "duplicate": 1, "stale": 0, "parked": 1, "rejected": 2}), "{answer}");
    let codes: Vec<_> = answer["items"].as_array().unwrap().iter().map(|item| item["problem"]["code"].clone()).collect();
    assert_eq!(codes, [Value::Null, Value::Null, json!("malformed_json"), json!("validation_failed"), Value::Null]);

    let list = format!("[{first},{first}]");
    let batch = [("content-type", "application/cloudevents-batch+json")];
    let (_, answer) = house.raw(Method::POST, "/v1/ingest/events", &batch, list.into_bytes()).await;
    assert_eq!(answer["summary"]["duplicate"], 2);
    let (status, _) = house.raw(Method::POST, "/v1/ingest/events", &[("content-type", "text/plain")], Vec::new()).await;
    assert_eq!(status, 415);
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    bomb.write_all(&vec![b' '; 6 * 1024 * 1024]).unwrap();
    assert_eq!(house.raw(Method::POST, "/v1/ingest/events", &headers, bomb.finish().unwrap()).await.0, 413);
}

#[actix_web::test]
async fn documents_become_customers_and_invoices() {
    let beside = || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let shared = std::env::var_os("RELANCE_SHARED").map_or_else(beside, Into::into);
    let Ok(bytes) = std::fs::read(shared.join("samples/ubl/01.01a-INVOICE_ubl.xml")) else {
        assert!(std::env::var_os("CI").is_none(), "{} must be there in CI", shared.display());
        return;
    };
    let house = House::open().await;
    let headers = [("content-type", "application/xml")];
    let path = "/v1/ingest/documents?source=scan";
    let (status, dry) = house.raw(Method::POST, &format!("{path}&dry_run=true"), &headers, bytes.clone()).await;
    assert_eq!((status, &dry["items"][0]["resource"]["id"]), (207, &Value::Null), "{dry}");
    let (_, answer) = house.raw(Method::POST, path, &headers, bytes.clone()).await;
    assert_eq!(answer["items"][0]["result"], "accepted", "{answer}");
    let id = answer["items"][0]["resource"]["id"].as_str().unwrap();
    let (_, invoice) = house.get(&format!("/v1/invoices/{id}")).await;
    assert_eq!(invoice["total"], answer["items"][0]["extracted"]["total"]);
    let boundary = [("content-type", "multipart/form-data; boundary=XX")];
    let mut form = Vec::new();
    for (name, content) in [("a.xml", bytes.as_slice()), ("b.txt", b"hello".as_slice())] {
        form.extend_from_slice(format!("--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"{name}\"\r\n\r\n").as_bytes());
        form.extend_from_slice(content);
        form.extend_from_slice(b"\r\n");
    }
    form.extend_from_slice(b"--XX--\r\n");
    let (status, answer) = house.raw(Method::POST, path, &boundary, form).await;
    assert_eq!(status, 207, "{answer}");
    assert_eq!((&answer["items"][0]["result"], &answer["items"][1]["result"]), (&json!("duplicate"), &json!("rejected")), "{answer}");
    assert_eq!(answer["items"][1]["file"], "b.txt");
}

#[actix_web::test]
async fn a_heartbeat_says_whether_the_ledger_agrees() {
    let house = House::open().await;
    let body = json!({"payments_complete_until": "2026-12-01T06:00:00Z", "open_items": {"EUR": {"count": 1, "total": "5.00"}}});
    let (status, source) = house.say(Method::POST, "/v1/sources/erp/heartbeat", body).await;
    assert_eq!((status, &source["ledger_differs"]), (200, &json!(true)), "{source}");
    let (_, source) = house
        .say(Method::POST, "/v1/sources/erp/heartbeat", json!({"payments_complete_until": "2026-12-01T06:00:00Z", "open_items": {}}))
        .await;
    assert_eq!(source["ledger_differs"], false);
}

#[actix_web::test]
async fn many_single_writes_at_once_are_all_taken() {
    let house = House::open().await;
    house.put("/v1/sources/erp/customers/C42", customer()).await;
    let paths: Vec<String> = (0..60).map(|n| format!("/v1/sources/erp/invoices/I{n}")).collect();
    let writes = paths.iter().map(|path| house.put(path, invoice("10")));
    let answers = futures::future::join_all(writes).await;
    assert!(answers.iter().all(|(status, _)| *status == 201), "{answers:?}");
    let (_, list) = house.get("/v1/invoices?limit=200").await;
    assert_eq!(list["data"].as_array().unwrap().len(), 60);
}

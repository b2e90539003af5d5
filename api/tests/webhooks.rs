//! Webhook endpoints, deliveries and the feed, through the routes.

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
use relance_domain::{clock::Clock, egress::EgressPolicy};
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

struct ByLooks;

impl Egress for ByLooks {
    fn check<'a>(&'a self, url: &'a str) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move { EgressPolicy::default().check_url(url).map(drop).map_err(|reason| reason.to_string()) })
    }

    fn check_host<'a>(&'a self, _host: &'a str, _port: u16) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async { Ok(()) })
    }

    fn plaintext_allowed<'a>(&'a self, _host: &'a str) -> BoxFuture<'a, bool> {
        Box::pin(async { false })
    }
}

struct House {
    app: App,
    key: String,
    _folder: tempfile::TempDir,
}

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const PATCH: Method = Method::PATCH;

impl House {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/relance.db", folder.path().display());
        let store = Store::open(&StoreConfig { url, secret_key: [7; 32], connections: 4 }, Arc::new(Noon)).await.unwrap();
        store.migrate_up().await.unwrap();
        let key = key(&store).await;
        Self { app: App::new(store, None, Arc::new(ByLooks)), key, _folder: folder }
    }

    async fn with(&self, key: &str, method: Method, path: &str, if_match: Option<&str>, body: Option<Value>) -> (u16, Value) {
        let web = Web::new()
            .app_data(Data::new(self.app.clone()))
            .wrap(from_fn(guard))
            .configure(|cfg| routes::configure(&mut ServiceConfig::new(cfg)));
        let service = init_service(web).await;
        let mut request = TestRequest::default().method(method).uri(path).insert_header(("authorization", format!("Bearer {key}")));
        if let Some(tag) = if_match {
            request = request.insert_header(("if-match", tag));
        }
        if let Some(body) = body {
            request = request.insert_header(("content-type", "application/json")).set_payload(body.to_string());
        }
        let answer = call_service(&service, request.to_request()).await;
        let status = answer.status().as_u16();
        (status, serde_json::from_slice(&read_body(answer).await).unwrap_or(Value::Null))
    }

    async fn say(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        self.with(&self.key, method, path, None, body).await
    }
}

async fn key(store: &Store) -> String {
    let tx = store.write(Scope::System).await.unwrap();
    let tenant = tenants::create(&tx, NewTenant { name: "Atelier".to_owned(), live: false, clock: None }, store.now()).await.unwrap();
    let every = NewKey::of_all_scopes();
    let (_, key) = keys::create(store, &tx, tenant.id, false, every).await.unwrap();
    store.commit(tx).await.unwrap();
    key
}

#[actix_web::test]
async fn an_endpoint_is_made_changed_and_removed() {
    let house = House::open().await;
    let body = json!({"url": "https://erp.example.com/hooks", "event_types": ["*"]});
    let (status, dry) = house.say(POST, "/v1/webhook_endpoints?dry_run=true", Some(body.clone())).await;
    assert_eq!((status, &dry["id"], dry.get("secret")), (200, &Value::Null, None));
    let (status, made) = house.say(POST, "/v1/webhook_endpoints", Some(body)).await;
    assert_eq!((status, &made["payload"], &made["status"]), (201, &json!("full"), &json!("enabled")));
    let first = made["secret"].as_str().unwrap().to_owned();
    assert!(first.starts_with("whsec_"));
    let path = format!("/v1/webhook_endpoints/{}", made["id"].as_str().unwrap());
    let (_, read) = house.say(GET, &path, None).await;
    assert_eq!(read.get("secret"), None);
    let (_, list) = house.say(GET, "/v1/webhook_endpoints", None).await;
    assert_eq!((list["data"].as_array().unwrap().len(), &list["has_more"]), (1, &json!(false)));
    let change = json!({"payload": "thin", "description": "ERP"});
    assert_eq!(house.with(&house.key, PATCH, &path, None, Some(change.clone())).await.0, 428);
    assert_eq!(house.with(&house.key, PATCH, &path, Some("\"1\""), Some(change.clone())).await.0, 200);
    assert_eq!(house.with(&house.key, PATCH, &path, Some("\"1\""), Some(change)).await.0, 412);
    let (status, rotated) = house.say(POST, &format!("{path}/rotate_secret"), None).await;
    assert_eq!((status, rotated["secret"].as_str().is_some_and(|secret| secret != first)), (200, true));
    assert_eq!(house.say(POST, &format!("{path}/rotate_secret"), Some(json!({"overlap_hours": 169}))).await.0, 422);
    let other = key(&house.app.store).await;
    assert_eq!(house.with(&other, GET, &path, None, None).await.0, 404);
    assert_eq!(house.with(&other, Method::DELETE, &path, None, None).await.0, 404);
    assert_eq!(house.say(Method::DELETE, &path, None).await.0, 204);
    assert_eq!(house.say(GET, &path, None).await.0, 404);
}

#[actix_web::test]
async fn a_forbidden_address_and_an_unknown_type_are_refused() {
    let house = House::open().await;
    for (url, code) in [
        ("http://erp.example.com/", "blocked_address"),
        ("https://127.0.0.1/", "blocked_address"),
        ("https://2130706433/", "blocked_address"),
        ("https://[::ffff:169.254.169.254]/", "blocked_address"),
        ("https://localhost/", "blocked_address"),
        ("erp.example.com", "validation_failed"),
    ] {
        let (status, refusal) = house.say(POST, "/v1/webhook_endpoints", Some(json!({"url": url, "event_types": ["*"]}))).await;
        assert_eq!((status, &refusal["code"], &refusal["errors"][0]["pointer"]), (422, &json!(code), &json!("/url")), "{url}");
    }
    let body = json!({"url": "https://a.example.com/", "event_types": ["invoice.paid", "invoice.eaten"], "payload": "huge"});
    let (_, refusal) = house.say(POST, "/v1/webhook_endpoints", Some(body)).await;
    let pointers: Vec<_> = refusal["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    assert_eq!(pointers, ["/event_types/1", "/payload"]);
}

#[actix_web::test]
async fn a_try_out_makes_a_delivery_and_facts_make_events() {
    let house = House::open().await;
    let body = json!({"url": "https://erp.example.com/hooks", "event_types": ["customer.created"]});
    let (_, made) = house.say(POST, "/v1/webhook_endpoints", Some(body)).await;
    let path = format!("/v1/webhook_endpoints/{}", made["id"].as_str().unwrap());
    let (status, delivery) = house.say(POST, &format!("{path}/test"), None).await;
    assert_eq!((status, &delivery["test"], &delivery["event_type"]), (202, &json!(true), &json!("invoice.overdue")));
    assert_eq!(house.say(POST, &format!("{path}/test"), Some(json!({"type": "x"}))).await.0, 422);
    let customer = json!({"source_version": 1, "kind": "business", "name": "Dupont",
        "contacts": [{"external_id": "c1", "email": "compta@dupont.example"}]});
    assert_eq!(house.say(Method::PUT, "/v1/sources/erp/customers/C42", Some(customer)).await.0, 201);
    let (_, feed) = house.say(GET, "/v1/events?limit=1", None).await;
    let event = &feed["data"][0];
    assert_eq!((&event["type"], &event["sequence"], &event["livemode"]), (&json!("customer.created"), &json!(1), &json!(false)));
    assert_eq!((&event["data"]["object"]["name"], &event["data"]["object"]["id"]), (&json!("Dupont"), &event["subject"]["id"]));
    assert!(!event.to_string().contains("compta@"));
    let id = event["id"].as_str().unwrap();
    assert_eq!(feed["next_cursor"], id);
    let (status, rest) = house.say(GET, &format!("/v1/events?after={id}"), None).await;
    assert_eq!((status, rest), (200, json!({"data": [], "has_more": false, "next_cursor": null})));
    assert_eq!(house.say(GET, &format!("/v1/events/{id}"), None).await.1, *event);
    assert_eq!(house.say(GET, "/v1/events?after=evt_00000000000000000000000001", None).await.0, 400);
    let (_, list) = house.say(GET, &format!("{path}/deliveries?status=pending"), None).await;
    assert_eq!(list["data"].as_array().unwrap().len(), 2);
    assert_eq!((&list["data"][0]["event_id"], &list["data"][0]["event_type"]), (&json!(id), &json!("customer.created")));
    let delivery = list["data"][0]["id"].as_str().unwrap();
    let (status, attempts) = house.say(GET, &format!("/v1/deliveries/{delivery}/attempts"), None).await;
    assert_eq!((status, &attempts["data"]), (200, &json!([])));
    assert_eq!(house.say(POST, &format!("/v1/deliveries/{delivery}/resend"), None).await.0, 202);
    assert_eq!(house.say(POST, &format!("{path}/recover?dry_run=true"), None).await, (200, json!({"count": 0, "remaining": 0})));
    assert_eq!(house.say(POST, &format!("{path}/enable"), None).await.0, 200);
    let (_, types) = house.say(GET, "/v1/event_types", None).await;
    assert!(types["data"].as_array().unwrap().iter().any(|kind| kind["type"] == "formal_notice.sent" && kind["subject"] == "reminder"));
}

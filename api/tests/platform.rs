//! The platform through a real socket: keys, scopes, problems, idempotency, settings, channels, policies, documents.
//! One program; it speaks HTTP/1.1 by hand, so that what is tested is what goes over the wire.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::{net::SocketAddr, sync::Arc};

use actix_web::dev::ServerHandle;
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use relance_api::{
    server,
    state::{App, Egress},
};
use relance_domain::clock::Clock;
use relance_store::{
    Scope, Store, StoreConfig,
    keys::{self, NewKey},
    tenants::{self, NewTenant},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

struct Noon;

impl Clock for Noon {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_796_126_400_000).unwrap_or_default()
    }
}

struct OnlyPublic;

impl Egress for OnlyPublic {
    fn check<'a>(&'a self, url: &'a str) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move { if url.contains("127.") { Err("private".to_owned()) } else { Ok(()) } })
    }

    fn check_host<'a>(&'a self, host: &'a str, _port: u16) -> BoxFuture<'a, Result<(), String>> {
        self.check(host)
    }

    fn plaintext_allowed<'a>(&'a self, _host: &'a str) -> BoxFuture<'a, bool> {
        Box::pin(async { false })
    }
}

struct House {
    at: SocketAddr,
    store: Store,
    handle: ServerHandle,
    _folder: tempfile::TempDir,
}

struct Heard {
    status: u16,
    headers: Vec<(String, String)>,
    body: Value,
    text: String,
}

impl Heard {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(have, _)| have == name).map(|(_, value)| value.as_str())
    }

    fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }
}

impl House {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/relance.db", folder.path().display());
        let store = Store::open(&StoreConfig { url, secret_key: [7; 32], connections: 4 }, Arc::new(Noon)).await.unwrap();
        store.migrate_up().await.unwrap();
        let app = App::new(store.clone(), Some("operator-secret"), Arc::new(OnlyPublic));
        let bound = server::public(app, "127.0.0.1:0", 1).unwrap();
        let handle = bound.server.handle();
        tokio::spawn(bound.server);
        Self { at: bound.addresses[0], store, handle, _folder: folder }
    }

    async fn tenant(&self, live: bool) -> String {
        let tx = self.store.write(Scope::System).await.unwrap();
        let new = NewTenant { name: "Atelier".to_owned(), live, clock: None };
        let tenant = tenants::create(&tx, new, self.store.now()).await.unwrap();
        let every = NewKey::of_all_scopes();
        let (_, key) = keys::create(&self.store, &tx, tenant.id, live, every).await.unwrap();
        self.store.commit(tx).await.unwrap();
        key
    }

    async fn say(&self, line: &str, key: &str, extra: &[(&str, &str)], body: Option<&Value>) -> Heard {
        let text = body.map(Value::to_string).unwrap_or_default();
        self.raw(line, key, extra, body.map(|_| text.as_str())).await
    }

    async fn raw(&self, line: &str, key: &str, extra: &[(&str, &str)], body: Option<&str>) -> Heard {
        let mut request = format!("{line} HTTP/1.1\r\nhost: relance\r\nconnection: close\r\n");
        if !key.is_empty() {
            request.push_str(&format!("authorization: Bearer {key}\r\n"));
        }
        for (name, value) in extra {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        if let Some(body) = body {
            if !extra.iter().any(|(name, _)| *name == "content-type") {
                request.push_str("content-type: application/json\r\n");
            }
            request.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        request.push_str("\r\n");
        request.push_str(body.unwrap_or_default());
        let mut socket = TcpStream::connect(self.at).await.unwrap();
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        socket.read_to_end(&mut answer).await.unwrap();
        heard(&answer)
    }
}

fn heard(answer: &[u8]) -> Heard {
    let text = String::from_utf8_lossy(answer);
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers: Vec<(String, String)> =
        lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    let chunked = headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
    let text = if chunked { unchunked(body) } else { body.to_owned() };
    Heard { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::Null), text }
}

fn unchunked(mut body: &str) -> String {
    let mut out = String::new();
    while let Some((size, rest)) = body.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap_or(0);
        if size == 0 {
            break;
        }
        out.push_str(&rest[..size]);
        body = &rest[size + 2..];
    }
    out
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_refusal_is_a_problem_with_its_request_id() {
    let house = House::open().await;
    let key = house.tenant(false).await;
    for (line, key, body, status, code) in [
        ("GET /v1/me", "", None, 401, "unauthorized"),
        ("GET /v1/me", "rlk_test_abcdefgh_short", None, 401, "unauthorized"),
        ("GET /nowhere", key.as_str(), None, 404, "not_found"),
        ("GET /v1/nowhere", key.as_str(), None, 404, "not_found"),
        ("DELETE /v1/settings", key.as_str(), None, 405, "method_not_allowed"),
        ("GET /v1/policies/pol_nonsense", key.as_str(), None, 404, "not_found"),
        ("GET /v1/settings?x=1", key.as_str(), None, 400, "unknown_parameter"),
        ("GET /v1/policies?cursor=abc", key.as_str(), None, 400, "cursor_mismatch"),
        ("POST /v1/policies", key.as_str(), Some("{"), 400, "malformed_json"),
        ("POST /v1/policies", key.as_str(), Some("{\"name\":\"x\"}"), 422, "policy_invalid"),
        ("PATCH /v1/settings", key.as_str(), Some("{\"colour\":1}"), 422, "unknown_field"),
    ] {
        let heard = house.raw(line, key, &[("x-request-id", "my-id")], body).await;
        assert_eq!((heard.status, heard.code()), (status, code), "{line}: {}", heard.text);
        assert_eq!(heard.header("content-type"), Some("application/problem+json"), "{line}");
        assert_eq!((heard.header("x-request-id"), heard.body["request_id"].as_str()), (Some("my-id"), Some("my-id")), "{line}");
        assert_eq!(heard.header("cache-control"), Some("no-store"));
    }
    let wrong_type = house.raw("POST /v1/policies", &key, &[("content-type", "text/plain")], Some("{}")).await;
    assert_eq!((wrong_type.status, wrong_type.code()), (415, "unsupported_media_type"));
    let large = format!("{{\"name\":\"{}\"}}", "x".repeat(2_000_000));
    let too_large = house.raw("POST /v1/policies", &key, &[], Some(&large)).await;
    assert_eq!((too_large.status, too_large.code()), (413, "too_large"));
    let odd = house.raw("GET /v1/me", &key, &[("x-request-id", "bad id!")], None).await;
    assert!(odd.header("x-request-id").unwrap().starts_with("req_"));
    assert_eq!(house.say("DELETE /v1/settings", &key, &[], None).await.header("allow"), Some("GET, PATCH"));
    house.handle.stop(true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_carry_scopes_and_cannot_give_what_they_lack() {
    let house = House::open().await;
    let key = house.tenant(false).await;
    let me = house.say("GET /v1/me", &key, &[], None).await;
    assert_eq!((me.status, me.body["mode"].as_str()), (200, Some("test")));
    let made = house.say("POST /v1/api_keys", &key, &[], Some(&json!({"scopes": ["read", "keys:manage"]}))).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let narrow = made.body["api_key"].as_str().unwrap();
    assert_eq!(house.say("GET /v1/settings", narrow, &[], None).await.status, 200);
    let refused = house.say("PATCH /v1/settings", narrow, &[], Some(&json!({}))).await;
    assert_eq!((refused.status, refused.code()), (403, "forbidden_scope"));
    let more = house.say("POST /v1/api_keys", narrow, &[], Some(&json!({"scopes": ["*"]}))).await;
    assert_eq!((more.status, more.code()), (403, "forbidden_scope"));
    let id = made.body["id"].as_str().unwrap();
    assert_eq!(house.say(&format!("DELETE /v1/api_keys/{id}"), &key, &[], None).await.status, 204);
    assert_eq!(house.say("GET /v1/me", narrow, &[], None).await.status, 401);
    let other = house.tenant(false).await;
    assert_eq!(house.say(&format!("DELETE /v1/api_keys/{id}"), &other, &[], None).await.status, 404);
    let page = house.say("GET /v1/api_keys?limit=1", &key, &[], None).await;
    assert_eq!((page.body["data"].as_array().unwrap().len(), page.body["has_more"].as_bool()), (1, Some(true)));
    let cursor = page.body["next_cursor"].as_str().unwrap();
    let rest = house.say(&format!("GET /v1/api_keys?limit=1&cursor={cursor}"), &key, &[], None).await;
    assert_eq!((rest.body["data"].as_array().unwrap().len(), rest.body["next_cursor"].is_null()), (1, true));
    assert!(!page.text.contains("secret_hash") && page.body["data"][0].get("api_key").is_none());
    house.handle.stop(true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_runs_a_request_once() {
    let house = House::open().await;
    let key = house.tenant(false).await;
    let policy = json!({"name": "Mine", "steps": [{"key": "first", "offset_days": 4, "channel": "email", "template": "first_reminder"}]});
    let first = house.say("POST /v1/policies", &key, &[("idempotency-key", "abc")], Some(&policy)).await;
    assert_eq!((first.status, first.header("idempotent-replayed")), (201, None), "{}", first.text);
    let again = house.say("POST /v1/policies", &key, &[("idempotency-key", "\"abc\"")], Some(&policy)).await;
    assert_eq!((again.status, again.header("idempotent-replayed")), (201, Some("true")));
    assert_eq!(
        (&again.text, again.header("etag"), again.header("location")),
        (&first.text, first.header("etag"), first.header("location"))
    );
    let other = house.say("POST /v1/policies", &key, &[("idempotency-key", "abc")], Some(&json!({"name": "x"}))).await;
    assert_eq!((other.status, other.code()), (422, "idempotency_key_reused"));
    // a body that breaks a rule ran nothing: mended, it may come under the same key
    let refused = house.say("POST /v1/policies", &key, &[("idempotency-key", "bad")], Some(&json!({"name": "x"}))).await;
    let mended = house.say("POST /v1/policies", &key, &[("idempotency-key", "bad")], Some(&policy)).await;
    assert_eq!((refused.status, mended.status, mended.header("idempotent-replayed")), (422, 201, None));
    let dry = house.say("POST /v1/policies?dry_run=true", &key, &[("idempotency-key", "dry")], Some(&policy)).await;
    assert_eq!((dry.status, dry.body["id"].is_null()), (200, true));
    let wet = house.say("POST /v1/policies", &key, &[("idempotency-key", "dry")], Some(&policy)).await;
    assert_eq!((wet.status, wet.header("idempotent-replayed")), (201, None));
    let stranger = house.tenant(false).await;
    let theirs = house.say("POST /v1/policies", &stranger, &[("idempotency-key", "abc")], Some(&policy)).await;
    assert_eq!((theirs.status, theirs.header("idempotent-replayed")), (201, None));
    house.handle.stop(true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_and_channels_are_kept_and_secrets_never_shown() {
    let house = House::open().await;
    let key = house.tenant(false).await;
    let patch =
        json!({"legal_name": "Atelier SARL", "address": {"lines": ["1 rue A"], "postcode": "69003", "city": "Lyon", "country": "FR"}});
    let patched = house.say("PATCH /v1/settings", &key, &[], Some(&patch)).await;
    assert_eq!((patched.status, patched.body["legal_name"].as_str()), (200, Some("Atelier SARL")), "{}", patched.text);
    let emptied = house.say("PATCH /v1/settings", &key, &[], Some(&json!({"legal_name": null}))).await;
    assert!(emptied.body["legal_name"].is_null() && emptied.body["address"]["city"] == "Lyon");
    assert_eq!(house.say("PATCH /v1/settings", &key, &[("if-match", "\"1\"")], Some(&json!({}))).await.status, 412);

    assert_eq!(house.say("GET /v1/channels/email", &key, &[], None).await.status, 404);
    let smtp = |host: &str, security: &str| {
        json!({"provider": "smtp", "from": "a@atelier.example", "allow_list": ["me@atelier.example"],
            "smtp": {"host": host, "port": 587, "security": security, "username": "u", "password": "hunter2"}})
    };
    let put = house.say("PUT /v1/channels/email", &key, &[], Some(&smtp("mail.example", "starttls"))).await;
    assert_eq!(put.status, 200, "{}", put.text);
    let shown = house.say("GET /v1/channels/email", &key, &[], None).await;
    assert_eq!((shown.body["provider"].as_str(), shown.body["smtp"]["host"].as_str()), (Some("smtp"), Some("mail.example")));
    assert!(!put.text.contains("hunter2") && !shown.text.contains("hunter2"));
    for (body, code, pointer) in [
        (smtp("127.0.0.1", "starttls"), "blocked_address", "/smtp/host"),
        (smtp("mail.example", "none"), "blocked_address", "/smtp/security"),
        (json!({"provider": "twilio", "from": "x"}), "validation_failed", "/provider"),
        (json!({"provider": "smtp", "from": "a@b.example"}), "validation_failed", "/smtp"),
    ] {
        let heard = house.say("PUT /v1/channels/email", &key, &[], Some(&body)).await;
        assert_eq!((heard.status, heard.code(), heard.body["errors"][0]["pointer"].as_str()), (422, code, Some(pointer)), "{}", heard.text);
    }
    let sms = json!({"provider": "http", "from": "ATELIER", "http": {"url": "https://sms.example/send", "secret": "s3cret"}});
    assert_eq!(house.say("PUT /v1/channels/sms", &key, &[], Some(&sms)).await.status, 200);
    assert_eq!(house.say("PUT /v1/channels/letter", &key, &[], Some(&json!({"provider": "print"}))).await.status, 200);
    let all = house.say("GET /v1/channels", &key, &[], None).await;
    assert_eq!(all.body["data"].as_array().unwrap().len(), 3);
    assert!(!all.text.contains("s3cret"));
    house.handle.stop(true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn policies_have_versions_of_which_one_is_in_force() {
    let house = House::open().await;
    let key = house.tenant(false).await;
    let seeded = house.say("GET /v1/policies", &key, &[], None).await;
    let data = seeded.body["data"].as_array().unwrap();
    assert_eq!((data.len(), data.iter().all(|policy| policy["state"] == "active")), (5, true), "{}", seeded.text);
    let live = house.tenant(true).await;
    let drafts = house.say("GET /v1/policies", &live, &[], None).await;
    assert!(drafts.body["data"].as_array().unwrap().iter().all(|policy| policy["state"] == "draft"));
    assert_eq!(house.say("GET /v1/policy_presets", &key, &[], None).await.body["data"].as_array().unwrap().len(), 5);

    let body =
        |name: &str| json!({"name": name, "steps": [{"key": "first", "offset_days": 4, "channel": "email", "template": "first_reminder"}]});
    let made = house.say("POST /v1/policies", &key, &[], Some(&body("Mine"))).await;
    assert_eq!((made.status, made.body["version"].as_i64(), made.body["state"].as_str()), (201, Some(1), Some("draft")));
    let id = made.body["id"].as_str().unwrap();
    let path = format!("/v1/policies/{id}");
    assert_eq!(house.say(&format!("PUT {path}"), &key, &[], Some(&body("M2"))).await.status, 428);
    let next = house.say(&format!("PUT {path}"), &key, &[("if-match", "\"1\"")], Some(&body("M2"))).await;
    assert_eq!((next.status, next.body["version"].as_i64(), next.header("etag")), (200, Some(2), Some("\"2\"")));
    assert_eq!(house.say(&format!("PUT {path}"), &key, &[("if-match", "\"1\"")], Some(&body("M3"))).await.status, 412);
    let wrong =
        house.say(&format!("POST {path}/versions/1/activate"), &key, &[], Some(&json!({"backlog": "skip", "confirm_count": 3}))).await;
    assert_eq!((wrong.status, wrong.code(), wrong.body["count"].as_i64()), (409, "backlog_not_confirmed", Some(0)));
    for version in [1, 2] {
        let line = format!("POST {path}/versions/{version}/activate");
        let heard = house.say(&line, &key, &[], Some(&json!({"backlog": "by_age", "spread_days": 5, "confirm_count": 0}))).await;
        assert_eq!((heard.status, heard.body["state"].as_str()), (200, Some("active")), "{}", heard.text);
    }
    let first = house.say(&format!("GET {path}?version=1"), &key, &[], None).await;
    assert_eq!((first.body["state"].as_str(), first.body["active_version"].as_i64()), (Some("retired"), Some(2)));
    assert_eq!(house.say(&format!("GET {path}"), &live, &[], None).await.status, 404);
    house.handle.stop(true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn documents_need_no_key_and_the_operator_has_his_own() {
    let house = House::open().await;
    for path in ["/openapi.json", "/openapi.sdk.json", "/openapi-3.0.json"] {
        let heard = house.say(&format!("GET {path}"), "", &[], None).await;
        assert_eq!((heard.status, heard.body["info"]["title"].as_str()), (200, Some("Relance")), "{path}");
    }
    let page = house.say("GET /docs/", "", &[], None).await;
    assert!(page.status == 200 && page.text.contains("swagger"));
    let new = json!({"name": "Firm", "mode": "test", "clock": "2026-10-01T08:00:00Z"});
    assert_eq!(house.say("POST /v1/tenants", "rlk_test_x", &[], Some(&new)).await.status, 401);
    let made = house.say("POST /v1/tenants", "operator-secret", &[], Some(&new)).await;
    assert_eq!((made.status, made.body["clock"].as_str()), (201, Some("2026-10-01T08:00:00.000Z")), "{}", made.text);
    let me = house.say("GET /v1/me", made.body["api_key"].as_str().unwrap(), &[], None).await;
    assert_eq!((me.body["now"].as_str(), &me.body["tenant_id"]), (Some("2026-10-01T08:00:00.000Z"), &made.body["id"]));
    assert_eq!(house.say("GET /v1/tenants", "operator-secret", &[], None).await.body["data"].as_array().unwrap().len(), 1);
    house.handle.stop(true).await;
}

//! What every answer has: tags, codings, quota, problems.

use reqwest::Method;
use serde_json::json;

use crate::{
    story,
    support::{Database, World, server},
};

story! {
    /// Who has it already is told so; who overwrites unread is refused; a weakened or compressed tag is the same tag.
    tags_say_what_changed, world from "2026-10-01T05:00:00Z", {
        let customer = world.customer("C1").await;
        let path = format!("/v1/customers/{}", customer["id"].as_str().unwrap());
        let read = world.get(&path).await;
        let tag = read.headers["etag"].to_str().unwrap().to_owned();
        let again = world.send(Method::GET, &path, None, &[("if-none-match", &tag)]).await;
        assert_eq!((again.status.as_u16(), again.headers["etag"].to_str().unwrap()), (304, tag.as_str()));
        let weak = format!("W/{}-gzip\"", tag.trim_end_matches('"'));
        assert_eq!(world.send(Method::GET, &path, None, &[("if-none-match", &weak)]).await.status.as_u16(), 304);
        world.customer_with("C1", json!({"source_version": 2, "name": "Boulangerie Dupont SARL"})).await;
        let changed = world.send(Method::GET, &path, None, &[("if-none-match", &tag)]).await;
        assert_eq!(changed.status.as_u16(), 200);
        assert_ne!(changed.headers["etag"], tag);
    }
}

story! {
    /// Two people read, both change: one has the last word, the other hears of it.
    a_lost_update_is_refused, world from "2026-10-01T05:00:00Z", {
        let policy = json!({"name": "Mine", "steps": [{"key": "first", "offset_days": 4, "channel": "email", "template": "first_reminder"}]});
        let made = world.post("/v1/policies", policy.clone()).await;
        let (tag, path) = (made.headers["etag"].to_str().unwrap().to_owned(), format!("/v1/policies/{}", made.body["id"].as_str().unwrap()));
        let put = async |name: &str| {
            let mut body = policy.clone();
            body["name"] = json!(name);
            world.send(Method::PUT, &path, Some(body), &[("if-match", &tag)]).await
        };
        let answers = [put("One").await, put("Two").await];
        let mut seen: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
        seen.sort_unstable();
        assert_eq!(seen, [200, 412]);
        world.put(&path, policy.clone()).await.problem(428, "precondition_required");
    }
}

story! {
    /// Large answers are compressed, small ones are not, and the tag says which it is of.
    codings_are_worth_it, world from "2026-10-01T05:00:00Z", {
        world.customer("C1").await;
        for n in 0..5 {
            world.invoice(&format!("FA-{n}"), "C1", "2026-12-05", "10.00").await;
        }
        let coded = async |path: &str| {
            let answer = world.send(Method::GET, path, None, &[("accept-encoding", "gzip")]).await;
            answer.headers.get("content-encoding").map(|value| value.to_str().unwrap().to_owned())
        };
        assert_eq!(coded("/v1/invoices").await.as_deref(), Some("gzip"));
        assert_eq!(coded("/v1/me").await, None);
        let invoice = world.read_invoice("FA-1").await;
        let path = format!("/v1/invoices/{}", invoice["id"].as_str().unwrap());
        let plain = world.get(&path).await.headers["etag"].clone();
        let answer = world.send(Method::GET, &path, None, &[("accept-encoding", "gzip")]).await;
        if answer.headers.contains_key("content-encoding") {
            assert_ne!(answer.headers["etag"], plain);
        }
        let tag = answer.headers["etag"].to_str().unwrap();
        assert_eq!(world.send(Method::GET, &path, None, &[("if-none-match", tag)]).await.status.as_u16(), 304);
    }
}

/// A tenant that asks too much waits; another tenant does not.
#[tokio::test]
async fn a_quota_is_the_tenants_own() {
    let url = server::fresh_url(Database::Sqlite).unwrap();
    let server = server::start(&url, &["--rate-limit", "5"]);
    let (greedy, calm) = (World::live(&server, Database::Sqlite).await, World::live(&server, Database::Sqlite).await);
    let mut refused = None;
    for _ in 0..12 {
        let answer = greedy.get("/v1/me").await;
        assert!(answer.headers["ratelimit-policy"].to_str().unwrap().starts_with("\"default\";q=5;w=60"));
        if answer.status.as_u16() == 429 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("five a minute, twelve asked");
    let said = refused.headers["ratelimit"].to_str().unwrap().to_owned();
    let (rest, reset) = said.strip_prefix("\"default\";r=").and_then(|text| text.split_once(";t=")).unwrap();
    assert_eq!((rest, reset), ("0", refused.headers["retry-after"].to_str().unwrap()));
    assert_eq!(refused.problem(429, "rate_limited")["violated_policies"], json!(["default"]));
    calm.get("/v1/me").await.expect(200);
}

/// Pages of an origin that was named may call; others are told nothing.
#[tokio::test]
async fn browsers_call_from_named_origins_only() {
    let url = server::fresh_url(Database::Sqlite).unwrap();
    let server = server::start(&url, &["--cors-origins", "https://erp.example.com"]);
    let world = World::live(&server, Database::Sqlite).await;
    let allowed = async |origin: &str| {
        let answer = world.send(Method::GET, "/v1/me", None, &[("origin", origin)]).await;
        answer.headers.get("access-control-allow-origin").map(|value| value.to_str().unwrap().to_owned())
    };
    assert_eq!(allowed("https://erp.example.com").await.as_deref(), Some("https://erp.example.com"));
    assert_eq!(allowed("https://evil.example.com").await, None);
    let asked = [
        ("origin", "https://erp.example.com"),
        ("access-control-request-method", "PUT"),
        ("access-control-request-headers", "authorization"),
    ];
    let before = world.send(Method::OPTIONS, "/v1/invoices", None, &asked).await;
    assert!(before.status.is_success() && before.headers["access-control-allow-methods"].to_str().unwrap().contains("PUT"));
}

/// Method, path, body, headers; status and code of the refusal.
type Case<'a> = (Method, &'a str, Option<&'a str>, &'a [(&'a str, &'a str)], u16, &'a str);

/// Whatever goes wrong, it is a problem with a code of the list, and each server explains its codes.
#[tokio::test]
async fn every_refusal_is_a_problem() {
    let world = World::begin(Database::Sqlite, "2026-10-01T05:00:00Z").await.unwrap();
    let long = format!("/v1/invoices?{}", "a".repeat(3_000));
    let deep = format!("{{\"name\":{}{}}}", "[".repeat(70), "]".repeat(70));
    let cases: Vec<Case<'_>> = vec![
        (Method::GET, "/v1/nothing", None, &[], 404, "not_found"),
        (Method::GET, "/", None, &[], 404, "not_found"),
        (Method::GET, "/v1/invoices/inv_none", None, &[], 404, "not_found"),
        (Method::GET, "/livez", None, &[], 404, "not_found"),
        (Method::GET, "/metrics", None, &[], 404, "not_found"),
        (Method::TRACE, "/v1/invoices", None, &[], 405, "method_not_allowed"),
        (Method::DELETE, "/v1/invoices", None, &[], 405, "method_not_allowed"),
        (Method::GET, "/v1/invoices?sort=total", None, &[], 422, "validation_failed"),
        (Method::GET, "/v1/invoices?statsu=open", None, &[], 400, "unknown_parameter"),
        (Method::GET, &long, None, &[], 400, "unknown_parameter"),
        (Method::GET, "/v1/invoices?cursor=abc", None, &[], 400, "cursor_mismatch"),
        (Method::POST, "/v1/holds", Some("{"), &[("content-type", "application/json")], 400, "malformed_json"),
        (Method::POST, "/v1/policies", Some(&deep), &[("content-type", "application/json")], 400, "malformed_json"),
        (Method::POST, "/v1/holds", Some("{}"), &[("content-type", "text/plain")], 415, "unsupported_media_type"),
        (Method::POST, "/v1/holds", Some("{}"), &[("content-type", "application/json")], 422, "validation_failed"),
        (Method::POST, "/v1/holds", Some("{\"tenant_id\":1}"), &[("content-type", "application/json")], 422, "unknown_field"),
    ];
    for (method, path, body, headers, status, code) in cases {
        let answer = world.bytes(method, path, body, headers).await;
        let problem = answer.problem(status, code);
        assert_eq!(problem["type"], format!("https://relance.dev/problems/{code}"));
        assert!(problem["request_id"].as_str().is_some_and(|id| id.starts_with("req_")), "{path}: {problem}");
        let page = world.get(&format!("/problems/{code}")).await;
        assert!(page.status.is_success() && page.body.as_str().unwrap().contains(code), "{code}");
    }
    let big = format!("{{\"reason\":\"{}\"}}", "a".repeat(1_100_000));
    world.bytes(Method::POST, "/v1/holds", Some(&big), &[("content-type", "application/json")]).await.problem(413, "too_large");
    let named = world.send(Method::GET, "/v1/nothing", None, &[("x-request-id", "erp-4711.a")]).await;
    assert_eq!((named.headers["x-request-id"].to_str().unwrap(), named.body["request_id"].as_str()), ("erp-4711.a", Some("erp-4711.a")));
    let unnamed = world.send(Method::GET, "/v1/nothing", None, &[("x-request-id", "erp 4711")]).await;
    assert!(unnamed.body["request_id"].as_str().unwrap().starts_with("req_"));
}

/// Nothing answers without the headers that keep browsers and caches out of trouble.
#[tokio::test]
async fn every_answer_is_framed() {
    let world = World::begin(Database::Sqlite, "2026-10-01T05:00:00Z").await.unwrap();
    for path in ["/v1/me", "/v1/nothing", "/openapi.json"] {
        let answer = world.get(path).await;
        for (name, value) in [
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
        ] {
            assert_eq!(answer.headers[name], value, "{path}");
        }
        assert!(!answer.headers.contains_key("access-control-allow-origin") && !answer.headers.contains_key("server"));
    }
}

story! {
    /// Whatever has an id has a tag, and is not sent again to who has it.
    every_object_has_a_tag, world from "2026-10-01T05:00:00Z", {
        let owned = crate::contract::isolation::belongings(&world).await;
        let document = world.get("/openapi.json").await.expect(200);
        let mut walked = 0;
        for (path, item) in document["paths"].as_object().unwrap() {
            let Some((front, "{id}")) = path.rsplit_once('/') else { continue };
            if item.get("get").is_none() {
                continue;
            }
            let noun = crate::contract::isolation::owner_of(path);
            let (_, id) = owned.iter().find(|(owner, _)| *owner == noun).unwrap_or_else(|| panic!("{path} is not in the walk"));
            let answer = world.get(&format!("{front}/{id}")).await;
            assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.body);
            let tag = answer.headers.get("etag").unwrap_or_else(|| panic!("{path} has no tag")).to_str().unwrap().to_owned();
            let again = world.send(Method::GET, &format!("{front}/{id}"), None, &[("if-none-match", &tag)]).await;
            assert_eq!(again.status.as_u16(), 304, "{path}");
            walked += 1;
        }
        assert!(walked > 10, "{walked} objects");
    }
}

//! Which key may do what: the matrix of scopes and operations, read from the served document.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    story,
    support::{Database, World},
};

const METHODS: [&str; 5] = ["get", "put", "post", "patch", "delete"];
const SCOPES: [&str; 9] = [
    "facts:write",
    "read",
    "policies:write",
    "reminders:write",
    "settings:write",
    "webhooks:manage",
    "clock:write",
    "keys:manage",
    "audit:read",
];

/// The same tenant with a key of these scopes.
async fn with_scopes(world: &World, scopes: &[&str]) -> World {
    let made = world.post("/v1/api_keys", json!({"scopes": scopes})).await.expect(201);
    world.with_key(made["api_key"].as_str().unwrap())
}

/// Method, path and security of every operation.
async fn operations(world: &World) -> Vec<(Method, String, Value)> {
    let document = world.get("/openapi.json").await.expect(200);
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap().iter().filter(|(method, _)| METHODS.contains(&method.as_str())) {
            all.push((method.to_uppercase().parse().unwrap(), path.clone(), operation["security"].clone()));
        }
    }
    all
}

/// A path of the document with something in the place of its parameters.
fn concrete(path: &str) -> String {
    path.replace("{channel}", "email")
        .replace("{template}", "first_reminder.fr")
        .replace("{source}", "erp")
        .replace("{external_id}", "X1")
        .replace("{n}", "1")
        .replace("{name}", "x")
        .replace("{id}", "x")
}

story! {
    /// Every scope but the needed one: 403, whatever the body; the needed one alone: never 403.
    an_operation_needs_its_scope_and_no_other, world from "2026-10-01T05:00:00Z", {
        let mut lacking = Vec::new();
        let mut alone = Vec::new();
        for scope in SCOPES {
            lacking.push((scope, with_scopes(&world, &SCOPES.into_iter().filter(|other| *other != scope).collect::<Vec<_>>()).await));
            alone.push((scope, with_scopes(&world, &[scope]).await));
        }
        let mut walked = 0;
        for (method, path, security) in operations(&world).await {
            if security[0].get("operator").is_some() || security == json!([{"bearer": []}]) || security == json!([{}]) {
                continue; // the operator's, `GET /v1/me`, which every key may ask, and webhooks of sources, which no key opens
            }
            let needed = security[0]["bearer"][0].as_str().unwrap_or_else(|| panic!("{method} {path} names no scope: {security}"));
            let of = |list: &Vec<(&str, World)>| list.iter().find(|(scope, _)| *scope == needed).unwrap_or_else(|| panic!("{needed} is no scope")).1.clone();
            let body = (method != Method::GET && method != Method::DELETE).then(|| json!({}));
            let refused = of(&lacking).send(method.clone(), &concrete(&path), body.clone(), &[]).await;
            let problem = refused.problem(403, "forbidden_scope");
            assert!(problem["detail"].as_str().unwrap().contains(needed), "{method} {path}: {problem}");
            let heard = of(&alone).send(method.clone(), &concrete(&path), body, &[]).await;
            assert_ne!(heard.body["code"], "forbidden_scope", "{method} {path}: {}", heard.body);
            walked += 1;
        }
        assert!(walked > 80, "{walked} operations walked");
    }
}

story! {
    /// No twin of an operation gets through: what the document does not name is refused, and nothing happens.
    other_methods_of_a_path_are_refused, world from "2026-10-01T05:00:00Z", {
        let reader = with_scopes(&world, &["read"]).await;
        let known = operations(&world).await;
        let mut walked = 0;
        for (_, path, _) in &known {
            for method in ["GET", "PUT", "POST", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"] {
                let method: Method = method.parse().unwrap();
                if known.iter().any(|(served, other, _)| *served == method && other == path) {
                    continue;
                }
                let parent = path.rsplit_once('/').map(|(parent, _)| format!("{parent}/{{id}}"));
                if known.iter().any(|(served, other, _)| *served == method && Some(other) == parent.as_ref()) {
                    continue; // the last word of the path could be an id, of which there is none such
                }
                let answer = reader.send(method.clone(), &concrete(path), None, &[]).await;
                assert_eq!(answer.status.as_u16(), 405, "{method} {path}: {}", answer.body);
                let allowed = answer.headers["allow"].to_str().unwrap();
                assert!(!allowed.split(", ").any(|other| other == method.as_str()), "{method} {path}: {allowed}");
                walked += 1;
            }
        }
        assert!(walked > 300, "{walked} twins walked");
    }
}

story! {
    /// What an ERP's key in the wrong hands can do: push facts, and nothing else.
    a_key_for_facts_sends_nothing_and_changes_no_rule, world from "2026-10-01T05:00:00Z", {
        world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "400.00").await;
        world.advance("2026-11-30T12:00:00Z").await;
        let reminder = world.reminders().await.pop().unwrap();
        let policy = world.list("/v1/policies").await.remove(0);
        let erp = with_scopes(&world, &["facts:write"]).await;
        let by = json!({"name": "Marc", "email": "marc@keller.example"});
        for action in ["send_now", "resend", "approve", "cancel"] {
            let path = format!("/v1/reminders/{}/{action}", reminder["id"].as_str().unwrap());
            erp.post(&path, json!({"by": by, "reason": "x"})).await.problem(403, "forbidden_scope");
        }
        let path = format!("/v1/policies/{}", policy["id"].as_str().unwrap());
        erp.send(Method::PUT, &path, Some(json!({"name": "x", "steps": []})), &[("if-match", "\"1\"")]).await.problem(403, "forbidden_scope");
        erp.patch("/v1/settings", json!({"iban": "FR7630006000011234567890189"})).await.problem(403, "forbidden_scope");
        erp.put("/v1/channels/letter", json!({"provider": "print"})).await.problem(403, "forbidden_scope");
        erp.post("/v1/api_keys", json!({"scopes": ["facts:write"]})).await.problem(403, "forbidden_scope");
        erp.get("/v1/customers").await.problem(403, "forbidden_scope");
        assert_eq!(world.read_invoice("FA-1").await["status"], "open");
    }
}

story! {
    /// A key that may not read is not told addresses either, not even those it pushed.
    a_key_for_facts_is_not_told_addresses, world from "2026-10-01T05:00:00Z", {
        let erp = with_scopes(&world, &["facts:write"]).await;
        let both = with_scopes(&world, &["facts:write", "read"]).await;
        let told = erp.customer("C1").await;
        assert_eq!((&told["contacts"][0]["email"], &told["contacts"][0]["phone"]), (&json!(null), &json!(null)));
        assert_eq!(told["contacts"][0]["name"], "Claire Dupont");
        assert_eq!(both.customer("C1").await["contacts"][0]["email"], "compta@c1.example");
    }
}

/// A key gives no more than it has: neither scopes, nor networks, nor time.
#[tokio::test]
async fn a_key_cannot_grant_what_it_lacks() {
    let world = World::begin(Database::Sqlite, "2026-10-01T05:00:00Z").await.unwrap();
    let text = |made: &Value| made["api_key"].as_str().unwrap().to_owned();
    let bounds = json!({"scopes": ["keys:manage", "read"], "allowed_cidrs": ["127.0.0.0/8"], "expires_at": "2099-01-01T00:00:00Z"});
    let made = world.post("/v1/api_keys", bounds).await.expect(201);
    let bound = world.with_key(&text(&made));
    bound.post("/v1/api_keys", json!({"scopes": ["*"]})).await.problem(403, "forbidden_scope");
    bound.post("/v1/api_keys", json!({"scopes": ["facts:write"]})).await.problem(403, "forbidden_scope");
    bound.post("/v1/api_keys", json!({"allowed_cidrs": []})).await.problem(403, "forbidden_scope");
    bound.post("/v1/api_keys", json!({"allowed_cidrs": ["0.0.0.0/0"]})).await.problem(403, "forbidden_scope");
    bound.post("/v1/api_keys", json!({"expires_at": "2100-01-01T00:00:00Z"})).await.problem(403, "forbidden_scope");
    let narrower = json!({"scopes": ["read"], "allowed_cidrs": ["127.0.0.1/32"], "expires_at": "2098-01-01T00:00:00Z"});
    assert_eq!(bound.post("/v1/api_keys", narrower).await.expect(201)["allowed_cidrs"], json!(["127.0.0.1/32"]));
    // what is left out is what the calling key has
    let same = bound.post("/v1/api_keys", json!({})).await.expect(201);
    assert_eq!(same["scopes"], json!(["keys:manage", "read"]));
    assert_eq!((&same["allowed_cidrs"], &same["expires_at"]), (&json!(["127.0.0.0/8"]), &json!("2099-01-01T00:00:00.000Z")));
    // nor by way of another's key
    let all = world.list("/v1/api_keys").await;
    let widest = all.iter().find(|key| key["scopes"] == json!(["*"])).unwrap();
    bound.post(&format!("/v1/api_keys/{}/rotate", widest["id"].as_str().unwrap()), json!({})).await.problem(403, "forbidden_scope");
}

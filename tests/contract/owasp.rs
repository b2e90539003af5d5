//! What is left of OWASP's list for APIs: fields that only the service sets, paths that nobody named.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    story,
    support::{Database, World},
};

/// Names that a body may never set.
const READ_ONLY: [&str; 6] = ["tenant_id", "status", "balance", "livemode", "amount_due", "created_at"];

/// The names that a schema of the document knows, `$ref` and `allOf` followed.
fn names(document: &Value, schema: &Value) -> BTreeSet<String> {
    let mut all: BTreeSet<String> = schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
    if let Some(name) = schema["$ref"].as_str().and_then(|text| text.rsplit('/').next()) {
        all.extend(names(document, &document["components"]["schemas"][name]));
    }
    for word in ["allOf", "oneOf", "anyOf"] {
        all.extend(schema[word].as_array().into_iter().flatten().flat_map(|part| names(document, part)));
    }
    all
}

story! {
    /// Every JSON body of the document: a field that is unknown or not the caller's is refused, never passed over.
    no_body_sets_what_only_the_service_sets, world from "2026-10-01T05:00:00Z", {
        let owned = crate::contract::isolation::belongings(&world).await;
        let document = world.get("/openapi.json").await.expect(200);
        let mut walked = 0;
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let Some(schema) = operation["requestBody"]["content"].get("application/json").map(|content| &content["schema"]) else { continue };
                if !["post", "put", "patch"].contains(&method.as_str()) || path == "/v1/tenants" || path.contains("/ingest/") || path.contains("/receipts/") || path.ends_with("/webhooks") {
                    continue;
                }
                let known = names(&document, schema);
                let noun = path.split('/').nth(2).unwrap();
                let id = owned.iter().find(|(owner, _)| *owner == noun).map_or("x", |(_, id)| id.as_str());
                let concrete = path.replace("{id}", id).replace("{channel}", "letter").replace("{source}", "erp").replace("{external_id}", "X1").replace("{n}", "1");
                let replaced = ["policies", "webhook_endpoints"].contains(&noun) && method != "post";
                let tag: &[(&str, &str)] = if replaced { &[("if-match", "\"1\"")] } else { &[] };
                for name in READ_ONLY.iter().filter(|name| !known.contains(**name)) {
                    let method: Method = method.to_uppercase().parse().unwrap();
                    let answer = world.send(method.clone(), &concrete, Some(json!({*name: "x"})), tag).await;
                    assert_eq!(answer.status.as_u16(), 422, "{method} {path} {name}: {}", answer.body);
                    let told = answer.body["errors"].as_array().unwrap().iter().any(|error| error["pointer"] == format!("/{name}").as_str());
                    assert!(told, "{method} {path} {name}: {}", answer.body);
                    walked += 1;
                }
            }
        }
        assert!(walked > 100, "{walked} fields walked");
    }
}

/// Every path of the document is served, and what other versions, debuggers and operators have is not.
#[tokio::test]
async fn what_is_served_is_described_and_nothing_else_is_served() {
    let world = World::begin(Database::Sqlite, "2026-10-01T05:00:00Z").await.unwrap();
    let document = world.get("/openapi.json").await.expect(200);
    for (path, _) in document["paths"].as_object().unwrap() {
        let concrete = path.replace(['{', '}'], "");
        let answer = world.send(Method::OPTIONS, &concrete, None, &[]).await;
        assert_eq!(answer.status.as_u16(), 405, "{path} is described and not served: {}", answer.body);
    }
    for path in [
        "/v0",
        "/v0/invoices",
        "/v1",
        "/v1/",
        "/v2/invoices",
        "/debug",
        "/debug/pprof",
        "/admin",
        "/livez",
        "/readyz",
        "/metrics",
        "/v1/../metrics",
        "/.env",
        "/.git/config",
        "/v1/invoices/../../metrics",
    ] {
        let answer = world.get(path).await;
        assert_eq!(answer.status.as_u16(), 404, "{path}: {}", answer.body);
    }
    for method in ["TRACE", "CONNECT", "PROPFIND"] {
        let answer = world.send(method.parse().unwrap(), "/v1/invoices", None, &[]).await;
        assert!((400..500).contains(&answer.status.as_u16()), "{method}: {}", answer.status);
    }
}

/// Every route in the source is one of the document: the macros name them, and the description is made of the same list.
#[test]
fn every_route_of_the_source_is_described() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let document: Value = serde_json::from_slice(&std::fs::read(root.join("openapi/openapi.json")).unwrap()).unwrap();
    let mut folders = vec![root.join("api/src/endpoints")];
    let mut routes = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap().flatten().map(|entry| entry.path()) {
            if entry.is_dir() {
                folders.push(entry);
                continue;
            }
            let text = std::fs::read_to_string(&entry).unwrap();
            for line in text.lines() {
                let Some((method, path)) =
                    line.strip_prefix("#[").and_then(|rest| rest.strip_suffix("\")]")).and_then(|rest| rest.split_once("(\""))
                else {
                    continue;
                };
                if ["get", "put", "post", "patch", "delete"].contains(&method) {
                    assert!(document["paths"][path].get(method).is_some(), "{method} {path} of {} is not described", entry.display());
                    routes += 1;
                }
            }
        }
    }
    let described: usize = document["paths"]
        .as_object()
        .unwrap()
        .values()
        .map(|item| {
            item.as_object().unwrap().keys().filter(|word| ["get", "put", "post", "patch", "delete"].contains(&word.as_str())).count()
        })
        .sum();
    assert_eq!(routes, described);
}

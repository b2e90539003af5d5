//! The description that is committed is the description that is served.

use serde_json::Value;

use crate::support::{Database, server};

fn documents() -> Vec<(&'static str, Value)> {
    let server = server::shared(Database::Sqlite).unwrap();
    let read = |path: &str| {
        let out = std::process::Command::new("curl").args(["-sS", "--noproxy", "*", &format!("{}{path}", server.base)]).output().unwrap();
        serde_json::from_slice(&out.stdout).unwrap()
    };
    vec![
        ("openapi.json", read("/openapi.json")),
        ("openapi.sdk.json", read("/openapi.sdk.json")),
        ("openapi-3.0.json", read("/openapi-3.0.json")),
    ]
}

#[test]
fn the_committed_document_is_the_served_one() {
    let (_, served) = documents().remove(0);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/openapi.json");
    let committed: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    assert!(committed == served, "openapi/openapi.json is old: cargo run -- openapi > openapi/openapi.json");
}

#[test]
fn every_operation_is_named_tagged_and_describes_its_answers() {
    for (name, document) in documents() {
        let mut ids = Vec::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in
                item.as_object().unwrap().iter().filter(|(method, _)| ["get", "put", "post", "patch", "delete"].contains(&method.as_str()))
            {
                let place = format!("{name}: {method} {path}");
                ids.push(operation["operationId"].as_str().unwrap_or_else(|| panic!("{place}: no operationId")).to_owned());
                assert_eq!(operation["tags"].as_array().map(Vec::len), Some(1), "{place}: one tag");
                for (status, response) in operation["responses"].as_object().unwrap() {
                    assert!(response["description"].as_str().is_some_and(|text| !text.is_empty()), "{place} {status}: no description");
                }
            }
        }
        let count = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), count, "{name}: operation ids are unique");
        assert!(count > 50, "{name}: {count} operations");
    }
}

//! The description that is committed is the description that is served.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{Database, World, server};

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

fn operations(document: &Value) -> Vec<(String, &Value)> {
    let items = document["paths"].as_object().unwrap().iter();
    let all = items
        .flat_map(|(path, item)| item.as_object().unwrap().iter().map(move |(method, operation)| (format!("{method} {path}"), operation)));
    all.filter(|(place, _)| ["get ", "put ", "post ", "patch ", "delete "].iter().any(|method| place.starts_with(method))).collect()
}

/// Words an operation's name may begin with.
const VERBS: &str = "activate advance approve cancel complete create delete enable enter export get ingest list migrate patch put quote receive record recover reject release replay \
    rename render resend resolve reverse rotate send source test update waive";

#[test]
fn every_operation_is_named_tagged_and_describes_its_answers() {
    for (name, document) in documents() {
        let mut ids = Vec::new();
        let tags: Vec<&str> = document["tags"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|tag| tag["description"].is_string())
            .filter_map(|tag| tag["name"].as_str())
            .collect();
        for (place, operation) in operations(&document) {
            let place = format!("{name}: {place}");
            let id = operation["operationId"].as_str().unwrap_or_else(|| panic!("{place}: no operationId"));
            ids.push(id.to_owned());
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let schema = parameter["schema"].to_string();
                assert!(
                    !schema.contains("\"null\"") && !schema.contains("nullable"),
                    "{place}: {} cannot be null, only left out",
                    parameter["name"]
                );
            }
            let snake = id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            assert!(
                snake && id.split_once('_').is_some_and(|(verb, _)| VERBS.split_whitespace().any(|known| known == verb)),
                "{place}: {id} is no verb_noun"
            );
            assert!(operation["summary"].is_string() && operation["description"].is_string(), "{place}: no summary or description");
            let own = operation["tags"].as_array().map(Vec::as_slice).unwrap_or_default();
            assert!(own.len() == 1 && tags.contains(&own[0].as_str().unwrap()), "{place}: one tag, described: {own:?}");
            let responses = operation["responses"].as_object().unwrap();
            assert!(responses.get("default").is_none(), "{place}: default breaks generators; 4XX and 5XX say it");
            for status in ["4XX", "5XX"] {
                let problem = &responses[status]["content"]["application/problem+json"]["schema"]["$ref"];
                assert_eq!(problem, "#/components/schemas/Problem", "{place} {status}");
                assert!(responses[status]["headers"]["Retry-After"].is_object(), "{place} {status}: no Retry-After");
            }
            for (status, response) in responses {
                assert!(response["description"].as_str().is_some_and(|text| !text.is_empty()), "{place} {status}: no description");
                assert!(response["headers"]["X-Request-Id"].is_object(), "{place} {status}: no X-Request-Id");
            }
            let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
            let has = |place: &str, name: &str| parameters.iter().any(|parameter| parameter["in"] == place && parameter["name"] == name);
            // a sender of another program knows no key of ours: its event's id is one
            let keyed =
                (place.contains(": post ") || place.contains(": patch ")) && !["receive_source_webhook", "receive_receipts"].contains(&id);
            if keyed {
                assert!(has("header", "Idempotency-Key"), "{place}: no Idempotency-Key");
            }
            for parameter in parameters {
                assert!(
                    parameter["description"].as_str().is_some_and(|text| !text.is_empty()),
                    "{place}: {} is not described",
                    parameter["name"]
                );
                limited(&format!("{place} {}", parameter["name"]), &parameter["schema"]);
            }
        }
        let count = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), count, "{name}: operation ids are unique");
        assert!(count > 50, "{name}: {count} operations");
    }
}

/// A schema whose every text, number and list has its limits, and which is no union.
fn limited(place: &str, schema: &Value) {
    let is = |word: &str| schema["type"] == word || schema["type"].as_array().is_some_and(|all| all.iter().any(|kind| kind == word));
    let closed = schema["enum"].is_array() || schema["const"].is_string();
    assert!(!is("string") || closed || schema["maxLength"].is_u64(), "{place}: no maxLength");
    assert!(!is("array") || schema["maxItems"].is_u64(), "{place}: no maxItems");
    assert!(!is("integer") || (schema["minimum"].is_i64() && schema["maximum"].is_i64()), "{place}: no bounds");
    assert!(!is("number"), "{place}: amounts are text, everything else is whole");
    for word in ["oneOf", "anyOf", "allOf"] {
        let Some(list) = schema[word].as_array() else { continue };
        let others: Vec<&Value> = list.iter().filter(|inner| inner["type"] != "null").collect();
        assert!(word == "oneOf" && others.len() == 1 && list.len() == 2, "{place}: a union");
        limited(place, others[0]);
    }
    for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
        limited(&format!("{place}.{name}"), inner);
    }
    for word in ["items", "additionalProperties"] {
        if schema[word].is_object() {
            limited(&format!("{place}.{word}"), &schema[word]);
        }
    }
}

#[test]
fn every_schema_has_limits_and_is_no_union() {
    let (_, document) = documents().remove(0);
    let schemas = document["components"]["schemas"].as_object().unwrap();
    assert!(schemas.len() > 150);
    for (name, schema) in schemas {
        limited(name, schema);
    }
}

/// The names of the schemas that `value` refers to, and those they refer to.
fn referred(document: &Value, value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            let name = members.get("$ref").and_then(Value::as_str).and_then(|place| place.strip_prefix("#/components/schemas/"));
            if let Some(name) = name.filter(|name| into.insert((*name).to_owned())) {
                referred(document, &document["components"]["schemas"][name], into);
            }
            members.values().for_each(|value| referred(document, value, into));
        }
        Value::Array(list) => list.iter().for_each(|value| referred(document, value, into)),
        _ => {}
    }
}

/// A word that is new in an answer breaks no client: only requests have closed sets.
#[test]
fn no_answer_and_no_event_has_a_closed_set() {
    let (_, document) = documents().remove(0);
    let mut said = BTreeSet::new();
    operations(&document).iter().for_each(|(_, operation)| referred(&document, &operation["responses"], &mut said));
    referred(&document, &document["webhooks"], &mut said);
    assert!(said.len() > 80);
    let mut open = 0;
    for name in said {
        let schema = &document["components"]["schemas"][&name];
        let text = schema.to_string();
        assert!(!text.contains("\"enum\":") && !text.contains("\"const\":"), "{name} is said in answers and has a closed set");
        open += text.matches("x-extensible-enum").count();
    }
    assert!(open > 30, "{open} open sets");
}

#[test]
fn every_event_type_is_a_webhook_with_a_schema_of_its_own() {
    let documents = documents();
    let (full, sdk) = (&documents[0].1, &documents[1].1);
    assert!(sdk.get("webhooks").is_none(), "generators would make calls of them");
    let mut schemas = BTreeSet::new();
    for (kind, item) in full["webhooks"].as_object().unwrap() {
        let schema = item["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"].as_str().unwrap();
        assert!(schemas.insert(schema.to_owned()), "{kind}: {schema} is another's");
        assert!(sdk.pointer(&schema[1..]).is_some(), "{kind}: not in openapi.sdk.json");
    }
    assert!(schemas.len() > 30);
}

/// The page is read where there is no network: everything it loads comes from here.
#[tokio::test]
async fn the_page_works_without_a_network() {
    let world = World::begin(Database::Sqlite, "2026-10-01T05:00:00Z").await.unwrap();
    let mut waiting = vec!["/docs/".to_owned()];
    let mut seen = BTreeSet::new();
    while let Some(path) = waiting.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let answer = world.get(&path).await;
        assert_eq!(answer.status.as_u16(), 200, "{path}");
        let text = answer.body.as_str().map(str::to_owned).unwrap_or_default();
        if !path.ends_with(".js") {
            for loads in text
                .split(['"', '\'', '(', ')'])
                .filter(|part| part.starts_with("http://") || part.starts_with("https://") || part.starts_with("//"))
            {
                assert!(loads.starts_with("http://www.w3.org/") || loads.starts_with("data:"), "{path} loads {loads}");
            }
        }
        for part in
            text.split('"').filter(|part| path == "/docs/" && (part.ends_with(".js") || part.ends_with(".css") || part.ends_with(".png")))
        {
            waiting.push(format!("/docs/{}", part.trim_start_matches("./")));
        }
        if path.ends_with("swagger-initializer.js") {
            assert!(text.contains("\"/openapi.json\"") && !text.contains("https://"), "{text}");
        }
    }
    assert!(seen.len() >= 4, "{seen:?}");
}

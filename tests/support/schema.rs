//! What is said fits what was promised: answers and events against the committed description.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex},
};

use jsonschema::Validator;
use serde_json::{Value, json};

use super::world::Answer;

/// The committed description.
pub static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/openapi.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
});

static VALIDATORS: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);

/// What is wrong with `value` by `schema`, which may refer to components; nothing when it fits.
pub fn faults(schema: &Value, value: &Value) -> Vec<String> {
    let key = schema.to_string();
    let known = VALIDATORS.lock().unwrap().get(&key).cloned();
    let validator = known.unwrap_or_else(|| {
        let mut whole = schema.clone();
        whole["components"] = json!({ "schemas": DOCUMENT["components"]["schemas"] });
        let made = Arc::new(jsonschema::options().should_validate_formats(true).build(&whole).unwrap());
        VALIDATORS.lock().unwrap().insert(key, made.clone());
        made
    });
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// The operation that serves `path`, with its template.
pub fn operation(method: &str, path: &str) -> Option<(&'static String, &'static Value)> {
    let path = path.split('?').next().unwrap_or_default();
    let segments: Vec<&str> = path.split('/').collect();
    let fits = |template: &str| {
        let pattern: Vec<&str> = template.split('/').collect();
        pattern.len() == segments.len() && pattern.iter().zip(&segments).all(|(ours, theirs)| ours == theirs || ours.starts_with('{'))
    };
    let (template, item) = DOCUMENT["paths"].as_object().unwrap().iter().find(|(template, _)| fits(template))?;
    item.get(method.to_lowercase()).map(|operation| (template, operation))
}

/// The answer has the shape that the description promises.
#[track_caller]
pub fn check_answer(method: &str, path: &str, answer: &Answer) {
    let Some((_, operation)) = operation(method, path) else { return };
    let status = answer.status.as_u16();
    let responses = &operation["responses"];
    let promised = responses.get(status.to_string()).or_else(|| responses.get(format!("{}XX", status / 100)));
    let promised = promised.unwrap_or_else(|| panic!("{method} {path}: {status} is not described: {}", answer.body));
    let kind = answer.headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let schema = &promised["content"][kind.split(';').next().unwrap_or_default()]["schema"];
    let coded = answer.headers.contains_key("content-encoding");
    if schema.is_object() && kind.contains("json") && !coded {
        let faults = faults(schema, &answer.body);
        assert!(faults.is_empty(), "{method} {path} {status}: {faults:?}\n{}", answer.body);
    }
    for (name, header) in promised["headers"].as_object().into_iter().flatten() {
        assert!(header["required"] != json!(true) || answer.headers.contains_key(name.as_str()), "{method} {path} {status}: no {name}");
    }
    let tagged = answer.headers.contains_key("etag") && answer.status.is_success() && answer.headers.get("idempotent-replayed").is_none();
    assert!(!tagged || promised["headers"].get("ETag").is_some(), "{method} {path} {status}: an ETag that is not described");
}

/// The event has the shape of its own type.
#[track_caller]
pub fn check_event(event: &Value) {
    let kind = event["type"].as_str().unwrap();
    let schema = &DOCUMENT["webhooks"][kind]["post"]["requestBody"]["content"]["application/json"]["schema"];
    assert!(schema.is_object(), "{kind} is no webhook of the description");
    let faults = faults(schema, event);
    assert!(faults.is_empty(), "{kind}: {faults:?}\n{event}");
}

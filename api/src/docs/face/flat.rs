//! `allOf` of a flattened member becomes one object: to a reader and to a generator it is one.

use serde_json::{Map, Value};

/// Merges every schema that is made of parts.
pub(super) fn merge(document: &mut Value) {
    let Some(schemas) = document.pointer("/components/schemas").and_then(Value::as_object).cloned() else { return };
    for (_, schema) in super::members(document, "/components/schemas") {
        if schema.get("allOf").is_some() {
            let mut whole = Map::new();
            absorb(&mut whole, schema, &schemas);
            *schema = Value::Object(whole);
        }
    }
}

fn absorb(whole: &mut Map<String, Value>, part: &Value, schemas: &Map<String, Value>) {
    if let Some(name) = part["$ref"].as_str().and_then(|place| place.rsplit('/').next()) {
        if let Some(named) = schemas.get(name) {
            absorb(whole, &without_words(named), schemas);
        }
        return;
    }
    for inner in part["allOf"].as_array().into_iter().flatten() {
        absorb(whole, inner, schemas);
    }
    for (word, value) in part.as_object().into_iter().flatten() {
        match (word.as_str(), value) {
            ("allOf", _) => {}
            ("properties", Value::Object(properties)) => {
                let all = whole.entry("properties").or_insert_with(|| Value::Object(Map::new()));
                all.as_object_mut().into_iter().for_each(|all| all.extend(properties.clone()));
            }
            ("required", Value::Array(required)) => {
                let all = whole.entry("required").or_insert_with(|| Value::Array(Vec::new()));
                all.as_array_mut().into_iter().for_each(|all| all.extend(required.iter().cloned()));
            }
            _ => {
                whole.insert(word.clone(), value.clone());
            }
        }
    }
}

/// A part's own title says nothing about the whole.
fn without_words(part: &Value) -> Value {
    let mut part = part.clone();
    if let Some(members) = part.as_object_mut() {
        members.remove("description");
    }
    part
}

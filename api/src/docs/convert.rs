//! Other documents derived from the one: without webhooks for client generators, and OpenAPI 3.0.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// The document without webhooks: generators would make calls of them.
pub fn without_webhooks(mut document: Value) -> Value {
    if let Some(members) = document.as_object_mut() {
        members.remove("webhooks");
    }
    files_without_length(&mut document);
    document
}

/// Generators measure a file that has a length as if it were text.
fn files_without_length(value: &mut Value) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(files_without_length),
        Value::Object(members) => {
            if members.get("format").is_some_and(|format| format == "binary") {
                members.remove("maxLength");
            }
            members.values_mut().for_each(files_without_length);
        }
        _ => {}
    }
}

/// The document in OpenAPI 3.0.3, for tools that read no newer one.
pub fn three_dot_zero(document: Value) -> Value {
    let mut document = without_webhooks(document);
    convert(&mut document);
    let schemas = document.pointer("/components/schemas").cloned().unwrap_or_default();
    type_the_nullable(&mut document, &schemas);
    examples_without_null_objects(&mut document);
    if let Some(members) = document.as_object_mut() {
        members.insert("openapi".to_owned(), json!("3.0.3"));
    }
    let mut left_out = Vec::new();
    for item in document.get_mut("paths").and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut) {
        let Some(operations) = item.as_object_mut() else { continue };
        for operation in operations.values_mut() {
            without_scopes(operation);
            one_kind_of_success(operation);
        }
        operations.retain(|_, operation| {
            let kept = one_plain_body(operation);
            if !kept {
                left_out.extend(operation["operationId"].as_str().map(str::to_owned));
            }
            kept
        });
    }
    if let (Some(Value::String(text)), false) = (document.pointer_mut("/info/description"), left_out.is_empty()) {
        text.push_str(&format!(
            "\n\nLeft out of this OpenAPI 3.0 document, since its readers know no media type of theirs: `{}`. They are in `openapi.json`.",
            left_out.join("`, `")
        ));
    }
    if let Some(licence) = document.pointer_mut("/info/license").and_then(Value::as_object_mut) {
        licence.remove("identifier");
        licence.insert("url".to_owned(), json!("https://www.apache.org/licenses/LICENSE-2.0"));
    }
    document
}

/// Older generators take one media type a body, and know few: that of JSON, or else that of bytes. False when the
/// operation takes neither.
fn one_plain_body(operation: &mut Value) -> bool {
    let Some(content) = operation.pointer_mut("/requestBody/content").and_then(Value::as_object_mut) else { return true };
    let Some(plain) = ["application/json", "application/octet-stream"].into_iter().find(|kind| content.contains_key(*kind)) else {
        return false;
    };
    content.retain(|kind, _| kind == plain);
    true
}

/// Older generators take one type of success: that of the first. Another (a fact that is parked) comes to their
/// callers as the answer it is, with its status.
fn one_kind_of_success(operation: &mut Value) {
    let Some(answers) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
    let Some(first) = answers.iter().find(|(status, _)| status.starts_with('2')).map(|(_, answer)| answer["content"].clone()) else {
        return;
    };
    answers.retain(|status, answer| !status.starts_with('2') || answer["content"] == first);
}

/// Scopes of a key that is no OAuth token are new in 3.1.
fn without_scopes(operation: &mut Value) {
    let needs = operation.get_mut("security").and_then(Value::as_array_mut);
    for scopes in needs.into_iter().flatten().filter_map(Value::as_object_mut).flat_map(Map::values_mut) {
        *scopes = json!([]);
    }
}

fn convert(value: &mut Value) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(convert),
        Value::Object(members) => {
            members.values_mut().for_each(convert);
            nullable(members);
            older_words(members);
            lonely_reference(members);
        }
        _ => {}
    }
}

/// `type: [string, null]` and `oneOf: [null, …]` become `nullable`.
fn nullable(members: &mut Map<String, Value>) {
    if let Some(types) = members.get("type").and_then(Value::as_array) {
        let others: Vec<Value> = types.iter().filter(|kind| *kind != "null").cloned().collect();
        let was_nullable = others.len() < types.len();
        match others.as_slice() {
            [only] => {
                members.insert("type".to_owned(), only.clone());
            }
            _ => {
                members.remove("type");
            }
        }
        if was_nullable {
            members.insert("nullable".to_owned(), json!(true));
        }
    }
    for word in ["oneOf", "anyOf"] {
        let Some(list) = members.get(word).and_then(Value::as_array) else { continue };
        let others: Vec<Value> = list.iter().filter(|schema| !is_null(schema)).cloned().collect();
        if others.len() == list.len() {
            continue;
        }
        members.remove(word);
        match others.as_slice() {
            [Value::Object(only)] if only.contains_key("$ref") => {
                members.insert("allOf".to_owned(), Value::Array(others));
            }
            [Value::Object(only)] => members.extend(only.clone()), // its words and its reference
            _ => {
                members.insert(word.to_owned(), Value::Array(others));
            }
        }
        members.insert("nullable".to_owned(), json!(true));
    }
}

/// `nullable` counts only beside a `type`: that of what is referred to.
fn type_the_nullable(value: &mut Value, schemas: &Value) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(|inner| type_the_nullable(inner, schemas)),
        Value::Object(members) => {
            let name = members.get("allOf").and_then(|all| all[0]["$ref"].as_str()).and_then(|place| place.rsplit('/').next());
            let kind = name.and_then(|name| schemas[name].get("type")).filter(|_| members.contains_key("nullable")).cloned();
            if let Some(kind) = kind {
                members.insert("type".to_owned(), kind);
            }
            members.values_mut().for_each(|inner| type_the_nullable(inner, schemas));
        }
        _ => {}
    }
}

/// Readers of 3.0 take `nullable` beside a reference for the reference alone: their examples leave such a member out.
fn examples_without_null_objects(document: &mut Value) {
    let mut names = BTreeSet::new();
    let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
    for (name, property) in schemas.into_iter().flat_map(Map::values).filter_map(|schema| schema["properties"].as_object()).flatten() {
        if property.get("nullable").is_some() && property.get("allOf").is_some() {
            names.insert(name.clone());
        }
    }
    if let Some(paths) = document.get_mut("paths") {
        each_example(paths, &mut |example| without_null(example, &names));
    }
}

/// Does something to every value of an example below `value`.
fn each_example(value: &mut Value, change: &mut impl FnMut(&mut Value)) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(|inner| each_example(inner, change)),
        Value::Object(members) => {
            for (name, inner) in members {
                match (name.as_str(), inner) {
                    ("examples", Value::Object(named)) => named.values_mut().filter_map(|one| one.get_mut("value")).for_each(&mut *change),
                    ("example", inner) => change(inner),
                    (_, inner) => each_example(inner, change),
                }
            }
        }
        _ => {}
    }
}

fn without_null(value: &mut Value, names: &BTreeSet<String>) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(|inner| without_null(inner, names)),
        Value::Object(members) => {
            members.retain(|name, inner| !(inner.is_null() && names.contains(name)));
            members.values_mut().for_each(|inner| without_null(inner, names));
        }
        _ => {}
    }
}

/// A reference to a schema stands alone in 3.0: words beside it go around it.
fn lonely_reference(members: &mut Map<String, Value>) {
    let schema = members.get("$ref").and_then(Value::as_str).is_some_and(|place| place.starts_with("#/components/schemas/"));
    if schema && members.len() > 1 {
        let reference = members.remove("$ref");
        members.insert("allOf".to_owned(), json!([{ "$ref": reference }]));
    }
}

/// `{"type": "null"}`, also after its own conversion.
fn is_null(schema: &Value) -> bool {
    schema.get("type").is_some_and(|kind| kind == "null")
}

fn older_words(members: &mut Map<String, Value>) {
    members.remove("propertyNames");
    if let Some(only) = members.remove("const") {
        members.insert("enum".to_owned(), json!([only]));
    }
    let is_schema = members.contains_key("type") || members.contains_key("nullable");
    if let Some(Value::Array(examples)) = members.get("examples").cloned().filter(|_| is_schema) {
        members.remove("examples");
        if let Some(first) = examples.into_iter().next() {
            members.insert("example".to_owned(), first);
        }
    }
    for (bound, flag) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
        if let Some(limit) = members.get(flag).filter(|limit| limit.is_number()).cloned() {
            members.insert(bound.to_owned(), limit);
            members.insert(flag.to_owned(), json!(true));
        }
    }
}

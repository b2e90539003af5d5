//! The description as it is published: what the routes say, completed from the tables that rule the whole.

mod events;
mod examples;
mod flat;
mod headers;
mod words;

pub use events::example as event_example;
use relance_openapi::limits;
use serde_json::{Map, Value, json};

/// The methods an operation may stand under.
const METHODS: [&str; 5] = ["get", "put", "post", "patch", "delete"];

/// Completes the document that was made from the routes.
pub(super) fn complete(mut document: Value) -> Value {
    events::add_schemas(&mut document);
    flat::merge(&mut document);
    fill_limits(&mut document);
    headers::declare(&mut document);
    words::describe(&mut document);
    examples::add(&mut document);
    events::add_webhooks(&mut document);
    document
}

/// Every schema and every parameter gets the limits that are held.
fn fill_limits(document: &mut Value) {
    each_operation(document, |_, operation| files_are_bytes(operation));
    for (name, schema) in members(document, "/components/schemas") {
        limits::fill(name, schema);
    }
    each_operation(document, |_, operation| {
        for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
            let text = |word: &str| parameter[word].as_str().unwrap_or_default().to_owned();
            let (place, name) = (text("in"), text("name"));
            if let Some(schema) = parameter.get_mut("schema") {
                left_out_not_null(schema);
                limits::fill_parameter(&place, &name, schema);
            }
        }
        let body = operation.pointer_mut("/requestBody/content").and_then(Value::as_object_mut);
        for media in body.into_iter().flat_map(Map::values_mut) {
            media.get_mut("schema").into_iter().for_each(|schema| limits::fill("body", schema));
        }
        for response in operation["responses"].as_object_mut().into_iter().flat_map(Map::values_mut) {
            for media in response.get_mut("content").and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut) {
                media.get_mut("schema").into_iter().for_each(|schema| limits::fill("body", schema));
            }
        }
    });
}

/// A parameter that is not given is left out: no header and no query can say null.
fn left_out_not_null(schema: &mut Value) {
    let kinds = schema["type"].as_array().filter(|kinds| kinds.len() == 2 && kinds.contains(&json!("null")));
    if let Some(only) = kinds.and_then(|kinds| kinds.iter().find(|kind| *kind != "null")).cloned() {
        schema["type"] = only;
    }
}

/// A body that is a file is bytes, not a list of numbers.
fn files_are_bytes(operation: &mut Value) {
    let (mut bodies, mut answers) = (Vec::new(), Vec::new());
    for (word, part) in operation.as_object_mut().into_iter().flatten() {
        match word.as_str() {
            "requestBody" => bodies.extend(part.get_mut("content")),
            "responses" => {
                answers.extend(part.as_object_mut().into_iter().flat_map(Map::values_mut).filter_map(|one| one.get_mut("content")))
            }
            _ => {}
        }
    }
    for content in bodies.into_iter().chain(answers) {
        for media in content.as_object_mut().into_iter().flat_map(Map::values_mut) {
            let bare = media.get("schema").is_none();
            if bare || media["schema"]["type"] == "array" && media["schema"]["items"]["type"] == "integer" {
                media["schema"] = json!({ "type": "string", "format": "binary" });
            }
        }
    }
}

/// The members of an object in the document.
fn members<'a>(document: &'a mut Value, pointer: &str) -> impl Iterator<Item = (&'a String, &'a mut Value)> {
    document.pointer_mut(pointer).and_then(Value::as_object_mut).into_iter().flatten()
}

/// Does something to every operation, told its method and path.
fn each_operation(document: &mut Value, mut change: impl FnMut((&str, &str), &mut Value)) {
    for (path, item) in members(document, "/paths") {
        for (method, operation) in item.as_object_mut().into_iter().flatten().filter(|(method, _)| METHODS.contains(&method.as_str())) {
            change((method, path), operation);
        }
    }
}

/// A reference to a schema.
fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

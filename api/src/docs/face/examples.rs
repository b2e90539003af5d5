//! Examples, taken from a story that the tests tell: none was made up.

use relance_openapi::examples::EXAMPLES;
use serde_json::{Value, json};

/// Gives every operation the request and the answers that were recorded.
pub(super) fn add(document: &mut Value) {
    super::each_operation(document, |_, operation| {
        let Some(name) = operation["operationId"].as_str() else { return };
        let Some((_, text)) = EXAMPLES.iter().find(|(known, _)| *known == name) else { return };
        let Ok(example) = serde_json::from_str::<Value>(text) else { return };
        if let Some(media) = example["request"]["media_type"].as_str() {
            put(operation, &format!("/requestBody/content/{}", escape(media)), &example["request"]["body"]);
        }
        for (status, answer) in example["responses"].as_object().into_iter().flatten() {
            if let Some(media) = answer["media_type"].as_str() {
                put(operation, &format!("/responses/{status}/content/{}", escape(media)), &answer["body"]);
            }
        }
        put(operation, "/responses/4XX/content/application~1problem+json", &problem());
    });
}

fn put(operation: &mut Value, pointer: &str, example: &Value) {
    if let Some(media) = operation.pointer_mut(pointer).and_then(Value::as_object_mut) {
        media.insert("example".to_owned(), example.clone());
    }
}

fn escape(media: &str) -> String {
    media.replace('~', "~0").replace('/', "~1")
}

/// How a refusal looks.
fn problem() -> Value {
    json!({
        "type": "https://relance.dev/problems/validation_failed",
        "title": "The request breaks a rule",
        "status": 422,
        "code": "validation_failed",
        "detail": "A day is written YYYY-MM-DD.",
        "request_id": "req_5f0c6f8e3f7f4c2ab9f4a1de0b2f9c11",
        "errors": [{ "pointer": "/due_on", "code": "validation_failed", "detail": "A day is written YYYY-MM-DD." }]
    })
}

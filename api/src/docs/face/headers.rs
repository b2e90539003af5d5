//! The headers of requests and answers.

use serde_json::{Map, Value, json};

/// Operations whose answer carries the version of one thing.
const TAGGED: &[&str] = &[
    "activate_policy_version",
    "approve_reminder",
    "cancel_promise",
    "cancel_reminder",
    "create_dispute",
    "create_hold",
    "create_interruption",
    "create_policy",
    "create_promise",
    "create_source",
    "create_webhook_endpoint",
    "complete_task",
    "delete_hold",
    "delete_interruption",
    "enable_webhook_endpoint",
    "get_channel",
    "get_credit_note",
    "get_customer",
    "get_decision",
    "get_dispute",
    "get_hold",
    "get_interruption",
    "get_invoice",
    "get_late_charge",
    "get_payment",
    "get_policy",
    "get_promise",
    "get_reminder",
    "get_settings",
    "get_task",
    "get_template",
    "get_webhook_endpoint",
    "get_logo",
    "patch_settings",
    "put_logo",
    "put_channel",
    "put_policy",
    "put_template",
    "reject_reminder",
    "resend_reminder",
    "resolve_dispute",
    "rotate_webhook_endpoint_secret",
    "send_now_reminder",
    "record_presentation",
    "update_webhook_endpoint",
    "put_customer",
    "put_invoice",
    "put_payment",
    "put_credit_note",
    "reverse_payment",
    "get_customer_by_external_id",
    "get_invoice_by_external_id",
    "get_credit_note_by_external_id",
    "get_payment_by_external_id",
    "rotate_source_secret",
    "waive_late_charge",
    "update_source",
];

/// Declares the headers that come with answers.
pub(super) fn declare(document: &mut Value) {
    let headers = json!({
        "RequestId": header("Id of the request: yours if you sent one, else ours.", &json!({"type": "string", "maxLength": 128})),
        "ETag": header(
            "Version of the thing, for `If-Match` and `If-None-Match`.",
            &json!({"type": "string", "maxLength": 100, "examples": ["\"7\""]})
        ),
        "RateLimit": header(
            "What is left of the quota (draft-ietf-httpapi-ratelimit-headers).",
            &json!({"type": "string", "maxLength": 200, "examples": ["\"default\";r=50;t=30"]})
        ),
        "RateLimitPolicy": header(
            "The quota (draft-ietf-httpapi-ratelimit-headers).",
            &json!({"type": "string", "maxLength": 200, "examples": ["\"default\";q=100;w=60"]})
        ),
        "RetryAfter": header(
            "Seconds to wait before the same request, when waiting helps.",
            &json!({"type": "integer", "format": "int32", "minimum": 0, "maximum": 86_400})
        ),
        "IdempotentReplayed": header(
            "`true` on the kept answer to a repeated Idempotency-Key.",
            &json!({"type": "string", "maxLength": 5, "examples": ["true"]})
        ),
    });
    if let Some(components) = document.pointer_mut("/components").and_then(Value::as_object_mut) {
        components.insert("headers".to_owned(), headers);
    }
    super::each_operation(document, |(method, path), operation| {
        let named = operation["operationId"].as_str().is_some_and(|id| TAGGED.contains(&id));
        let read = method == "get" && (named || path.ends_with("/{id}"));
        if operation["operationId"].as_str().is_some_and(|id| BODY_OPTIONAL.contains(&id)) {
            operation["requestBody"]["required"] = json!(false);
        }
        let tagged = named || read;
        if read {
            may_be_known(operation);
        }
        for (status, response) in operation["responses"].as_object_mut().into_iter().flatten() {
            let all = response.as_object_mut().into_iter().flat_map(|response| {
                let headers = response.entry("headers").or_insert_with(|| Value::Object(Map::new()));
                headers.as_object_mut()
            });
            for headers in all {
                headers.remove("ETag");
                let mut add = |name: &str, of: &str| {
                    headers.insert(name.to_owned(), json!({ "$ref": format!("#/components/headers/{of}") }));
                };
                add("X-Request-Id", "RequestId");
                add("RateLimit", "RateLimit");
                add("RateLimit-Policy", "RateLimitPolicy");
                let good = status.starts_with('2');
                if status.ends_with("XX") {
                    add("Retry-After", "RetryAfter");
                }
                if (good || status == "304") && tagged {
                    add("ETag", "ETag");
                }
                if good && ["post", "patch"].contains(&method) {
                    add("Idempotent-Replayed", "IdempotentReplayed");
                }
            }
        }
    });
}

/// Operations whose body may be left out: then it reads as `{}`.
const BODY_OPTIONAL: &[&str] = &[
    "activate_policy_version",
    "create_api_key",
    "migrate_policy_cases",
    "recover_webhook_endpoint",
    "rotate_webhook_endpoint_secret",
    "test_webhook_endpoint",
    "rotate_api_key",
    "rotate_source_secret",
];

/// A read of one thing answers 304 to who has it already.
fn may_be_known(operation: &mut Value) {
    let parameter = json!({
        "name": "If-None-Match", "in": "header", "required": false, "schema": { "type": "string", "maxLength": 1_000 },
        "description": "ETags you have: 304 when one of them is still good."
    });
    let parameters = operation.as_object_mut().map(|members| members.entry("parameters").or_insert_with(|| json!([])));
    parameters.and_then(Value::as_array_mut).into_iter().for_each(|all| all.push(parameter.clone()));
    operation["responses"]["304"] = json!({ "description": "You have it already." });
}

fn header(about: &str, schema: &Value) -> Value {
    json!({ "description": about, "schema": schema })
}

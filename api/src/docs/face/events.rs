//! Every type of event with a schema of its own, and the webhooks that carry them.

use chrono::DateTime;
use relance_domain::{
    event::{EventType, SubjectType},
    ids::EventId,
};
use relance_openapi::{
    catalogue,
    event_samples::sample,
    events::{EventView, Payload, envelope},
    limits,
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::reference;

/// The form that all events share.
const EVENT: &str = "EventView";
/// When the examples happen: 2026-12-01.
const EXAMPLE_MS: i64 = 1_796_115_600_000;
/// The id of an example.
const EXAMPLE_ID: u128 = 0x019a_d8f1_2c00_7000_8000_0000_0000_002a;

/// The view an event's object is shown by.
fn view(subject: SubjectType) -> &'static str {
    match subject {
        SubjectType::Customer => "CustomerView",
        SubjectType::Invoice => "InvoiceView",
        SubjectType::CreditNote => "CreditNoteView",
        SubjectType::Payment => "PaymentView",
        SubjectType::Reminder => "ReminderView",
        SubjectType::Task => "TaskView",
        SubjectType::Promise => "PromiseView",
        SubjectType::Dispute => "DisputeView",
        SubjectType::Hold => "HoldView",
        SubjectType::LateCharge => "LateChargeView",
        SubjectType::Case => "CaseView",
        SubjectType::Policy => "PolicyView",
        SubjectType::WebhookEndpoint => "EndpointView",
        SubjectType::ApiKey => "ApiKeyView",
        SubjectType::Source => "ParkedAlarmView",
        SubjectType::Tenant => "TenantView",
    }
}

/// One schema a type, and one for the data of each subject.
pub(super) fn add_schemas(document: &mut Value) {
    let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) else { return };
    let Some(shared) = schemas.get(EVENT).cloned() else { return };
    for kind in EventType::ALL {
        let subject = kind.subject_type();
        let data = format!("{}EventData", catalogue::pascal(subject.as_str()));
        schemas.entry(data.clone()).or_insert_with(|| data_schema(subject));
        let mut schema = shared.clone();
        schema["description"] = json!(format!("`{}`: {}", kind.as_str(), kind.description()));
        schema["properties"]["type"] = json!({ "type": "string", "description": "Type.", "examples": [kind.as_str()], "maxLength": 64 });
        schema["properties"]["data"] = reference(&data);
        schemas.insert(catalogue::schema_name(*kind), schema);
    }
}

fn data_schema(subject: SubjectType) -> Value {
    let mut object = reference(view(subject));
    object["description"] =
        json!("The subject as it was when the change committed, without e-mails and phone numbers of contacts. Absent when thin.");
    json!({
        "type": "object",
        "description": "What goes along.",
        "properties": {
            "object": object,
            "changes": { "type": "object", "description": "Changed members → value before. Absent when thin.", "additionalProperties": true }
        }
    })
}

/// One webhook a type, with its example.
pub(super) fn add_webhooks(document: &mut Value) {
    let mut webhooks = Map::new();
    for kind in EventType::ALL {
        let mut operation = json!({
            "tags": ["webhooks"],
            "operationId": format!("on_{}", kind.as_str().replace('.', "_")),
            "summary": kind.as_str(),
            "description": format!("{} Subject: {}.", kind.description(), kind.subject_type().as_str()),
            "parameters": signature_headers(),
            "requestBody": {
                "required": true,
                "content": { "application/json": { "schema": reference(&catalogue::schema_name(*kind)), "example": example(*kind) } }
            },
            "responses": {
                "2XX": { "description": "Taken." },
                "410": { "description": "Gone: the endpoint is disabled." },
                "default": { "description": "Anything else is tried again." }
            },
            "security": [],
            "x-since": catalogue::entry(*kind).map(|entry| entry.since.clone())
        });
        if catalogue::entry(*kind).is_some_and(|entry| entry.deprecated) {
            operation["deprecated"] = json!(true);
        }
        webhooks.insert(kind.as_str().to_owned(), json!({ "post": operation }));
    }
    document["webhooks"] = Value::Object(webhooks);
}

/// The headers of a delivery (Standard Webhooks).
fn signature_headers() -> Value {
    let header = |name: &str, about: &str, example: &str| {
        let mut schema = json!({ "type": "string", "examples": [example] });
        limits::fill_parameter("header", name, &mut schema);
        json!({ "name": name, "in": "header", "required": true, "description": about, "schema": schema })
    };
    json!([
        header("webhook-id", "Id of the event, the same at every attempt.", "evt_01hzy4d6n6e6vb3r3m2q9k7x1a"),
        header("webhook-timestamp", "Unix seconds of this attempt.", "1796115600"),
        header(
            "webhook-signature",
            "`v1,` and the HMAC-SHA256 of `id.timestamp.body`, base64; several, divided by spaces.",
            "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="
        )
    ])
}

/// An event of the type, as it is told.
pub fn example(kind: EventType) -> EventView {
    let at = DateTime::from_timestamp_millis(EXAMPLE_MS).unwrap_or_default();
    let event = sample(kind, EventId(Uuid::from_u128(EXAMPLE_ID)), at, true);
    envelope(&event, Payload::Full, relance_openapi::events::API_VERSION)
}

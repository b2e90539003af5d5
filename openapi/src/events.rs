//! Events as they are told: one form for webhooks and for the feed. Made when an event is read, so that
//! what is stored never binds what is said.

use relance_domain::records::{EventObject, EventRecord};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::{
    case::CaseView, credit_note::CreditNoteView, customer::CustomerView, dispute::DisputeView, hold::HoldView, ingest::ParkedAlarmView,
    invoice::InvoiceView, key::ApiKeyView, late_charge::LateChargeView, payment::PaymentView, policy::PolicyView, promise::PromiseView,
    reminder::ReminderView, task::TaskView, tenant::TenantView, time::at, webhooks::EndpointView,
};

/// Version of these bodies.
pub const API_VERSION: &str = "2026-12-01";

/// Larger bodies are sent thin.
const LARGEST: usize = 64 * 1024;

/// How much goes along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payload {
    /// The subject as it was.
    Full,
    /// Its id only.
    Thin,
}

impl Payload {
    /// Reads `full` or `thin`.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "full" => Some(Self::Full),
            "thin" => Some(Self::Thin),
            _ => None,
        }
    }
}

/// What an event is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EventSubject {
    /// `customer`, `invoice`, `payment`, `reminder`, …
    #[serde(rename = "type")]
    #[schema(example = "reminder")]
    pub kind: String,
    /// Its id.
    #[schema(example = "rem_01hzy4d6n6e6vb3r3m2q9k7x1a")]
    pub id: String,
}

/// What goes along.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EventData {
    /// The subject as it was when the change committed, as the API shows it, without e-mails and phone numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub object: Option<Value>,
    /// Changed members → value before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub changes: Option<Map<String, Value>>,
}

/// An event: body of a webhook and item of the feed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EventView {
    /// Id; also the `webhook-id`.
    #[schema(example = "evt_01hzy4d6n6e6vb3r3m2q9k7x1a")]
    pub id: String,
    /// Type.
    #[serde(rename = "type")]
    #[schema(example = "reminder.sent")]
    pub kind: String,
    /// Version of this body.
    #[schema(example = "2026-12-01")]
    pub api_version: String,
    /// When it happened, by the tenant's clock.
    #[schema(format = DateTime, example = "2026-12-01T09:00:00.000Z")]
    pub timestamp: String,
    /// Live or test tenant.
    pub livemode: bool,
    /// Counts per subject from 1 without holes.
    #[schema(example = 7)]
    pub sequence: i64,
    /// What it is about.
    pub subject: EventSubject,
    /// What goes along; empty when thin.
    pub data: EventData,
    /// The `X-Request-Id` of the request that brought it about; absent when none did: the clock, a look, a receipt.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(example = "req_01hzy4d6n6e6vb3r3m2q9k7x1a")]
    pub request_id: Option<String>,
    /// It was too large to go whole: read the subject by its id.
    #[serde(skip_serializing_if = "is_false", default)]
    pub truncated: bool,
    /// Its content is no longer kept: read the subject by its id.
    #[serde(skip_serializing_if = "is_false", default)]
    pub payload_expired: bool,
    /// A sample, to try the endpoint out: nothing happened.
    #[serde(skip_serializing_if = "is_false", default)]
    pub test: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
fn is_false(flag: &bool) -> bool {
    !flag
}

/// Events, oldest first. `next_cursor` is the id of the last one: give it as `after`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EventList {
    /// The page.
    pub data: Vec<EventView>,
    /// Is more there already?
    pub has_more: bool,
    /// Id of the last event of the page; null on an empty one.
    pub next_cursor: Option<String>,
}

/// The event in the form it is told in.
pub fn envelope(event: &EventRecord, payload: Payload, api_version: &str) -> EventView {
    let data = match (payload, &event.object) {
        (Payload::Full, Some(kept)) => EventData { object: Some(object(kept, event.live)), changes: Some(changes(event)) },
        _ => EventData::default(),
    };
    EventView {
        id: event.id.to_string(),
        kind: event.kind.clone(),
        api_version: api_version.to_owned(),
        timestamp: at(event.at),
        livemode: event.live,
        sequence: event.sequence,
        subject: EventSubject { kind: event.subject_type.clone(), id: event.subject_id.clone() },
        data,
        request_id: event.request_id.clone(),
        truncated: false,
        payload_expired: event.object.is_none(),
        test: false,
    }
}

/// The bytes to sign and send: thin when asked for or when full ones exceed 64 KiB.
/// `api_version` is that of the endpoint; there is one so far.
pub fn body(event: &EventRecord, payload: Payload, api_version: &str, test: bool) -> Vec<u8> {
    let mut view = envelope(event, payload, api_version);
    view.test = test;
    let bytes = bytes(&view);
    if bytes.len() <= LARGEST {
        return bytes;
    }
    (view.data, view.truncated) = (EventData::default(), true);
    self::bytes(&view)
}

fn bytes(view: &EventView) -> Vec<u8> {
    serde_json::to_vec(view).unwrap_or_default() // strings, numbers and maps with text keys: cannot fail
}

fn view<T: Serialize>(view: T) -> Value {
    serde_json::to_value(view).unwrap_or_default()
}

/// The subject as the API shows it.
fn object(object: &EventObject, live: bool) -> Value {
    let mut value = whole(object, live);
    strip(&mut value);
    value
}

fn whole(object: &EventObject, live: bool) -> Value {
    match object {
        EventObject::Customer(record) => view(CustomerView::from(&**record)),
        EventObject::Invoice(record) => view(InvoiceView::from(&**record)),
        EventObject::CreditNote(record) => view(CreditNoteView::from(&**record)),
        EventObject::Payment(record) => view(PaymentView::from(&**record)),
        EventObject::Reminder(record) => view(ReminderView::from(&**record)),
        EventObject::Task(record) => view(TaskView::from(&**record)),
        EventObject::Promise(record) => view(PromiseView::from(&**record)),
        EventObject::Dispute(record) => view(DisputeView::from(&**record)),
        EventObject::Hold(record) => view(HoldView::from(&**record)),
        EventObject::LateCharge(record) => view(LateChargeView::from(&**record)),
        EventObject::Case(record) => view(CaseView::from(&**record)),
        EventObject::Policy(record) => view(PolicyView::from(&**record)),
        EventObject::WebhookEndpoint(record) => view(EndpointView::from(&**record)),
        EventObject::ApiKey(record) => view(ApiKeyView::of(record, live)),
        EventObject::Parked(record) => view(ParkedAlarmView::from(&**record)),
        EventObject::Tenant(record) => view(TenantView::from(&**record)),
    }
}

/// Members that say who acted.
const ACTORS: [&str; 2] = ["by", "completed_by"];

/// Takes e-mails and phone numbers away, wherever they stand: webhooks pass through more hands than the API. A person
/// of the tenant's own house who acted stays named in full: two e-mails are four eyes.
fn strip(value: &mut Value) {
    match value {
        Value::Object(members) => strip_members(members),
        Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}

fn strip_members(members: &mut Map<String, Value>) {
    members.remove("email");
    members.remove("phone");
    members.iter_mut().filter(|(name, _)| !ACTORS.contains(&name.as_str())).for_each(|(_, value)| strip(value));
}

fn changes(event: &EventRecord) -> Map<String, Value> {
    let mut changes = event.changes.clone();
    strip_members(&mut changes);
    changes
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use relance_domain::{event::EventType, ids::EventId};
    use uuid::Uuid;

    use super::*;
    use crate::event_samples::sample;

    fn event(kind: EventType) -> EventRecord {
        sample(kind, EventId(Uuid::from_u128(99)), DateTime::from_timestamp_millis(1_796_083_200_000).unwrap(), false)
    }

    #[test]
    fn every_type_of_event_has_the_form_of_the_contract() {
        for kind in EventType::ALL {
            let value: Value = serde_json::from_slice(&body(&event(*kind), Payload::Full, API_VERSION, false)).unwrap();
            let names: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
            let mut expected = ["id", "type", "api_version", "timestamp", "livemode", "sequence", "subject", "data"].to_vec();
            let mut sorted = names.clone();
            sorted.sort_unstable();
            expected.sort_unstable();
            assert_eq!(sorted, expected, "{kind:?}");
            assert_eq!(value["timestamp"], "2026-12-01T00:00:00.000Z");
            assert_eq!(value["subject"]["type"], kind.subject_type().as_str());
            assert_eq!(value["data"]["object"]["id"], value["subject"]["id"], "{kind:?}");
            assert!(value["data"]["changes"].is_object());
            let mut data = value["data"].clone();
            for actor in ["completed_by", "waiver"] {
                data["object"].as_object_mut().map(|object| object.remove(actor)); // of the tenant's own house
            }
            let text = data.to_string();
            assert!(!text.contains("\"email\":") && !text.contains("\"phone\":") && !text.contains('@'), "{kind:?}: {text}");
        }
    }

    #[test]
    fn contacts_go_along_without_their_addresses() {
        let mut event = event(EventType::CustomerUpdated);
        let Some(EventObject::Customer(customer)) = &mut event.object else { panic!("no customer") };
        customer.contacts[0].details.email = Some("compta@dupont.example".to_owned());
        customer.contacts[0].details.phone = Some("+33612345678".to_owned());
        let before = serde_json::json!([{ "name": "Claire", "email": "claire@dupont.example", "phone": "+33612345679" }]);
        event.changes.insert("contacts".to_owned(), before);
        let text = String::from_utf8(body(&event, Payload::Full, API_VERSION, false)).unwrap();
        assert!(text.contains("Claire Dupont") && text.contains("Claire"));
        assert!(!text.contains("dupont.example") && !text.contains("+336"), "{text}");
    }

    #[test]
    fn a_thin_body_names_the_subject_only_and_a_large_one_becomes_thin() {
        let mut event = event(EventType::InvoiceOverdue);
        let thin: Value = serde_json::from_slice(&body(&event, Payload::Thin, API_VERSION, false)).unwrap();
        assert!(thin["data"]["object"].is_null() && thin["truncated"].is_null());
        assert!(thin["subject"]["id"].as_str().unwrap().starts_with("inv_"));
        event.changes.insert("origin".to_owned(), "x".repeat(70_000).into());
        let bytes = body(&event, Payload::Full, API_VERSION, true);
        let large: Value = serde_json::from_slice(&bytes).unwrap();
        assert!(bytes.len() < 1_000 && large["data"]["object"].is_null());
        assert_eq!((&large["truncated"], &large["test"]), (&true.into(), &true.into()));
    }
}

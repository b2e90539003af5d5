//! One sample of every type of event: what a try-out sends. Nobody in it exists.

mod dunning;
mod facts;

use chrono::{DateTime, Days, NaiveDate, Utc};
use relance_domain::{
    breaker::Breaker,
    event::{EventType, SubjectType},
    facts::{WaitedKind, WaitingFor},
    ids::{
        CaseId, ChargeId, CreditNoteId, CustomerId, DisputeId, EndpointId, EventId, HoldId, InvoiceId, KeyId, PaymentId, PolicyId,
        PromiseId, ReminderId, SourceId, TaskId, TenantId,
    },
    money::{Currency, Money},
    policy::presets,
    records::{EndpointRecord, EventObject, EventRecord, KeyRecord, ParkedAlarm, ParkedRecord, PolicyRecord, TenantRecord},
    settings::Settings,
};
use serde_json::Map;
use uuid::Uuid;

/// The ids in samples are made of one small number each.
fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn eur(minor: i64) -> Money {
    Currency::EUR.minor(minor)
}

/// What samples are made of: the moment they are made, and what differs by type of event.
struct Sample {
    kind: EventType,
    at: DateTime<Utc>,
    today: NaiveDate,
}

/// A sample event of `kind` at `at`, under the given id.
pub fn sample(kind: EventType, event: EventId, at: DateTime<Utc>, live: bool) -> EventRecord {
    let sample = Sample { kind, at, today: at.date_naive() };
    let (subject_id, object) = sample.subject();
    EventRecord {
        id: event,
        position: 0,
        kind: kind.as_str().to_owned(),
        subject_type: kind.subject_type().as_str().to_owned(),
        subject_id,
        sequence: 1,
        at,
        live,
        object: Some(object),
        changes: Map::new(),
        request_id: None,
    }
}

impl Sample {
    fn day(&self, ago: u64) -> NaiveDate {
        self.today.checked_sub_days(Days::new(ago)).unwrap_or(self.today)
    }

    fn subject(&self) -> (String, EventObject) {
        match self.kind.subject_type() {
            SubjectType::Customer => (CustomerId(id(2)).to_string(), EventObject::Customer(Box::new(self.customer()))),
            SubjectType::Invoice => (InvoiceId(id(3)).to_string(), EventObject::Invoice(Box::new(self.invoice()))),
            SubjectType::CreditNote => (CreditNoteId(id(4)).to_string(), EventObject::CreditNote(Box::new(self.credit_note()))),
            SubjectType::Payment => (PaymentId(id(5)).to_string(), EventObject::Payment(Box::new(self.payment()))),
            SubjectType::Reminder => (ReminderId(id(6)).to_string(), EventObject::Reminder(Box::new(self.reminder()))),
            SubjectType::Task => (TaskId(id(7)).to_string(), EventObject::Task(Box::new(self.task()))),
            SubjectType::Promise => (PromiseId(id(8)).to_string(), EventObject::Promise(Box::new(self.promise()))),
            SubjectType::Dispute => (DisputeId(id(9)).to_string(), EventObject::Dispute(Box::new(self.dispute()))),
            SubjectType::Hold => (HoldId(id(10)).to_string(), EventObject::Hold(Box::new(self.hold()))),
            SubjectType::LateCharge => (ChargeId(id(15)).to_string(), EventObject::LateCharge(Box::new(self.late_charge()))),
            SubjectType::Case => (CaseId(id(11)).to_string(), EventObject::Case(Box::new(self.case()))),
            SubjectType::Policy => match presets().first() {
                Some(preset) => {
                    let policy = PolicyRecord {
                        id: PolicyId(id(12)),
                        version: 1,
                        state: "active".to_owned(),
                        preset: Some(preset.key.to_owned()),
                        document: preset.document.clone(),
                        activated_at: Some(self.at),
                        created_at: self.at,
                    };
                    (PolicyId(id(12)).to_string(), EventObject::Policy(Box::new(policy)))
                }
                None => self.tenant(),
            },
            SubjectType::WebhookEndpoint => (EndpointId(id(13)).to_string(), EventObject::WebhookEndpoint(Box::new(self.endpoint()))),
            SubjectType::ApiKey => (KeyId(id(14)).to_string(), EventObject::ApiKey(Box::new(self.api_key()))),
            SubjectType::Source => (SourceId(id(15)).to_string(), EventObject::Parked(Box::new(self.parked()))),
            SubjectType::Tenant => self.tenant(),
        }
    }

    fn tenant(&self) -> (String, EventObject) {
        let tenant = TenantRecord {
            id: TenantId(id(1)),
            name: "Atelier Keller".to_owned(),
            live: false,
            clock_at: Some(self.at),
            settings: Settings::default(),
            settings_version: 1,
            created_at: self.at,
        };
        (TenantId(id(1)).to_string(), EventObject::Tenant(Box::new(tenant)))
    }

    fn parked(&self) -> ParkedAlarm {
        let received_at = self.at.checked_sub_days(Days::new(1)).unwrap_or(self.at);
        let waiting_for = Some(WaitingFor { kind: WaitedKind::Customer, external_id: "C42".to_owned() });
        let fact = ParkedRecord {
            id: id(16),
            source: "erp".to_owned(),
            kind: "invoice".to_owned(),
            external_id: "FA-2026-0042".to_owned(),
            waiting_for,
            refused: None,
            received_at,
        };
        ParkedAlarm { source_id: SourceId(id(15)), source: "erp".to_owned(), count: 1, oldest_received_at: received_at, facts: vec![fact] }
    }

    fn api_key(&self) -> KeyRecord {
        KeyRecord {
            id: KeyId(id(14)),
            tenant: TenantId(id(1)),
            lookup: "7f3k9q2m".to_owned(),
            scopes: vec!["facts:write".to_owned()],
            networks: Vec::new(),
            expires_at: self.at.checked_add_days(Days::new(14)),
            revoked_at: None,
            last_used_at: Some(self.at),
            rotated_to: None,
            created_at: self.at.checked_sub_days(Days::new(351)).unwrap_or(self.at),
        }
    }

    fn endpoint(&self) -> EndpointRecord {
        let disabled = self.kind == EventType::WebhookEndpointDisabled;
        EndpointRecord {
            id: EndpointId(id(13)),
            url: "https://erp.example.com/hooks/relance".to_owned(),
            description: None,
            event_types: vec!["*".to_owned()],
            segments: Vec::new(),
            payload: "full".to_owned(),
            ordering: "none".to_owned(),
            api_version: crate::events::API_VERSION.to_owned(),
            status: if disabled { "disabled" } else { "enabled" }.to_owned(),
            disabled_reason: disabled.then(|| "gone".to_owned()),
            breaker: Breaker::default(),
            row_version: 2,
            created_at: self.at,
        }
    }
}

//! Things as we know them: what repositories give back and what events carry. No wire form here.

mod debt;
mod dunning;
mod intake;
mod interruption;
mod late_charge;
mod message;
mod money_in;
mod picture;
mod platform;
mod webhooks;

pub use debt::*;
pub use dunning::*;
pub use intake::*;
pub use interruption::*;
pub use late_charge::*;
pub use message::*;
pub use money_in::*;
pub use picture::*;
pub use platform::*;
pub use webhooks::*;

use serde::{Deserialize, Serialize};

use crate::ids::CustomerId;

/// The object an event carries, as it was when the change committed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "object", content = "record", rename_all = "snake_case")]
pub enum EventObject {
    /// A customer.
    Customer(Box<CustomerRecord>),
    /// An invoice.
    Invoice(Box<InvoiceRecord>),
    /// A credit note.
    CreditNote(Box<CreditNoteRecord>),
    /// A payment.
    Payment(Box<PaymentRecord>),
    /// A reminder.
    Reminder(Box<ReminderRecord>),
    /// A task.
    Task(Box<TaskRecord>),
    /// A promise.
    Promise(Box<PromiseRecord>),
    /// A dispute.
    Dispute(Box<DisputeRecord>),
    /// A hold.
    Hold(Box<HoldRecord>),
    /// A charge that was claimed.
    LateCharge(Box<LateChargeRecord>),
    /// A dunning case.
    Case(Box<CaseRecord>),
    /// A policy.
    Policy(Box<PolicyRecord>),
    /// A webhook endpoint.
    WebhookEndpoint(Box<EndpointRecord>),
    /// An API key.
    ApiKey(Box<KeyRecord>),
    /// Facts of a source that wait for long.
    Parked(Box<ParkedAlarm>),
    /// The tenant's payment data.
    Tenant(Box<TenantRecord>),
}

impl EventObject {
    /// The customer it is about, if it is about one.
    pub fn customer(&self) -> Option<CustomerId> {
        match self {
            Self::Customer(record) => Some(record.id),
            Self::Invoice(record) => Some(record.customer_id),
            Self::CreditNote(record) => Some(record.customer_id),
            Self::Payment(record) => Some(record.customer_id),
            Self::Reminder(record) => Some(record.customer_id),
            Self::Task(record) => record.customer_id,
            Self::Promise(record) => Some(record.customer_id),
            Self::Dispute(record) => Some(record.customer_id),
            Self::Hold(record) => record.customer_id,
            Self::LateCharge(record) => Some(record.customer_id),
            Self::Case(record) => Some(record.customer_id),
            Self::Policy(_) | Self::WebhookEndpoint(_) | Self::ApiKey(_) | Self::Parked(_) | Self::Tenant(_) => None,
        }
    }
}

//! The rows of a look, as [`super::query`] lists them: fields stand in the order of its columns.

use chrono::NaiveDate;
use relance_domain::{
    customer::Contact,
    dunning::{CopyOf, Evidence, InvoiceDunning, InvoiceFacts, LiveReminder, LiveState, StepOutcome, StepRecord},
    ids::{ContactId, CustomerId, InvoiceId, ReminderId},
    invoice::{CARRIAGE, InvoiceDetails},
    law,
    policy::Channel,
    records::{InvoiceRecord, InvoiceStatus, ReminderBody},
};
use serde::{
    Deserialize, Deserializer,
    de::{Error, Visitor},
};
use uuid::Uuid;

use crate::{
    StoreError,
    dunning::rows::json,
    policies::Pin,
    time::{day, instant},
};

/// SQLite has no booleans: 0 and 1.
pub(super) fn flag<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    struct Flag;
    impl Visitor<'_> for Flag {
        type Value = bool;

        fn expecting(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            to.write_str("a boolean")
        }

        fn visit_bool<E>(self, is: bool) -> Result<bool, E> {
            Ok(is)
        }

        fn visit_u64<E>(self, number: u64) -> Result<bool, E> {
            Ok(number != 0)
        }
    }
    from.deserialize_any(Flag)
}

/// SQLite writes an id that is not there as an empty text.
pub(super) fn some_id<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Uuid>, D::Error> {
    let text = Option::<std::borrow::Cow<'de, str>>::deserialize(from)?;
    text.filter(|text| !text.is_empty()).map(|text| Uuid::try_parse(&text).map_err(D::Error::custom)).transpose()
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct TenantRow {
    pub name: String,
    #[serde(deserialize_with = "flag")]
    pub live: bool,
    pub clock_at: Option<i64>,
    pub settings: String,
    pub settings_version: i64,
    pub created_at: i64,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct SourceRow {
    pub payments_complete_until: Option<i64>,
    #[serde(deserialize_with = "flag")]
    pub ledger_differs: bool,
}

#[derive(Debug, Clone, Deserialize)]
pub(in crate::dunning) struct CustomerRow {
    pub id: Uuid,
    pub details: String,
    pub facts_changed_at: i64,
    pub lease_by: Option<String>,
    pub last_decision: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct ContactRow {
    pub id: Uuid,
    pub customer_id: Uuid,
    pub position: i32,
    pub details: String,
    pub suppressed: String,
}

impl ContactRow {
    pub(super) fn contact(&self) -> Result<Contact, StoreError> {
        Ok(Contact {
            id: ContactId(self.id),
            details: json("contacts", &self.details)?,
            suppressed_channels: json("contacts", &self.suppressed)?,
        })
    }
}

#[derive(Debug, Clone, Deserialize)]
pub(in crate::dunning) struct InvoiceRow {
    pub id: Uuid,
    pub customer_id: Uuid,
    pub source: String,
    pub external_id: String,
    pub source_version: i64,
    pub details: String,
    pub paid: i64,
    pub credited: i64,
    pub amount_due: i64,
    pub status: String,
    pub disputed: i64,
    #[serde(deserialize_with = "flag")]
    pub payee_confirmed: bool,
    #[serde(deserialize_with = "flag")]
    pub overdue_announced: bool,
    pub lifecycle_status: Option<String>,
    pub dunning: Option<String>,
    pub row_version: i64,
    pub created_at: i64,
    pub updated_at: i64,
    pub disputed_since: Option<i64>,
    /// Days of its part payments, joined by commas.
    pub part_paid_on: Option<String>,
    /// `details`, once they were read.
    #[serde(skip)]
    pub read: Option<InvoiceDetails>,
}

impl InvoiceRow {
    fn details(&self) -> Result<InvoiceDetails, StoreError> {
        self.read.clone().map_or_else(|| json("invoices", &self.details), Ok)
    }

    /// The invoice as the decision sees it.
    pub(super) fn facts(&mut self, steps: Vec<StepRecord>) -> Result<InvoiceFacts, StoreError> {
        let details = self.details()?;
        let status = details.einvoice.as_ref();
        let disputed_part = status.map_or(0, |status| law::disputed_part(&status.code, status.amount, self.amount_due));
        let evidence = Evidence {
            service_done_on: details.service_done_on,
            interrupted_on: self
                .part_paid_on
                .iter()
                .flat_map(|days| days.split(','))
                .map(|text| day("payments", text))
                .collect::<Result<_, _>>()?,
            carriage: details.kind == CARRIAGE,
            disputed_since: self.disputed_since.map(instant),
            einvoice: details.einvoice.clone(),
        };
        let facts = InvoiceFacts {
            id: InvoiceId(self.id),
            number: details.number.clone(),
            issued_on: details.issued_on,
            due_on: details.due_on,
            delivered_on: details.delivered_on,
            received_on: details.received_on,
            currency: details.currency,
            amount_due: self.amount_due,
            disputed: self.disputed.max(disputed_part),
            voided: details.voided || self.status == InvoiceStatus::Void.as_str(),
            direct_debit: details.direct_debit,
            factored: details.factored,
            payee_name: details.payee_name.clone(),
            payee_iban: details.payee_iban.clone(),
            payment_url: details.payment_url.clone(),
            payee_confirmed: self.payee_confirmed,
            overdue_announced: self.overdue_announced,
            lifecycle_status: self.lifecycle_status.clone(),
            steps,
            evidence,
        };
        self.read = Some(details);
        Ok(facts)
    }

    /// The invoice as events carry it; `today` is the tenant's day, `stands` how it stands when that is known.
    pub(in crate::dunning) fn record(&mut self, today: NaiveDate, stands: Option<&InvoiceDunning>) -> Result<InvoiceRecord, StoreError> {
        let details = self.read.take().map_or_else(|| json("invoices", &self.details), Ok)?;
        let status = InvoiceStatus::parse(&self.status).ok_or_else(|| StoreError::inconsistent("invoices", &self.status))?;
        let overdue = status == InvoiceStatus::Open && self.amount_due > 0 && details.due_on < today;
        let dunning = match stands {
            Some(stands) => Some(stands.clone()),
            None => self.dunning.as_deref().map(|text| json("invoices", text)).transpose()?,
        };
        Ok(InvoiceRecord {
            id: InvoiceId(self.id),
            source: self.source.clone(),
            external_id: self.external_id.clone(),
            source_version: self.source_version,
            customer_id: CustomerId(self.customer_id),
            paid: self.paid,
            credited: self.credited,
            amount_due: self.amount_due,
            status,
            disputed: self.disputed,
            overdue,
            days_overdue: if overdue { today.signed_duration_since(details.due_on).num_days() } else { 0 },
            dunning: dunning.unwrap_or_else(|| InvoiceDunning { state: "idle".to_owned(), ..InvoiceDunning::default() }),
            details,
            row_version: self.row_version,
            created_at: instant(self.created_at),
            updated_at: instant(self.updated_at),
        })
    }
}

#[derive(Debug, Clone, Deserialize)]
pub(in crate::dunning) struct StepRow {
    pub invoice_id: Uuid,
    pub step_key: String,
    pub outcome: String,
    #[serde(deserialize_with = "some_id")]
    pub reminder_id: Option<Uuid>,
    pub done_on: String,
    pub granted_until: Option<String>,
    pub reason: Option<String>,
    pub at: i64,
    pub position: i64,
}

impl StepRow {
    /// The step as the decision sees it; `None`: it is only planned.
    pub(super) fn record(&self) -> Result<Option<StepRecord>, StoreError> {
        let outcomes = [StepOutcome::Sent, StepOutcome::TaskCreated, StepOutcome::Waived];
        let outcome = outcomes.into_iter().find(|outcome| outcome.as_str() == self.outcome);
        if outcome.is_none() && self.outcome == "planned" {
            return Ok(None);
        }
        Ok(Some(StepRecord {
            outcome: outcome.ok_or_else(|| StoreError::inconsistent("invoice_steps", &self.outcome))?,
            done_on: day("invoice_steps", &self.done_on)?,
            granted_until: self.granted_until.as_deref().map(|text| day("invoice_steps", text)).transpose()?,
            reason: self.reason.clone(),
            step_key: self.step_key.clone(),
        }))
    }
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct PaymentRow {
    pub customer_id: Uuid,
    pub currency: String,
    pub amount: i64,
    pub unapplied: i64,
    pub paid_on: String,
    pub created_at: i64,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct CreditNoteRow {
    pub customer_id: Uuid,
    pub unapplied: i64,
    pub currency: String,
    pub issued_on: String,
    pub created_at: i64,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct HoldRow {
    pub id: Uuid,
    pub scope: String,
    #[serde(deserialize_with = "some_id")]
    pub target_id: Option<Uuid>,
    #[serde(deserialize_with = "some_id")]
    pub customer_id: Option<Uuid>,
    pub reason: String,
    pub until_on: Option<String>,
    pub before_on: Option<String>,
    pub published_on: Option<String>,
    pub placed_by: Option<String>,
    pub created_at: i64,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct PromiseRow {
    pub id: Uuid,
    pub customer_id: Uuid,
    pub invoice_ids: String,
    pub amount: i64,
    pub currency: String,
    pub promised_on: String,
    pub grace_until_on: String,
    pub made_on: String,
    pub made_by: Option<String>,
    pub status: String,
    pub created_at: i64,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct ReminderRow {
    pub id: Uuid,
    pub customer_id: Uuid,
    pub status: String,
    #[serde(deserialize_with = "flag")]
    pub approved: bool,
    pub step_key: String,
    pub channel: String,
    #[serde(deserialize_with = "some_id")]
    pub contact_id: Option<Uuid>,
    pub body: String,
    pub planned_at: i64,
    pub send_at: Option<i64>,
    pub scheduled_at: i64,
    #[serde(deserialize_with = "some_id")]
    pub copy_of: Option<Uuid>,
    pub pay_before_on: Option<String>,
    pub deadline_on: Option<String>,
}

impl ReminderRow {
    /// The reminder as the decision sees it.
    pub(super) fn live(&self) -> Result<LiveReminder, StoreError> {
        let body: ReminderBody = json("reminders", &self.body)?;
        Ok(LiveReminder {
            id: ReminderId(self.id),
            state: if self.status == "awaiting_approval" { LiveState::AwaitingApproval } else { LiveState::Planned },
            approved: self.approved,
            step_key: self.step_key.clone(),
            channel: Channel::parse(&self.channel).ok_or_else(|| StoreError::inconsistent("reminders", &self.channel))?,
            contact_id: self.contact_id.map(ContactId),
            compensations: body.fixed_compensation.map_or(0, |fixed| fixed.count),
            lines: body.lines,
            planned_at: instant(self.planned_at),
            send_at: instant(self.send_at.unwrap_or(self.scheduled_at)),
            copy_of: self.copy_of.map(|id| self.copy_of(id)).transpose()?,
        })
    }
}

impl ReminderRow {
    fn copy_of(&self, id: Uuid) -> Result<CopyOf, StoreError> {
        let printed = |text: &Option<String>| text.as_deref().map(|text| day("reminders", text)).transpose();
        Ok(CopyOf { reminder_id: ReminderId(id), pay_before_on: printed(&self.pay_before_on)?, deadline_on: printed(&self.deadline_on)? })
    }
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct TaskRow {
    pub id: Uuid,
    pub customer_id: Uuid,
    pub kind: String,
    pub step_key: Option<String>,
    pub about: Option<String>,
    pub status: String,
    pub created_at: i64,
}

/// An open case.
#[derive(Debug, Clone, Deserialize)]
pub(in crate::dunning) struct CaseRow {
    pub id: Uuid,
    pub customer_id: Uuid,
    pub opened_at: i64,
    #[serde(deserialize_with = "some_id")]
    pub policy_id: Option<Uuid>,
    pub policy_version: Option<i32>,
}

impl CaseRow {
    /// The version it runs under.
    pub(super) fn pin(&self) -> Option<Pin> {
        self.policy_id.zip(self.policy_version)
    }
}

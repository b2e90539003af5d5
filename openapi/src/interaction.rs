//! Contacts made elsewhere, and the timeline, on the wire.

use relance_domain::records::{InteractionRecord, TimelineEntry};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{person::Person, time::at};

/// A contact made elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InteractionView {
    /// Id; null in a dry run.
    pub id: Option<String>,
    /// Customer.
    pub customer_id: String,
    /// `phone`, `visit`, `email`, `sms`, `letter`, `other`.
    #[schema(example = "visit")]
    pub channel: String,
    /// When it was.
    #[schema(format = DateTime)]
    pub at: String,
    /// Who made it.
    pub by: Option<Person>,
    /// What came of it.
    pub outcome: Option<String>,
    /// Words.
    pub comment: Option<String>,
    /// `outbound`: the customer was contacted, which counts in pacing; `inbound`: it made itself heard.
    #[schema(example = "outbound")]
    pub direction: String,
    /// Reason for non-payment that was given.
    pub reason_code: Option<String>,
    /// The call of which it is an attempt.
    pub task_id: Option<String>,
}

impl From<&InteractionRecord> for InteractionView {
    fn from(record: &InteractionRecord) -> Self {
        let InteractionRecord { id, customer_id, channel, at: when, by, outcome, comment, direction, reason_code, task_id } = record;
        Self {
            id: Some(id.to_string()),
            customer_id: customer_id.to_string(),
            channel: channel.clone(),
            at: at(*when),
            by: by.as_ref().map(Into::into),
            outcome: outcome.clone(),
            comment: comment.clone(),
            direction: direction.clone(),
            reason_code: reason_code.clone(),
            task_id: task_id.map(|id| id.to_string()),
        }
    }
}

/// A contact to be recorded.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InteractionInput {
    /// `phone`, `visit`, `email`, `sms`, `letter`, `other`.
    #[schema(example = "visit")]
    pub channel: String,
    /// When it was.
    #[schema(format = DateTime, example = "2026-12-01T09:00:00.000Z")]
    pub at: String,
    /// Who made it.
    pub by: Person,
    /// What came of it.
    #[schema(example = "reached")]
    pub outcome: String,
    /// Words.
    pub comment: Option<String>,
    /// `outbound` (unless said): the customer was contacted, which counts in pacing; `inbound`: it made itself heard. A reply by
    /// mail, SMS, letter or on a page rests the chase of the customer until a person has dealt with it.
    #[schema(example = "outbound")]
    pub direction: Option<String>,
    /// An automatic answer, which rests nothing.
    pub automatic: Option<bool>,
    /// Reason for non-payment: what follows a reason of the list (`docs/reasons.md`) is done, another word is kept.
    #[schema(example = "awaiting_approval")]
    pub reason_code: Option<String>,
    /// The invoices that the reason is about; absent: the customer.
    pub invoice_ids: Option<Vec<String>>,
    /// The day on which the customer says that it will pay or approve.
    #[schema(format = Date, example = "2026-12-15")]
    pub expected_on: Option<String>,
    /// The call of which it is an attempt: at most three, on three days. The third that finds nobody completes it.
    pub task_id: Option<String>,
}

/// One thing that happened with a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TimelineItem {
    /// When.
    #[schema(format = DateTime)]
    pub at: String,
    /// What, e.g. `reminder.sent`.
    #[serde(rename = "type")]
    #[schema(example = "reminder.sent")]
    pub kind: String,
    /// Type of what it happened to.
    #[schema(example = "reminder")]
    pub subject_type: String,
    /// Its id.
    pub subject_id: String,
    /// Step, title, number or channel.
    pub label: Option<String>,
    /// Further words.
    pub detail: Option<String>,
    /// Amount, where there is one.
    #[schema(example = "1200.00")]
    pub amount: Option<String>,
    /// Its currency.
    #[schema(example = "EUR")]
    pub currency: Option<String>,
}

impl From<&TimelineEntry> for TimelineItem {
    fn from(TimelineEntry { at: when, kind, subject_type, subject_id, label, detail, amount }: &TimelineEntry) -> Self {
        Self {
            at: at(*when),
            kind: kind.clone(),
            subject_type: subject_type.clone(),
            subject_id: subject_id.clone(),
            label: label.clone(),
            detail: detail.clone(),
            amount: amount.map(|money| money.plain()),
            currency: amount.map(|money| money.currency.to_string()),
        }
    }
}

crate::page!(Timeline of TimelineItem, "What happened with a customer, newest first.");

//! What a message is made from, and what was really said.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{DisputeRecord, InvoiceRecord, Picture, PromiseRecord, ReminderRecord, TaskRecord};
use crate::{
    charges::InvoiceCharges,
    customer::{Contact, CustomerDetails},
    ids::CaseId,
    money::Money,
    policy::Step,
    settings::Settings,
    statement::Statement,
};

/// The facts one message is made from, loaded together.
#[derive(Debug, Clone, PartialEq)]
pub struct MessageFacts {
    /// The reminder.
    pub reminder: ReminderRecord,
    /// Its step, in the version of the policy that planned it.
    pub step: Option<Step>,
    /// Regime of late-payment interest of that version, e.g. `eu_ecb_plus_8`.
    pub regime: Option<String>,
    /// What a claim comes to on its day, invoice by invoice; empty where the step claims nothing.
    pub charges: Vec<InvoiceCharges>,
    /// The interest of every invoice at the step was waived or paid: no word of it.
    pub interest_settled: bool,
    /// The statement of account that goes along, where the step attaches one.
    pub statement: Option<Box<Statement>>,
    /// The creditor.
    pub settings: Settings,
    /// Its logo.
    pub logo: Option<Picture>,
    /// Who owes.
    pub customer: CustomerDetails,
    /// Whom it goes to, when to a person.
    pub contact: Option<Contact>,
    /// Invoices on it and invoices left out.
    pub invoices: Vec<InvoiceRecord>,
    /// Messages that left and contacts that were made before, oldest first.
    pub earlier: Vec<EarlierContact>,
    /// The promise that is open.
    pub promise: Option<PromiseRecord>,
    /// What it answers by itself; a promise that it answers is `promise`.
    pub occurred: Option<Occurred>,
    /// All payments up to then are known.
    pub payments_complete_until: Option<DateTime<Utc>>,
    /// The tenant's own texts that are in use.
    pub own_texts: Vec<TemplateRecord>,
}

/// What happened and is answered.
#[derive(Debug, Clone, PartialEq)]
pub enum Occurred {
    /// A promise, made or broken.
    Promise,
    /// A dispute.
    Dispute(Box<DisputeRecord>),
    /// A call: the task that is done.
    Call(Box<TaskRecord>),
    /// Everything is paid: the last payment, if one is known.
    Paid(Option<(Money, NaiveDate)>),
}

/// A text that a tenant wrote itself for one message in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateRecord {
    /// Which message: `first_reminder`.
    pub template: String,
    /// `fr`, `en`, `de`, `es`, `it` or `nl`.
    pub language: String,
    /// The mail and the letter.
    pub body: String,
    /// The text message, of `sms_reminder` only.
    pub sms: Option<String>,
    /// In use; else kept, and the built-in text is used.
    pub active: bool,
    /// Version, from 1.
    pub version: i64,
    /// Last change.
    pub updated_at: DateTime<Utc>,
}

impl MessageFacts {
    /// The reader's civil day: in its own zone, else the creditor's.
    pub fn day(&self, at: DateTime<Utc>) -> NaiveDate {
        let zones = [self.customer.time_zone.as_deref(), Some(self.settings.time_zone.as_str())];
        let zone = zones.into_iter().flatten().find_map(crate::calendar::parse_zone);
        zone.map_or_else(|| at.date_naive(), |zone| crate::calendar::local_day(at, zone))
    }
}

/// An earlier message of ours, or a call or visit that took place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierContact {
    /// Local day of the customer.
    pub on: NaiveDate,
    /// `email`, `sms`, `letter`, `registered_letter`, `phone_task`, `visit_task`.
    pub channel: String,
    /// Step, when it was one of ours.
    pub step_key: Option<String>,
    /// Case, for messages.
    pub case_id: Option<CaseId>,
    /// The Message-ID of an e-mail.
    pub message_id: Option<String>,
}

/// A message as it was handed over, or is to be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageContent {
    /// Sender as the reader sees it.
    pub from: Option<String>,
    /// Address, number, or the lines in the window of the envelope.
    pub to: Option<String>,
    /// Internal copies.
    #[serde(default)]
    pub cc: Vec<String>,
    /// Subject.
    pub subject: Option<String>,
    /// Plain text.
    pub text: String,
    /// The same as html.
    pub html: Option<String>,
    /// Further headers.
    pub headers: BTreeMap<String, String>,
    /// The logo in the html; its bytes are kept apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<Picture>,
    /// Files; kept apart from the text.
    #[serde(skip)]
    pub attachments: Vec<Attachment>,
}

/// A file that goes with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// File name, ASCII.
    pub name: String,
    /// Media type.
    pub media_type: String,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// The bytes.
    pub data: Vec<u8>,
}

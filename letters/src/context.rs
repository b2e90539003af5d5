//! What one message is made from. Everything the reader will see is in here, so that a stored
//! context renders the same bytes again.

use chrono::NaiveDate;
use relance_domain::records::Picture;
use serde::{Deserialize, Serialize};

pub use crate::event::{CallFacts, CallTask, DisputeFacts, EventFacts, Instalment, PaymentFacts, PlanFacts, PromiseInfo};
use crate::format;

/// How the reader is addressed, where the language has both: vous and tu, Sie and du, usted and tú, Lei and tu, u and je.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Formality {
    #[default]
    Vous,
    Tu,
}

/// The form a message takes. It bends a few sentences ("ce message", "cette lettre").
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RenderChannel {
    #[default]
    Email,
    Sms,
    Letter,
}

/// A sum in minor units: `{"currency":"EUR","minor":123456,"exponent":2}` is 1,234.56 EUR.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    pub currency: String,
    pub minor: i64,
    /// Digits after the decimal mark: 2 for EUR, 0 for JPY, 3 for KWD.
    pub exponent: u8,
}

impl Amount {
    pub fn new(currency: impl Into<String>, minor: i64, exponent: u8) -> Self {
        Self { currency: currency.into(), minor, exponent }
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.minor == 0
    }
}

/// Who is owed and writes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Creditor {
    pub legal_name: String,
    /// "SAS", "SARL", "EI" …
    pub legal_form: Option<String>,
    /// A number ("50000", "50000.00"), printed in euros, or any text, printed as it is.
    pub capital: Option<String>,
    pub siren: Option<String>,
    /// Town of the register, or the whole mention ("RM 69", "RCS Lyon").
    pub rcs_city: Option<String>,
    pub vat_id: Option<String>,
    pub address_lines: Vec<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub contact_name: Option<String>,
    pub iban: Option<String>,
    pub bic: Option<String>,
    /// Other ways to pay with their condition, as whole phrases.
    pub payment_methods: Vec<String>,
    pub privacy_url: Option<String>,
    /// Name and site of the consumer mediator (C. conso. L616-1).
    pub consumer_mediator: Option<String>,
    /// Name and function below the message; several lines allowed.
    pub signature: Option<String>,
}

/// Who owes and reads.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Recipient {
    pub name: String,
    /// `business`, `consumer`, `public_body` or `unknown` (read as consumer, like any other word).
    pub kind: String,
    pub contact_name: Option<String>,
    pub address_lines: Vec<String>,
    pub siren: Option<String>,
    /// Where a formal notice to a firm goes; else `address_lines`.
    pub registered_address_lines: Vec<String>,
}

/// One invoice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Row {
    pub number: String,
    pub issued_on: NaiveDate,
    pub due_on: NaiveDate,
    pub purchase_order: Option<String>,
    /// Principal left, credits and payments deducted.
    pub amount_due: Amount,
    /// Total of the invoice, VAT included.
    pub total: Amount,
    pub credited: Option<Amount>,
    pub paid: Option<Amount>,
    pub days_overdue: i64,
    pub payee_iban: Option<String>,
    pub payee_name: Option<String>,
    /// What it was for: "Travaux de menuiserie, commande 118, livrée le 1er septembre".
    pub origin: Option<String>,
    /// Further facts, all optional, that public bodies ask for.
    pub facts: RowFacts,
}

/// Facts of an invoice that a public body, or a formal notice, names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RowFacts {
    pub delivered_on: Option<NaiveDate>,
    /// Day the payment request was received: the public term runs from it.
    pub received_on: Option<NaiveDate>,
    /// 30, 50 or 60 for public bodies; any agreed term otherwise.
    pub payment_term_days: Option<u16>,
    /// Day of deposit on Chorus Pro.
    pub deposited_on: Option<NaiveDate>,
    /// Number given by Chorus Pro.
    pub portal_number: Option<String>,
    /// Engagement number; else the purchase order is shown.
    pub commitment_number: Option<String>,
    pub service_code: Option<String>,
}

/// Whether the step only recalls the late charges or claims them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChargesMode {
    #[default]
    Mention,
    Claim,
}

/// Late charges. They never reach a consumer's message, whatever is in here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Charges {
    pub mode: ChargesMode,
    /// Total of the fixed compensation, for `fixed_count` invoices.
    pub fixed_compensation: Option<Amount>,
    pub fixed_count: u32,
    /// Empty while a rate is unknown: then the text names no figure.
    pub interest: Vec<Interest>,
    /// It was waived or paid: no word of it.
    pub interest_settled: bool,
    /// `fr_b2b_default`, `fr_b2g`, `eu_ecb_plus_8` …; none: French law by kind of customer.
    pub regime: Option<String>,
}

/// Late-payment interest of one invoice over one period at one rate.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Interest {
    pub invoice_number: String,
    pub from_on: NaiveDate,
    pub until_on: NaiveDate,
    pub days: i64,
    /// Exact text, a point as decimal mark: "12.15".
    pub rate_percent: String,
    pub amount: Amount,
    /// What each further day costs. Put it on the last period of an invoice only.
    pub daily_amount: Option<Amount>,
}

/// An earlier contact that really took place.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PreviousContact {
    pub on: NaiveDate,
    /// `email`, `sms`, `letter`, `registered_letter`, `phone_task`, `visit_task` …
    pub channel: String,
    pub step_key: String,
}

/// A text that a tenant wrote itself, in the form of the built-in ones.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OwnText {
    pub body: String,
    /// The text message, for `sms_reminder` only.
    pub sms: Option<String>,
}

/// One message to one reader.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MessageContext {
    /// `fr`, `en`, `de`, `es`, `it` or `nl`, a region allowed (`fr-FR`); anything else reads English.
    pub language: String,
    pub formality: Formality,
    pub template: String,
    pub channel: RenderChannel,
    pub today: NaiveDate,
    /// "règlements pris en compte jusqu'au …".
    pub payments_known_until: NaiveDate,
    pub creditor: Creditor,
    /// The creditor's logo.
    pub logo: Option<Picture>,
    pub customer: Recipient,
    /// The invoices at this step.
    pub step_rows: Vec<Row>,
    /// Younger overdue invoices, in a second table.
    pub other_rows: Vec<Row>,
    /// Not due yet, at an earlier step: told of, never asked.
    pub upcoming_rows: Vec<Row>,
    /// Disputed or left out: listed as not claimed, never summed.
    pub not_claimed: Vec<Row>,
    /// Sums of `amount_due` per currency of the step's rows, or of all that the message carries. Checked.
    pub totals: Vec<Amount>,
    pub pay_before_on: Option<NaiveDate>,
    pub deadline_on: Option<NaiveDate>,
    pub deadline_days: Option<u16>,
    pub charges: Option<Charges>,
    pub previous: Vec<PreviousContact>,
    pub payment_url: Option<String>,
    /// Reminder id to quote.
    pub reference: String,
    /// Reference to quote when paying: the invoice's own, so that the payment finds it; empty: ours.
    pub payment_reference: String,
    /// Chooses among equivalent opening sentences; the same seed gives the same words.
    pub variant_seed: u64,
    /// The first message to this customer carries the privacy notice.
    pub first_message: bool,
    pub promise: Option<PromiseInfo>,
    pub tracking_number: Option<String>,
    /// What is really attached, in words for the reader.
    pub enclosures: Vec<String>,
    /// A consequence that a person of the creditor decided and recorded; none: a neutral sentence.
    pub confirmed_consequence: Option<String>,
    /// What happened, for the messages sent on an event.
    pub event: EventFacts,
    /// What calendar entries belong to: the same there, the same entry. Empty: to this message alone.
    pub calendar_of: String,
    /// The tenant's own text, in place of the built-in one.
    pub own: Option<OwnText>,
}

impl MessageContext {
    /// Anyone not known to be a firm or a public body is protected as a consumer.
    pub(crate) fn is_consumer(&self) -> bool {
        !matches!(self.customer.kind.as_str(), "business" | "public_body")
    }

    pub(crate) fn is_public(&self) -> bool {
        self.customer.kind == "public_body"
    }

    pub(crate) fn lang(&self) -> format::Lang {
        format::Lang::of(&self.language)
    }

    /// A formal demand is written to a firm or a body, not to the one person we know there: never `Tu`.
    pub(crate) fn effective_formality(&self) -> Formality {
        match self.effective_template() {
            "formal_notice" | "formal_notice_consumer" | "public_demand" => Formality::Vous,
            _ => self.formality,
        }
    }

    /// The template really used: a consumer never gets the notice that claims charges.
    pub(crate) fn effective_template(&self) -> &str {
        match self.template.as_str() {
            "formal_notice" if self.is_consumer() => "formal_notice_consumer",
            other => other,
        }
    }
}

//! The sheet for a call: what a person needs before dialling, and six steps to tick.

use relance_domain::{
    customer::{Contact, CustomerDetails},
    dunning::InvoiceFacts,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{interaction::TimelineItem, promise::PromiseView, task::TaskView, time::day};

/// Whom to call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SheetContact {
    /// Id.
    pub id: String,
    /// Name.
    pub name: Option<String>,
    /// Role.
    pub role: String,
    /// Telephone.
    pub phone: Option<String>,
    /// E-mail.
    pub email: Option<String>,
    /// Language.
    pub language: Option<String>,
    /// May approve payment.
    pub can_approve_payment: bool,
}

impl From<&Contact> for SheetContact {
    fn from(Contact { id, details, suppressed_channels: _ }: &Contact) -> Self {
        Self {
            id: id.to_string(),
            name: details.name.clone(),
            role: details.role.as_str().to_owned(),
            phone: details.phone.clone(),
            email: details.email.clone(),
            language: details.language.clone(),
            can_approve_payment: details.can_approve_payment,
        }
    }
}

/// Who owes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SheetCustomer {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Kind.
    pub kind: String,
    /// Language.
    pub language: Option<String>,
    /// Segment.
    pub segment: Option<String>,
    /// Its salesman.
    pub sales_owner: Option<String>,
}

impl SheetCustomer {
    /// The customer with this id.
    pub fn new(id: String, details: &CustomerDetails) -> Self {
        Self {
            id,
            name: details.name.clone(),
            kind: details.kind.as_str().to_owned(),
            language: details.language.clone(),
            segment: details.segment.clone(),
            sales_owner: details.sales_owner.as_ref().map(|person| person.name.clone()),
        }
    }
}

/// An invoice to speak about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SheetInvoice {
    /// Id.
    pub invoice_id: String,
    /// Number.
    pub number: String,
    /// Day of issue.
    #[schema(format = Date)]
    pub issued_on: String,
    /// Due date.
    #[schema(format = Date)]
    pub due_on: String,
    /// Still due.
    pub amount_due: String,
    /// Of which disputed.
    pub disputed: String,
    /// Currency.
    pub currency: String,
    /// Last step that was done.
    pub last_step: Option<String>,
}

impl From<&InvoiceFacts> for SheetInvoice {
    fn from(facts: &InvoiceFacts) -> Self {
        Self {
            invoice_id: facts.id.to_string(),
            number: facts.number.clone(),
            issued_on: day(facts.issued_on),
            due_on: day(facts.due_on),
            amount_due: facts.currency.minor(facts.amount_due).plain(),
            disputed: facts.currency.minor(facts.disputed).plain(),
            currency: facts.currency.to_string(),
            last_step: facts.steps.last().map(|step| step.step_key.clone()),
        }
    }
}

/// One of the six steps of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SheetStep {
    /// Key.
    #[schema(example = "facts")]
    pub key: String,
    /// What to do.
    pub text: String,
}

/// The sheet for a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Sheet {
    /// The task.
    pub task: TaskView,
    /// Who owes.
    pub customer: SheetCustomer,
    /// Whom to call.
    pub contact: Option<SheetContact>,
    /// Other contacts.
    pub other_contacts: Vec<SheetContact>,
    /// Overdue invoices.
    pub overdue: Vec<SheetInvoice>,
    /// Invoices of which a part is disputed.
    pub disputed: Vec<SheetInvoice>,
    /// Invoices not yet due.
    pub not_yet_due: Vec<SheetInvoice>,
    /// The last promises.
    pub promises: Vec<PromiseView>,
    /// Furthest day a promise may name.
    #[schema(format = Date)]
    pub promise_until_on: String,
    /// What happened lately, newest first.
    pub history: Vec<TimelineItem>,
    /// The six steps.
    pub steps: Vec<SheetStep>,
}

/// The six steps of a call, in order.
pub fn six_steps() -> Vec<SheetStep> {
    [
        ("facts", "Say which invoices are overdue, since when and for how much."),
        ("reasons", "Ask openly: is there a difficulty with this invoice? Let the answer come."),
        ("objections", "Note the objection and answer it; what is disputed is recorded, not argued."),
        ("alternatives", "If the whole cannot be paid now, look for a date or a part that can be kept."),
        ("not_yet_due", "Go through the invoices that fall due next, and settle doubts about them now."),
        ("promise", "Have amount, day and method repeated, and record the promise."),
    ]
    .into_iter()
    .map(|(key, text)| SheetStep { key: key.to_owned(), text: text.to_owned() })
    .collect()
}

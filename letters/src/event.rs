//! Facts of an event that a message tells: a call, a promise, a plan, a dispute, a payment.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::context::Amount;

/// A promise to pay.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PromiseInfo {
    pub amount: Amount,
    /// Day on which the money is to arrive.
    pub promised_on: NaiveDate,
    /// In the customer's words: "virement".
    pub method: Option<String>,
    pub made_by: Option<String>,
}

/// One field per kind of event; only the one the template tells is read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EventFacts {
    pub call: Option<CallFacts>,
    pub dispute: Option<DisputeFacts>,
    pub payment: Option<PaymentFacts>,
    pub plan: Option<PlanFacts>,
    /// Names of the documents sent.
    pub documents: Vec<String>,
}

/// Who spoke with whom, and what was agreed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CallFacts {
    pub on: NaiveDate,
    pub our_speaker: Option<String>,
    pub their_speaker: Option<String>,
    pub summary: Option<String>,
    pub we_do: Vec<CallTask>,
    pub you_do: Vec<CallTask>,
}

/// One thing to do, and by when.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CallTask {
    pub what: String,
    pub by_on: Option<NaiveDate>,
}

/// A dispute as the customer put it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DisputeFacts {
    /// In the customer's words.
    pub reason: Option<String>,
    /// None: the whole invoice is disputed.
    pub amount: Option<Amount>,
    pub handled_by: Option<String>,
    pub answer_by_on: Option<NaiveDate>,
    /// What we need from the customer.
    pub needed: Option<String>,
    /// The mistake is ours: we apologise and correct.
    pub our_error: bool,
}

/// Money that came in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PaymentFacts {
    pub amount: Amount,
    pub received_on: NaiveDate,
}

/// An instalment plan as accepted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PlanFacts {
    /// What the customer acknowledges to owe; equals the sum of the instalments. Checked.
    pub total: Amount,
    pub instalments: Vec<Instalment>,
    pub grace_days: u16,
    /// Late charges are waived while the plan is kept. Never said to a consumer, who owes none.
    pub charges_waived: bool,
    pub accepted_by: Option<String>,
    pub accepted_on: Option<NaiveDate>,
    /// "par courriel", "by e-mail".
    pub accepted_how: Option<String>,
}

/// One instalment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Instalment {
    pub due_on: NaiveDate,
    pub amount: Amount,
    pub method: Option<String>,
}

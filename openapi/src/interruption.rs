//! Acts that begin a new period of limitation, on the wire.

use relance_domain::{law::Interruption, records::InterruptionRecord};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    person::Person,
    time::{at, day},
};

/// An act that began a new period of limitation (C. civ. 2231), with its proof. A part payment needs none of these: the
/// ledger knows it. A formal notice interrupts nothing, but for a public body any written claim does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InterruptionView {
    /// Id; null in a dry run.
    pub id: Option<String>,
    /// Customer.
    pub customer_id: String,
    /// Invoices it is about.
    pub invoice_ids: Vec<String>,
    /// `acknowledgment`, `request_for_time`, `accepted_plan`, `court_claim`, `enforcement`.
    #[schema(example = "acknowledgment")]
    pub kind: String,
    /// Article.
    #[schema(example = "C. civ. 2240, 2231")]
    pub citation: Option<String>,
    /// Day of the act.
    #[schema(format = Date)]
    pub on: String,
    /// Where the proof is.
    #[schema(example = "Letter of 3 October 2026, archive 2026/118")]
    pub proof: String,
    /// Words.
    pub comment: Option<String>,
    /// Who recorded it.
    pub by: Person,
    /// It was recorded wrongly: since then it counts no more.
    #[schema(format = DateTime)]
    pub withdrawn_at: Option<String>,
    /// When it was recorded.
    #[schema(format = DateTime)]
    pub created_at: String,
}

impl From<&InterruptionRecord> for InterruptionView {
    fn from(record: &InterruptionRecord) -> Self {
        let InterruptionRecord {
            id,
            customer_id,
            invoice_ids,
            kind,
            happened_on,
            proof,
            comment,
            by,
            withdrawn_at,
            row_version: _,
            created_at,
        } = record;
        Self {
            id: Some(id.to_string()),
            customer_id: customer_id.to_string(),
            invoice_ids: invoice_ids.iter().map(ToString::to_string).collect(),
            citation: Interruption::of(kind).map(|kind| kind.citation().to_owned()),
            kind: kind.clone(),
            on: day(*happened_on),
            proof: proof.clone(),
            comment: comment.clone(),
            by: by.into(),
            withdrawn_at: withdrawn_at.map(at),
            created_at: at(*created_at),
        }
    }
}

/// An act to be recorded. Invoices are named by `invoice_ids`, by `invoice_external_ids` with `source`, or both; they are
/// one customer's.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InterruptionInput {
    /// Invoices.
    pub invoice_ids: Option<Vec<String>>,
    /// The source's ids of invoices.
    pub invoice_external_ids: Option<Vec<String>>,
    /// The source of the external ids.
    pub source: Option<String>,
    /// `acknowledgment`, `request_for_time` or `accepted_plan` of the debtor; `court_claim`; `enforcement`.
    #[schema(example = "acknowledgment")]
    pub kind: String,
    /// Day of the act: not before the work was done, nor to come.
    #[schema(format = Date)]
    pub on: String,
    /// Where the proof is: what a judge would be shown.
    #[schema(example = "Letter of 3 October 2026, archive 2026/118")]
    pub proof: String,
    /// Words.
    pub comment: Option<String>,
    /// Who records it.
    pub by: Person,
}

crate::page!(InterruptionList of InterruptionView, "Acts that began a new period of limitation, newest first.");

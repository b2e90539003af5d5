//! Holds on the wire.

use relance_domain::{
    dunning::{RestingOn, Why},
    hold::{HoldReason, Lifter},
    ids::CustomerId,
    records::HoldRecord,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::time::{at, day};

/// A hold: chasing rests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HoldView {
    /// Id; null in a dry run, and for what the service holds by itself.
    pub id: Option<String>,
    /// The service holds by itself (a dispute, a promise, a direct debit…): it is read only, and ends by what `lifted_by` says.
    pub automatic: bool,
    /// `tenant`, `customer`, `invoice`, `contact`.
    #[schema(example = "customer")]
    pub scope: String,
    /// What it covers; null: everybody.
    pub target_id: Option<String>,
    /// The customer it touches.
    pub customer_id: Option<String>,
    /// Why: a word of the list, or a person's own words.
    #[schema(example = "manual")]
    pub reason: String,
    /// The code by which decisions and invoices name it, from the list of `docs/decisions.md`.
    #[schema(example = "held")]
    pub code: String,
    /// Last day held; null: until somebody lifts it, or until what `lifted_by` says.
    #[schema(format = Date)]
    pub until_on: Option<String>,
    /// Only invoices issued before this day; null: all.
    #[schema(format = Date)]
    pub before_on: Option<String>,
    /// Who or what placed it.
    pub placed_by: Option<String>,
    /// When; null where that is not known of what the service holds by itself.
    #[schema(format = DateTime)]
    pub placed_at: Option<String>,
    /// What lifts it: `release_hold`, `resolve_dispute`, `promise_settled`…
    #[schema(example = "release_hold")]
    pub lifted_by: String,
    /// The scope that a key needs to lift it; null: nobody lifts it by hand.
    #[schema(example = "reminders:write")]
    pub release_scope: Option<String>,
    /// When it was lifted.
    #[schema(format = DateTime)]
    pub released_at: Option<String>,
    /// By whom; `expiry` when by itself.
    pub released_by: Option<String>,
}

/// The scope that lifts a hold.
pub fn release_scope(reason: &str) -> &'static str {
    match HoldReason::of(reason).map(HoldReason::lifter) {
        Some(Lifter::Decider) => "policies:write",
        Some(Lifter::Collector) | None => "reminders:write",
    }
}

impl From<&HoldRecord> for HoldView {
    fn from(record: &HoldRecord) -> Self {
        let HoldRecord {
            id,
            scope,
            target_id,
            customer_id,
            reason,
            until_on,
            before_on,
            placed_by,
            placed_at,
            released_at,
            released_by,
            row_version: _,
        } = record;
        let known = HoldReason::of(reason).unwrap_or(HoldReason::Manual);
        Self {
            id: Some(id.to_string()),
            automatic: false,
            scope: scope.clone(),
            target_id: target_id.clone(),
            customer_id: customer_id.map(|id| id.to_string()),
            reason: reason.clone(),
            code: if scope == "contact" { Why::ContactSuppressed } else { known.why() }.to_string(),
            until_on: until_on.map(day),
            before_on: before_on.map(day),
            placed_by: placed_by.clone(),
            placed_at: Some(at(*placed_at)),
            lifted_by: known.lifted_by().as_str().to_owned(),
            release_scope: Some(release_scope(reason).to_owned()),
            released_at: released_at.map(at),
            released_by: released_by.clone(),
        }
    }
}

impl HoldView {
    /// What the service holds by itself for a customer.
    pub fn automatic(customer: CustomerId, resting: &RestingOn) -> Self {
        let RestingOn { scope, code, held, until_on } = resting;
        Self {
            id: None,
            automatic: true,
            scope: scope.as_str().to_owned(),
            target_id: scope.target(),
            customer_id: Some(customer.to_string()),
            reason: code.to_string(),
            code: code.to_string(),
            until_on: until_on.map(day),
            before_on: None,
            placed_by: Some(held.placed_by.clone()),
            placed_at: held.since.map(at),
            lifted_by: held.lifted_by.as_str().to_owned(),
            release_scope: None,
            released_at: None,
            released_by: None,
        }
    }
}

/// A hold to be placed. A customer or invoice is named by `target_id`, or by `target_external_id` with `source`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldInput {
    /// `tenant`, `customer`, `invoice`, `contact`.
    #[schema(example = "customer")]
    pub scope: String,
    /// What it covers; absent for the tenant.
    pub target_id: Option<String>,
    /// The source's id of the customer or invoice.
    pub target_external_id: Option<String>,
    /// The source of the external id.
    pub source: Option<String>,
    /// Why: `manual`, `negotiation`, `instalment_plan`, `payment_announced`, `says_paid`, `document_sent`, `customer_approval`,
    /// `cooling_off`, `unread_reply`, `own_error_suspected`, `factored`, `insolvency`, `over_indebtedness`,
    /// `death_or_guardianship`, `time_barred`; or a sentence in your own words, which counts as `manual`.
    #[schema(example = "manual")]
    pub reason: String,
    /// Last day held; absent: the usual end of the reason, else until somebody lifts it.
    #[schema(format = Date)]
    pub until_on: Option<String>,
    /// Only invoices issued before this day. Of `insolvency` it is the day of the judgment, today when absent.
    #[schema(format = Date)]
    pub before_on: Option<String>,
}

crate::page!(HoldList of HoldView, "Holds, newest first.");

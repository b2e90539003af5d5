//! What stands beside the ledger: charges that were claimed, and acts that began a new period of limitation.

use relance_domain::{
    dunning::{ClaimSent, SettledCharge},
    ids::{InvoiceId, ReminderId},
};
use serde::Deserialize;
use uuid::Uuid;

use super::rows::some_id;
use crate::{StoreError, dunning::rows::money};

/// A charge of the claims ledger: claimed in the open case, or settled on an open invoice.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct ChargeRow {
    pub customer_id: Uuid,
    pub id: Uuid,
    pub invoice_id: Uuid,
    pub rule: String,
    pub status: String,
    pub amount: i64,
    pub currency: String,
    #[serde(deserialize_with = "some_id")]
    pub reminder_id: Option<Uuid>,
    pub created_at: i64,
}

impl ChargeRow {
    /// The claim as the decision sees it; `None`: it is waived or paid.
    pub(super) fn claim(&self) -> Result<Option<ClaimSent>, StoreError> {
        let Some(id) = self.reminder_id.filter(|_| self.status == "accrued") else { return Ok(None) };
        Ok(Some(ClaimSent { reminder_id: ReminderId(id), amount: money("late_charges", self.amount, &self.currency)? }))
    }

    /// The same as something that is asked no more; `None`: it still is.
    pub(super) fn settled(&self) -> Option<SettledCharge> {
        (self.status != "accrued").then(|| SettledCharge { invoice_id: InvoiceId(self.invoice_id), rule: self.rule.clone() })
    }
}

/// An act that began a new period of limitation.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct InterruptionRow {
    pub customer_id: Uuid,
    pub invoice_ids: String,
    pub happened_on: String,
}

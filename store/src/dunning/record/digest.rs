//! Tells a decision that says something new from another idle look.

use relance_domain::dunning::{Action, Decision};
use sha2::{Digest, Sha256};

use crate::{StoreError, dunning::rows::text};

/// Digest of what a decision says: outcome, policy, reasons, what it does and where each invoice goes
/// next; not when it was made, nor when to look again.
pub(super) fn digest(decision: &Decision, actions: &[Action]) -> Result<String, StoreError> {
    let reasons: Vec<_> = decision.reasons.iter().map(|reason| (&reason.code, reason.invoice_id)).collect();
    let invoices: Vec<_> = decision.invoices.iter().map(|(id, dunning)| (id, &dunning.state, &dunning.next_step, &dunning.holds)).collect();
    let said = text("decisions", &(decision.outcome, decision.policy, reasons, actions, invoices))?;
    let nibble = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or_default();
    Ok(Sha256::digest(said.as_bytes()).iter().flat_map(|byte| [nibble(byte >> 4), nibble(byte & 15)]).collect())
}

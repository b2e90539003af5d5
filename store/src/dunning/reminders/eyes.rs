//! Four eyes: an approval of two persons, told apart by their e-mail addresses.

use relance_domain::records::{By, ReminderBody, ReminderRecord, Verdict};

use crate::{StoreError, dunning::rows::body_text};

/// Is this the first of the two?
///
/// # Errors
/// [`StoreError::WrongState`] when the same person approved it before.
pub(super) fn is_first(reminder: &ReminderRecord, by: &By) -> Result<bool, StoreError> {
    let mut approved = reminder.body.verdicts.iter().filter(|verdict| verdict.approved).peekable();
    if approved.peek().is_none() {
        return Ok(true);
    }
    if approved.any(|verdict| mailbox(&verdict.by.email) == mailbox(&by.email)) {
        return Err(StoreError::WrongState("Four eyes: this person has said yes already, another one has to.".to_owned()));
    }
    Ok(false)
}

/// What is ordered again has the orderer's yes, and nobody's from before.
pub(super) fn ordered(old: &ReminderRecord, order: Verdict) -> Result<String, StoreError> {
    body_text(&ReminderBody { verdicts: vec![order], ..old.body.clone() })
}

/// One mailbox has many spellings: capitals, and what stands behind a `+`.
fn mailbox(email: &str) -> String {
    let email = email.trim().to_lowercase();
    match email.rsplit_once('@') {
        Some((local, domain)) => format!("{}@{domain}", local.split('+').next().unwrap_or(local)),
        None => email,
    }
}

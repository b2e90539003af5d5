//! What becomes of a message of a channel with two providers.

use chrono::{DateTime, TimeDelta, Utc};
use relance_domain::ids::ReminderId;

use super::{
    ACCOUNT_PAUSE, DIVERTED, MOST_ATTEMPTS, RefusalScope, SendOutcome,
    effects::{later, leave_at, with},
    finish::{Row, Work},
    pause,
    raise::{self, Raise},
};
use crate::{StoreError, entity::reminders};

/// It went to the first: what that certainly did not take, and will not take in time, goes to the fallback at once.
pub(super) fn spared(
    work: &mut Work,
    row: Row,
    (id, attempt): (ReminderId, Option<i32>),
    until: DateTime<Utc>,
    outcome: SendOutcome,
) -> Result<(), StoreError> {
    // the fallback could not take it in time either: it is waited for as if there were none
    let in_vain = row.row.settle_by.as_deref() == Some(DIVERTED);
    let in_time = |made: usize, wish: Option<TimeDelta>| later(work.now, pause(id, made, wish)) < until;
    let diverted = !in_vain
        && !row.may_have_left()
        && match &outcome {
            SendOutcome::Refused { scope, .. } => *scope == RefusalScope::Account,
            SendOutcome::Throttled { retry_after, .. } => !in_time(row.before.throttled + 1, *retry_after),
            SendOutcome::Transient { .. } => row.before.transient + 1 >= MOST_ATTEMPTS || !in_time(row.before.transient + 1, None),
            _ => false,
        };
    if diverted {
        super::effects::noted(work, id, attempt, &outcome);
        let at = work.now;
        leave_at(work, sent_by(row, Some(DIVERTED)), "planned", at);
        return Ok(());
    }
    // the next message goes by the fallback, and says so
    let outcome = match outcome {
        SendOutcome::Unknown { detail, receipts, asked, .. } => SendOutcome::Unknown { detail, receipts, asked, alarm: false },
        outcome => outcome,
    };
    let row = if in_vain { sent_by(row, None) } else { row };
    with(work, row, (id, attempt), outcome)
}

/// It went to the fallback: the operator hears once that it carries the messages, or that neither does.
pub(super) fn by_fallback(
    work: &mut Work,
    row: Row,
    (id, attempt): (ReminderId, Option<i32>),
    why: &str,
    outcome: SendOutcome,
) -> Result<(), StoreError> {
    match outcome {
        SendOutcome::Refused { scope: RefusalScope::Account, detail } if !row.may_have_left() => {
            raise::raise(work, &row, Raise::Channel, &format!("{why}; by the fallback: {detail}"))?;
            let outcome = SendOutcome::Refused { scope: RefusalScope::Account, detail };
            super::effects::noted(work, id, attempt, &outcome);
            // both are asked again, the first first
            let at = later(work.now, ACCOUNT_PAUSE);
            leave_at(work, sent_by(row, None), "planned", at);
            Ok(())
        }
        outcome => {
            if matches!(outcome, SendOutcome::Sent { .. } | SendOutcome::Unknown { .. }) {
                raise::raise(work, &row, Raise::Fallback, why)?;
            }
            with(work, row, (id, attempt), outcome)
        }
    }
}

fn sent_by(row: Row, settle_by: Option<&str>) -> Row {
    Row { row: reminders::Model { settle_by: settle_by.map(str::to_owned), ..row.row }, before: row.before }
}

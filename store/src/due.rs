//! When the next work is due, for all kinds of work, in one statement: what an idle process asks.

use chrono::{DateTime, Utc};

use crate::{
    Store, StoreError,
    dunning::letters,
    inbox, notices,
    reads::{Arg, Question},
    time::{instant, millis},
    webhooks::NEXT_DELIVERY,
};

/// When the earliest row of each kind is due that nobody works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NextDue {
    /// A look at a customer of a live tenant.
    pub look: Option<DateTime<Utc>>,
    /// A reminder of a live tenant.
    pub send: Option<DateTime<Utc>>,
    /// A delivery to a webhook endpoint that answers.
    pub delivery: Option<DateTime<Utc>>,
    /// A webhook of a source.
    pub inbox: Option<DateTime<Utc>>,
    /// A mail to a tenant itself.
    pub notice: Option<DateTime<Utc>>,
    /// A letter that is asked after.
    pub letter: Option<DateTime<Utc>>,
    /// A delivery to a webhook endpoint whose last post failed.
    pub late_delivery: Option<DateTime<Utc>>,
    /// A test tenant whose clock has something to do: now, or never.
    pub clock: Option<DateTime<Utc>>,
}

static PROBES: Question = Question::new(|_| probes());

/// Probes of partial indexes; the work is proportional to what is leased, not to what exists.
fn probes() -> String {
    let deliveries = NEXT_DELIVERY.replace("$1", "$2");
    let free = "(lease_until IS NULL OR lease_until <= $2)";
    format!(
        "SELECT \
         (SELECT next_check_at FROM customers WHERE live AND next_check_at IS NOT NULL AND {free} ORDER BY next_check_at LIMIT 1) AS look, \
         (SELECT send_at FROM reminders WHERE live AND send_at IS NOT NULL AND status IN ('planned', 'unknown') AND {free} \
         ORDER BY send_at LIMIT 1) AS send, \
         hooks.fresh, hooks.late, \
         (SELECT COUNT(*) FROM (SELECT id FROM tenants WHERE (work_due OR clock_target_at IS NOT NULL) AND {free} LIMIT 1) AS waiting) \
         AS clock, ({inbox}) AS inbox, ({notice}) AS notice, ({letter}) AS letter FROM ({deliveries}) AS hooks \
         WHERE {{everybody}}",
        inbox = inbox::NEXT,
        notice = notices::NEXT,
        letter = letters::NEXT
    )
}

/// When the next work of each kind is due.
///
/// # Errors
/// The database's.
pub async fn next(store: &Store) -> Result<NextDue, StoreError> {
    let now = store.now();
    let rows = store.readers().ask_of_all(&PROBES, &[Arg::Number(millis(now))]).await?;
    let Some(row) = rows.first() else { return Ok(NextDue::default()) };
    let at = |place| Ok::<_, StoreError>(row.get::<Option<i64>>(place)?.map(instant));
    let clock = (row.get::<i64>(4)? > 0).then_some(now);
    Ok(NextDue {
        look: at(0)?,
        send: at(1)?,
        delivery: at(2)?,
        late_delivery: at(3)?,
        clock,
        inbox: at(5)?,
        notice: at(6)?,
        letter: at(7)?,
    })
}

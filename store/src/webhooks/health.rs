//! The health of an endpoint in its row: what claims ask about has columns of its own.

use relance_domain::breaker::{Breaker, BreakerState};

use crate::{
    StoreError,
    entity::webhook_endpoints::Model,
    json,
    time::{instant, millis},
};

const TABLE: &str = "webhook_endpoints";

/// The health of a row.
pub(super) fn read(row: &Model) -> Result<Breaker, StoreError> {
    let mut breaker: Breaker = json::read(TABLE, &row.breaker)?;
    breaker.state = match row.breaker_state.as_str() {
        "closed" => BreakerState::Closed,
        "half_open" => BreakerState::HalfOpen,
        _ => BreakerState::Open,
    };
    breaker.probe_at = row.probe_at.map(instant);
    Ok(breaker)
}

/// Puts it there.
pub(super) fn write(row: &mut Model, breaker: &Breaker) -> Result<(), StoreError> {
    row.breaker = json::write(TABLE, breaker)?;
    row.breaker_state = breaker.state.as_str().to_owned();
    row.probe_at = breaker.probe_at.map(millis);
    row.late = breaker.failures > 0;
    Ok(())
}

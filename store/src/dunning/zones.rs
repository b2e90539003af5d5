//! Days in the zones of tenant and customer.

use chrono::{DateTime, NaiveDate, Utc};
use relance_domain::{
    calendar::{local_day, parse_zone},
    records::TenantRecord,
};

/// The civil day at `at` in the first zone that is stated and known; UTC when none is.
pub(super) fn day_in<'a>(at: DateTime<Utc>, zones: impl IntoIterator<Item = Option<&'a str>>) -> NaiveDate {
    zones.into_iter().flatten().find_map(parse_zone).map_or_else(|| at.date_naive(), |zone| local_day(at, zone))
}

/// The tenant's day.
pub(super) fn tenant_day(tenant: &TenantRecord, at: DateTime<Utc>) -> NaiveDate {
    day_in(at, [Some(tenant.settings.time_zone.as_str())])
}

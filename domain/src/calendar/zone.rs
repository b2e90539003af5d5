//! Local days and times of a zone as instants, also where the clock jumps.

use chrono::{DateTime, Days, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// No zone was ever further than this from UTC (Manila and Alaska before 1867: under 16 hours).
const FURTHEST_OFFSET: TimeDelta = TimeDelta::hours(18);

/// Reads an IANA zone name, e.g. `Europe/Paris`.
pub fn parse_zone(name: &str) -> Option<Tz> {
    name.parse().ok()
}

/// The civil day in the zone at this instant.
pub fn local_day(at: DateTime<Utc>, zone: Tz) -> NaiveDate {
    local_time(at, zone).date()
}

/// What the wall clock of the zone shows at this instant.
pub(super) fn local_time(at: DateTime<Utc>, zone: Tz) -> NaiveDateTime {
    let utc = at.naive_utc();
    let offset = zone.offset_from_utc_datetime(&utc).fix();
    utc.checked_add_offset(offset).unwrap_or(utc)
}

/// The first instant of the local day. Where midnight does not exist: the first instant after
/// the gap; where it comes twice: the earlier. A day that the zone skipped altogether
/// (`Pacific/Apia`, 30 December 2011) begins and ends with the first instant of the day after.
pub fn start_of_day(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    local_instant(day, NaiveTime::MIN, zone)
}

/// The instant when the wall clock shows this time on this day. In a gap: the first instant
/// after it; where the time comes twice: the earlier.
pub fn local_instant(day: NaiveDate, time: NaiveTime, zone: Tz) -> DateTime<Utc> {
    let local = day.and_time(time);
    match zone.from_local_datetime(&local) {
        MappedLocalTime::Single(at) | MappedLocalTime::Ambiguous(at, _) => at.with_timezone(&Utc),
        MappedLocalTime::None => end_of_gap(local, zone),
    }
}

/// The same, but the later where the time comes twice.
pub(super) fn later_local_instant(day: NaiveDate, time: NaiveTime, zone: Tz) -> DateTime<Utc> {
    match zone.from_local_datetime(&day.and_time(time)) {
        MappedLocalTime::Ambiguous(_, later) => later.with_timezone(&Utc),
        _ => local_instant(day, time, zone),
    }
}

/// The first second at which the wall clock has passed a time it never showed, by bisection:
/// around a gap the clock only runs forward.
fn end_of_gap(local: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    let as_utc = local.and_utc();
    let Some(mut before) = as_utc.checked_sub_signed(FURTHEST_OFFSET) else { return DateTime::<Utc>::MIN_UTC };
    let Some(mut after) = as_utc.checked_add_signed(FURTHEST_OFFSET) else { return DateTime::<Utc>::MAX_UTC };
    (before, after) = (whole_second(before), whole_second(after));
    while (after - before).num_seconds() > 1 {
        let middle = before + TimeDelta::seconds((after - before).num_seconds() / 2);
        if local_time(middle, zone) < local {
            before = middle;
        } else {
            after = middle;
        }
    }
    after
}

fn whole_second(at: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp(at.timestamp(), 0).unwrap_or(at)
}

/// The day after; the last day there is stays itself.
pub(super) fn day_after(day: NaiveDate) -> NaiveDate {
    day.checked_add_days(Days::new(1)).unwrap_or(day)
}

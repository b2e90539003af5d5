//! Local days as instants, in every zone there is.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};

use super::{super::*, at, day, time};

/// Instants through a year, 11 hours apart, so that every local day of every zone is met.
fn instants_of(year: i32) -> impl Iterator<Item = DateTime<Utc>> {
    let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap().and_hms_opt(0, 0, 0).unwrap().and_utc();
    (0..).map(move |n| first + TimeDelta::hours(11 * n)).take_while(move |at| at.year() == year)
}

#[test]
fn in_every_zone_a_local_day_begins_at_its_first_instant() {
    for zone in TZ_VARIANTS {
        for now in [1969, 1994, 2011, 2026].into_iter().flat_map(instants_of) {
            let today = local_day(now, zone);
            let start = start_of_day(today, zone);
            assert!(start <= now, "{zone} {today}");
            assert_eq!(local_day(start, zone), today, "{zone}");
            let before = start - TimeDelta::milliseconds(1);
            assert!(local_day(before, zone) < today, "{zone} {today}: {before} is not an earlier day");
        }
    }
}

#[test]
fn a_day_whose_midnight_is_missing_or_double_or_that_was_skipped_has_a_start() {
    for (zone, on, start) in [
        ("Europe/Paris", "2026-03-29", "2026-03-28T23:00:00Z"),
        ("Europe/Paris", "2026-10-25", "2026-10-24T22:00:00Z"),
        ("America/Havana", "2026-03-08", "2026-03-08T05:00:00Z"),
        ("America/Havana", "2026-11-01", "2026-11-01T04:00:00Z"),
        ("Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00Z"),
        ("Asia/Beirut", "2026-03-29", "2026-03-28T22:00:00Z"),
        ("Asia/Beirut", "2026-10-25", "2026-10-24T22:00:00Z"),
        ("America/St_Johns", "2010-11-07", "2010-11-07T02:30:00Z"),
        ("Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00Z"),
        ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"),
        ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"),
        ("Pacific/Kwajalein", "1993-08-21", "1993-08-21T12:00:00Z"),
    ] {
        assert_eq!(start_of_day(day(on), parse_zone(zone).unwrap()), at(start), "{zone} {on}");
    }
}

#[test]
fn a_time_in_a_gap_comes_right_after_it_and_a_double_time_is_the_earlier() {
    let paris = Tz::Europe__Paris;
    for (on, clock, instant) in [
        ("2026-03-29", "01:59", "2026-03-29T00:59:00Z"),
        ("2026-03-29", "02:00", "2026-03-29T01:00:00Z"),
        ("2026-03-29", "02:30", "2026-03-29T01:00:00Z"),
        ("2026-03-29", "03:00", "2026-03-29T01:00:00Z"),
        ("2026-10-25", "02:00", "2026-10-25T00:00:00Z"),
        ("2026-10-25", "02:30", "2026-10-25T00:30:00Z"),
        ("2026-10-25", "03:00", "2026-10-25T02:00:00Z"),
    ] {
        assert_eq!(local_instant(day(on), time(clock), paris), at(instant), "{on} {clock}");
    }
}

#[test]
fn the_local_day_is_that_of_the_zone_not_of_utc() {
    let now = at("2026-10-05T22:30:00.000Z");
    for (zone, today) in [
        ("Europe/Paris", "2026-10-06"),
        ("Europe/London", "2026-10-05"),
        ("America/Martinique", "2026-10-05"),
        ("Indian/Reunion", "2026-10-06"),
        ("Pacific/Kiritimati", "2026-10-06"),
    ] {
        assert_eq!(local_day(now, parse_zone(zone).unwrap()), day(today), "{zone}");
    }
    assert_eq!(parse_zone("Europe/Lutetia"), None);
}

#[test]
fn the_ends_of_time_do_not_panic() {
    for zone in [Tz::Europe__Paris, Tz::Pacific__Apia, Tz::Pacific__Pago_Pago, Tz::UTC] {
        for now in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            let today = local_day(now, zone);
            let _ = start_of_day(today, zone);
            let _ = local_instant(today, time("23:59"), zone);
        }
        let _ = (start_of_day(NaiveDate::MIN, zone), start_of_day(NaiveDate::MAX, zone));
    }
}

//! The sending window: days, hours, channels, and clocks that jump.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc, Weekday};
use chrono_tz::{TZ_VARIANTS, Tz};

use super::{super::*, at, day, time};
use crate::policy::{Channel, Window};

const WORKING_WEEK: [Weekday; 5] = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];
const WEEK: [Weekday; 7] = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

fn window(weekdays: &[Weekday], from: &str, to: &str, sms: &[(&str, &str)]) -> Window {
    let ranges: Vec<(NaiveTime, NaiveTime)> = sms.iter().map(|(from, to)| (time(from), time(to))).collect();
    Window {
        weekdays: weekdays.to_vec(),
        from: time(from),
        to: time(to),
        skip_public_holidays: true,
        by_channel: vec![(Channel::Sms, ranges)],
    }
}

fn office() -> Window {
    window(&WORKING_WEEK, "08:30", "18:00", &[("10:00", "12:00"), ("14:00", "17:30")])
}

fn calendar(window: &Window, region: Region, zone: Tz) -> SendingCalendar<'_> {
    SendingCalendar { window, region, zone }
}

#[test]
fn a_message_leaves_at_the_first_open_instant() {
    let office = office();
    for (channel, region, zone, not_before, slot) in [
        (Channel::Email, "FR", "Europe/Paris", "2026-10-05T03:00:00Z", "2026-10-05T06:30:00Z"),
        (Channel::Email, "FR", "Europe/Paris", "2026-10-05T08:00:00.123Z", "2026-10-05T08:00:00.123Z"),
        (Channel::Email, "FR", "Europe/Paris", "2026-10-05T15:59:59.999Z", "2026-10-05T15:59:59.999Z"),
        (Channel::Email, "FR", "Europe/Paris", "2026-10-05T16:00:00Z", "2026-10-06T06:30:00Z"),
        (Channel::Email, "FR", "Europe/Paris", "2026-10-23T16:00:00Z", "2026-10-26T07:30:00Z"),
        (Channel::Email, "FR", "Europe/Paris", "2026-05-07T16:00:00Z", "2026-05-11T06:30:00Z"),
        (Channel::Sms, "FR", "Europe/Paris", "2026-10-05T06:30:00Z", "2026-10-05T08:00:00Z"),
        (Channel::Sms, "FR", "Europe/Paris", "2026-10-05T10:00:00Z", "2026-10-05T12:00:00Z"),
        (Channel::Sms, "FR", "Europe/Paris", "2026-10-05T15:30:00Z", "2026-10-06T08:00:00Z"),
        (Channel::Email, "FR-AM", "Europe/Paris", "2026-04-02T17:00:00Z", "2026-04-07T06:30:00Z"),
        (Channel::Email, "RE", "Indian/Reunion", "2027-12-19T20:00:00Z", "2027-12-21T04:30:00Z"),
        (Channel::Email, "MQ", "America/Martinique", "2026-05-21T23:00:00Z", "2026-05-26T12:30:00Z"),
    ] {
        let calendar = calendar(&office, Region::parse(region).unwrap(), parse_zone(zone).unwrap());
        let found = calendar.first_slot(channel, at(not_before));
        assert_eq!(found, at(slot), "{channel:?} in {region} from {not_before}");
        assert!(calendar.is_open(channel, found));
    }
}

#[test]
fn a_day_has_a_slot_only_while_it_is_open() {
    let office = office();
    let calendar = calendar(&office, Region::Fr, Tz::Europe__Paris);
    let monday = day("2026-10-05");
    let slot = |on, not_before| calendar.slot_on(Channel::Email, on, at(not_before));
    assert_eq!(slot(monday, "2026-10-01T00:00:00Z"), Some(at("2026-10-05T06:30:00Z")));
    assert_eq!(slot(monday, "2026-10-05T15:00:00Z"), Some(at("2026-10-05T15:00:00Z")));
    assert_eq!(slot(monday, "2026-10-05T16:00:00Z"), None);
    assert_eq!(slot(day("2026-10-04"), "2026-10-01T00:00:00Z"), None);
    assert_eq!(calendar.next_sending_day(day("2026-10-03")), monday);
    assert_eq!(calendar.next_sending_day(monday), monday);
    let every_day = Window { skip_public_holidays: false, ..office.clone() };
    let heedless = SendingCalendar { window: &every_day, ..calendar };
    assert!(heedless.is_sending_day(day("2026-07-14")) && !calendar.is_sending_day(day("2026-07-14")));
}

#[test]
fn a_window_that_never_opens_ends_the_search_closed() {
    let not_before = at("2026-10-05T08:00:00Z");
    for absurd in
        [window(&[], "08:30", "18:00", &[]), window(&WEEK, "18:00", "08:30", &[]), window(&WEEK, "08:30", "08:30", &[("12:00", "10:00")])]
    {
        let calendar = calendar(&absurd, Region::Fr, Tz::Europe__Paris);
        for channel in [Channel::Email, Channel::Sms] {
            let slot = calendar.first_slot(channel, not_before);
            assert!(slot > not_before + TimeDelta::days(365) && !calendar.is_open(channel, slot));
            let _ = calendar.first_slot(channel, DateTime::<Utc>::MAX_UTC);
        }
        let _ = calendar.next_sending_day(chrono::NaiveDate::MAX);
    }
}

/// Every open minute of the five days that follow.
fn open_minutes(calendar: &SendingCalendar<'_>, channel: Channel, first: DateTime<Utc>) -> Vec<DateTime<Utc>> {
    let minutes = (0..5 * 24 * 60).map(|n| first + TimeDelta::minutes(n));
    minutes.filter(|minute| calendar.is_open(channel, *minute)).collect()
}

#[test]
fn when_the_clock_jumps_the_first_slot_is_still_the_earliest_open_minute() {
    let night = window(&WEEK, "02:15", "02:45", &[("00:00", "00:30"), ("01:30", "02:30"), ("23:15", "23:45")]);
    let early = window(&WEEK, "00:00", "04:00", &[("02:30", "03:30"), ("23:30", "23:59")]);
    for (zone, jump) in [
        ("Europe/Paris", "2026-03-29T01:00:00Z"),
        ("Europe/Paris", "2026-10-25T01:00:00Z"),
        ("America/Havana", "2026-03-08T05:00:00Z"),
        ("America/Havana", "2026-11-01T05:00:00Z"),
        ("Africa/Cairo", "2026-04-23T22:00:00Z"),
        ("Asia/Beirut", "2026-10-24T21:00:00Z"),
        ("Australia/Lord_Howe", "2026-04-04T15:00:00Z"),
        ("Pacific/Apia", "2011-12-30T10:00:00Z"),
    ] {
        for window in [&night, &early] {
            let calendar = calendar(window, Region::Country(*b"ZZ"), parse_zone(zone).unwrap());
            for channel in [Channel::Email, Channel::Sms] {
                let first = at(jump) - TimeDelta::hours(30);
                let open = open_minutes(&calendar, channel, first);
                for not_before in (0..160).map(|quarter| first + TimeDelta::minutes(15 * quarter)) {
                    let earliest = open.iter().find(|minute| **minute >= not_before).unwrap();
                    assert_eq!(calendar.first_slot(channel, not_before), *earliest, "{zone} from {not_before}");
                }
            }
        }
    }
}

#[test]
fn in_every_zone_the_first_slot_is_open_and_inside_the_hours() {
    let office = office();
    let night = window(&WEEK, "00:00", "00:40", &[("01:30", "02:30"), ("23:15", "23:45")]);
    for zone in TZ_VARIANTS {
        for window in [&office, &night] {
            let calendar = calendar(window, Region::Fr, zone);
            for n in 0..120 {
                let not_before = at("2026-01-01T00:00:00Z") + TimeDelta::minutes(73 * 60 * n + 17 * n);
                for channel in [Channel::Email, Channel::Sms] {
                    let slot = calendar.first_slot(channel, not_before);
                    assert!(slot >= not_before && calendar.is_open(channel, slot), "{zone} {not_before}");
                    let clock = slot.with_timezone(&zone).time();
                    let ranges = calendar.ranges(channel);
                    assert!(ranges.iter().any(|(from, to)| *from <= clock && clock < *to), "{zone} {slot}");
                    assert!(calendar.is_sending_day(local_day(slot, zone)), "{zone} {slot}");
                }
            }
        }
    }
}

/// Every instant of these years at which the zone's clock jumps, to the minute.
fn jumps(zone: Tz, first: &str, last: &str) -> Vec<DateTime<Utc>> {
    let offset = |at: DateTime<Utc>| chrono::Offset::fix(&chrono::TimeZone::offset_from_utc_datetime(&zone, &at.naive_utc()));
    let (mut before, end) = (at(first), at(last));
    let mut found = Vec::new();
    while before < end {
        let mut after = before + TimeDelta::days(5);
        if offset(before) != offset(after) {
            while after - before > TimeDelta::minutes(1) {
                let middle = before + (after - before) / 2;
                if offset(middle) == offset(before) { before = middle } else { after = middle }
            }
            found.push(after);
        }
        before = after;
    }
    found
}

#[test]
fn through_every_jump_of_every_zone_the_day_the_window_and_the_printed_date_hold() {
    let office = office();
    let mut met = 0;
    for zone in TZ_VARIANTS {
        for jump in jumps(zone, "2023-01-01T00:00:00Z", "2033-01-01T00:00:00Z") {
            met += 1;
            for hours in [-49, -25, -3, -1, 0, 1, 2, 5, 23, 26] {
                let now = jump + TimeDelta::hours(hours);
                let today = local_day(now, zone);
                assert!(start_of_day(today, zone) <= now && now < start_of_day(today.succ_opt().unwrap(), zone), "{zone} {now}");
                let calendar = calendar(&office, Region::Fr, zone);
                let slot = calendar.first_slot(Channel::Email, now);
                let wall = slot.with_timezone(&zone);
                assert!(slot >= now && calendar.is_sending_day(wall.date_naive()), "{zone} {now}");
                assert!(office.from <= wall.time() && wall.time() < office.to, "{zone} {now}");
                // a message that had to wait leaves on the minute the window opens, whatever the clock did at night
                assert!(slot == now || wall.time() == office.from, "{zone} {now}: {wall}");
                let printed = pay_before(wall.date_naive(), 7, Region::Fr);
                assert!(is_business_day(printed, Region::Fr) && (printed - wall.date_naive()).num_days() >= 7, "{zone} {now}");
            }
        }
    }
    assert!(met > 4_000, "only {met} jumps");
}

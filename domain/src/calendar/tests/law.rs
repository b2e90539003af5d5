//! Holidays and printed dates against `law/*.json` and the dated example of `presets.md` §3.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use serde_json::Value;

use super::{super::*, day};
use crate::law::tests::table as law;

fn days_of(year: i32) -> impl Iterator<Item = NaiveDate> {
    NaiveDate::from_ymd_opt(year, 1, 1).unwrap().iter_days().take_while(move |day| day.year() == year)
}

fn holidays_of(region: Region, year: i32) -> BTreeMap<String, &'static str> {
    days_of(year).filter_map(|day| Some((day.to_string(), region.holiday_name(day)?))).collect()
}

#[test]
fn metropolitan_france_keeps_the_eleven_holidays_of_the_table_and_no_other() {
    let Some(table) = law("holidays.json") else { return };
    for (year, expected) in table["metropolitan"].as_object().unwrap() {
        let expected: BTreeMap<String, &str> =
            expected.as_object().unwrap().iter().map(|(day, name)| (day.clone(), name.as_str().unwrap())).collect();
        assert_eq!(holidays_of(Region::Fr, year.parse().unwrap()), expected);
    }
}

#[test]
fn alsace_moselle_keeps_two_more() {
    let Some(table) = law("holidays.json") else { return };
    for (year, expected) in table["extra"]["ALSACE_MOSELLE"].as_object().unwrap() {
        let year = year.parse().unwrap();
        let mut all = holidays_of(Region::FrAlsaceMoselle, year);
        for metropolitan in holidays_of(Region::Fr, year).keys() {
            assert!(all.remove(metropolitan).is_some(), "{metropolitan}");
        }
        let extra: Vec<&str> = all.keys().map(String::as_str).collect();
        let expected: Vec<&str> = expected.as_array().unwrap().iter().map(|d| d.as_str().unwrap()).collect();
        assert_eq!(extra, expected);
    }
}

#[test]
fn each_overseas_territory_keeps_its_own_day_of_abolition() {
    let Some(table) = law("holidays.json") else { return };
    let fixed = table["extra"]["OVERSEAS_FIXED"].as_object().unwrap();
    assert_eq!(fixed.len(), 7);
    for (code, month_day) in fixed {
        let region = Region::parse(code).unwrap();
        assert!(!matches!(region, Region::Country(_)), "{code}");
        for year in 2025..2033 {
            let mut expected: Vec<String> = holidays_of(Region::Fr, year).into_keys().collect();
            expected.push(format!("{year}-{}", month_day.as_str().unwrap()));
            expected.sort();
            expected.dedup(); // Guyane 2030: Whit Monday is the day of abolition
            let all: Vec<String> = holidays_of(region, year).into_keys().collect();
            assert_eq!(all, expected, "{code}");
        }
    }
}

#[test]
fn easter_sundays_are_those_of_the_table() {
    let Some(table) = law("holidays.json") else { return };
    for (year, sunday) in table["easter_sundays"].as_object().unwrap() {
        assert_eq!(easter(year.parse().unwrap()).to_string(), sunday.as_str().unwrap());
    }
}

#[test]
fn a_period_that_ends_on_a_day_off_ends_on_the_next_working_day() {
    let Some(Value::Array(examples)) = law("deadline_examples.json") else { return };
    for example in examples {
        let text = |field: &str| example[field].as_str().unwrap();
        let region = Region::parse(text("region")).unwrap();
        assert_eq!(next_business_day(day(text("nominal")), region), day(text("last_day")), "{}", text("name"));
    }
}

#[test]
fn printed_dates_are_those_of_the_example_of_the_presets() {
    for (sent_on, days, printed) in [
        ("2026-10-09", 7, "2026-10-16"),
        ("2026-10-30", 8, "2026-11-09"),
        ("2026-11-02", 8, "2026-11-10"),
        ("2026-10-12", 8, "2026-10-20"),
        ("2026-11-04", 8, "2026-11-12"),
        ("2026-11-09", 15, "2026-11-24"),
    ] {
        assert_eq!(pay_before(day(sent_on), days, Region::Fr), day(printed), "sent on {sent_on}");
    }
    for (posted_on, days, printed) in [("2026-11-17", 8, "2026-12-02"), ("2026-11-23", 15, "2026-12-15"), ("2026-12-17", 15, "2027-01-08")]
    {
        let deadline = registered_letter_deadline(day(posted_on), days, Region::Fr);
        assert_eq!(deadline, day(printed), "posted on {posted_on}");
    }
    let arrives_on = plain_letter_arrival(day("2026-11-27"), Region::Fr);
    assert_eq!(pay_before(arrives_on, 10, Region::Fr), day("2026-12-14"));
}

#[test]
fn business_days_skip_weekends_and_the_holidays_of_the_region() {
    for (from, days, region, expected) in [
        ("2026-05-13", 0, Region::Fr, "2026-05-13"),
        ("2026-05-14", 0, Region::Fr, "2026-05-15"),
        ("2026-05-13", 1, Region::Fr, "2026-05-15"),
        ("2026-05-08", 1, Region::Fr, "2026-05-11"),
        ("2026-05-09", 1, Region::Fr, "2026-05-11"),
        ("2026-04-02", 1, Region::Fr, "2026-04-03"),
        ("2026-04-02", 1, Region::FrAlsaceMoselle, "2026-04-07"),
        ("2028-12-25", 0, Region::FrAlsaceMoselle, "2028-12-27"),
        ("2026-12-24", 1, Region::Country(*b"GB"), "2026-12-29"),
        ("2027-12-24", 1, Region::Country(*b"GB"), "2027-12-29"),
        ("2022-12-31", 0, Region::Country(*b"GB"), "2023-01-03"),
        ("2026-08-28", 1, Region::Country(*b"GB"), "2026-09-01"),
        ("2026-07-20", 1, Region::Country(*b"BE"), "2026-07-22"),
        ("2025-04-25", 1, Region::Country(*b"NL"), "2025-04-28"),
        ("2026-04-24", 1, Region::Country(*b"NL"), "2026-04-28"),
        ("2026-06-03", 1, Region::Country(*b"AT"), "2026-06-05"),
        ("2026-07-03", 1, Region::Country(*b"US"), "2026-07-06"),
    ] {
        assert_eq!(add_business_days(day(from), days, region), day(expected), "{from} + {days} in {region:?}");
    }
}

#[test]
fn the_last_day_there_is_ends_every_count() {
    let last = NaiveDate::MAX;
    assert!(add_business_days(last, u32::MAX, Region::Fr) >= last);
    assert!(pay_before(last, u16::MAX, Region::Fr) >= last);
    assert!(registered_letter_deadline(last, u16::MAX, Region::Fr) >= last);
}

//! The holidays that whole countries keep, year by year.

use chrono::{Datelike, NaiveDate};

use super::super::*;

fn kept(country: &str, year: i32) -> String {
    let region = Region::parse(country).unwrap();
    let days = NaiveDate::from_ymd_opt(year, 1, 1).unwrap().iter_days().take_while(|day| day.year() == year);
    let kept: Vec<String> = days.filter(|day| region.is_holiday(*day)).map(|day| day.format("%d.%m").to_string()).collect();
    kept.join(" ")
}

/// Easter is 5 April 2026, 20 April 2025.
#[test]
fn each_country_keeps_its_own_holidays_and_no_other() {
    for (country, year, days) in [
        ("DE", 2026, "01.01 03.04 06.04 01.05 14.05 25.05 03.10 25.12 26.12"),
        ("BE", 2026, "01.01 06.04 01.05 14.05 25.05 21.07 15.08 01.11 11.11 25.12"),
        ("LU", 2026, "01.01 06.04 01.05 09.05 14.05 25.05 23.06 15.08 01.11 25.12 26.12"),
        ("NL", 2026, "01.01 06.04 27.04 14.05 25.05 25.12 26.12"),
        ("NL", 2025, "01.01 21.04 26.04 29.05 09.06 25.12 26.12"), // 27 April is a Sunday
        ("ES", 2026, "01.01 06.01 03.04 01.05 15.08 12.10 01.11 06.12 08.12 25.12"),
        ("IT", 2026, "01.01 06.01 06.04 25.04 01.05 02.06 15.08 01.11 08.12 25.12 26.12"),
        ("CH", 2026, "01.01 14.05 01.08 25.12"),
        ("AT", 2026, "01.01 06.01 06.04 01.05 14.05 25.05 04.06 15.08 26.10 01.11 08.12 25.12 26.12"),
        ("PT", 2026, "01.01 03.04 25.04 01.05 04.06 10.06 15.08 05.10 01.11 01.12 08.12 25.12"),
        ("PM", 2026, "01.01 06.04 01.05 08.05 14.05 25.05 14.07 15.08 01.11 11.11 25.12"),
        ("US", 2026, ""), // not stated: weekends only
    ] {
        assert_eq!(kept(country, year), days, "{country} {year}");
    }
}

#[test]
fn in_england_a_weekday_stands_in_for_a_holiday_on_a_weekend() {
    for (year, days) in [
        (2021, "01.01 02.04 05.04 03.05 31.05 30.08 25.12 26.12 27.12 28.12"), // Saturday and Sunday
        (2022, "01.01 03.01 15.04 18.04 02.05 30.05 29.08 25.12 26.12 27.12"), // New Year on a Saturday, Christmas on a Sunday
        (2023, "01.01 02.01 07.04 10.04 01.05 29.05 28.08 25.12 26.12"),       // New Year on a Sunday
        (2026, "01.01 03.04 06.04 04.05 25.05 31.08 25.12 26.12 28.12"),       // Boxing Day on a Saturday
    ] {
        assert_eq!(kept("GB", year), days, "{year}");
    }
}

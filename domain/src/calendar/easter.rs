//! Easter Sunday, from which the movable holidays are counted.

use chrono::{Days, NaiveDate};

/// Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher), whole numbers only.
///
/// A year outside what [`NaiveDate`] can hold gives its default, 1 January 1970.
pub fn easter(year: i32) -> NaiveDate {
    let golden = year.rem_euclid(19);
    let century = year.div_euclid(100);
    let of_century = year.rem_euclid(100);
    let leap_centuries = century.div_euclid(4);
    let moon_correction = (century - (century + 8).div_euclid(25) + 1).div_euclid(3);
    let epact = (19 * golden + century - leap_centuries - moon_correction + 15).rem_euclid(30);
    let to_sunday = (32 + 2 * century.rem_euclid(4) + 2 * (of_century / 4) - epact - of_century % 4).rem_euclid(7);
    let late = (golden + 11 * epact + 22 * to_sunday) / 451;
    let march_days = epact + to_sunday - 7 * late + 22; // 22 March is the earliest Easter
    let after_march_1 = u64::try_from(march_days - 1).unwrap_or_default();
    NaiveDate::from_ymd_opt(year, 3, 1).and_then(|march_1| march_1.checked_add_days(Days::new(after_march_1))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use chrono::{Datelike, Weekday};

    use super::*;

    #[test]
    fn easter_falls_where_the_almanac_says() {
        for (year, month, day) in [
            (1818, 3, 22),
            (1943, 4, 25),
            (1954, 4, 18),
            (1961, 4, 2),
            (2000, 4, 23),
            (2019, 4, 21),
            (2024, 3, 31),
            (2026, 4, 5),
            (2027, 3, 28),
            (2028, 4, 16),
            (2038, 4, 25),
            (2285, 3, 22),
        ] {
            assert_eq!(easter(year), NaiveDate::from_ymd_opt(year, month, day).unwrap());
        }
    }

    /// Another way to the same Sunday: Knuth, The Art of Computer Programming 1.3.2, exercise 14, after Clavius.
    fn by_clavius(year: i32) -> NaiveDate {
        let golden = year.rem_euclid(19) + 1;
        let century = year.div_euclid(100) + 1;
        let dropped_leap_years = (3 * century).div_euclid(4) - 12;
        let moon = (8 * century + 5).div_euclid(25) - 5;
        let sunday = (5 * year).div_euclid(4) - dropped_leap_years - 10;
        let mut epact = (11 * golden + 20 + moon - dropped_leap_years).rem_euclid(30);
        if (epact == 25 && golden > 11) || epact == 24 {
            epact += 1;
        }
        let mut full_moon = 44 - epact;
        if full_moon < 21 {
            full_moon += 30;
        }
        let day = full_moon + 7 - (sunday + full_moon).rem_euclid(7);
        let march_1 = NaiveDate::from_ymd_opt(year, 3, 1).unwrap();
        march_1 + Days::new(u64::try_from(day - 1).unwrap())
    }

    #[test]
    fn two_ways_to_easter_meet_for_eight_thousand_years() {
        for year in 1583..9_600 {
            assert_eq!(easter(year), by_clavius(year));
        }
    }

    #[test]
    fn easter_is_a_sunday_between_22_march_and_25_april() {
        for year in -400..4000 {
            let day = easter(year);
            assert_eq!((day.year(), day.weekday()), (year, Weekday::Sun));
            assert!((3, 22) <= (day.month(), day.day()) && (day.month(), day.day()) <= (4, 25), "{day}");
        }
    }

    #[test]
    fn a_year_that_no_date_can_hold_does_not_panic() {
        for year in [i32::MIN, i32::MIN + 1, -300_000, 300_000, i32::MAX] {
            assert_eq!(easter(year), NaiveDate::default());
        }
    }
}

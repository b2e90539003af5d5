//! The rates that come with the program, as read on 21 November 2026, each with its source (`law.md` §4).

use chrono::NaiveDate;

use super::{
    book::{PublishedRate, Series},
    rate::{HalfYear, Rate},
};

/// Hundredths of a percent by half-year: ECB main refinancing operations on its first day, French legal rate of
/// natural persons, of all others, and where the legal rate was read.
const HALF_YEARS: [(i32, u8, i32, i32, i32, &str); 22] = [
    (2016, 1, 5, 454, 101, "arrêté du 23 décembre 2015"),
    (2016, 2, 0, 435, 93, "arrêté du 24 juin 2016"),
    (2017, 1, 0, 416, 90, "arrêté for 2017-S1, as published by EFL"),
    (2017, 2, 0, 394, 90, "arrêté du 26 juin 2017"),
    (2018, 1, 0, 373, 89, "arrêté du 28 décembre 2017"),
    (2018, 2, 0, 360, 88, "arrêté du 27 juin 2018"),
    (2019, 1, 0, 340, 86, "arrêté du 21 décembre 2018"),
    (2019, 2, 0, 326, 87, "arrêté du 26 juin 2019"),
    (2020, 1, 0, 315, 87, "arrêté for 2020-S1, as published by Cabinet CEC"),
    (2020, 2, 0, 311, 84, "arrêté for 2020-S2, as published by Cabinet CEC"),
    (2021, 1, 0, 314, 79, "arrêté for 2021-S1, as published by Dandrel avocats"),
    (2021, 2, 0, 312, 76, "arrêté for 2021-S2, as published by Dandrel avocats"),
    (2022, 1, 0, 313, 76, "arrêté for 2022-S1, as published by MoneyVox"),
    (2022, 2, 0, 315, 77, "arrêté du 27 juin 2022"),
    (2023, 1, 250, 447, 206, "arrêté for 2023-S1, as published by notaires2normandie"),
    (2023, 2, 400, 682, 422, "arrêté du 27 juin 2023"),
    (2024, 1, 450, 801, 507, "arrêté du 21 décembre 2023"),
    (2024, 2, 425, 816, 492, "arrêté du 28 juin 2024"),
    (2025, 1, 315, 721, 371, "arrêté du 17 décembre 2024"),
    (2025, 2, 215, 665, 276, "arrêté du 19 juin 2025"),
    (2026, 1, 215, 667, 262, "arrêté du 15 décembre 2025"),
    (2026, 2, 240, 684, 275, "arrêté du 26 juin 2026, secondary source only: check the Journal officiel"),
];

/// German base rate, hundredths of a percent.
const DE_BASE: [(i32, u8, i32); 6] = [(2024, 1, 362), (2024, 2, 337), (2025, 1, 227), (2025, 2, 127), (2026, 1, 127), (2026, 2, 152)];

/// Bank Rate on the last day before the half-year, hundredths of a percent.
const UK_BANK_RATE: [(i32, u8, i32); 1] = [(2024, 1, 525)];

/// Before the table above the ECB's rate stood at 0.05 since 10 September 2014.
const ECB_2015: [(i32, u8, i32); 2] = [(2015, 1, 5), (2015, 2, 5)];

const ECB_SOURCE: &str = "ECB, main refinancing operations by date of effect, known through 28 October 2026";
const DE_SOURCE: &str = "Bundesbank, Basiszinssatz nach § 247 BGB; 2026-S2 from a secondary source";
const UK_SOURCE: &str = "Bank of England, Bank Rate; SI 2002/1675";

/// When this table was entered.
const ENTERED_ON: NaiveDate = match NaiveDate::from_ymd_opt(2026, 11, 21) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

/// All of them.
pub(super) fn rates() -> impl Iterator<Item = PublishedRate> {
    let one = |series, (year, half, hundredths): (i32, u8, i32), source: &str| PublishedRate {
        series,
        half_year: HalfYear::new(year, half),
        rate: Rate::of_hundredths(hundredths),
        source: source.to_owned(),
        entered_on: ENTERED_ON,
    };
    let table = HALF_YEARS.into_iter().flat_map(move |(year, half, ecb, particuliers, autres, source)| {
        [
            one(Series::EcbMro, (year, half, ecb), ECB_SOURCE),
            one(Series::LegalParticuliers, (year, half, particuliers), source),
            one(Series::LegalAutres, (year, half, autres), source),
        ]
    });
    let more = |series, rows: Vec<(i32, u8, i32)>, source: &'static str| rows.into_iter().map(move |row| one(series, row, source));
    table.chain(more(Series::EcbMro, ECB_2015.to_vec(), ECB_SOURCE)).chain(more(Series::DeBase, DE_BASE.to_vec(), DE_SOURCE)).chain(more(
        Series::UkBankRate,
        UK_BANK_RATE.to_vec(),
        UK_SOURCE,
    ))
}

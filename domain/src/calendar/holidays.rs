//! When a public holiday falls, and the public holidays of France (`law/holidays.json`).

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::easter::easter;

/// When a public holiday falls.
#[derive(Debug, Clone, Copy)]
pub(super) enum Falls {
    /// Every year on this month and day.
    On(u32, u32),
    /// This many days after Easter Sunday; negative: before.
    Easter(i64),
    /// The first Monday of the month.
    FirstMonday(u32),
    /// The last Monday of the month.
    LastMonday(u32),
    /// This month and day, but only when it is a Monday: stands in for a weekend.
    OnMonday(u32, u32),
    /// This month and day, but only when it is a Monday or Tuesday: stands in for a weekend.
    OnMondayOrTuesday(u32, u32),
    /// 27 April, or the 26th when that is a Sunday (the Dutch King's day).
    KingsDay,
}

/// A public holiday: when it falls and what it is called there.
pub(super) type Holiday = (Falls, &'static str);

impl Falls {
    fn is(self, day: NaiveDate) -> bool {
        let on = |month, of_month| day.month() == month && day.day() == of_month;
        match self {
            Self::On(month, of_month) => on(month, of_month),
            Self::Easter(after) => day.signed_duration_since(easter(day.year())).num_days() == after,
            Self::FirstMonday(month) => day.month() == month && day.weekday() == Weekday::Mon && day.day() <= 7,
            Self::LastMonday(month) => {
                let next_week = day.checked_add_days(Days::new(7));
                day.month() == month && day.weekday() == Weekday::Mon && next_week.is_none_or(|next| next.month() != month)
            }
            Self::OnMonday(month, of_month) => on(month, of_month) && day.weekday() == Weekday::Mon,
            Self::OnMondayOrTuesday(month, of_month) => on(month, of_month) && matches!(day.weekday(), Weekday::Mon | Weekday::Tue),
            Self::KingsDay => (on(4, 27) && day.weekday() != Weekday::Sun) || (on(4, 26) && day.weekday() == Weekday::Sat),
        }
    }
}

/// The name of the holiday in this list that falls on `day`; the first where two meet.
pub(super) fn name_on(holidays: &[Holiday], day: NaiveDate) -> Option<&'static str> {
    holidays.iter().find(|(falls, _)| falls.is(day)).map(|(_, name)| *name)
}

/// The eleven of C. trav. L3133-1, all over France.
pub(super) const FRANCE: &[Holiday] = &[
    (Falls::On(1, 1), "1er janvier"),
    (Falls::Easter(1), "lundi de Pâques"),
    (Falls::On(5, 1), "1er mai"),
    (Falls::On(5, 8), "8 mai"),
    (Falls::Easter(39), "Ascension"),
    (Falls::Easter(50), "lundi de Pentecôte"),
    (Falls::On(7, 14), "14 juillet"),
    (Falls::On(8, 15), "Assomption"),
    (Falls::On(11, 1), "Toussaint"),
    (Falls::On(11, 11), "11 novembre"),
    (Falls::On(12, 25), "Noël"),
];

/// C. trav. L3134-13. Good Friday is off only in towns with a Protestant temple or a mixed
/// church; we keep silent that day everywhere there.
pub(super) const ALSACE_MOSELLE: &[Holiday] = &[(Falls::Easter(-2), "Vendredi saint"), (Falls::On(12, 26), "26 décembre")];

/// C. trav. L3422-2: end of slavery in Guadeloupe.
pub(super) const GUADELOUPE: &[Holiday] = &[(Falls::On(5, 27), ABOLITION)];
/// C. trav. L3422-2: end of slavery in Martinique.
pub(super) const MARTINIQUE: &[Holiday] = &[(Falls::On(5, 22), ABOLITION)];
/// C. trav. L3422-2: end of slavery in Guyane.
pub(super) const GUYANE: &[Holiday] = &[(Falls::On(6, 10), ABOLITION)];
/// C. trav. L3422-2: end of slavery in La Réunion.
pub(super) const REUNION: &[Holiday] = &[(Falls::On(12, 20), ABOLITION)];
/// C. trav. L3422-2: end of slavery in Mayotte.
pub(super) const MAYOTTE: &[Holiday] = &[(Falls::On(4, 27), ABOLITION)];
/// C. trav. L3422-2: end of slavery in Saint-Barthélemy.
pub(super) const SAINT_BARTHELEMY: &[Holiday] = &[(Falls::On(10, 9), ABOLITION)];
/// End of slavery in Saint-Martin: 28 May is what is observed since 2019 (`law.md` §6.5).
pub(super) const SAINT_MARTIN: &[Holiday] = &[(Falls::On(5, 28), ABOLITION)];

const ABOLITION: &str = "abolition de l'esclavage";

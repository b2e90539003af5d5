//! Reference rates as dated data: what was published, by whom, and when it was entered. A rate that is not here is
//! not a number (`law.md` §4): the last known one is never carried on.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::rate::{HalfYear, Rate};

/// A published reference rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Series {
    /// Main refinancing operations of the ECB, in force on the first day of the half-year (C. com. L441-10 II).
    EcbMro,
    /// French legal rate, creditors who are natural persons acting off business (CMF L313-2).
    LegalParticuliers,
    /// French legal rate, all other creditors (CMF L313-2).
    LegalAutres,
    /// German Basiszinssatz (BGB § 247).
    DeBase,
    /// Bank Rate of the Bank of England on the 30 June or 31 December before (SI 2002/1675).
    UkBankRate,
}

impl Series {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::EcbMro, Self::LegalParticuliers, Self::LegalAutres, Self::DeBase, Self::UkBankRate];

    /// The word on the wire and in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EcbMro => "ecb_mro",
            Self::LegalParticuliers => "legal_particuliers",
            Self::LegalAutres => "legal_autres",
            Self::DeBase => "de_base",
            Self::UkBankRate => "uk_bank_rate",
        }
    }

    /// By its word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|series| series.as_str() == word)
    }
}

/// The rate of one half-year, with where it was read and when it was entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedRate {
    /// Which rate.
    pub series: Series,
    /// For which half-year.
    pub half_year: HalfYear,
    /// Percent a year.
    pub rate: Rate,
    /// Decree, decision or page it was read in.
    pub source: String,
    /// Day on which it was entered.
    pub entered_on: NaiveDate,
}

/// There is no rate for this half-year: no figure, and no guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no rate is known: {} {half_year}", series.as_str())]
pub struct RateUnknown {
    /// Which rate.
    pub series: Series,
    /// For which half-year.
    pub half_year: HalfYear,
}

impl RateUnknown {
    /// What is missing, as problems and statements say it: `ecb_mro 2027S1`.
    pub fn missing(&self) -> String {
        format!("{} {}", self.series.as_str(), self.half_year)
    }

    /// The last day that can still be reckoned.
    pub fn known_until(&self) -> NaiveDate {
        let first = self.half_year.first_day();
        first.pred_opt().unwrap_or(first)
    }
}

/// Every rate that is known. Looked up without allocation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RateBook {
    /// By series and half-year, one each.
    rates: Vec<PublishedRate>,
}

impl RateBook {
    /// The rates that come with the program.
    pub fn built_in() -> Self {
        Self::default().with(super::published::rates())
    }

    /// With further rates: a later one for the same half-year replaces the earlier one.
    #[must_use]
    pub fn with(mut self, more: impl IntoIterator<Item = PublishedRate>) -> Self {
        for rate in more {
            match self.rates.binary_search_by_key(&(rate.series, rate.half_year), key) {
                Ok(place) => {
                    if let Some(known) = self.rates.get_mut(place) {
                        *known = rate;
                    }
                }
                Err(place) => self.rates.insert(place, rate),
            }
        }
        self
    }

    /// The rate of a half-year.
    ///
    /// # Errors
    /// [`RateUnknown`] when none was published or entered.
    pub fn rate(&self, series: Series, half_year: HalfYear) -> Result<Rate, RateUnknown> {
        let place = self.rates.binary_search_by_key(&(series, half_year), key);
        place.ok().and_then(|place| self.rates.get(place)).map(|found| found.rate).ok_or(RateUnknown { series, half_year })
    }

    /// All of them, by series and half-year.
    pub fn all(&self) -> &[PublishedRate] {
        &self.rates
    }

    /// The last half-year known of a series.
    pub fn last_of(&self, series: Series) -> Option<HalfYear> {
        self.rates.iter().rev().find(|rate| rate.series == series).map(|rate| rate.half_year)
    }
}

fn key(rate: &PublishedRate) -> (Series, HalfYear) {
    (rate.series, rate.half_year)
}

//! Reference rates on the wire.

use relance_domain::charges::PublishedRate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::time::day;

/// The rate of one half-year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RateView {
    /// `ecb_mro`, `legal_particuliers`, `legal_autres`, `de_base`, `uk_bank_rate`.
    #[schema(example = "ecb_mro")]
    pub series: String,
    /// For which half-year.
    #[schema(example = "2026S2")]
    pub half_year: String,
    /// Percent a year.
    #[schema(example = "2.40")]
    pub rate: String,
    /// Where it was read.
    pub source: String,
    /// Day on which it was entered.
    #[schema(format = Date)]
    pub entered_on: String,
}

impl From<&PublishedRate> for RateView {
    fn from(rate: &PublishedRate) -> Self {
        let PublishedRate { series, half_year, rate, source, entered_on } = rate;
        Self {
            series: series.as_str().to_owned(),
            half_year: half_year.to_string(),
            rate: rate.to_string(),
            source: source.clone(),
            entered_on: day(*entered_on),
        }
    }
}

/// Every rate that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RateBookView {
    /// By series and half-year.
    pub rates: Vec<RateView>,
}

/// A rate to be entered.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RateInput {
    /// Which rate.
    #[schema(example = "ecb_mro")]
    pub series: String,
    /// For which half-year.
    #[schema(example = "2027S1")]
    pub half_year: String,
    /// Percent a year.
    #[schema(example = "2.65")]
    pub rate: String,
    /// The decree or decision it was read in.
    #[schema(example = "ECB, decision of 17 December 2026")]
    pub source: String,
}

/// Rates to be entered.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RatesInput {
    /// The rates.
    pub rates: Vec<RateInput>,
}

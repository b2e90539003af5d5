//! Which law or clause sets the rate: the regimes as data, and the clauses that a contract may have.

use super::{
    book::{RateBook, RateUnknown, Series},
    debtor::Tariff,
    rate::{HalfYear, Rate},
};
use serde::{Deserialize, Serialize};

use crate::customer::CustomerKind::{self, Business, Consumer, PublicBody, Unknown};

/// Where a rate comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Formula {
    /// `times` the reference rate `plus` points.
    Reference {
        /// Which rate.
        series: Series,
        /// Factor.
        times: u8,
        /// Percentage points.
        plus: Rate,
        /// Rounded up to the next half point.
        up_to_half_point: bool,
    },
    /// The figure of the contract, floored (C. com. L441-10 II: three times the legal rate).
    Contract,
    /// The ECB's rate and the points of the contract, floored likewise.
    EcbPlus,
    /// The column of the French legal rate that the creditor's quality names (CMF L313-2).
    Legal,
}

/// From which day interest runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// The day after the due date, without any reminder.
    AfterDue,
    /// The day after a formal notice was received, never before the due date has passed (C. civ. 1231-6, 1344-1).
    AfterFormalNotice,
}

/// One regime.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Its word on the wire and in policies.
    pub word: &'static str,
    /// Where the rate comes from.
    pub formula: Formula,
    /// The rate of the half-year in which interest began holds for the whole delay; else each half-year has its own.
    pub frozen: bool,
    /// From which day.
    pub start: Start,
    /// Fixed compensation; only a professional debtor can owe it.
    pub tariff: Option<Tariff>,
    /// Debtors it is made for.
    pub debtors: &'static [CustomerKind],
    /// Articles.
    pub law: &'static [&'static str],
}

const fn reference(series: Series, times: u8, points: i32) -> Formula {
    Formula::Reference { series, times, plus: Rate::points(points), up_to_half_point: false }
}

const PROFESSIONAL: Rule = Rule {
    word: "fr_b2b_default",
    formula: reference(Series::EcbMro, 1, 10),
    frozen: false,
    start: Start::AfterDue,
    tariff: Some(Tariff::FORTY_EURO),
    debtors: &[Business],
    law: &["C. com. L441-10 II", "C. com. D441-5"],
};

/// Every regime.
pub const RULES: [Rule; 10] = [
    PROFESSIONAL,
    Rule { word: "fr_b2b_fixed", formula: Formula::Contract, ..PROFESSIONAL },
    Rule { word: "fr_b2b_3x_legal", formula: reference(Series::LegalAutres, 3, 0), ..PROFESSIONAL },
    Rule { word: "fr_b2b_ecb_plus", formula: Formula::EcbPlus, ..PROFESSIONAL },
    Rule {
        word: "fr_b2g",
        formula: reference(Series::EcbMro, 1, 8),
        frozen: true,
        debtors: &[PublicBody],
        law: &["CCP L2192-13", "CCP R2192-31", "CCP D2192-35"],
        ..PROFESSIONAL
    },
    Rule {
        word: "fr_legal",
        formula: Formula::Legal,
        frozen: false,
        start: Start::AfterFormalNotice,
        tariff: None,
        debtors: &[Business, Consumer, PublicBody, Unknown],
        law: &["C. civ. 1231-6", "C. civ. 1344-1", "CMF L313-2", "CPCE L111-8"],
    },
    Rule {
        word: "de_b2b",
        formula: reference(Series::DeBase, 1, 9),
        debtors: &[Business, PublicBody],
        law: &["BGB § 288(2)", "BGB § 288(5)", "BGB § 247"],
        ..PROFESSIONAL
    },
    Rule {
        word: "be_b2b",
        formula: Formula::Reference { series: Series::EcbMro, times: 1, plus: Rate::points(8), up_to_half_point: true },
        debtors: &[Business, PublicBody],
        law: &["Loi du 2 août 2002, art. 5, 6"],
        ..PROFESSIONAL
    },
    Rule {
        word: "eu_ecb_plus_8",
        formula: reference(Series::EcbMro, 1, 8),
        debtors: &[Business, PublicBody],
        law: &["Directive 2011/7/EU art. 2(6), 3, 6"],
        ..PROFESSIONAL
    },
    Rule {
        word: "uk_b2b",
        formula: reference(Series::UkBankRate, 1, 8),
        frozen: true,
        tariff: Some(Tariff::UNITED_KINGDOM),
        debtors: &[Business, PublicBody],
        law: &["Late Payment of Commercial Debts (Interest) Act 1998, s. 4, 5A", "SI 2002/1675"],
        ..PROFESSIONAL
    },
];

/// What becomes of a clause under three times the legal rate: the sources do not settle it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BelowFloor {
    /// Raised to the floor: the smaller claim.
    #[default]
    Floor,
    /// The clause falls and the default rate applies.
    DefaultRate,
}

/// What a contract says of the rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clause {
    /// Percent a year, or points above the ECB's rate.
    pub figure: Rate,
    /// When it is under the floor.
    pub below_floor: BelowFloor,
    /// A clause that repeats "ECB + 10" is read as the statutory default, which has no floor.
    pub treat_as_statutory: bool,
}

/// A regime with what a contract or the creditor's quality adds to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Regime {
    rule: &'static Rule,
    clause: Option<Clause>,
    column: Series,
}

/// A regime as it is stored.
#[derive(Serialize, Deserialize)]
struct Stored {
    kind: String,
    clause: Option<Clause>,
    column: Series,
}

impl From<Regime> for Stored {
    fn from(regime: Regime) -> Self {
        Self { kind: regime.rule.word.to_owned(), clause: regime.clause, column: regime.column }
    }
}

impl TryFrom<Stored> for Regime {
    type Error = RegimeError;

    fn try_from(stored: Stored) -> Result<Self, RegimeError> {
        Self::of(&stored.kind, stored.clause, stored.column)
    }
}

/// Why a regime cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RegimeError {
    /// The word names none.
    #[error("no such regime")]
    Unknown,
    /// A clause needs its figure.
    #[error("this regime is a clause of the contract: its figure is missing")]
    FigureMissing,
}

impl Regime {
    /// By its word, with the clause of the contract where the regime is one, and the column of the legal rate.
    ///
    /// # Errors
    /// [`RegimeError`].
    pub fn of(word: &str, clause: Option<Clause>, column: Series) -> Result<Self, RegimeError> {
        let rule = RULES.iter().find(|rule| rule.word == word).ok_or(RegimeError::Unknown)?;
        let contractual = matches!(rule.formula, Formula::Contract | Formula::EcbPlus);
        match clause {
            None if contractual => Err(RegimeError::FigureMissing),
            clause => Ok(Self { rule, clause, column }),
        }
    }

    /// The one that the law gives a debtor of this kind in France; `None`: nothing without a formal notice.
    pub fn of_the_law(kind: CustomerKind) -> Option<Self> {
        let word = match kind {
            Business => "fr_b2b_default",
            PublicBody => "fr_b2g",
            Consumer | Unknown => return None,
        };
        Self::of(word, None, Series::LegalAutres).ok()
    }

    /// Its rule.
    pub fn rule(&self) -> &'static Rule {
        self.rule
    }

    /// The rate of a half-year. A clause is never under three times the legal rate of its half-year.
    ///
    /// # Errors
    /// [`RateUnknown`] when a rate it needs was not published.
    pub fn rate(&self, half_year: HalfYear, book: &RateBook) -> Result<Rate, RateUnknown> {
        match (self.rule.formula, self.clause) {
            (Formula::Reference { series, times, plus, up_to_half_point }, _) => {
                let rate = book.rate(series, half_year)?.times(times).plus(plus);
                Ok(if up_to_half_point { rate.up_to_half_point() } else { rate })
            }
            (Formula::Contract, Some(clause)) => floored(clause.figure, clause, half_year, book),
            (Formula::EcbPlus, Some(clause)) => {
                let rate = book.rate(Series::EcbMro, half_year)?.plus(clause.figure);
                let statutory = clause.treat_as_statutory && clause.figure.micro() == Rate::points(10).micro();
                if statutory { Ok(rate) } else { floored(rate, clause, half_year, book) }
            }
            (Formula::Legal | Formula::Contract | Formula::EcbPlus, _) => book.rate(self.column, half_year),
        }
    }
}

fn floored(rate: Rate, clause: Clause, half_year: HalfYear, book: &RateBook) -> Result<Rate, RateUnknown> {
    let floor = book.rate(Series::LegalAutres, half_year)?.times(3);
    match clause.below_floor {
        BelowFloor::DefaultRate if rate.micro() < floor.micro() => Ok(book.rate(Series::EcbMro, half_year)?.plus(Rate::points(10))),
        _ => Ok(rate.at_least(floor)),
    }
}

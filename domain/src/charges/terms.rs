//! A regime and the debtor it meets.

use super::{
    debtor::{Compensation, ProfessionalDebtor},
    regime::Regime,
};
use serde::{Deserialize, Serialize};

use crate::{customer::CustomerKind, money::Currency};

/// How days become a fraction of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayCount {
    /// Over 365, also in leap years.
    #[default]
    Act365Fixed,
    /// Over 365 or 366 by the civil year (Cass. com. 10 Jan. 1995, 91-21.141).
    ActAct,
}

/// What a payment pays first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Imputation {
    /// Interest, then principal (C. civ. 1343-1), the fixed compensation last.
    #[default]
    InterestFirst,
    /// Principal, then interest, then the fixed compensation: favours the debtor.
    PrincipalFirst,
    /// Interest, the fixed compensation, principal.
    InterestFeePrincipal,
}

/// How one debtor's late charges are reckoned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    regime: Regime,
    professional: Option<ProfessionalDebtor>,
    /// Day count.
    pub day_count: DayCount,
    /// Order of imputation.
    pub imputation: Imputation,
}

/// The regime is not made for this kind of debtor: nothing is reckoned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the regime {regime} is not made for a debtor of kind {}", kind.as_str())]
pub struct WrongDebtor {
    /// The regime.
    pub regime: &'static str,
    /// The debtor.
    pub kind: CustomerKind,
}

impl Imputation {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InterestFirst => "interest_first",
            Self::PrincipalFirst => "principal_first",
            Self::InterestFeePrincipal => "interest_fee_principal",
        }
    }

    /// By its word.
    pub fn of(word: &str) -> Option<Self> {
        [Self::InterestFirst, Self::PrincipalFirst, Self::InterestFeePrincipal].into_iter().find(|one| one.as_str() == word)
    }
}

impl Terms {
    /// For a customer.
    ///
    /// # Errors
    /// [`WrongDebtor`]: a consumer, or a customer of unknown kind, meets no regime of professionals.
    pub fn for_customer(kind: CustomerKind, regime: Regime) -> Result<Self, WrongDebtor> {
        let rule = regime.rule();
        if !rule.debtors.contains(&kind) {
            return Err(WrongDebtor { regime: rule.word, kind });
        }
        Ok(Self { regime, professional: ProfessionalDebtor::of(kind), day_count: DayCount::default(), imputation: Imputation::default() })
    }

    /// For a debtor of whom nothing is known but the regime: the one that the regime is made for; a regime for all
    /// is reckoned as for a consumer.
    pub fn of_regime(regime: Regime) -> Self {
        let only_professionals = regime.rule().debtors.iter().all(|kind| ProfessionalDebtor::of(*kind).is_some());
        let first = regime.rule().debtors.first().copied().filter(|_| only_professionals);
        Self {
            regime,
            professional: first.and_then(ProfessionalDebtor::of),
            day_count: DayCount::default(),
            imputation: Imputation::default(),
        }
    }

    /// The regime.
    pub fn regime(&self) -> &Regime {
        &self.regime
    }

    /// The same with these habits.
    #[must_use]
    pub fn counted(self, day_count: DayCount, imputation: Imputation) -> Self {
        Self { day_count, imputation, ..self }
    }

    /// The same for debts of a currency: a compensation in another currency stands apart, nothing is converted.
    #[must_use]
    pub fn in_currency(self, currency: Currency) -> Self {
        let same = self.regime.rule().tariff.is_some_and(|tariff| tariff.currency == currency);
        if same { self } else { self.without_compensation() }
    }

    /// The same without a fixed compensation.
    #[must_use]
    pub fn without_compensation(self) -> Self {
        Self { professional: None, ..self }
    }

    /// What is owed on top once a debt of this size is late, minor units.
    pub fn compensation(&self, debt: i64) -> Option<Compensation> {
        self.professional.zip(self.regime.rule().tariff).map(|(debtor, tariff)| Compensation::owed(debtor, tariff, debt))
    }
}

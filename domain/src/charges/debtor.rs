//! Who can owe a fixed compensation: professionals and public bodies, and nobody else.

use crate::{
    customer::CustomerKind,
    money::{Currency, Money},
};

/// A debtor of whom recovery costs may be asked: there is no way to make one of a consumer or of a customer of
/// unknown kind (C. com. L441-10 II; CCP L2192-13; CPCE L111-8; C. conso. L121-21).
///
/// ```compile_fail
/// use relance_domain::charges::ProfessionalDebtor;
/// let debtor = ProfessionalDebtor { kind: relance_domain::customer::CustomerKind::Consumer };
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProfessionalDebtor {
    kind: CustomerKind,
}

impl ProfessionalDebtor {
    /// Of a business or a public body only.
    pub fn of(kind: CustomerKind) -> Option<Self> {
        match kind {
            CustomerKind::Business | CustomerKind::PublicBody => Some(Self { kind }),
            CustomerKind::Consumer | CustomerKind::Unknown => None,
        }
    }

    /// `business` or `public_body`.
    pub fn kind(self) -> CustomerKind {
        self.kind
    }
}

/// One tier of a fixed compensation: debts below `below` (minor units) owe `amount`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tier {
    /// Upper bound, exclusive.
    pub below: i64,
    /// Minor units.
    pub amount: i64,
}

/// What a law gives per debt paid late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tariff {
    /// Currency of the amounts.
    pub currency: Currency,
    /// By size of the debt, the last without a bound.
    pub tiers: &'static [Tier],
}

impl Tariff {
    /// 40 EUR whatever the debt (C. com. D441-5; CCP D2192-35; directive 2011/7/EU art. 6).
    pub const FORTY_EURO: Self = Self { currency: Currency::EUR, tiers: &[Tier { below: i64::MAX, amount: 4_000 }] };
    /// Late Payment of Commercial Debts (Interest) Act 1998, s. 5A.
    pub const UNITED_KINGDOM: Self = Self {
        currency: Currency::GBP,
        tiers: &[
            Tier { below: 100_000, amount: 4_000 },
            Tier { below: 1_000_000, amount: 7_000 },
            Tier { below: i64::MAX, amount: 10_000 },
        ],
    };
}

/// A fixed compensation that is owed. It can only be made of a [`ProfessionalDebtor`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compensation {
    money: Money,
}

impl Compensation {
    /// Owed once per debt paid late, in full for a single day and a small amount (CJEU C-279/23). `debt` is what was
    /// unpaid when the delay began, in minor units.
    pub fn owed(_by: ProfessionalDebtor, tariff: Tariff, debt: i64) -> Self {
        let tier = tariff.tiers.iter().find(|tier| debt < tier.below).or(tariff.tiers.last());
        Self { money: tariff.currency.minor(tier.map_or(0, |tier| tier.amount)) }
    }

    /// How much.
    pub fn money(self) -> Money {
        self.money
    }

    /// What proven recovery costs come to above it, minor units: the fixed sum is deducted (CJEU C-131/18).
    pub fn complementary(self, justified_costs: i64) -> i64 {
        justified_costs.saturating_sub(self.money.minor).max(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_a_consumer_nor_an_unknown_kind_can_owe_one() {
        assert!(ProfessionalDebtor::of(CustomerKind::Business).is_some());
        assert!(ProfessionalDebtor::of(CustomerKind::PublicBody).is_some());
        assert_eq!(ProfessionalDebtor::of(CustomerKind::Consumer), None);
        assert_eq!(ProfessionalDebtor::of(CustomerKind::Unknown), None);
    }

    #[test]
    fn the_british_tiers_begin_at_their_bounds() {
        let debtor = ProfessionalDebtor::of(CustomerKind::Business).unwrap();
        for (debt, owed) in [(1, 4_000), (99_999, 4_000), (100_000, 7_000), (999_999, 7_000), (1_000_000, 10_000), (i64::MAX, 10_000)] {
            assert_eq!(Compensation::owed(debtor, Tariff::UNITED_KINGDOM, debt).money().minor, owed, "{debt}");
        }
    }
}

//! The one set of open invoices that makes up an amount, if there is exactly one.

use crate::ids::InvoiceId;

/// Most invoices a set is looked for among: two halves of 2^10 sums.
pub(super) const MAX_ITEMS: usize = 20;

/// Sum of some items of one half, and which (bit n: item n of all).
type Sum = (i64, u32);

/// Sums of every set of some invoices, in two halves. Minor units, each item positive.
#[derive(Default)]
pub(super) struct SubsetSums {
    items: Vec<(InvoiceId, i64)>,
    low: Vec<Sum>,
    high: Vec<Sum>,
}

impl SubsetSums {
    /// All sums of these invoices and what each owes; beyond [`MAX_ITEMS`] they are left out.
    pub fn of(mut items: Vec<(InvoiceId, i64)>) -> Self {
        items.truncate(MAX_ITEMS);
        let bits = || items.iter().zip(0u32..).map(|((_, due), bit)| (*due, bit));
        let half = MAX_ITEMS / 2;
        let low = sums(bits().take(half));
        let mut high = sums(bits().skip(half));
        high.sort_unstable();
        Self { items, low, high }
    }

    /// The invoices and what each owes.
    pub fn items(&self) -> &[(InvoiceId, i64)] {
        &self.items
    }

    /// The members of the one set that makes up `target`; none when no set does, or several.
    pub fn only_one_of(&self, target: i64) -> Vec<(InvoiceId, i64)> {
        let Some(mask) = self.only_mask(target) else {
            return Vec::new();
        };
        let chosen = self.items.iter().zip(0u32..);
        chosen.filter(|(_, bit)| mask & (1 << bit) != 0).map(|(item, _)| *item).collect()
    }

    /// Stops at the second solution.
    fn only_mask(&self, target: i64) -> Option<u32> {
        let mut found = None;
        for (sum, low) in &self.low {
            let rest = target.saturating_sub(*sum);
            let first = self.high.partition_point(|(sum, _)| *sum < rest);
            let matching = self.high.iter().skip(first);
            for (_, high) in matching.take_while(|(sum, _)| *sum == rest) {
                if found.replace(low | high).is_some() {
                    return None;
                }
            }
        }
        found
    }
}

/// Every sum of the items that fits into an `i64`, the empty one included.
fn sums(items: impl Iterator<Item = (i64, u32)>) -> Vec<Sum> {
    let mut sums = vec![(0, 0)];
    for (due, bit) in items {
        let with: Vec<Sum> = sums.iter().filter_map(|(sum, mask)| Some((due.checked_add(*sum)?, mask | (1 << bit)))).collect();
        sums.extend(with);
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn chosen(amounts: &[i64], target: i64) -> Vec<i64> {
        let ids = (1u128..).map(|n| InvoiceId(Uuid::from_u128(n)));
        let sums = SubsetSums::of(ids.zip(amounts.iter().copied()).collect());
        let set = sums.only_one_of(target);
        set.into_iter().map(|(_, due)| due).collect()
    }

    #[test]
    fn a_set_is_chosen_only_when_no_other_makes_up_the_amount() {
        let powers: Vec<i64> = (0..20).map(|n| 1 << n).collect();
        assert_eq!(chosen(&powers, (1 << 20) - 1), powers, "all twenty");
        assert_eq!(chosen(&powers, (1 << 19) + 1), [1, 1 << 19], "both halves");
        assert_eq!(chosen(&[10, 20, 30], 50), [20, 30]);
        assert_eq!(chosen(&[10, 20, 30], 30), [0; 0], "30 or 10 + 20");
        assert_eq!(chosen(&[10, 10, 25], 35), [0; 0], "which ten?");
        assert_eq!(chosen(&[10, 20], 31), [0; 0], "no set at all");
        assert_eq!(chosen(&[], 1), [0; 0]);
        assert_eq!(chosen(&[i64::MAX, i64::MAX, 5], 5), [5], "sums too large are no sums");
        assert_eq!(chosen(&[7; 20], 70), [0; 0], "many solutions end early");
    }

    proptest::proptest! {
        #[test]
        fn the_set_is_the_one_that_trying_all_of_them_finds(
            amounts in proptest::collection::vec(1..60i64, 0..13),
            target in 1..200i64,
        ) {
            let members = |mask: u32| {
                let all = amounts.iter().zip(0u32..);
                all.filter(move |(_, bit)| mask & (1 << bit) != 0).map(|(due, _)| *due)
            };
            let mut sets = (0..1u32 << amounts.len()).filter(|mask| members(*mask).sum::<i64>() == target);
            let expected = match (sets.next(), sets.next()) {
                (Some(mask), None) => members(mask).collect(),
                _ => Vec::new(),
            };
            proptest::prop_assert_eq!(chosen(&amounts, target), expected);
        }
    }
}

//! What holds whatever the facts are.

use std::collections::BTreeMap;

use proptest::{collection::vec, option, prelude::*};

use super::*;

/// Small amounts and few numbers, so that facts meet, clash and are ambiguous.
fn an_invoice() -> impl Strategy<Value = LedgerInvoice> {
    let shared = option::weighted(0.3, 0..3u8);
    (-1..9i64, 1..20u64, shared, prop::bool::weighted(0.1), any::<bool>()).prop_map(|(payable, issued, shared, voided, euros)| {
        LedgerInvoice {
            payable,
            issued_on: day(issued),
            payment_reference: shared.map(|n| format!("RF-{n}")),
            currency: currency(euros),
            voided,
            ..invoice(0, 0)
        }
    })
}

fn a_payment() -> impl Strategy<Value = LedgerPayment> {
    let reference = option::of(prop_oneof!["rf[0-3]", "f[0-9]"]);
    let stated = option::weighted(0.3, vec((0..10u128, 0..9i64), 0..3));
    let reversed = option::weighted(0.3, 1..30u64);
    (1..15i64, 1..20u64, reference, stated, reversed, any::<bool>()).prop_map(|(amount, paid, reference, stated, reversed, euros)| {
        LedgerPayment {
            currency: currency(euros),
            reference,
            stated: stated.map(|all| all.into_iter().map(|(n, part)| (inv(n), part)).collect()),
            reversed_on: reversed.map(day),
            ..payment(0, paid, amount)
        }
    })
}

fn a_credit() -> impl Strategy<Value = LedgerCredit> {
    (1..9i64, option::of(0..10u128), any::<bool>())
        .prop_map(|(total, named, euros)| LedgerCredit { currency: currency(euros), ..credit(0, total, named) })
}

/// Mostly euros.
fn currency(euros: bool) -> Currency {
    if euros { Currency::EUR } else { "USD".parse().unwrap_or(Currency::EUR) }
}

/// Gives each fact its own id, number and external id.
fn numbered(invoices: Vec<LedgerInvoice>, payments: Vec<LedgerPayment>, credits: Vec<LedgerCredit>) -> LedgerFacts {
    let mut facts = LedgerFacts { invoices, credits, payments, ..LedgerFacts::default() };
    for (fact, n) in facts.invoices.iter_mut().zip(0..) {
        let LedgerInvoice { id, number, external_id, .. } = invoice(n, 0);
        (fact.id, fact.number, fact.external_id) = (id, number, external_id);
    }
    for (fact, n) in facts.payments.iter_mut().zip(0..) {
        let LedgerPayment { id, external_id, .. } = payment(n, 1, 0);
        (fact.id, fact.external_id) = (id, external_id);
    }
    for (fact, n) in facts.credits.iter_mut().zip(0..) {
        let LedgerCredit { id, external_id, .. } = credit(n, 0, None);
        (fact.id, fact.external_id) = (id, external_id);
    }
    facts
}

fn some_facts() -> impl Strategy<Value = LedgerFacts> {
    (vec(an_invoice(), 0..10), vec(a_payment(), 0..10), vec(a_credit(), 0..4))
        .prop_map(|(invoices, payments, credits)| numbered(invoices, payments, credits))
}

/// Facts, some of which were known and allocated before, and then said something else.
fn facts_with_a_past() -> impl Strategy<Value = LedgerFacts> {
    (some_facts(), some_facts()).prop_map(|(before, mut facts)| {
        facts.allocations = allocate(&before, at(40));
        facts
    })
}

fn shuffled<T: Clone + std::fmt::Debug>(items: &[T]) -> impl Strategy<Value = Vec<T>> + use<T> {
    Just(items.to_vec()).prop_shuffle()
}

fn facts_twice() -> impl Strategy<Value = (LedgerFacts, LedgerFacts)> {
    facts_with_a_past().prop_flat_map(|facts| {
        let other = (shuffled(&facts.invoices), shuffled(&facts.credits), shuffled(&facts.payments), shuffled(&facts.allocations));
        let other = other.prop_map(|(invoices, credits, payments, allocations)| LedgerFacts { invoices, credits, payments, allocations });
        (Just(facts), other)
    })
}

fn fed_back(facts: &LedgerFacts, made: &[Allocation]) -> LedgerFacts {
    LedgerFacts { allocations: made.to_vec(), ..facts.clone() }
}

fn sums<K: Ord>(made: &[Allocation], key: impl Fn(&Allocation) -> K) -> BTreeMap<K, i64> {
    let mut sums = BTreeMap::new();
    for allocation in made {
        *sums.entry(key(allocation)).or_default() += allocation.amount;
    }
    sums
}

fn unapplied(balance: &Balance) -> i64 {
    balance.unapplied.iter().map(|(_, money)| money.minor).sum()
}

fn due(balance: &Balance) -> i64 {
    balance.invoices.iter().map(|line| line.amount_due).sum()
}

proptest! {
    #[test]
    fn no_origin_gives_and_no_invoice_takes_more_than_it_has(facts in facts_with_a_past()) {
        let made = allocate(&facts, at(50));
        prop_assert!(made.iter().all(|a| a.amount > 0));
        let given = sums(&made, |a| a.origin);
        for payment in &facts.payments {
            let origin = Origin::Payment(payment.id);
            prop_assert!(given.get(&origin).is_none_or(|sum| *sum <= payment.amount));
        }
        for credit in &facts.credits {
            let origin = Origin::CreditNote(credit.id);
            prop_assert!(given.get(&origin).is_none_or(|sum| *sum <= credit.total));
        }
        let standing: Vec<_> = made.into_iter().filter(|a| a.reversed_on.is_none()).collect();
        let taken = sums(&standing, |a| a.invoice);
        for invoice in &facts.invoices {
            prop_assert!(taken.get(&invoice.id).is_none_or(|sum| *sum <= invoice.owed()));
        }
    }

    #[test]
    fn money_in_is_allocated_or_unapplied(facts in facts_with_a_past(), on in option::of(1..35u64)) {
        let made = allocate(&facts, at(50));
        let on = on.map(day);
        let balance = balance_on(&facts, &made, on);
        let set: i64 = balance.invoices.iter().map(|line| line.paid + line.credited).sum();
        let paid = facts.payments.iter().filter(|p| counts(p.paid_on, p.reversed_on, on));
        let credited = facts.credits.iter().filter(|c| counts(c.issued_on, None, on));
        let money: i64 = paid.map(|p| p.amount).chain(credited.map(|c| c.total)).sum();
        prop_assert_eq!(money, set + unapplied(&balance));
        let totals: i64 = balance.totals_due.iter().map(|total| total.minor).sum();
        prop_assert_eq!(totals, due(&balance));
        if on.is_none() {
            let standing: Vec<_> = made.into_iter().filter(|a| a.reversed_on.is_none()).collect();
            let given = sums(&standing, |a| a.origin);
            let rest: BTreeMap<_, _> = balance.unapplied.into_iter().collect();
            for payment in facts.payments.iter().filter(|p| p.reversed_on.is_none()) {
                let origin = Origin::Payment(payment.id);
                let parts = given.get(&origin).copied().unwrap_or_default()
                    + rest.get(&origin).map_or(0, |money| money.minor);
                prop_assert_eq!(payment.amount, parts);
            }
        }
    }

    #[test]
    fn the_order_of_arrival_does_not_matter((facts, other) in facts_twice()) {
        let made = allocate(&facts, at(50));
        prop_assert_eq!(&made, &allocate(&other, at(50)));
        prop_assert_eq!(balance_on(&facts, &made, None), balance_on(&other, &made, None));
    }

    #[test]
    fn facts_that_come_in_two_batches_at_one_instant_end_alike(
        facts in facts_with_a_past(),
        invoices in vec(any::<bool>(), 10),
        payments in vec(any::<bool>(), 10),
    ) {
        let mut first = facts.clone();
        let (mut keep, mut keep_paid) = (invoices.into_iter(), payments.into_iter());
        let old = |a: &Allocation| (a.invoice, a.origin);
        let pinned: Vec<_> = facts.allocations.iter().map(old).collect();
        first.invoices.retain(|i| keep.next() == Some(true) || pinned.iter().any(|p| p.0 == i.id));
        first.payments.retain(|payment| {
            let origin = Origin::Payment(payment.id);
            keep_paid.next() == Some(true) || pinned.iter().any(|p| p.1 == origin)
        });
        let made = allocate(&first, at(50));
        prop_assert_eq!(allocate(&fed_back(&facts, &made), at(50)), allocate(&facts, at(50)));
    }

    #[test]
    fn what_was_made_stays_when_no_fact_changes(facts in facts_with_a_past()) {
        let made = allocate(&facts, at(50));
        prop_assert_eq!(&allocate(&fed_back(&facts, &made), at(50)), &made, "same instant");
        prop_assert_eq!(&allocate(&fed_back(&facts, &made), at(60)), &made, "later");
    }

    #[test]
    fn today_is_as_of_all_facts_known(facts in facts_with_a_past()) {
        let made = allocate(&facts, at(50));
        prop_assert_eq!(balance_on(&facts, &made, Some(day(50))), balance_on(&facts, &made, None));
    }

    /// Later facts: dated after the day. Money that lay unapplied that day may since have found
    /// its invoice, and then counts from its value day; nothing else of a past day may change.
    #[test]
    fn a_past_day_does_not_change_when_later_facts_arrive(
        facts in facts_with_a_past(),
        invoices in vec(an_invoice(), 0..5),
        payments in vec(a_payment(), 0..5),
        reversals in vec(option::of(31..35u64), 10),
    ) {
        let made = allocate(&facts, at(50));
        let past = balance_on(&facts, &made, Some(day(30)));
        let mut more = fed_back(&facts, &made);
        for (payment, reversed) in more.payments.iter_mut().zip(reversals) {
            payment.reversed_on = payment.reversed_on.or(reversed.map(day));
        }
        for (new, n) in invoices.into_iter().zip(100..) {
            let LedgerInvoice { id, external_id, .. } = invoice(n, 0);
            more.invoices.push(LedgerInvoice { id, external_id, issued_on: day(31), ..new });
        }
        for (new, n) in payments.into_iter().zip(100..) {
            let LedgerPayment { id, external_id, .. } = payment(n, 1, 0);
            more.payments.push(LedgerPayment { id, external_id, paid_on: day(32), ..new });
        }
        let made = allocate(&more, at(60));
        let seen = balance_on(&more, &made, Some(day(30)));
        prop_assert_eq!(due(&seen) - unapplied(&seen), due(&past) - unapplied(&past));
        for (line, before) in seen.invoices.iter().zip(&past.invoices) {
            prop_assert!(line.amount_due <= before.amount_due);
        }
        if unapplied(&past) == 0 {
            prop_assert_eq!(seen, past);
        }
    }
}

//! What was before: pinned allocations, money taken back, past days.

use super::*;

/// The facts at a later time, what was made on the 20th with them.
fn later(before: &LedgerFacts, change: impl FnOnce(&mut LedgerFacts)) -> LedgerFacts {
    let mut facts = before.clone();
    facts.allocations = allocate(before, at(20));
    change(&mut facts);
    facts
}

#[test]
fn what_was_made_before_stays_until_a_fact_makes_it_impossible() {
    let before = facts([invoice(1, 100), invoice(2, 60)], [payment(1, 3, 100)]);
    let known = later(&before, |_| ());
    let made = ["p1 > F-1 100 exact_amount"];
    type Change = fn(&mut LedgerFacts);
    let cases: [(&str, Change, &[&str]); 9] = [
        ("nothing changed", |_| (), &made),
        ("a twin arrives", |f| f.invoices.push(invoice(3, 100)), &made),
        ("a certain payment comes after the guess", |f| f.payments.push(referring("F-1", payment(2, 2, 100))), &made),
        ("the invoice is gone", |f| f.invoices.retain(|i| i.id != inv(1)), &[]),
        ("the payment is gone", |f| f.payments.clear(), &[]),
        ("voided: the money is free again", |f| f.invoices.iter_mut().for_each(|i| i.voided = i.id == inv(1)), &[]),
        (
            "the invoice is corrected downwards",
            |f| f.invoices.iter_mut().for_each(|i| i.payable = i.payable.min(80)),
            &["p1 > F-1 80 exact_amount"],
        ),
        (
            "the payment now states where it goes",
            |f| f.payments.iter_mut().for_each(|p| p.stated = Some(vec![(inv(2), 60)])),
            &["p1 > F-2 60 stated"],
        ),
        ("the payment is smaller than was said", |f| f.payments.iter_mut().for_each(|p| p.amount = 90), &["p1 > F-1 90 exact_amount"]),
    ];
    for (sentence, change, expected) in cases {
        let mut facts = known.clone();
        change(&mut facts);
        assert_eq!(said(&allocate(&facts, at(25))), expected, "{sentence}");
    }
}

#[test]
fn while_the_clock_stands_a_guess_gives_way_to_what_arrives_after_it() {
    let before = facts([invoice(1, 100)], [payment(1, 3, 100)]);
    let known = later(&before, |f| f.payments.push(referring("F-1", payment(2, 9, 100))));
    check("same instant", &known, &["p2 > F-1 100 reference"]);
}

#[test]
fn what_was_stated_before_is_topped_up_when_room_comes_back() {
    let first = stating(&[(1, 60)], payment(1, 3, 60));
    let second = stating(&[(1, 60)], payment(2, 4, 60));
    let before = facts([invoice(1, 100)], [first.clone(), second]);
    check("no more than is owed", &before, &["p1 > F-1 60 stated", "p2 > F-1 40 stated"]);
    let bounced = later(&before, |f| f.payments.splice(..1, [reversed(10, first)]).for_each(drop));
    let made = said(&allocate(&bounced, at(25)));
    let expected = ["p1 > F-1 60 stated", "p2 > F-1 20 stated", "p2 > F-1 40 stated"];
    assert_eq!(made, expected);
}

fn due_on(facts: &LedgerFacts, allocations: &[Allocation], on: u64) -> i64 {
    let balance = balance_on(facts, allocations, Some(day(on)));
    balance.totals_due.iter().map(|due| due.minor).sum()
}

#[test]
fn a_bounced_debit_settles_until_the_day_it_bounced_and_another_may_settle_it_after() {
    let bounced = reversed(10, referring("F-1", payment(1, 5, 100)));
    let again = referring("F-1", payment(2, 15, 100));
    let facts = facts([invoice(1, 100)], [bounced, again]);
    let made = allocate(&facts, at(20));
    assert_eq!(said(&made), ["p1 > F-1 100 reference", "p2 > F-1 100 reference"]);
    let due = [4, 5, 9, 10, 14, 15].map(|on| due_on(&facts, &made, on));
    assert_eq!(due, [100, 0, 0, 100, 100, 0]);
}

#[test]
fn a_payment_taken_back_on_its_own_day_never_counted() {
    for reversed_on in [4, 5] {
        let never = reversed(reversed_on, referring("F-1", payment(1, 5, 100)));
        let facts = facts([invoice(1, 100)], [never]);
        let made = allocate(&facts, at(20));
        assert_eq!(said(&made), [""; 0]);
        assert_eq!(due_on(&facts, &made, 5), 100);
        assert_eq!(balance_on(&facts, &made, Some(day(5))).unapplied, []);
    }
}

#[test]
fn a_reversal_learned_later_reopens_the_invoice_and_keeps_the_history() {
    let first = stating(&[(1, 100)], payment(1, 6, 100));
    let second = referring("F-1", payment(2, 5, 100));
    let before = facts([invoice(1, 100)], [first.clone(), second]);
    check("paid twice", &before, &["p1 > F-1 100 stated"]);
    let bounced = reversed(22, first);
    let known = later(&before, |f| f.payments.splice(..1, [bounced]).for_each(drop));
    let made = allocate(&known, at(25));
    let both = ["p1 > F-1 100 stated", "p2 > F-1 100 reference"];
    assert_eq!(said(&made), both);
    let past = balance_on(&before, &known.allocations, Some(day(21)));
    let seen = balance_on(&known, &made, Some(day(21)));
    assert_eq!(seen, past, "the past as it was");
    assert_eq!(due_on(&known, &made, 22), 0, "the second one takes over");
}

#[test]
fn history_is_not_undone_by_a_more_certain_payment_that_covers_the_same_days() {
    let first = referring("F-1", payment(1, 6, 100));
    let before = facts([invoice(1, 100)], [first.clone()]);
    let mut known = later(&before, |f| {
        f.payments = vec![reversed(22, first), stating(&[(1, 100)], payment(2, 5, 100))];
    });
    let made = allocate(&known, at(25));
    let both = ["p1 > F-1 100 reference", "p2 > F-1 100 stated"];
    assert_eq!(said(&made), both);
    known.allocations = made.clone();
    assert_eq!(allocate(&known, at(30)), made, "nor later");
}

#[test]
fn the_balance_of_a_day_knows_what_existed_that_day() {
    let late = LedgerInvoice { issued_on: day(10), ..invoice(1, 100) };
    let mut facts = facts([late, voided(invoice(2, 50))], [referring("F-1", payment(1, 5, 70))]);
    facts.credits = vec![LedgerCredit { issued_on: day(12), ..credit(1, 10, Some(1)) }];
    let made = allocate(&facts, at(20));
    let before_issue = balance_on(&facts, &made, Some(day(9)));
    assert_eq!(before_issue.totals_due, []);
    let origin = Origin::Payment(PaymentId(Uuid::from_u128(1)));
    assert_eq!(before_issue.unapplied, [(origin, Currency::EUR.minor(70))]);
    let due = [10, 11, 12].map(|on| due_on(&facts, &made, on));
    assert_eq!(due, [30, 30, 20]);
    let lines = balance_on(&facts, &made, None).invoices;
    let amounts = lines.iter().map(|l| (l.payable, l.paid, l.credited, l.amount_due, l.last_settled_on));
    let expected = [(0, 0, 0, 0, None), (100, 70, 10, 20, Some(day(12)))];
    assert_eq!(amounts.collect::<Vec<_>>(), expected);
}

//! Which rule sets what against what.

use super::*;

#[test]
fn a_payment_goes_where_it_says_or_where_only_one_place_is_possible() {
    let two = || [invoice(1, 100), invoice(2, 60)];
    let cases: [(&str, LedgerFacts, &[&str]); 14] = [
        ("a stated part goes where it is stated", facts(two(), [stating(&[(2, 40)], payment(1, 3, 100))]), &["p1 > F-2 40 stated"]),
        (
            "more than stated or owed stays unapplied",
            facts(two(), [stating(&[(2, 90), (1, 30)], payment(1, 3, 100))]),
            &["p1 > F-1 30 stated", "p1 > F-2 60 stated"],
        ),
        ("a payment that states nothing on purpose is a deposit", facts(two(), [stating(&[], payment(1, 3, 100))]), &[]),
        ("a statement about an unknown invoice waits", facts(two(), [stating(&[(9, 100)], payment(1, 3, 100))]), &[]),
        ("a number is found whatever its spelling", facts(two(), [referring(" f/2. ", payment(1, 3, 70))]), &["p1 > F-2 60 reference"]),
        (
            "a part payment with a reference is a part payment",
            facts(two(), [referring("F1", payment(1, 3, 60))]),
            &["p1 > F-1 60 reference"],
        ),
        (
            "paid twice with one reference: the second is not guessed elsewhere",
            facts(two(), [referring("F-2", payment(1, 3, 60)), referring("F-2", payment(2, 4, 100))]),
            &["p1 > F-2 60 reference"],
        ),
        ("the one invoice of that amount", facts(two(), [payment(1, 3, 100)]), &["p1 > F-1 100 exact_amount"]),
        (
            "a single invoice goes before a set",
            facts([invoice(1, 100), invoice(2, 60), invoice(3, 40)], [payment(1, 3, 100)]),
            &["p1 > F-1 100 exact_amount"],
        ),
        ("two invoices of that amount: neither", facts([invoice(1, 60), invoice(2, 60)], [payment(1, 3, 60)]), &[]),
        ("the one set of that amount", facts(two(), [payment(1, 3, 160)]), &["p1 > F-1 100 exact_set", "p1 > F-2 60 exact_set"]),
        (
            "two sets of that amount: neither",
            facts([invoice(1, 10), invoice(2, 30), invoice(3, 20), invoice(4, 20)], [payment(1, 3, 50)]),
            &[],
        ),
        (
            "a certain match is not stolen by an earlier guess",
            facts(two(), [payment(1, 2, 60), referring("F-2", payment(2, 9, 60))]),
            &["p2 > F-2 60 reference"],
        ),
        (
            "what one payment leaves may leave one choice to another",
            facts([invoice(1, 60), invoice(2, 60)], [payment(1, 2, 60), referring("F-2", payment(2, 9, 60))]),
            &["p1 > F-1 60 exact_amount", "p2 > F-2 60 reference"],
        ),
    ];
    for (sentence, facts, expected) in cases {
        check(sentence, &facts, expected);
    }
}

#[test]
fn nothing_goes_to_another_currency_or_to_what_owes_nothing() {
    let usd: Currency = "USD".parse().unwrap_or(Currency::EUR);
    let dollars = LedgerPayment { currency: usd, ..referring("F-1", payment(1, 3, 100)) };
    check("dollars pay no euros", &facts([invoice(1, 100)], [dollars]), &[]);
    let stated = stating(&[(1, 50), (2, 50)], payment(1, 3, 100));
    let none = [voided(invoice(1, 100)), invoice(2, -100)];
    check("void or negative owes nothing", &facts(none, [stated]), &[]);
    let names_void = [referring("F-1", payment(1, 3, 100))];
    let reissued = [voided(invoice(1, 100)), invoice(2, 100)];
    check("who names a voided invoice means no other", &facts(reissued, names_void.clone()), &[]);
    let mut same_number = invoice(2, 100);
    same_number.number = "F-1".into();
    let reissued = facts([voided(invoice(1, 100)), same_number], names_void);
    check("reissued under its number, one is open", &reissued, &["p1 > F-2 100 reference"]);
}

#[test]
fn a_reference_shared_by_several_counts_when_one_is_open() {
    let shared = |n| LedgerInvoice { payment_reference: Some("RF18 5390".into()), ..invoice(n, 100) };
    let pays = referring("rf185390", payment(2, 9, 100));
    let both_open = facts([shared(1), shared(2)], [pays.clone()]);
    check("two open: ambiguous", &both_open, &[]);
    let one_open = facts([shared(1), shared(2)], [stating(&[(1, 100)], payment(1, 3, 100)), pays.clone()]);
    check("one open", &one_open, &["p1 > F-1 100 stated", "p2 > F-2 100 reference"]);
    let other = LedgerInvoice { payable: 60, ..shared(2) };
    let left_open = facts([shared(1), other], [payment(1, 3, 60), pays]);
    check("one open once a payment by amount is placed", &left_open, &["p1 > F-2 60 exact_amount", "p2 > F-1 100 reference"]);
}

#[test]
fn a_set_is_looked_for_among_at_most_twenty_open_invoices() {
    let powers = |count: u32| (0..count).map(|n| invoice(u128::from(n), 1 << n)).collect();
    let mut facts = facts([], [payment(1, 3, 3)]);
    facts.invoices = powers(20);
    check("twenty", &facts, &["p1 > F-0 1 exact_set", "p1 > F-1 2 exact_set"]);
    facts.invoices = powers(21);
    check("twenty-one", &facts, &[]);
}

#[test]
fn a_credit_note_goes_to_the_invoice_it_names_and_nowhere_else() {
    let mut facts = facts([invoice(1, 100), invoice(2, 30)], [payment(1, 3, 70)]);
    facts.credits = vec![credit(1, 30, Some(1)), credit(2, 30, None)];
    let expected = ["c1 > F-1 30 named_invoice", "p1 > F-1 70 exact_amount"];
    check("the rest is then exactly paid", &facts, &expected);
    facts.credits = vec![credit(1, 130, Some(1))];
    check("no more than is open", &facts, &["c1 > F-1 100 named_invoice"]);
}

#[test]
fn references_are_compared_without_case_spaces_and_marks() {
    for text in ["FA-2026/0042", "fa 2026.0042", "\u{a0}Fa20260042\n"] {
        assert_eq!(normalise_reference(text), "FA20260042", "{text:?}");
    }
    assert_eq!(normalise_reference(" -/. "), "");
    let mut blank = invoice(1, 100);
    blank.number = "-".into();
    let facts = facts([blank], [referring(" / ", payment(1, 3, 40))]);
    check("an empty reference names nothing", &facts, &[]);
}

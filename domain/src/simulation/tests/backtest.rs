//! A past period as it was known then.

use super::*;
use crate::{money::Currency, policy::PayerCondition, simulation::summarise};

#[test]
fn a_business_that_never_answers_goes_through_the_dated_example_of_the_preset() {
    let courses = ledger(&[customer("C1", CustomerKind::Business), invoice("FA-1", "C1", "2026-10-05", 120_000)]);
    let lived = live(&courses, &preset("fr_business"), span("2026-09-10", "2027-06-01"));
    let expected = [
        "2026-09-30 courtesy",
        "2026-10-09 first (2026-10-16)",
        "2026-10-21 call",
        "2026-10-22 sms",
        "2026-10-30 second (2026-11-09)",
        "2026-11-13 last_call",
        "2026-11-17 notice (2026-12-02)",
        "2026-12-09 handover",
    ];
    assert_eq!(story(&lived), expected);
    let charges = summarise(&lived, None).charges;
    let told: Vec<_> = charges.iter().map(|told| (told.mode.as_str(), told.invoices, told.amount.minor)).collect();
    assert_eq!(told, [("claim", 1, 4_000), ("mention", 1, 4_000)]);
}

#[test]
fn without_approvals_and_calls_the_notice_never_leaves_and_the_report_says_why() {
    let courses = ledger(&[customer("C1", CustomerKind::Business), invoice("FA-1", "C1", "2026-10-05", 120_000)]);
    let nobody = Assumptions { approvals_given: false, calls_made: false };
    let lived = live(&courses, &preset("fr_business"), Span { people: nobody, ..span("2026-09-10", "2027-06-01") });
    assert!(story(&lived).iter().all(|line| !line.contains("notice")));
    let withheld = summarise(&lived, None).withheld;
    let called = withheld.iter().find(|one| one.code == "call_required").unwrap();
    assert!(called.days > 150 && called.customers == 1, "{called:?}");
}

#[test]
fn an_invoice_is_known_from_its_issue_and_money_from_its_value_day() {
    let courses = ledger(&[
        customer("C1", CustomerKind::Business),
        invoice("FA-1", "C1", "2026-10-05", 20_000),
        invoice("FA-2", "C1", "2026-12-07", 20_000),
        pays("P1", "C1", "2026-10-12", 5_000, Some("FA-1")),
        pays("P2", "C1", "2026-11-10", 15_000, Some("FA-1")),
    ]);
    let lived = live(&courses, &preset("fr_business"), span("2026-09-10", "2026-12-20"));
    let rows: Vec<_> = lived[0].done.iter().map(|done| (done.on.to_string(), done.step_key.as_str(), done.lines[0].amount_due)).collect();
    // below 300 EUR no call: the second is due 23 days on, the part payment deducted
    assert_eq!(
        rows,
        [
            ("2026-10-09".to_owned(), "first", 20_000),
            ("2026-10-28".to_owned(), "second", 15_000),
            ("2026-12-11".to_owned(), "first", 20_000)
        ]
    );
}

#[test]
fn a_payment_that_came_back_is_chased_again_from_where_the_ladder_stood() {
    let mut facts = vec![
        customer("C1", CustomerKind::Business),
        invoice("FA-1", "C1", "2026-10-05", 20_000),
        pays("P1", "C1", "2026-10-13", 20_000, None),
    ];
    let paid = live(&ledger(&facts), &preset("fr_business"), span("2026-09-10", "2027-01-10"));
    assert_eq!(story(&paid), ["2026-10-09 first (2026-10-16)"]);
    facts.push(known(Fact::PaymentReversed { external_id: "P1".into(), on: day("2026-11-16"), reason_code: "AM04".into() }));
    let returned = live(&ledger(&facts), &preset("fr_business"), span("2026-09-10", "2026-11-25"));
    assert_eq!(story(&returned), ["2026-10-09 first (2026-10-16)", "2026-11-16 second (2026-11-24)"]);
}

#[test]
fn promises_disputes_and_insolvency_hold_from_their_day() {
    let promise = Fact::PromiseMade {
        external_id: "PR1".into(),
        customer_external_id: "C1".into(),
        invoice_external_ids: None,
        amount: Currency::EUR.minor(20_000),
        promised_on: day("2026-10-14"),
        method: None,
    };
    let dispute = Fact::DisputeOpened {
        external_id: "D1".into(),
        invoice_external_id: "FA-2".into(),
        amount: None,
        reason_code: "goods_damaged".into(),
        comment: None,
    };
    let insolvency = Fact::InsolvencyOpened {
        customer_external_id: "C3".into(),
        procedure: "liquidation".into(),
        judgment_on: day("2026-10-12"),
        published_on: None,
    };
    let courses = ledger(&[
        customer("C1", CustomerKind::Business),
        customer("C2", CustomerKind::Business),
        customer("C3", CustomerKind::Business),
        invoice("FA-1", "C1", "2026-10-05", 20_000),
        invoice("FA-2", "C2", "2026-10-05", 20_000),
        invoice("FA-3", "C3", "2026-10-05", 20_000),
        on("2026-10-08", promise),
        on("2026-10-08", dispute),
        on("2026-10-20", Fact::DisputeResolved { external_id: "D1".into(), outcome: "rejected".into() }),
        on("2026-10-14", insolvency),
    ]);
    let lived = live(&courses, &preset("fr_business"), span("2026-09-10", "2026-11-04"));
    // promised for the 14th, grace until the 17th, a Saturday: the ladder goes on on Monday the 19th
    assert_eq!(story(&lived[..1]), ["2026-10-19 first (2026-10-26)"]);
    assert_eq!(story(&lived[1..2]), ["2026-10-20 first (2026-10-27)"]);
    assert_eq!(story(&lived[2..]), ["2026-10-09 first (2026-10-16)"]);
    let withheld = summarise(&lived, None).withheld;
    let days = |code: &str| withheld.iter().find(|one| one.code == code).map(|one| (one.days, one.invoices));
    assert_eq!(days("promise_open"), Some((10, 1)));
    assert_eq!(days("disputed"), Some((12, 1)));
    assert_eq!(days("insolvency"), Some((22, 1)));
    assert!(withheld.iter().find(|one| one.code == "insolvency").unwrap().citation.is_some());
}

#[test]
fn a_simulation_that_begins_late_does_not_go_back() {
    let facts = [customer("C1", CustomerKind::Business), invoice("FA-1", "C1", "2026-06-05", 20_000)];
    let lived = live(&ledger(&facts), &preset("fr_business"), span("2026-10-12", "2026-10-16"));
    assert_eq!(story(&lived), ["2026-10-12 first (2026-10-19)"]);
}

#[test]
fn what_does_not_fit_together_is_named_with_its_place() {
    let facts = [
        customer("C1", CustomerKind::Business),
        invoice("FA-1", "C9", "2026-10-05", 1_000),
        pays("P1", "C1", "2026-10-05", 1_000, None),
        known(Fact::DisputeResolved { external_id: "D7".into(), outcome: "accepted".into() }),
        known(Fact::InvoiceVoided { external_id: "FA-8".into(), source_version: 2 }),
    ];
    let faults = courses(&settings(), &facts).unwrap_err();
    let told: Vec<_> = faults.iter().map(|fault| (fault.index, fault.member)).collect();
    assert_eq!(told, [(1, "customer_external_id"), (3, "time"), (4, "time")]);
}

#[test]
fn the_habits_of_a_payer_are_those_known_on_the_day_that_is_simulated() {
    let mut policy = preset("fr_business");
    let payer = PayerCondition { min_average_days_late: Some(30), ..PayerCondition::default() };
    for step in policy.steps.iter_mut().filter(|step| step.key == "courtesy") {
        step.payer = Some(payer.clone());
    }
    let before = |first_paid_on: &str| {
        let courses = ledger(&[
            customer("C1", CustomerKind::Business),
            invoice("FA-1", "C1", "2026-10-05", 50_000),
            invoice("FA-2", "C1", "2026-12-07", 50_000),
            pays("P1", "C1", first_paid_on, 50_000, Some("FA-1")),
            pays("P2", "C1", "2026-12-07", 50_000, Some("FA-2")),
        ]);
        let lived = live(&courses, &policy, span("2026-11-20", "2026-12-31"));
        lived[0].done.iter().filter(|done| done.step_key == "courtesy").count()
    };
    assert_eq!(before("2026-11-10"), 1, "36 days late: warned before the next is due");
    assert_eq!(before("2026-10-05"), 0, "in time: not meant");
    assert_eq!(before("2027-03-01"), 1, "what will be paid one day is owed that day");
}

//! `presets.md` §1, rule by rule.

use std::sync::Arc;

use super::sim::{Sim, business, day, preset, weekday_from};
use crate::{
    customer::CustomerKind,
    dunning::{LiveState, StepOutcome, evaluate},
    policy::Channel,
};

/// The business ladder without its review, so that what is waived at the notice goes no further.
fn without_review(starts_on: &str) -> Sim {
    let mut policy = preset("fr_business");
    policy.steps.retain(|step| step.key != "review");
    Sim::new(policy, CustomerKind::Business, starts_on)
}

fn steps_of(sim: &Sim, number: &str) -> Vec<String> {
    let of = |h: &&super::sim::Happened| h.lines.iter().any(|(n, ..)| n == number);
    let own = |h: &super::sim::Happened| h.lines.iter().find(|(n, ..)| n == number).unwrap().1.clone();
    sim.happened.iter().filter(of).map(|h| format!("{} {}", h.on, own(h))).collect()
}

#[test]
fn rule_1_no_step_before_the_date_given_and_the_days_money_needs() {
    for (given, grace, earliest) in [(7, 2, "2026-10-21"), (7, 5, "2026-10-24"), (14, 2, "2026-10-28"), (1, 0, "2026-10-19")] {
        let mut policy = preset("fr_business");
        policy.given_date_grace_days = grace;
        policy.steps.iter_mut().find(|step| step.key == "first").unwrap().pay_within_days = Some(given);
        let mut sim = Sim::new(policy, CustomerKind::Business, "2026-10-01");
        sim.invoice("F-1", "2026-10-05", 120_000);
        sim.run_until("2026-11-05");
        let call = sim.happened.iter().find(|h| h.step == "call").unwrap();
        assert_eq!(call.on, weekday_from(day(earliest)), "{given} {grace}");
    }
}

#[test]
fn rule_2_a_formal_notice_claims_only_invoices_that_had_the_second_reminder() {
    let mut sim = business("2026-09-10");
    sim.invoice("F-old", "2026-10-05", 120_000);
    sim.invoice("F-young", "2026-10-28", 120_000);
    sim.run_until("2026-12-31");
    let notices: Vec<_> = sim.happened.iter().filter(|h| h.channel == Channel::RegisteredLetter).collect();
    for notice in &notices {
        for (number, step, _) in &notice.lines {
            assert_eq!(step, "notice");
            assert!(steps_of(&sim, number).iter().any(|line| line.ends_with(" second") && line.as_str() < notice.on.to_string().as_str()));
        }
    }
    assert_eq!(notices[0].lines.iter().map(|line| line.0.as_str()).collect::<Vec<_>>(), ["F-old"]);
}

#[test]
fn rule_3_amounts_are_of_all_invoices_that_have_reached_the_step() {
    // 200 EUR alone are too little for a call (300 EUR); two invoices of 200 EUR are not
    let mut sim = business("2026-09-10");
    sim.invoice("F-1", "2026-10-05", 20_000);
    sim.invoice("F-2", "2026-10-14", 20_000);
    sim.run_until("2026-11-02");
    assert!(steps_of(&sim, "F-1").iter().all(|line| !line.ends_with(" call")));
    assert!(steps_of(&sim, "F-2").iter().any(|line| line.ends_with(" call")), "{:?}", sim.story());
}

#[test]
fn rule_3_an_invoice_below_a_notices_minimum_joins_the_customers_next_notice() {
    let mut sim = without_review("2026-09-10");
    let small = sim.invoice("F-small", "2026-10-05", 10_000);
    sim.run_until("2026-12-05");
    let waived = sim.facts(small).steps.iter().find(|step| step.step_key == "notice").cloned().unwrap();
    assert_eq!((waived.outcome, waived.reason.as_deref()), (StepOutcome::Waived, Some("below_minimum")));
    sim.invoice("F-big", "2026-11-16", 50_000);
    sim.run_until("2027-01-20");
    let notice = sim.happened.iter().find(|h| h.step == "notice").expect("a notice");
    let mut rows: Vec<(&str, &str)> = notice.lines.iter().map(|line| (line.0.as_str(), line.1.as_str())).collect();
    rows.sort_unstable();
    assert_eq!(rows, [("F-big", "notice"), ("F-small", "notice")], "{:?}", sim.story());
    let joined = sim.facts(small).steps.iter().filter(|step| step.step_key == "notice").map(|step| step.outcome).collect::<Vec<_>>();
    assert_eq!(joined, [StepOutcome::Sent]);
}

#[test]
fn rule_3_what_is_disputed_paid_or_further_on_does_not_join() {
    for (why, change) in [
        ("disputed", Box::new(|sim: &mut Sim, id| sim.facts(id).disputed = 10_000) as Box<dyn Fn(&mut Sim, _)>),
        ("paid", Box::new(|sim: &mut Sim, id| sim.facts(id).amount_due = 0)),
        ("reviewed", Box::new(|sim: &mut Sim, id| sim.record(id, "handover", StepOutcome::TaskCreated, None))),
        (
            "inside a date",
            Box::new(|sim: &mut Sim, id| {
                sim.facts(id).steps.iter_mut().find(|step| step.step_key == "last_letter").unwrap().granted_until = Some(day("2027-06-01"));
            }),
        ),
    ] {
        let mut sim = without_review("2026-09-10");
        let small = sim.invoice("F-small", "2026-10-05", 10_000);
        sim.run_until("2026-12-05");
        change(&mut sim, small);
        sim.invoice("F-big", "2026-11-16", 50_000);
        sim.run_until("2027-02-20");
        let notice = sim.happened.iter().find(|h| h.step == "notice").expect("a notice");
        assert_eq!(notice.lines.iter().map(|line| line.0.as_str()).collect::<Vec<_>>(), ["F-big"], "{why}");
    }
}

#[test]
fn rule_4_a_task_that_nobody_does_freezes_nothing_and_counts_as_no_contact() {
    let mut sim = business("2026-09-10");
    sim.dials = false;
    let id = sim.invoice("F-1", "2026-10-05", 120_000);
    sim.run_until("2026-11-10");
    assert!(sim.snapshot.contacts_made.iter().all(|made| made.is_message()));
    // nobody dialled: no short message, and the second reminder goes on its day
    assert_eq!(sim.story(), ["2026-09-30 courtesy", "2026-10-09 first (2026-10-16)", "2026-10-21 call", "2026-10-30 second (2026-11-09)"]);
    // only the formal notice waits for an attempt
    sim.run_until("2027-01-31");
    assert!(sim.facts(id).steps.iter().all(|step| step.step_key != "notice"));
    assert!(sim.decisions.last().unwrap().reasons.iter().any(|reason| reason.code == crate::dunning::Why::CallRequired));
    sim.snapshot.customer.contacts.clear();
    sim.snapshot.contacts[0].details.phone = None;
    sim.run_until("2027-03-01");
    assert!(sim.facts(id).steps.iter().any(|step| step.step_key == "notice"), "without a number it does not wait");
}

#[test]
fn rule_6_the_deadline_of_a_registered_letter_is_computed_when_it_is_posted() {
    let mut sim = business("2026-09-10");
    sim.approves = false;
    sim.invoice("F-1", "2026-10-05", 120_000);
    sim.run_until("2026-11-19");
    let planned = sim.plans().last().unwrap().deadline_on;
    assert_eq!(planned, Some(day("2026-12-02")));
    let waiting = &mut sim.snapshot.reminders[0];
    (waiting.state, waiting.approved, waiting.send_at) = (LiveState::Planned, true, sim.now + chrono::Duration::hours(33));
    sim.run_until("2026-11-21");
    // posted on Friday 20: five business days of post to the 27th, eight days to Saturday 5 December, so Monday 7
    assert_eq!(sim.story().last().unwrap(), "2026-11-20 notice (2026-12-07)");
}

#[test]
fn rule_6_what_was_approved_is_asked_again_when_its_ground_has_moved() {
    for part in [20_000, 120_000] {
        let mut sim = business("2026-11-30");
        let id = sim.invoice("F-1", "2026-10-05", 120_000);
        for (step, on) in [("first", "2026-10-09"), ("second", "2026-10-30"), ("last_call", "2026-11-13")] {
            sim.record(id, step, StepOutcome::Sent, None);
            sim.facts(id).steps.last_mut().unwrap().done_on = day(on);
        }
        sim.snapshot.calls.push(crate::dunning::CallAttempt { on: day("2026-11-29"), reached: false });
        sim.look();
        assert!(sim.snapshot.reminders[0].approved);
        sim.facts(id).amount_due -= part;
        let decision = evaluate(&sim.snapshot, sim.now);
        let cancelled = decision
            .actions
            .iter()
            .any(|a| matches!(a, crate::dunning::Action::CancelReminder { reason, .. } if reason == "balance_changed"));
        assert!(cancelled, "{part}");
    }
}

#[test]
fn rule_7_a_formal_notice_and_a_handover_wait_for_a_person() {
    for key in ["fr_business", "fr_small_business", "fr_consumer", "fr_public_body"] {
        let policy = preset(key);
        for step in policy.steps.iter().filter(|step| step.is_formal_notice() || step.channel == Channel::Handover) {
            assert!(step.approval_required, "{key} {}", step.key);
        }
    }
}

#[test]
fn rule_7_a_public_body_is_granted_thirty_days_whatever_the_policy_says() {
    let mut sim = Sim::new(preset("fr_business"), CustomerKind::PublicBody, "2026-09-10");
    sim.invoice("F-1", "2026-10-05", 120_000);
    sim.run_until("2026-11-20");
    // posted on 17 November: post to the 24th, thirty days to 24 December, a pause until 2 January, Monday 4
    assert_eq!(sim.story().last().unwrap(), "2026-11-17 notice (2027-01-04)");
}

#[test]
fn rule_9_no_message_asks_for_money_into_an_account_that_nobody_confirmed() {
    let other = || Some("DE89 3704 0044 0532 0130 00".to_owned());
    let factor = || Some("Factor SA".to_owned());
    let own = || Some("fr76 3000 6000 0112 3456 7890 189".to_owned());
    for (name, iban, factored, confirmed, asks) in [
        (None, None, false, false, true),
        (None, own(), false, false, true),
        (None, other(), false, false, false),
        (None, other(), false, true, true),
        (factor(), other(), true, false, true),
        (None, other(), true, false, false),
        (factor(), None, true, false, false),
    ] {
        let mut sim = business("2026-10-08");
        let id = sim.invoice("F-1", "2026-10-05", 20_000);
        let facts = sim.facts(id);
        (facts.payee_name, facts.payee_iban, facts.factored, facts.payee_confirmed) = (name.clone(), iban.clone(), factored, confirmed);
        sim.run_until("2026-10-12");
        assert_eq!(!sim.happened.is_empty(), asks, "{name:?} {iban:?} {factored} {confirmed}");
        assert_eq!(sim.snapshot.open_tasks.is_empty(), asks);
    }
}

#[test]
fn rule_10_a_doubt_about_the_kind_of_customer_is_a_task_before_the_first_step() {
    for (kind, siren, about) in [
        (CustomerKind::Business, Some("130025265"), Some("once:public_body_suspected")),
        (CustomerKind::Business, Some("217500016"), Some("once:public_body_suspected")),
        (CustomerKind::Business, Some("732829320"), None),
        (CustomerKind::Business, None, None),
        (CustomerKind::PublicBody, Some("217500016"), None),
        (CustomerKind::Unknown, None, Some("once:kind_unknown")),
        (CustomerKind::Unknown, Some("217500016"), Some("once:kind_unknown")),
        (CustomerKind::Consumer, None, None),
    ] {
        let mut sim = Sim::new(preset("fr_business"), kind, "2026-09-20");
        sim.snapshot.customer.siren = siren.map(str::to_owned);
        sim.look();
        assert!(sim.snapshot.open_tasks.is_empty(), "nothing is due, nothing is asked");
        sim.invoice("F-1", "2026-10-05", 20_000);
        sim.look();
        let raised: Vec<_> = sim.snapshot.open_tasks.iter().filter_map(|task| task.about.as_deref()).collect();
        assert_eq!(raised, about.into_iter().collect::<Vec<_>>(), "{kind:?} {siren:?}");
        sim.snapshot.open_tasks.clear();
        sim.run_until("2026-10-12");
        assert!(sim.snapshot.open_tasks.is_empty(), "settled once, it is not asked again");
        assert_eq!(sim.happened.iter().filter(|h| h.step == "first").count(), 1, "it only warns");
    }
}

#[test]
fn our_own_faults_are_named_each_with_its_task() {
    type Change = fn(&mut Sim);
    let cases: [(&str, Change); 4] = [
        ("own_error:creditor_name", |sim| Arc::make_mut(&mut sim.snapshot.settings).legal_name = None),
        ("own_error:creditor_address", |sim| Arc::make_mut(&mut sim.snapshot.settings).address = None),
        ("own_error:way_to_pay", |sim| Arc::make_mut(&mut sim.snapshot.settings).iban = None),
        ("own_error:contact", |sim| {
            sim.snapshot.customer.address = None;
            sim.snapshot.contacts.clear();
        }),
    ];
    for (about, change) in cases {
        let mut sim = business("2026-10-08");
        change(&mut sim);
        sim.invoice("F-1", "2026-10-05", 20_000);
        sim.run_until("2026-10-12");
        let raised: Vec<_> = sim.snapshot.open_tasks.iter().filter_map(|task| task.about.as_deref()).collect();
        assert_eq!((raised, sim.happened.len()), (vec![about], 0));
    }
    // an address to write an e-mail to is enough to be reached
    let mut sim = business("2026-10-08");
    sim.snapshot.customer.address = None;
    sim.snapshot.contacts[0].details.phone = None;
    sim.invoice("F-1", "2026-10-05", 20_000);
    sim.run_until("2026-10-12");
    assert_eq!(sim.happened.len(), 1);
    // a link to pay by is a way to pay
    let mut sim = business("2026-10-08");
    Arc::make_mut(&mut sim.snapshot.settings).iban = None;
    let id = sim.invoice("F-1", "2026-10-05", 20_000);
    sim.facts(id).payment_url = Some("https://pay.example/1".into());
    sim.run_until("2026-10-12");
    assert_eq!(sim.happened.len(), 1);
}

#[test]
fn a_direct_debit_without_an_answer_becomes_a_task() {
    let mut sim = business("2026-10-01");
    let id = sim.invoice("F-1", "2026-10-05", 20_000);
    sim.facts(id).direct_debit = true;
    sim.run_until("2026-10-15");
    assert!(sim.snapshot.open_tasks.is_empty());
    sim.run_until("2026-10-16");
    let about: Vec<_> = sim.snapshot.open_tasks.iter().filter_map(|task| task.about.clone()).collect();
    assert_eq!(about, [format!("direct_debit:{id}")]);
    assert!(sim.happened.is_empty());
}

#[test]
fn a_debt_in_another_currency_goes_to_a_person_instead_of_a_notice() {
    let mut sim = business("2026-09-10");
    let id = sim.invoice("F-1", "2026-10-05", 120_000);
    sim.facts(id).currency = "USD".parse().unwrap();
    sim.run_until("2027-01-20");
    assert!(sim.happened.iter().all(|h| !h.lines.is_empty()));
    let steps: Vec<_> = sim
        .facts(id)
        .steps
        .iter()
        .map(|step| (step.step_key.as_str(), step.outcome))
        .collect::<Vec<_>>()
        .iter()
        .map(|(k, o)| format!("{k} {}", o.as_str()))
        .collect();
    // thresholds of the policy's currency are ignored, but nothing of the law leaves by itself
    assert!(steps.contains(&"notice task_created".to_owned()) && steps.contains(&"handover task_created".to_owned()), "{steps:?}");
    assert!(sim.plans().all(|plan| plan.channel != Channel::RegisteredLetter));
}

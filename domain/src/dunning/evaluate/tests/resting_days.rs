//! What rests the chase, until which instant, and who has to do what about it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    super::{evaluate, resting},
    sim::{Sim, business, day, preset},
};
use crate::{
    customer::CustomerKind,
    dunning::{Action, Decision, Hold, HoldScope, NewTask, Outcome, Promise, Unapplied, Why},
    ids::{HoldId, PromiseId},
    invoice::EinvoiceStatus,
    money::Currency,
    policy::UnappliedCash,
};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// 200 EUR, due on 5 October.
fn late() -> Sim {
    let mut sim = business("2026-10-09");
    sim.invoice("F-1", "2026-10-05", 20_000);
    sim
}

fn hold(sim: &mut Sim, reason: &str, published_on: Option<&str>) {
    let hold = Hold {
        id: HoldId(Uuid::from_u128(70)),
        scope: HoldScope::Customer(sim.snapshot.customer_id),
        reason: reason.into(),
        until_on: None,
        before_on: None,
        published_on: published_on.map(day),
        placed_by: Some("Marc".into()),
        placed_at: at("2026-10-08T09:00:00Z"),
    };
    sim.snapshot.holds.push(hold);
}

fn codes(decision: &Decision) -> Vec<Why> {
    decision.reasons.iter().map(|reason| reason.code).collect()
}

fn tasks(decision: &Decision) -> Vec<&NewTask> {
    decision.actions.iter().filter_map(|action| if let Action::CreateTask(task) = action { Some(task.as_ref()) } else { None }).collect()
}

#[test]
fn without_a_policy_in_force_everything_is_held_and_says_so() {
    let mut sim = late();
    sim.snapshot.policy = None;
    let decision = evaluate(&sim.snapshot, at("2026-10-09T10:00:00Z"));
    let stands = &decision.invoices[0].1;
    assert_eq!((stands.state.as_str(), stands.holds.as_slice()), ("held", &["policy_not_active".to_owned()][..]));
    assert!(codes(&decision).contains(&Why::PolicyNotActive));
}

#[test]
fn an_announced_payment_rests_the_chase_to_the_end_of_its_fifth_business_day() {
    let mut sim = late();
    sim.snapshot.invoices[0].evidence.einvoice =
        Some(EinvoiceStatus { code: "211".into(), at: at("2026-10-09T08:00:00Z"), reason_code: None, amount: None });
    for (now, rests) in [("2026-10-16T21:00:00Z", true), ("2026-10-17T10:00:00Z", false)] {
        assert_eq!(codes(&evaluate(&sim.snapshot, at(now))).contains(&Why::PaymentAnnounced), rests, "{now}");
    }
    let stands = evaluate(&sim.snapshot, at("2026-10-12T10:00:00Z")).invoices.remove(0).1;
    assert_eq!((stands.state.as_str(), stands.next_action_at), ("held", Some(at("2026-10-16T22:00:00Z"))));
}

#[test]
fn a_promise_rests_the_chase_to_the_end_of_its_grace() {
    let mut sim = late();
    sim.snapshot.promises.push(Promise {
        id: PromiseId(Uuid::from_u128(71)),
        invoices: vec![],
        amount: Currency::EUR.minor(20_000),
        promised_on: day("2026-10-15"),
        grace_until_on: day("2026-10-18"),
        received_since: 0,
        made_on: day("2026-10-08"),
        made_by: None,
        ended_before: 0,
    });
    let decision = evaluate(&sim.snapshot, at("2026-10-09T10:00:00Z"));
    let stands = &decision.invoices[0].1;
    assert_eq!((stands.state.as_str(), stands.next_action_at), ("held", Some(at("2026-10-18T22:00:00Z"))));
    assert_eq!(decision.outcome, Outcome::Act, "the case is opened");
}

#[test]
fn a_consumers_debt_of_more_than_two_years_is_stopped_and_a_business_is_asked_for_it() {
    for (kind, barred) in [(CustomerKind::Consumer, true), (CustomerKind::Unknown, true), (CustomerKind::Business, false)] {
        let mut sim = Sim::new(preset("fr_consumer"), kind, "2026-10-09");
        sim.invoice("F-1", "2024-10-05", 20_000);
        sim.snapshot.invoices[0].evidence.service_done_on = Some(day("2024-09-01"));
        let decision = evaluate(&sim.snapshot, at("2026-10-09T10:00:00Z"));
        assert_eq!(codes(&decision).contains(&Why::TimeBarred), barred, "{kind:?}");
        assert_eq!(decision.invoices[0].1.state == "stopped", barred, "{kind:?}");
    }
}

#[test]
fn a_hold_is_named_by_its_reason_and_one_of_a_persons_own_by_its_words() {
    for (reason, why) in [
        ("negotiation", Why::Negotiation),
        ("instalment_plan", Why::InstalmentPlan),
        ("over_indebtedness", Why::OverIndebtedness),
        ("death_or_guardianship", Why::DeathOrGuardianship),
        ("unread_reply", Why::UnreadReply),
        ("insolvency", Why::Insolvency),
        ("says_paid", Why::Held),
        ("Their workshop burned.", Why::Held),
    ] {
        let mut sim = late();
        hold(&mut sim, reason, None);
        let decision = evaluate(&sim.snapshot, at("2026-10-09T10:00:00Z"));
        assert_eq!(decision.invoices[0].1.holds, [why.as_str()], "{reason}");
        let told = decision.reasons.iter().find(|reason| reason.code == why).unwrap().message(crate::dunning::Language::English);
        assert!(!told.contains('{') && told.ends_with('.'), "{told}");
    }
}

#[test]
fn what_stops_the_chase_is_somebodys_dated_task_asked_once() {
    for (reason, published, kind, role, due) in [
        ("insolvency", Some("2026-10-01"), "review", "manager", "2026-12-01"),
        ("insolvency", Some("2026-05-01"), "review", "manager", "2026-10-09"), // too late: today
        ("insolvency", None, "review", "manager", "2026-10-12"),
        ("over_indebtedness", Some("2026-10-01"), "review", "manager", "2026-10-12"),
        ("death_or_guardianship", None, "review", "manager", "2026-10-12"),
    ] {
        let mut sim = late();
        hold(&mut sim, reason, published);
        let decision = evaluate(&sim.snapshot, at("2026-10-09T10:00:00Z"));
        let task = *tasks(&decision).first().unwrap_or_else(|| panic!("{reason}"));
        let id = HoldId(Uuid::from_u128(70));
        assert_eq!((task.kind.as_str(), task.assign_to[0].as_str(), task.due_on), (kind, role, day(due)), "{reason} {published:?}");
        assert_eq!(task.about, Some(format!("once:{reason}:{id}")));
        sim.snapshot.raised_once.push(crate::dunning::RaisedOnce { about: task.about.clone().unwrap(), on: day("2026-10-09") });
        assert!(tasks(&evaluate(&sim.snapshot, at("2026-10-09T10:00:00Z"))).is_empty(), "{reason} is asked once");
    }
    for (code, kind, role) in [
        ("210", "review", "collector"),
        ("207", "review", "collector"),
        ("213", "own_error", "collector"),
        ("220", "own_error", "collector"),
    ] {
        let mut sim = late();
        sim.snapshot.invoices[0].evidence.einvoice =
            Some(EinvoiceStatus { code: code.into(), at: at("2026-10-08T08:00:00Z"), reason_code: None, amount: None });
        let decision = evaluate(&sim.snapshot, at("2026-10-09T10:00:00Z"));
        let found: Vec<_> = tasks(&decision).iter().map(|task| (task.kind.clone(), task.assign_to[0].clone())).collect();
        assert_eq!(found, [(kind.to_owned(), role.to_owned())], "{code}");
    }
}

#[test]
fn what_lowers_the_ask_is_of_its_currency_and_goes_to_older_debts_that_are_open() {
    let mut sim = business("2026-10-09");
    Arc::make_mut(&mut sim.snapshot.policy.as_mut().unwrap().policy).unapplied_cash = UnappliedCash::Lower;
    let swiss = sim.invoice("F-0", "2026-09-01", 5_000);
    sim.facts(swiss).currency = "CHF".parse().unwrap();
    let paid = sim.invoice("F-1", "2026-09-02", 4_000);
    (sim.facts(paid).amount_due, sim.facts(paid).voided) = (4_000, true);
    sim.invoice("F-2", "2026-10-05", 20_000);
    sim.snapshot.unapplied.push(Unapplied { money: Currency::EUR.minor(3_000), since_on: day("2026-10-01") });
    let decision = evaluate(&sim.snapshot, at("2026-10-09T10:00:00Z"));
    let lines = decision.actions.iter().find_map(|action| if let Action::PlanReminder(plan) = action { Some(&plan.lines) } else { None });
    let asked: Vec<_> = lines.unwrap().iter().map(|line| (line.number.as_str(), line.amount_due)).collect();
    assert_eq!(asked, [("F-2", 17_000)]);
}

#[test]
fn what_rests_by_itself_is_said_of_the_customer_when_everything_rests_on_it() {
    let scopes = |sim: &Sim| -> Vec<(HoldScope, Why)> {
        resting(&sim.snapshot, at("2026-10-09T10:00:00Z")).into_iter().map(|one| (one.scope, one.code)).collect()
    };
    let mut sim = late();
    let second = sim.invoice("F-2", "2026-10-06", 10_000);
    sim.snapshot.ledger_differs = true;
    assert_eq!(scopes(&sim), [(HoldScope::Customer(sim.snapshot.customer_id), Why::LedgerDiffers)], "said once");
    sim.facts(second).direct_debit = true;
    assert_eq!(
        scopes(&sim),
        [(HoldScope::Customer(sim.snapshot.customer_id), Why::LedgerDiffers), (HoldScope::Invoice(second), Why::DirectDebitPending)]
    );
    sim.snapshot.ledger_differs = false;
    sim.snapshot.invoices.remove(0);
    assert_eq!(scopes(&sim), [(HoldScope::Invoice(second), Why::DirectDebitPending)], "the only one is named itself");
    for (scope, word) in [
        (HoldScope::Tenant, "tenant"),
        (HoldScope::Customer(sim.snapshot.customer_id), "customer"),
        (HoldScope::Invoice(second), "invoice"),
    ] {
        assert_eq!(scope.as_str(), word);
    }
    let words = [Outcome::Act, Outcome::Wait, Outcome::Hold, Outcome::Stop].map(Outcome::as_str);
    assert_eq!(words, ["act", "wait", "hold", "stop"]);
}

#[test]
fn money_that_matches_nothing_stays_a_task_when_it_only_lowers_the_ask() {
    let mut sim = late();
    sim.snapshot.unapplied.push(Unapplied { money: Currency::EUR.minor(3_000), since_on: day("2026-09-01") });
    let decision = evaluate(&sim.snapshot, at("2026-10-09T10:00:00Z"));
    assert!(!codes(&decision).contains(&Why::UnappliedCash), "five business days have passed");
    assert_eq!(tasks(&decision).iter().filter(|task| task.kind == "unapplied_cash").count(), 1);
}

#[test]
fn stale_payment_data_are_said_once_a_decision() {
    let mut sim = late();
    sim.invoice("F-2", "2026-10-05", 10_000);
    sim.snapshot.payments_complete_until = Some(at("2026-10-01T00:00:00Z"));
    let waived = |step: &str| crate::dunning::StepRecord {
        step_key: step.to_owned(),
        outcome: crate::dunning::StepOutcome::Waived,
        done_on: day("2026-10-06"),
        granted_until: None,
        reason: None,
    };
    sim.snapshot.invoices.iter_mut().for_each(|invoice| invoice.steps = ["precheck", "courtesy", "key_call"].map(waived).into());
    let decision = evaluate(&sim.snapshot, at("2026-10-09T10:00:00Z"));
    assert_eq!(decision.actions.iter().filter(|action| **action == Action::SayDataStale).count(), 1);
}

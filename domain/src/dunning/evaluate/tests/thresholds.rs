//! Amounts that decide, to the cent: minima, maxima, disputed parts, stray money.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{
    super::evaluate,
    sim::{Sim, business, day, ladder},
};
use crate::{
    dunning::{Action, ContactMade, Decision, PlannedReminder, SettledCharge, StepOutcome, StepRecord, Unapplied, Why},
    money::Currency,
};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A decision on Monday 12 October 2026 at noon.
fn decide(sim: &Sim) -> Decision {
    evaluate(&sim.snapshot, at("2026-10-12T10:00:00Z"))
}

fn plans(decision: &Decision) -> Vec<&PlannedReminder> {
    fn plan(action: &Action) -> Option<&PlannedReminder> {
        if let Action::PlanReminder(plan) = action { Some(plan) } else { None }
    }
    decision.actions.iter().filter_map(plan).collect()
}

fn waivers(decision: &Decision) -> Vec<&str> {
    fn waiver(action: &Action) -> Option<&str> {
        if let Action::WaiveStep { reason, .. } = action { Some(reason) } else { None }
    }
    decision.actions.iter().filter_map(waiver).collect()
}

fn mail(more: serde_json::Value) -> serde_json::Value {
    let mut step = json!({"key": "first", "offset_days": 5, "channel": "email", "template": "first_reminder"});
    step.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!([step])
}

fn done(step: &str, outcome: StepOutcome, on: &str) -> StepRecord {
    StepRecord { step_key: step.into(), outcome, done_on: day(on), granted_until: None, reason: None }
}

#[test]
fn a_bound_counts_itself() {
    for (amount, waived) in [(9_999, Some("below_minimum")), (10_000, None), (20_000, None), (20_001, Some("above_maximum"))] {
        let mut sim = ladder(mail(json!({"min_amount_due": "100.00", "max_amount_due": "200.00"})), json!({}), "2026-10-01");
        sim.invoice("F-1", "2026-10-05", amount);
        let decision = decide(&sim);
        assert_eq!(waivers(&decision), waived.into_iter().collect::<Vec<_>>(), "{amount}");
        assert_eq!(plans(&decision).len(), usize::from(waived.is_none()), "{amount}");
    }
}

#[test]
fn only_open_debts_in_the_currency_of_the_policy_fill_a_minimum() {
    let mut sim = ladder(mail(json!({"min_amount_due": "300.00"})), json!({}), "2026-10-01");
    let euros = sim.invoice("F-1", "2026-10-05", 20_000);
    let francs = sim.invoice("F-2", "2026-10-05", 20_000);
    sim.facts(francs).currency = "CHF".parse().unwrap();
    let decision = decide(&sim);
    assert_eq!(waivers(&decision), ["below_minimum"], "francs are no euros; for them the bound is not asked");
    assert_eq!(plans(&decision)[0].lines.iter().map(|line| line.invoice_id).collect::<Vec<_>>(), [francs]);
    // 100 more in euros, and the bound is reached
    sim.invoice("F-3", "2026-10-05", 10_000);
    assert!(waivers(&decide(&sim)).is_empty());
    assert_eq!(plans(&decide(&sim))[0].lines.len(), 3);
    sim.facts(euros).amount_due = 0;
    assert_eq!(waivers(&decide(&sim)), ["below_minimum"], "what is paid fills nothing");
}

#[test]
fn no_compensation_is_claimed_where_every_invoice_is_below_its_bound() {
    let steps = mail(json!({"late_charges": "claim"}));
    let charges = json!({"applies_to": {"customer_kinds": ["business"]},
        "late_charges": {"regime": {"kind": "fr_b2b_default"}, "fixed_compensation": true, "claim_min_invoice_amount": "150.00"}});
    for (amount, claimed) in [(14_999, None), (15_000, Some(4_000))] {
        let mut sim = ladder(steps.clone(), charges.clone(), "2026-10-01");
        sim.invoice("F-1", "2026-10-05", amount);
        let decision = decide(&sim);
        let told = plans(&decision)[0].fixed_compensation.as_ref().map(|charge| charge.amount.minor);
        assert_eq!(told, claimed, "{amount}");
        assert_eq!(decision.reasons.iter().any(|reason| reason.code == Why::CompensationWaived), claimed.is_none());
    }
}

#[test]
fn once_in_so_many_days_looks_at_the_step_itself_and_not_at_today() {
    let steps = json!([
        {"key": "look", "offset_days": 2, "channel": "review_task"},
        {"key": "ask", "offset_days": 5, "channel": "phone_task", "once_per_days": 30}]);
    let asked = |another: StepRecord| {
        let mut sim = ladder(steps.clone(), json!({}), "2026-10-01");
        let other = sim.invoice("F-0", "2026-10-01", 20_000);
        sim.facts(other).steps = vec![another];
        let id = sim.invoice("F-1", "2026-10-05", 20_000);
        sim.facts(id).steps = vec![done("look", StepOutcome::TaskCreated, "2026-10-07")];
        let decision = decide(&sim);
        let lately = decision
            .actions
            .iter()
            .any(|action| matches!(action, Action::WaiveStep { invoice_id, reason, .. } if *invoice_id == id && reason == "done_lately"));
        !lately
    };
    assert!(asked(done("look", StepOutcome::TaskCreated, "2026-10-09")), "another step was done lately");
    assert!(!asked(done("ask", StepOutcome::TaskCreated, "2026-10-09")), "it was done for another invoice");
    assert!(asked(done("ask", StepOutcome::Waived, "2026-10-09")), "a waiver is no call");
    assert!(asked(done("ask", StepOutcome::TaskCreated, "2026-10-12")), "what is done today goes together");
    assert!(!asked(done("ask", StepOutcome::TaskCreated, "2026-09-13")), "29 days ago");
    assert!(asked(done("ask", StepOutcome::TaskCreated, "2026-09-12")), "30 days ago");
}

#[test]
fn what_is_disputed_is_not_asked_and_does_not_eat_stray_money() {
    let mut sim = ladder(mail(json!({})), json!({"unapplied_cash": "lower"}), "2026-10-01");
    let one = sim.invoice("F-1", "2026-10-01", 12_000);
    sim.facts(one).disputed = 4_000;
    let two = sim.invoice("F-2", "2026-10-05", 20_000);
    let asked = |sim: &Sim| {
        let decision = decide(sim);
        let mut lines: Vec<_> =
            plans(&decision).iter().flat_map(|plan| &plan.lines).map(|line| (line.invoice_id, line.amount_due)).collect();
        lines.sort();
        lines
    };
    assert_eq!(asked(&sim), [(one, 8_000), (two, 20_000)]);
    sim.snapshot.unapplied.push(Unapplied { money: Currency::EUR.minor(10_000), since_on: day("2026-10-01") });
    assert_eq!(asked(&sim), [(two, 18_000)], "the 8,000 of the oldest first, 2,000 of the next");
}

#[test]
fn stray_money_rests_the_chase_until_its_days_are_over_or_for_ever() {
    for (days, until) in [(json!(3), Some("2026-10-14T22:00:00Z")), (json!(null), None)] {
        let mut more = json!({"unapplied_cash": "hold"});
        if !days.is_null() {
            more["unapplied_cash_hold_days"] = days;
        }
        let mut sim = ladder(mail(json!({})), more, "2026-10-01");
        sim.invoice("F-1", "2026-10-05", 20_000);
        sim.snapshot.unapplied.push(Unapplied { money: Currency::EUR.minor(10_000), since_on: day("2026-10-09") });
        // money in another currency, known for longer, says nothing about euros
        sim.snapshot.unapplied.push(Unapplied { money: "CHF".parse::<Currency>().unwrap().minor(10_000), since_on: day("2026-09-01") });
        let decision = decide(&sim);
        let held = decision.reasons.iter().find(|reason| reason.code == Why::UnappliedCash).and_then(|reason| reason.held.clone()).unwrap();
        assert_eq!(held.since, Some(at("2026-10-08T22:00:00Z")));
        assert_eq!(held.until, until.map(at));
    }
}

#[test]
fn a_small_balance_is_still_told_of_before_it_is_late() {
    let steps = json!([{"key": "due_day", "offset_days": 0, "channel": "email", "template": "courtesy"},
        {"key": "first", "offset_days": 5, "channel": "email", "template": "first_reminder"}]);
    let small = json!({"applies_to": {"min_amount_due": "15.00"}, "small_balance": {"after_days": 7}});
    let mut sim = ladder(steps, small, "2026-10-01");
    let id = sim.invoice("F-1", "2026-10-12", 1_000);
    assert_eq!(plans(&decide(&sim)).len(), 1, "on the due date it is no small debt, it is no debt in arrears at all");
    sim.facts(id).due_on = day("2026-10-05");
    // the oldest of those that are asked for counts, not an older one that is not at a step
    let other = sim.invoice("F-0", "2026-08-01", 100);
    sim.facts(other).steps = vec![done("first", StepOutcome::Sent, "2026-08-10")];
    let decision = decide(&sim);
    assert!(plans(&decision).is_empty() && decision.reasons.iter().any(|reason| reason.code == Why::SmallBalance));
    let reviewed =
        |decision: &Decision| decision.actions.iter().any(|action| matches!(action, Action::CreateTask(task) if task.kind == "review"));
    assert!(reviewed(&decision), "seven days after its due date");
    sim.facts(id).due_on = day("2026-10-07");
    assert!(!reviewed(&decide(&sim)), "not before");
}

#[test]
fn a_message_of_another_channel_or_step_does_not_wait_for_one_that_nobody_approved() {
    // the notice of one invoice waits for a person; the first reminder of another goes meanwhile
    let mut sim = business("2026-10-12");
    sim.approves = false;
    let old = sim.invoice("F-1", "2026-08-20", 20_000);
    let before = ["precheck", "courtesy", "key_call", "first", "call", "sms", "second", "last_call", "last_letter"];
    sim.facts(old).steps = before.map(|step| done(step, StepOutcome::Sent, "2026-09-20")).into();
    sim.snapshot.calls.push(crate::dunning::CallAttempt { on: day("2026-10-08"), reached: false });
    sim.now = at("2026-10-12T10:00:00Z");
    sim.look();
    assert_eq!(sim.snapshot.reminders.len(), 1);
    sim.invoice("F-2", "2026-10-05", 20_000);
    let decision = decide(&sim);
    assert_eq!(plans(&decision).iter().map(|plan| plan.step_key.as_str()).collect::<Vec<_>>(), ["first"]);
    // one that is planned counts
    sim.snapshot.reminders[0].state = crate::dunning::LiveState::Planned;
    assert!(plans(&decide(&sim)).is_empty());
    // a message that left counts too, a copy of one does not
    sim.snapshot.reminders[0].copy_of =
        Some(crate::dunning::CopyOf { reminder_id: sim.snapshot.reminders[0].id, pay_before_on: None, deadline_on: None });
    assert_eq!(plans(&decide(&sim)).len(), 1);
    sim.snapshot.contacts_made.push(ContactMade { on: day("2026-10-11"), channel: "email".into(), step_key: None });
    assert!(plans(&decide(&sim)).is_empty());
}

#[test]
fn a_compensation_that_was_settled_is_claimed_no_more_of_that_invoice() {
    let charges = json!({"applies_to": {"customer_kinds": ["business"]},
        "late_charges": {"regime": {"kind": "fr_b2b_default"}, "fixed_compensation": true}});
    let mut sim = ladder(mail(json!({"late_charges": "claim"})), charges, "2026-10-01");
    let (one, two) = (sim.invoice("F-1", "2026-10-05", 20_000), sim.invoice("F-2", "2026-10-05", 20_000));
    let claimed = |sim: &Sim| {
        let decision = decide(sim);
        let settled: Vec<_> = decision.reasons.iter().filter(|reason| reason.code == Why::ChargeSettled).cloned().collect();
        assert!(settled.iter().all(|reason| reason.rule == "late_charges"), "{settled:?}");
        let count = plans(&decision)[0].fixed_compensation.as_ref().map_or(0, |charge| charge.count);
        (count, settled.iter().filter_map(|reason| reason.invoice_id).collect::<Vec<_>>())
    };
    assert_eq!(claimed(&sim), (2, vec![]));
    sim.snapshot.settled_charges = vec![SettledCharge { invoice_id: one, rule: "interest".into() }];
    assert_eq!(claimed(&sim), (2, vec![]), "interest is another charge");
    sim.snapshot.settled_charges.push(SettledCharge { invoice_id: two, rule: "fixed_compensation".into() });
    assert_eq!(claimed(&sim), (1, vec![two]));
}

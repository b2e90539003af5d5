//! Rules of the ladder, each as a short story.

use std::sync::Arc;

use chrono::Duration;

use super::sim::{business, day};
use crate::{
    dunning::{Action, Hold, HoldScope, Promise, Unapplied, Why},
    ids::{HoldId, PromiseId},
    money::Currency,
    policy::UnappliedCash,
};

#[test]
fn five_overdue_invoices_of_different_ages_are_one_message_of_the_right_intensity() {
    let mut sim = business("2026-11-23");
    for (number, due) in [("F-1", "2026-09-01"), ("F-2", "2026-10-01"), ("F-3", "2026-10-20"), ("F-4", "2026-11-10"), ("F-5", "2026-11-18")]
    {
        sim.invoice(number, due, 10_000);
    }
    sim.run_until("2026-11-24");
    assert_eq!(sim.story(), ["2026-11-23 first (2026-11-30)"]);
    assert_eq!(sim.happened[0].lines.len(), 5);
    assert!(sim.happened[0].lines.iter().all(|(_, step, _)| step == "first"));
}

#[test]
fn nothing_goes_before_the_day_after_the_due_date_nor_before_delivery_and_grace() {
    let mut sim = business("2026-09-10");
    let id = sim.invoice("F-1", "2026-10-05", 20_000);
    sim.facts(id).delivered_on = Some(day("2026-10-20"));
    sim.run_until("2026-11-10");
    // 20 October + 10 days of grace = Friday 30 October
    assert_eq!(sim.story()[0], "2026-10-30 first (2026-11-06)");
}

#[test]
fn down_for_three_days_the_first_missing_step_goes_and_spacing_follows_it() {
    let mut sim = business("2026-10-01");
    sim.invoice("F-1", "2026-10-05", 10_000);
    sim.run_until("2026-10-06");
    sim.now += Duration::days(6) + Duration::hours(9); // Monday 12 October, 09:00
    sim.run_until("2026-11-15");
    // below 300 EUR: no calls; second = 12 October + 19 days, moved to a sending day
    assert_eq!(sim.story()[..2], ["2026-10-12 first (2026-10-19)", "2026-11-02 second (2026-11-10)"]);
}

#[test]
fn a_part_payment_keeps_the_step_and_lowers_the_amount() {
    let mut sim = business("2026-10-01");
    let id = sim.invoice("F-1", "2026-10-05", 20_000);
    sim.run_until("2026-10-12");
    sim.facts(id).amount_due = 5_000;
    sim.run_until("2026-11-05");
    assert_eq!(sim.happened[1].step, "second");
    assert_eq!(sim.happened[1].lines, [("F-1".to_owned(), "second".to_owned(), 5_000)]);
}

#[test]
fn a_payment_between_planning_and_sending_cancels_the_send() {
    let mut sim = business("2026-10-09"); // midnight: planned for 08:30
    let id = sim.invoice("F-1", "2026-10-05", 20_000);
    sim.look();
    assert_eq!(sim.snapshot.reminders.len(), 1);
    sim.facts(id).amount_due = 0;
    sim.look();
    let cancelled = sim
        .decisions
        .iter()
        .flat_map(|d| &d.actions)
        .any(|a| matches!(a, Action::CancelReminder { reason, .. } if reason == "balance_changed"));
    assert!(cancelled && sim.snapshot.reminders.is_empty());
    sim.run_until("2026-12-01");
    assert!(sim.happened.is_empty());
}

#[test]
fn stale_payment_data_hold_everything_and_say_so() {
    let mut sim = business("2026-10-01");
    sim.snapshot.payments_complete_until = Some(sim.now);
    sim.invoice("F-1", "2026-10-05", 20_000);
    sim.run_until("2026-10-20");
    assert!(sim.happened.is_empty());
    assert!(sim.decisions.last().unwrap().reasons.iter().any(|reason| reason.code == Why::PaymentDataStale));
}

#[test]
fn unapplied_cash_holds_or_lowers_by_setting() {
    let mut sim = business("2026-10-01");
    sim.invoice("F-1", "2026-10-05", 20_000);
    sim.snapshot.unapplied.push(Unapplied { money: Currency::EUR.minor(3_000), since_on: day("2026-10-09") });
    sim.run_until("2026-10-12");
    assert!(sim.happened.is_empty());
    assert_eq!(sim.snapshot.open_tasks.iter().filter(|task| task.kind == "unapplied_cash").count(), 1);
    Arc::make_mut(&mut sim.snapshot.policy.as_mut().unwrap().policy).unapplied_cash = UnappliedCash::Lower;
    sim.run_until("2026-10-14");
    assert_eq!(sim.happened[0].lines[0].2, 17_000);
}

#[test]
fn a_fresh_or_disputed_invoice_is_left_out_and_named() {
    let mut sim = business("2026-10-09");
    sim.invoice("F-1", "2026-10-01", 20_000);
    sim.invoice("F-fresh", "2026-10-07", 30_000);
    let disputed = sim.invoice("F-disputed", "2026-10-01", 40_000);
    sim.facts(disputed).disputed = 40_000;
    sim.look();
    let plan = sim
        .decisions
        .iter()
        .flat_map(|d| &d.actions)
        .find_map(|a| if let Action::PlanReminder(plan) = a { Some(plan) } else { None })
        .unwrap();
    assert_eq!(plan.lines.iter().map(|line| line.number.as_str()).collect::<Vec<_>>(), ["F-1"]);
    let left: Vec<(&str, &str)> = plan.left_out.iter().map(|out| (out.number.as_str(), out.reason.as_str())).collect();
    assert_eq!(left, [("F-fresh", "not_at_step"), ("F-disputed", "disputed")]);
}

#[test]
fn a_promise_rests_the_chase_until_it_is_broken_and_a_call_follows() {
    let mut sim = business("2026-10-08");
    sim.invoice("F-1", "2026-10-05", 20_000);
    sim.snapshot.promises.push(Promise {
        id: PromiseId(uuid::Uuid::from_u128(9)),
        invoices: vec![],
        amount: Currency::EUR.minor(20_000),
        promised_on: day("2026-10-14"),
        grace_until_on: day("2026-10-17"),
        received_since: 0,
        made_on: day("2026-10-08"),
        made_by: None,
        ended_before: 0,
    });
    sim.run_until("2026-10-18");
    assert!(sim.happened.is_empty());
    sim.run_until("2026-10-21");
    assert!(sim.snapshot.promises.is_empty());
    assert_eq!(sim.story(), ["2026-10-19 first (2026-10-26)"]);
}

#[test]
fn a_promise_that_was_renewed_once_too_often_rests_nothing_whoever_recorded_it() {
    // fr_business allows one renewal
    for (ended_before, story) in [(0, &[][..]), (1, &[]), (2, &["2026-10-09 first (2026-10-16)"])] {
        let mut sim = business("2026-10-08");
        sim.invoice("F-1", "2026-10-05", 20_000);
        sim.snapshot.promises.push(Promise {
            id: PromiseId(uuid::Uuid::from_u128(9)),
            invoices: vec![],
            amount: Currency::EUR.minor(20_000),
            promised_on: day("2026-10-14"),
            grace_until_on: day("2026-10-17"),
            received_since: 0,
            made_on: day("2026-10-08"),
            made_by: None,
            ended_before,
        });
        sim.run_until("2026-10-17");
        assert_eq!(sim.story(), story, "{ended_before}");
        let said = sim.decisions.iter().flat_map(|decision| &decision.reasons).any(|reason| reason.code == Why::PromiseOnceTooOften);
        assert_eq!(said, ended_before == 2);
    }
}

#[test]
fn a_hold_lifts_itself_after_its_last_day() {
    let mut sim = business("2026-10-08");
    let id = sim.invoice("F-1", "2026-10-05", 20_000);
    let other = sim.invoice("F-2", "2026-10-05", 20_000);
    sim.snapshot.holds.push(Hold {
        id: HoldId(uuid::Uuid::from_u128(8)),
        scope: HoldScope::Invoice(id),
        reason: "manual".into(),
        until_on: Some(day("2026-10-14")),
        before_on: None,
        published_on: None,
        placed_by: Some("key_1".into()),
        placed_at: sim.now,
    });
    sim.run_until("2026-10-12");
    assert_eq!(sim.happened[0].lines.len(), 1);
    let standing = &sim.decisions.last().unwrap().invoices.iter().find(|(invoice, _)| *invoice == id).unwrap().1;
    assert_eq!((standing.state.as_str(), standing.next_action_at.is_some()), ("held", true));
    let reasons = sim.decisions.iter().flat_map(|decision| &decision.reasons);
    let named = reasons.filter_map(|reason| reason.held.as_ref()).any(|held| held.hold_id == Some(HoldId(uuid::Uuid::from_u128(8))));
    assert!(named, "the reason names the hold it comes from");
    sim.run_until("2026-11-20");
    assert!(sim.snapshot.holds.is_empty());
    assert!(sim.facts(id).steps.iter().any(|step| step.step_key == "first"));
    assert!(sim.facts(other).steps.iter().any(|step| step.step_key == "first"));
}

#[test]
fn our_own_errors_hold_everything_and_raise_one_task_each() {
    let mut sim = business("2026-10-08");
    Arc::make_mut(&mut sim.snapshot.settings).iban = None;
    sim.invoice("F-1", "2026-10-05", 20_000);
    sim.invoice("F-2", "2026-10-05", 20_000);
    sim.run_until("2026-10-20");
    assert!(sim.happened.is_empty());
    assert_eq!(sim.snapshot.open_tasks.len(), 1);
    Arc::make_mut(&mut sim.snapshot.settings).iban = Some("FR7630006000011234567890189".into());
    sim.run_until("2026-10-21");
    sim.look();
    sim.run_until("2026-10-22");
    assert_eq!(sim.happened.len(), 1);
}

#[test]
fn facts_rest_a_moment_before_anything_new_is_planned() {
    let mut sim = business("2026-10-09");
    sim.now += Duration::hours(10);
    sim.snapshot.facts_changed_at = sim.now;
    sim.invoice("F-1", "2026-10-01", 20_000);
    let next = sim.look().unwrap();
    assert!(sim.snapshot.reminders.is_empty());
    assert_eq!(next - sim.now, Duration::seconds(super::super::SETTLE_SECONDS));
}

#[test]
fn an_approval_not_given_in_time_sends_nothing_and_raises_a_task() {
    let mut sim = business("2026-09-10");
    sim.approves = false;
    sim.invoice("F-1", "2026-10-05", 20_000);
    sim.run_until("2027-03-01");
    assert!(sim.story().iter().all(|line| !line.contains("notice")));
    assert_eq!(sim.snapshot.open_tasks.iter().filter(|task| task.kind == "approval_expired").count(), 1);
    assert!(sim.snapshot.reminders.is_empty());
}

#[test]
fn an_invoice_whose_last_step_is_waived_has_completed_its_ladder_at_once() {
    let mut policy = super::sim::preset("fr_business");
    policy.steps.retain(|step| ["first", "notice"].contains(&step.key.as_str()));
    let mut sim = super::sim::Sim::new(policy, crate::customer::CustomerKind::Business, "2026-10-01");
    let id = sim.invoice("F-1", "2026-10-05", 10_000);
    sim.run_until("2026-12-01");
    let stands = sim.decisions.iter().rev().find_map(|decision| decision.invoices.iter().find(|(invoice, _)| *invoice == id));
    assert_eq!(stands.unwrap().1.state, "completed");
    let waiving =
        sim.decisions.iter().find(|decision| decision.actions.iter().any(|action| matches!(action, Action::WaiveStep { .. }))).unwrap();
    assert_eq!((waiving.invoices[0].1.state.as_str(), waiving.invoices[0].1.next_step.as_deref()), ("completed", None));
}

//! What each field of a policy does, as a credit manager would see it.

use std::sync::Arc;

use super::sim::{Sim, business, day, preset};
use crate::{
    customer::{CustomerKind, Person},
    dunning::{CallAttempt, ClaimSent, Param, Unapplied, Why},
    ids::ReminderId,
    money::Currency,
    policy::{ChargesLeft, OnlyIf, Policy},
};

fn with(starts_on: &str, change: impl FnOnce(&mut Policy)) -> Sim {
    let mut policy = preset("fr_business");
    change(&mut policy);
    Sim::new(policy, CustomerKind::Business, starts_on)
}

fn keller() -> Option<Person> {
    Some(Person { name: "A. Keller".into(), email: Some("keller@atelier.example".into()) })
}

#[test]
fn the_first_overdue_step_waits_for_the_customers_payment_run_and_its_money() {
    for (days, wait, first) in [
        (&["10", "25"][..], 6, "2026-10-14 first (2026-10-21)"), // Saturday 10, two business days for the money, then Wednesday
        (&["25"], 6, "2026-10-09 first (2026-10-16)"),           // too far away to wait for
        (&["10"], 0, "2026-10-09 first (2026-10-16)"),
        (&[], 6, "2026-10-09 first (2026-10-16)"),
    ] {
        let mut sim = with("2026-10-01", |policy| policy.payment_run_wait_days = wait);
        sim.snapshot.customer.payment_days = days.iter().map(|day| (*day).to_owned()).collect();
        sim.invoice("F-1", "2026-10-05", 20_000);
        sim.run_until("2026-10-20");
        assert_eq!(sim.story(), [first], "{days:?} {wait}");
    }
}

#[test]
fn only_the_first_overdue_step_waits_for_a_run() {
    let mut sim = with("2026-10-01", |policy| policy.payment_run_wait_days = 40);
    sim.snapshot.customer.payment_days = vec!["8".into()];
    sim.invoice("F-1", "2026-10-05", 20_000);
    sim.run_until("2026-11-05");
    // Thursday 8 October; Monday 12 its money is there; Tuesday 13. The run of 8 November does not count.
    assert_eq!(sim.story(), ["2026-10-13 first (2026-10-20)", "2026-11-02 second (2026-11-10)"]);
}

#[test]
fn stray_cash_rests_the_chase_for_its_days_then_lowers_the_ask_and_stays_a_task() {
    let mut sim = business("2026-10-08");
    sim.invoice("F-1", "2026-10-05", 20_000);
    sim.snapshot.unapplied.push(Unapplied { money: Currency::EUR.minor(3_000), since_on: day("2026-10-08") });
    sim.run_until("2026-10-15");
    assert!(sim.happened.is_empty());
    // five business days after Thursday 8 is Thursday 15; it lowers from Friday 16 on
    let held = sim.decisions.last().unwrap().invoices[0].1.clone();
    assert_eq!((held.state.as_str(), held.next_action_at.unwrap().to_string().as_str()), ("held", "2026-10-15 22:00:00 UTC"));
    sim.run_until("2026-10-17");
    assert_eq!(sim.happened[0].lines, [("F-1".to_owned(), "first".to_owned(), 17_000)]);
    assert_eq!(sim.happened[0].on, day("2026-10-16"));
    assert_eq!(sim.snapshot.open_tasks.iter().filter(|task| task.kind == "unapplied_cash").count(), 1);
}

#[test]
fn without_an_end_stray_cash_rests_the_chase_until_somebody_allocates_it() {
    let mut sim = with("2026-10-08", |policy| policy.unapplied_cash_hold_days = None);
    sim.invoice("F-1", "2026-10-05", 20_000);
    for (amount, since) in [(3_000, "2026-09-01"), (100, "2026-10-08")] {
        sim.snapshot.unapplied.push(Unapplied { money: Currency::EUR.minor(amount), since_on: day(since) });
    }
    sim.run_until("2027-02-01");
    assert!(sim.happened.is_empty());
}

#[test]
fn stray_cash_of_another_currency_changes_nothing() {
    let mut sim = business("2026-10-08");
    sim.invoice("F-1", "2026-10-05", 20_000);
    sim.snapshot.unapplied.push(Unapplied { money: "USD".parse::<Currency>().unwrap().minor(9_000), since_on: day("2026-10-08") });
    sim.run_until("2026-10-12");
    assert_eq!(sim.happened[0].lines[0].2, 20_000);
    assert!(sim.snapshot.open_tasks.is_empty());
}

#[test]
fn lowered_asks_are_those_of_the_oldest_invoices() {
    let mut sim = with("2026-10-08", |policy| policy.unapplied_cash = crate::policy::UnappliedCash::Lower);
    sim.invoice("F-new", "2026-10-05", 20_000);
    sim.invoice("F-old", "2026-10-02", 5_000);
    sim.snapshot.unapplied.push(Unapplied { money: Currency::EUR.minor(8_000), since_on: day("2026-10-08") });
    sim.run_until("2026-10-12");
    assert_eq!(sim.happened[0].lines, [("F-new".to_owned(), "first".to_owned(), 17_000)]);
}

#[test]
fn a_small_balance_is_never_written_about_and_a_person_looks_once_a_month() {
    let mut sim = with("2026-10-01", |policy| policy.small_balance_after_days = 90);
    sim.invoice("F-1", "2026-10-05", 900);
    sim.invoice("F-2", "2026-10-20", 500);
    sim.run_until("2027-01-02");
    assert!(sim.happened.is_empty() && sim.snapshot.open_tasks.is_empty());
    sim.run_until("2027-01-04");
    let about = |sim: &Sim| sim.snapshot.open_tasks.iter().filter_map(|task| task.about.clone()).collect::<Vec<_>>();
    assert_eq!(about(&sim), ["once:small_balance:2027-01"]);
    // undone, it is not asked for twice; done, it comes again next month and not before
    sim.run_until("2027-02-10");
    assert_eq!(about(&sim).len(), 1);
    sim.snapshot.open_tasks.clear();
    sim.look();
    assert_eq!(about(&sim), ["once:small_balance:2027-02"]);
    sim.snapshot.open_tasks.clear();
    sim.run_until("2027-02-27");
    assert!(about(&sim).is_empty());
    sim.run_until("2027-03-01");
    assert_eq!(about(&sim), ["once:small_balance:2027-03"]);
    // a third invoice makes it worth a message
    sim.invoice("F-3", "2027-03-01", 700);
    sim.run_until("2027-03-06");
    assert_eq!(sim.story(), ["2027-03-02 first (2027-03-09)"]);
    assert_eq!(sim.happened[0].lines.len(), 2);
}

#[test]
fn just_enough_is_written_about() {
    let mut sim = business("2026-10-01");
    sim.invoice("F-1", "2026-10-05", 1_500);
    sim.run_until("2026-10-12");
    assert_eq!(sim.happened.len(), 1);
}

#[test]
fn the_sales_owner_is_told_two_business_days_before_and_the_step_waits_for_him() {
    let mut sim = business("2026-09-10");
    sim.snapshot.customer.sales_owner = keller();
    sim.invoice("FA-1", "2026-10-05", 120_000);
    sim.run_until("2026-12-31");
    // told in time, nothing moves: the dated example of the presets
    assert_eq!(sim.story()[6..], ["2026-11-17 notice (2026-12-02)", "2026-12-09 handover"]);
    let told: Vec<_> = sim.snapshot.raised_once.iter().map(|raised| raised.about.as_str()).collect();
    assert_eq!(told, ["once:owner:notice:2026-11-15", "once:owner:handover:2026-12-07"]);
}

#[test]
fn told_late_he_still_has_his_days() {
    let mut sim =
        with("2026-10-12", |policy| policy.steps.iter_mut().find(|step| step.key == "first").unwrap().notify_owner_days = Some(2));
    sim.snapshot.customer.sales_owner = keller();
    sim.invoice("FA-1", "2026-10-05", 20_000);
    sim.run_until("2026-10-20");
    assert_eq!(sim.story(), ["2026-10-14 first (2026-10-21)"]);
}

#[test]
fn nobody_is_told_of_a_step_that_its_amount_will_waive_nor_where_there_is_no_owner() {
    let mut sim = business("2026-09-10");
    sim.snapshot.customer.sales_owner = keller();
    sim.invoice("FA-1", "2026-10-05", 10_000);
    sim.run_until("2026-12-31");
    assert!(sim.snapshot.raised_once.is_empty());
    let mut sim = business("2026-09-10");
    sim.invoice("FA-1", "2026-10-05", 120_000);
    sim.run_until("2026-12-31");
    assert!(sim.snapshot.raised_once.is_empty());
}

#[test]
fn the_last_call_proposes_a_credit_hold_to_the_manager_and_places_none() {
    let mut sim = business("2026-09-10");
    sim.invoice("FA-1", "2026-10-05", 120_000);
    sim.run_until("2026-11-12");
    let proposals = |sim: &Sim| sim.snapshot.open_tasks.iter().filter(|task| task.kind == "credit_hold").count();
    assert_eq!(proposals(&sim), 0);
    sim.run_until("2026-11-20");
    assert_eq!(proposals(&sim), 1);
    assert!(sim.snapshot.holds.is_empty());
}

#[test]
fn a_step_that_comes_once_in_thirty_days_is_waived_within_them() {
    let mut sim = business("2026-09-01");
    for (number, due, paid_by) in
        [("F-1", "2026-10-05", "2026-10-02"), ("F-2", "2026-10-20", "2026-10-21"), ("F-3", "2026-11-10", "2026-11-09")]
    {
        let id = sim.invoice(number, due, 60_000);
        sim.run_until(paid_by);
        sim.facts(id).amount_due = 0;
    }
    let courtesy: Vec<_> = sim.happened.iter().filter(|h| h.step == "courtesy").map(|h| h.on.to_string()).collect();
    assert_eq!(courtesy, ["2026-09-30", "2026-11-05"]);
}

#[test]
fn a_step_may_be_for_some_kinds_and_segments_only() {
    for (kinds, segments, goes) in [
        (vec![CustomerKind::Business], vec![], true),
        (vec![CustomerKind::PublicBody], vec![], false),
        (vec![], vec!["key".to_owned()], true),
        (vec![], vec!["small".to_owned()], false),
        (vec![CustomerKind::PublicBody], vec!["key".to_owned()], false),
    ] {
        let mut sim = with("2026-10-08", |policy| {
            let first = policy.steps.iter_mut().find(|step| step.key == "first").unwrap();
            (first.customer_kinds, first.segments) = (kinds.clone(), segments.clone());
        });
        sim.snapshot.customer.segment = Some("key".into());
        let id = sim.invoice("F-1", "2026-10-05", 20_000);
        sim.run_until("2026-10-10");
        assert_eq!(sim.happened.len() == 1, goes, "{kinds:?} {segments:?}");
        let waived = sim.facts(id).steps.iter().any(|step| step.reason.as_deref() == Some("not_for_this_customer"));
        assert_eq!(waived, !goes);
    }
}

#[test]
fn a_step_may_wait_for_silence() {
    for (answered_on, second) in [(None, true), (Some("2026-10-08"), true), (Some("2026-10-12"), false)] {
        let mut sim = with("2026-10-08", |policy| {
            policy.steps.iter_mut().find(|step| step.key == "second").unwrap().only_if = Some(OnlyIf::NoReply);
        });
        sim.invoice("F-1", "2026-10-05", 20_000);
        sim.run_until("2026-10-13");
        sim.snapshot.answers.extend(answered_on.map(day));
        sim.run_until("2026-10-30");
        assert_eq!(sim.happened.iter().any(|h| h.step == "second"), second, "{answered_on:?}");
    }
}

#[test]
fn a_call_that_found_somebody_needs_no_short_message_after_it() {
    for (reached, sms) in [(false, true), (true, false)] {
        let mut sim = business("2026-10-08");
        sim.dials = false;
        sim.invoice("F-1", "2026-10-05", 120_000);
        sim.run_until("2026-10-21");
        sim.now += chrono::Duration::hours(12);
        sim.look();
        sim.snapshot.calls.push(CallAttempt { on: day("2026-10-21"), reached });
        sim.run_until("2026-10-26");
        assert_eq!(sim.happened.iter().any(|h| h.step == "sms"), sms, "{:?}", sim.story());
    }
}

#[test]
fn no_fixed_compensation_is_claimed_on_invoices_below_the_minimum() {
    let mut sim = with("2026-09-10", |policy| policy.charges.claim_min_invoice_amount = 10_000);
    sim.invoice("F-1", "2026-10-05", 120_000);
    sim.invoice("F-2", "2026-10-05", 9_999);
    sim.invoice("F-3", "2026-10-05", 10_000);
    sim.run_until("2026-11-18");
    let claimed: Vec<_> = sim
        .plans()
        .filter_map(|plan| {
            plan.fixed_compensation.clone().map(|fixed| (plan.step_key.clone(), fixed.mode, fixed.count, fixed.amount.minor))
        })
        .collect();
    assert_eq!(claimed, [("second".into(), "mention".into(), 3, 12_000), ("notice".into(), "claim".into(), 2, 8_000)]);
    assert!(
        sim.decisions
            .iter()
            .flat_map(|d| &d.reasons)
            .any(|reason| reason.code == Why::CompensationWaived && reason.params.get("invoice") == Some(&Param::Text("F-2".into())))
    );
}

#[test]
fn a_consumer_owes_no_fixed_compensation_whatever_the_policy() {
    let mut sim = with("2026-09-10", |_| {});
    sim.snapshot.customer.kind = CustomerKind::Consumer;
    sim.invoice("F-1", "2026-10-05", 120_000);
    sim.run_until("2026-12-18");
    assert!(sim.plans().count() > 3 && sim.plans().all(|plan| plan.fixed_compensation.is_none()));
}

#[test]
fn a_rate_that_nobody_confirmed_is_a_task_before_it_is_claimed() {
    for (terms, tasks) in [(None, 1), (Some("ECB + 10 points".to_owned()), 0)] {
        let mut sim = business("2026-09-10");
        Arc::make_mut(&mut sim.snapshot.settings).penalty_terms = terms;
        sim.invoice("F-1", "2026-10-05", 120_000);
        sim.run_until("2026-11-18");
        assert_eq!(sim.snapshot.open_tasks.iter().filter(|task| task.kind == "penalty_terms").count(), tasks);
    }
}

#[test]
fn once_the_principal_is_paid_charges_that_were_claimed_are_a_persons_or_are_waived() {
    for (left, closes_at_once) in [(ChargesLeft::Waive, true), (ChargesLeft::Task, false)] {
        let mut sim = with("2026-11-10", |policy| policy.charges.after_principal_paid = left);
        let id = sim.invoice("F-1", "2026-10-05", 120_000);
        sim.snapshot.claims.push(ClaimSent { reminder_id: ReminderId(uuid::Uuid::from_u128(5)), amount: Currency::EUR.minor(4_000) });
        sim.look();
        assert!(sim.snapshot.case_open);
        sim.facts(id).amount_due = 0;
        sim.look();
        assert_eq!(!sim.snapshot.case_open, closes_at_once);
        if !closes_at_once {
            let task = sim.snapshot.open_tasks.iter().find(|task| task.kind == "charges_left").unwrap().clone();
            sim.run_until("2026-12-01");
            assert!(sim.snapshot.case_open, "an open task keeps the case open");
            sim.snapshot.open_tasks.retain(|other| other.id != task.id);
            sim.look();
            assert!(!sim.snapshot.case_open);
        }
    }
}

#[test]
fn charges_that_no_message_claimed_lapse_with_the_principal() {
    let mut sim = business("2026-10-08");
    let id = sim.invoice("F-1", "2026-10-05", 120_000);
    sim.run_until("2026-11-05");
    sim.facts(id).amount_due = 0;
    sim.look();
    assert!(!sim.snapshot.case_open);
    assert!(sim.snapshot.open_tasks.iter().all(|task| task.kind != "charges_left"));
}

#[test]
fn a_reply_that_nobody_reads_is_a_task_overdue_after_its_days_and_the_hold_stays() {
    let mut sim = business("2026-10-08");
    sim.invoice("F-1", "2026-10-05", 20_000);
    sim.hold_everything(None);
    sim.snapshot.holds[0].reason = "unread_reply".into();
    sim.look();
    let due: Vec<_> = sim.tasks().map(|task| (task.kind.clone(), task.due_on.to_string())).collect();
    // three business days after Thursday 8
    assert_eq!(due, [("reply".to_owned(), "2026-10-13".to_owned())]);
    sim.run_until("2026-11-20");
    assert_eq!((sim.tasks().count(), sim.happened.len()), (1, 0));
}

#[test]
fn a_broken_promise_makes_its_task_before_the_ladder_resumes() {
    for (on_broken, kind) in [
        (Some(crate::policy::Channel::PhoneTask), Some("phone_call")),
        (Some(crate::policy::Channel::ReviewTask), Some("review")),
        (None, None),
    ] {
        let mut sim = with("2026-10-08", |policy| policy.promise.on_broken = on_broken);
        sim.dials = false;
        sim.invoice("F-1", "2026-10-05", 20_000);
        sim.snapshot.promises.push(crate::dunning::Promise {
            id: crate::ids::PromiseId(uuid::Uuid::from_u128(9)),
            invoices: vec![],
            amount: Currency::EUR.minor(20_000),
            made_on: day("2026-10-01"),
            made_by: None,
            ended_before: 0,
            promised_on: day("2026-10-14"),
            grace_until_on: day("2026-10-17"),
            received_since: 19_999,
        });
        sim.run_until("2026-10-18");
        let raised: Vec<_> = sim.tasks().map(|task| task.kind.clone()).collect();
        assert_eq!(raised.iter().map(String::as_str).collect::<Vec<_>>(), kind.into_iter().collect::<Vec<_>>());
        assert!(sim.happened.is_empty());
        sim.run_until("2026-10-20");
        assert_eq!(sim.story(), ["2026-10-19 first (2026-10-26)"]);
    }
}

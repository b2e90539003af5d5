//! How an invoice stands after a decision, what was done last, and what a withdrawn reminder is told for.

use std::sync::Arc;

use chrono::{DateTime, NaiveTime, Utc};
use uuid::Uuid;

use super::{
    super::evaluate,
    sim::{Sim, business, day, preset},
};
use crate::{
    customer::{CustomerKind, Person},
    dunning::{Action, ContactMade, Decision, LiveReminder, LiveState, Outcome, ReminderLine, StepOutcome, StepRecord, Why},
    ids::{InvoiceId, ReminderId},
    money::Currency,
    policy::{Channel, Pacing, Policy},
};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn change(sim: &mut Sim, change: impl FnOnce(&mut Policy)) {
    change(Arc::make_mut(&mut sim.snapshot.policy.as_mut().unwrap().policy));
}

fn done(step: &str, outcome: StepOutcome, on: &str) -> StepRecord {
    StepRecord { step_key: step.into(), outcome, done_on: day(on), granted_until: None, reason: None }
}

fn live(invoice: InvoiceId, step: &str, amount: i64, contact: Option<crate::ids::ContactId>) -> LiveReminder {
    let line =
        ReminderLine { invoice_id: invoice, number: "F-1".into(), step_key: step.into(), amount_due: amount, currency: Currency::EUR };
    LiveReminder {
        id: ReminderId(Uuid::from_u128(80)),
        state: LiveState::Planned,
        approved: false,
        step_key: step.into(),
        channel: Channel::Email,
        contact_id: contact,
        lines: vec![line],
        compensations: 0,
        planned_at: at("2026-10-01T07:00:00Z"),
        send_at: at("2026-10-12T07:00:00Z"),
        copy_of: None,
    }
}

fn reason(decision: &Decision, code: Why) -> bool {
    decision.reasons.iter().any(|reason| reason.code == code)
}

fn task_kinds(decision: &Decision) -> Vec<(String, String)> {
    let task =
        |action: &Action| if let Action::CreateTask(task) = action { Some((task.kind.clone(), task.title.en.clone())) } else { None };
    decision.actions.iter().filter_map(task).collect()
}

#[test]
fn a_waiver_is_not_the_last_thing_that_was_done() {
    let mut sim = business("2026-10-12");
    let id = sim.invoice("F-1", "2026-10-05", 20_000);
    sim.facts(id).steps = vec![done("first", StepOutcome::Sent, "2026-10-09"), done("call", StepOutcome::Waived, "2026-10-10")];
    let decision = evaluate(&sim.snapshot, at("2026-10-12T10:00:00Z"));
    assert_eq!(decision.invoices[0].1.last_step.as_deref(), Some("first"));
}

#[test]
fn what_is_only_to_come_waits_and_what_was_handed_over_has_stopped() {
    let mut sim = business("2026-10-06");
    let id = sim.invoice("F-1", "2026-10-05", 50_000);
    (sim.snapshot.case_open, sim.facts(id).overdue_announced) = (true, true);
    sim.facts(id).steps = ["precheck", "courtesy", "key_call"].map(|step| done(step, StepOutcome::Waived, "2026-10-06")).into();
    let waiting = evaluate(&sim.snapshot, at("2026-10-06T10:00:00Z"));
    assert_eq!((waiting.outcome, waiting.invoices[0].1.state.as_str()), (Outcome::Wait, "scheduled"));
    assert_eq!(waiting.invoices[0].1.next_step.as_deref(), Some("first"));
    for (outcome, state) in [(StepOutcome::TaskCreated, "stopped"), (StepOutcome::Waived, "completed")] {
        sim.facts(id).steps = vec![done("handover", outcome, "2026-10-05")];
        assert_eq!(evaluate(&sim.snapshot, at("2026-10-06T10:00:00Z")).invoices[0].1.state, state);
    }
}

#[test]
fn a_message_of_this_decision_tells_only_where_its_own_invoices_stand() {
    let mut sim = business("2026-10-09");
    sim.invoice("F-1", "2026-10-05", 20_000);
    let young = sim.invoice("F-2", "2026-10-30", 90_000);
    sim.facts(young).steps = vec![done("precheck", StepOutcome::Waived, "2026-10-09"), done("courtesy", StepOutcome::Waived, "2026-10-09")];
    let decision = evaluate(&sim.snapshot, at("2026-10-09T10:00:00Z"));
    let steps: Vec<_> = decision.invoices.iter().map(|(_, stands)| stands.next_step.clone().unwrap()).collect();
    assert_eq!(steps, ["first", "key_call"]);
    let days: Vec<_> = decision.invoices.iter().map(|(_, stands)| stands.next_action_at.unwrap().date_naive().to_string()).collect();
    assert_eq!(days, ["2026-10-09", "2026-11-02"], "the younger one waits for its own day");
    assert_eq!(decision.invoices[1].1.last_step, None);
}

#[test]
fn a_task_of_this_decision_is_the_last_step_of_its_own_invoices() {
    let mut sim = business("2026-10-19");
    let one = sim.invoice("F-1", "2026-10-05", 50_000);
    sim.facts(one).steps = vec![done("key_call", StepOutcome::Waived, "2026-10-08"), done("first", StepOutcome::Sent, "2026-10-09")];
    let two = sim.invoice("F-2", "2026-10-16", 20_000);
    sim.facts(two).steps = vec![done("courtesy", StepOutcome::Sent, "2026-10-12")];
    let decision = evaluate(&sim.snapshot, at("2026-10-19T09:00:00Z"));
    assert!(task_kinds(&decision).iter().any(|(kind, _)| kind == "phone_call"), "{:?}", decision.actions);
    let last: Vec<_> = decision.invoices.iter().map(|(_, stands)| stands.last_step.clone()).collect();
    assert_eq!(last, [Some("call".to_owned()), Some("courtesy".to_owned())]);
}

#[test]
fn why_a_planned_reminder_is_withdrawn_is_said_by_its_own_code() {
    let now = at("2026-10-09T10:00:00Z");
    let withdrawn = |sim: &Sim| {
        let decision = evaluate(&sim.snapshot, now);
        let why = decision
            .actions
            .iter()
            .find_map(|action| if let Action::CancelReminder { reason, .. } = action { Some(reason.clone()) } else { None });
        (why, decision)
    };
    let planned = |step: &str, due: &str| {
        let mut sim = business("2026-10-09");
        let id = sim.invoice("F-1", due, 20_000);
        let contact = sim.snapshot.contacts[0].id;
        sim.snapshot.reminders = vec![live(id, step, 20_000, Some(contact))];
        (sim, id)
    };
    let (sim, _) = planned("first", "2026-10-05");
    assert_eq!(withdrawn(&sim).0, None, "still right");
    let (mut sim, id) = planned("first", "2026-10-05");
    sim.facts(id).amount_due = 10_000;
    let (why, decision) = withdrawn(&sim);
    assert!(why.as_deref() == Some("balance_changed") && reason(&decision, Why::BalanceChanged) && !reason(&decision, Why::Withdrawn));
    let (mut sim, id) = planned("first", "2026-10-05");
    sim.facts(id).disputed = 5_000;
    let (why, decision) = withdrawn(&sim);
    assert!(why.as_deref() == Some("disputed") && reason(&decision, Why::Withdrawn), "{why:?}");
    sim.snapshot.reminders[0].approved = true;
    assert_eq!(withdrawn(&sim).0.as_deref(), Some("balance_changed"), "what a person approved is asked again");
    // a friendly word before the day: on the day it may still go, the day after it may not
    for (due, why) in [("2026-10-09", None), ("2026-10-08", Some("after_due_date"))] {
        let (sim, _) = planned("courtesy", due);
        assert_eq!(withdrawn(&sim).0.as_deref(), why, "{due}");
    }
    let (mut sim, _) = planned("first", "2026-10-05");
    sim.snapshot.contacts[0].suppressed_channels.push("email".into());
    assert_eq!(withdrawn(&sim).0.as_deref(), Some("contact_changed"));
    let (mut sim, _) = planned("gone", "2026-10-05");
    sim.snapshot.reminders[0].lines[0].step_key = "gone".into();
    assert_eq!(withdrawn(&sim).0.as_deref(), Some("superseded"));
}

#[test]
fn a_short_message_without_a_number_is_waived_and_a_mail_without_an_address_is_not() {
    let mut sim = business("2026-10-20");
    let id = sim.invoice("F-1", "2026-10-05", 50_000);
    sim.facts(id).steps = vec![done("first", StepOutcome::Sent, "2026-10-09"), done("call", StepOutcome::TaskCreated, "2026-10-19")];
    sim.snapshot.calls = vec![crate::dunning::CallAttempt { on: day("2026-10-19"), reached: false }];
    sim.snapshot.contacts[0].details.phone = None;
    let waived = |sim: &Sim, now: &str| -> Vec<(String, String)> {
        let waiver = |action: &Action| {
            if let Action::WaiveStep { step_key, reason, .. } = action { Some((step_key.clone(), reason.clone())) } else { None }
        };
        evaluate(&sim.snapshot, at(now)).actions.iter().filter_map(waiver).collect()
    };
    assert_eq!(waived(&sim, "2026-10-20T09:00:00Z"), [("sms".to_owned(), "no_contact".to_owned())]);
    sim.snapshot.contacts[0].details.phone = Some("+33612345678".into());
    assert!(waived(&sim, "2026-10-20T09:00:00Z").is_empty());
    let mut mail = business("2026-10-09");
    mail.invoice("F-1", "2026-10-05", 20_000);
    mail.snapshot.contacts[0].details.email = None;
    assert!(waived(&mail, "2026-10-09T10:00:00Z").iter().all(|(step, _)| step != "first"), "a person finds an address");
}

#[test]
fn once_in_thirty_days_means_thirty_days_later_and_not_sooner() {
    for (on, waived) in [("2026-09-10", false), ("2026-09-11", true), ("2026-10-08", true)] {
        let mut sim = business("2026-10-10");
        sim.invoice("F-1", "2026-10-15", 60_000);
        sim.snapshot.invoices[0].steps = vec![done("precheck", StepOutcome::Waived, "2026-10-05")];
        change(&mut sim, |policy| policy.pacing = Pacing { min_days_between_messages: 0, max_per_7_days: 9, max_per_30_days: 90 });
        sim.snapshot.contacts_made = vec![ContactMade { on: day(on), channel: "other".into(), step_key: Some("courtesy".into()) }];
        // due on 15 October less five is Saturday the 10th: Monday the 12th; thirty days before is 12 September
        let shift = |text: &str| (day(text) + chrono::Duration::days(2)).to_string();
        sim.snapshot.contacts_made[0].on = day(&shift(on));
        let decision = evaluate(&sim.snapshot, at("2026-10-12T08:00:00Z"));
        let lately = decision.actions.iter().any(|action| matches!(action, Action::WaiveStep { reason, .. } if reason == "done_lately"));
        assert_eq!(lately, waived, "{on}");
    }
}

#[test]
fn the_policys_own_pacing_and_the_laws_cap_are_told_apart() {
    let paced = |kind, made: &[&str], pacing: Pacing| {
        let mut sim = Sim::new(preset("fr_consumer"), kind, "2026-10-12");
        sim.invoice("F-1", "2026-10-05", 20_000);
        change(&mut sim, |policy| policy.pacing = pacing);
        sim.snapshot.contacts_made = made.iter().map(|on| ContactMade { on: day(on), channel: "phone".into(), step_key: None }).collect();
        let decision = evaluate(&sim.snapshot, at("2026-10-12T09:00:00Z"));
        (reason(&decision, Why::Pacing), reason(&decision, Why::ContactCap), decision)
    };
    let lax = Pacing { min_days_between_messages: 0, max_per_7_days: 100, max_per_30_days: 400 };
    let strict = Pacing { min_days_between_messages: 0, max_per_7_days: 1, max_per_30_days: 400 };
    let (pacing, cap, decision) = paced(CustomerKind::Consumer, &["2026-10-12"], lax);
    assert_eq!((pacing, cap), (false, true));
    assert!(decision.reasons.iter().any(|reason| reason.code == Why::ContactCap && reason.citation.is_some()));
    let (pacing, cap, _) = paced(CustomerKind::Consumer, &["2026-10-10"], strict);
    assert_eq!((pacing, cap), (true, false));
    let (pacing, cap, _) = paced(CustomerKind::Business, &["2026-10-12"], lax);
    assert_eq!((pacing, cap), (false, false), "between professionals the policy says");
}

#[test]
fn a_consumer_gets_no_short_message_outside_the_hours_of_the_law() {
    let sent_at = |now: &str, kind| {
        let mut sim = Sim::new(preset("fr_consumer"), kind, "2026-10-26");
        let id = sim.invoice("F-1", "2026-10-05", 20_000);
        sim.facts(id).steps = vec![done("first", StepOutcome::Sent, "2026-10-12")];
        change(&mut sim, |policy| {
            let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
            policy.window.by_channel = vec![(Channel::Sms, vec![(hour(5), hour(23))])];
        });
        let decision = evaluate(&sim.snapshot, at(now));
        let planned = decision
            .actions
            .iter()
            .find_map(|action| if let Action::PlanReminder(plan) = action { Some(plan.send_at.to_string()) } else { None });
        (planned, reason(&decision, Why::ContactHours))
    };
    let eight = Some("2026-10-26 07:00:00 UTC".to_owned());
    assert_eq!(sent_at("2026-10-26T05:00:00Z", CustomerKind::Consumer), (eight, true), "six o'clock waits for eight");
    let noon = Some("2026-10-26 11:00:00 UTC".to_owned());
    assert_eq!(sent_at("2026-10-26T11:00:00Z", CustomerKind::Consumer), (noon, false));
    assert_eq!(sent_at("2026-10-26T20:30:00Z", CustomerKind::Consumer), (None, true), "half past nine waits for the next day");
    let evening = Some("2026-10-26 20:30:00 UTC".to_owned());
    assert_eq!(sent_at("2026-10-26T20:30:00Z", CustomerKind::Business), (evening, false));
}

#[test]
fn a_word_before_the_due_date_goes_on_it_at_the_latest_and_makes_no_later_step_wait() {
    let planned = |now: &str, due: &str, gap: u16| {
        let mut sim = business("2026-10-01");
        sim.invoice("F-1", due, 60_000);
        change(&mut sim, |policy| {
            policy.pacing.min_days_between_messages = gap;
            policy.steps.retain(|step| step.key != "precheck" && step.key != "key_call");
        });
        let decision = evaluate(&sim.snapshot, at(now));
        let waived = decision
            .actions
            .iter()
            .find_map(|action| if let Action::WaiveStep { reason, .. } = action { Some(reason.clone()) } else { None });
        let plans = decision.actions.iter().any(|action| matches!(action, Action::PlanReminder(plan) if plan.step_key == "courtesy"));
        (plans, waived)
    };
    // due on Wednesday the 14th, wanted on Friday the 9th, first reminder on Sunday the 18th
    assert_eq!(planned("2026-10-09T09:00:00Z", "2026-10-14", 5), (true, None), "in time");
    assert_eq!(planned("2026-10-13T09:00:00Z", "2026-10-14", 5), (true, None), "late, and just far enough");
    assert_eq!(planned("2026-10-14T09:00:00Z", "2026-10-14", 4), (true, None), "on the day itself");
    let close = Some("too_close_to_first_overdue_step".to_owned());
    assert_eq!(planned("2026-10-14T09:00:00Z", "2026-10-14", 5), (false, close), "the first reminder would wait for it");
    // due on a Saturday: looked at on that day, the next sending day is after it
    assert_eq!(planned("2026-10-10T09:00:00Z", "2026-10-10", 5), (false, Some("after_due_date".to_owned())));
}

#[test]
fn a_letter_waits_for_the_end_of_a_pause_and_a_short_message_inside_it_is_waived() {
    for (step, before, waived) in [("notice", "last_call", false), ("sms", "call", true)] {
        let mut sim = business("2026-08-10");
        let id = sim.invoice("F-1", "2026-06-22", 50_000);
        sim.facts(id).steps = vec![done(before, StepOutcome::TaskCreated, "2026-08-01")];
        change(&mut sim, |policy| {
            policy
                .steps
                .iter_mut()
                .for_each(|step| (step.requires_call_within_days, step.notify_owner_days, step.only_if) = (None, None, None));
        });
        let decision = evaluate(&sim.snapshot, at("2026-08-10T09:00:00Z"));
        let pause = decision
            .actions
            .iter()
            .any(|action| matches!(action, Action::WaiveStep { step_key, reason, .. } if step_key == step && reason == "pause"));
        assert_eq!(pause, waived, "{step}");
        if !waived {
            let stands = &decision.invoices[0].1;
            assert_eq!(stands.next_step.as_deref(), Some(step));
            assert!(stands.next_action_at.unwrap() >= at("2026-08-23T22:00:00Z"), "{stands:?}");
        }
    }
}

#[test]
fn a_handover_is_a_task_of_its_own_words() {
    let mut sim = business("2026-12-14");
    let id = sim.invoice("F-1", "2026-10-05", 50_000);
    sim.facts(id).steps = vec![done("notice", StepOutcome::Sent, "2026-11-17"), done("review", StepOutcome::Waived, "2026-12-09")];
    change(&mut sim, |policy| policy.steps.iter_mut().for_each(|step| step.notify_owner_days = None));
    let decision = evaluate(&sim.snapshot, at("2026-12-14T10:00:00Z"));
    let tasks = task_kinds(&decision);
    assert!(
        tasks.iter().any(|(kind, title)| kind == "handover" && title.starts_with("Decide on the handover: 1 invoice(s), 500.00 EUR")),
        "{tasks:?}"
    );
}

#[test]
fn what_stands_to_leave_counts_before_it_has_left() {
    let mut sim = business("2026-10-09");
    let old = sim.invoice("F-1", "2026-09-01", 20_000);
    let contact = sim.snapshot.contacts[0].id;
    let mut letter = live(old, "last_letter", 20_000, None);
    (letter.channel, letter.send_at) = (Channel::Letter, at("2026-10-09T12:00:00Z"));
    letter.contact_id = Some(contact);
    sim.facts(old).steps = vec![done("second", StepOutcome::Sent, "2026-09-24")];
    sim.snapshot.reminders = vec![letter];
    sim.invoice("F-2", "2026-10-05", 20_000);
    let decision = evaluate(&sim.snapshot, at("2026-10-09T10:00:00Z"));
    assert!(
        reason(&decision, Why::Pacing) && decision.actions.iter().all(|action| !matches!(action, Action::PlanReminder(_))),
        "{decision:?}"
    );
}

#[test]
fn the_message_is_of_the_most_advanced_step_in_whatever_order_its_invoices_come() {
    for dates in [["2026-09-15", "2026-10-05"], ["2026-10-05", "2026-09-15"]] {
        let mut sim = business("2026-10-09");
        for (number, due) in ["F-1", "F-2"].into_iter().zip(dates) {
            let id = sim.invoice(number, due, 14_000);
            if due == "2026-09-15" {
                sim.facts(id).steps = vec![done("first", StepOutcome::Sent, "2026-09-19")];
            }
        }
        let decision = evaluate(&sim.snapshot, at("2026-10-09T10:00:00Z"));
        let steps: Vec<_> = decision
            .actions
            .iter()
            .filter_map(
                |action| if let Action::PlanReminder(plan) = action { Some((plan.step_key.as_str(), plan.lines.len())) } else { None },
            )
            .collect();
        assert_eq!(steps, [("second", 2)], "{dates:?}");
    }
}

#[test]
fn the_owner_is_told_of_a_step_that_its_amounts_will_let_go_and_of_no_other() {
    for (amount, told) in [(15_000, true), (14_999, false)] {
        let mut sim = business("2026-11-10");
        let id = sim.invoice("F-1", "2026-10-05", amount);
        sim.snapshot.customer.sales_owner = Some(Person { name: "A. Keller".into(), email: None });
        sim.facts(id).steps = vec![
            done("second", StepOutcome::Sent, "2026-10-30"),
            done("last_call", StepOutcome::Waived, "2026-11-09"),
            done("last_letter", StepOutcome::Waived, "2026-11-09"),
        ];
        let decision = evaluate(&sim.snapshot, at("2026-11-12T10:00:00Z"));
        assert_eq!(task_kinds(&decision).iter().any(|(kind, _)| kind == "owner_notice"), told, "{amount}: {:?}", decision.reasons);
    }
}

#[test]
fn what_waits_for_a_person_has_no_hour_and_what_is_planned_has_one() {
    for (state, word, hour) in
        [(LiveState::AwaitingApproval, "awaiting_approval", None), (LiveState::Planned, "scheduled", Some("2026-10-12T07:00:00Z"))]
    {
        let mut sim = business("2026-10-09");
        let id = sim.invoice("F-1", "2026-10-05", 20_000);
        let contact = sim.snapshot.contacts[0].id;
        sim.snapshot.reminders =
            vec![LiveReminder { state, planned_at: at("2026-10-08T07:00:00Z"), ..live(id, "first", 20_000, Some(contact)) }];
        let stands = evaluate(&sim.snapshot, at("2026-10-09T10:00:00Z")).invoices.remove(0).1;
        assert_eq!((stands.state.as_str(), stands.next_action_at), (word, hour.map(at)));
    }
}

#[test]
fn a_task_that_does_no_step_moves_no_invoice() {
    let mut sim = business("2026-11-17");
    let id = sim.invoice("F-1", "2026-10-05", 50_000);
    sim.facts(id).steps =
        vec![done("last_call", StepOutcome::TaskCreated, "2026-11-13"), done("last_letter", StepOutcome::Waived, "2026-11-13")];
    let decision = evaluate(&sim.snapshot, at("2026-11-17T10:00:00Z"));
    assert!(reason(&decision, Why::CallRequired), "{:?}", decision.reasons);
    assert!(task_kinds(&decision).iter().any(|(_, title)| title.starts_with("Call before the step notice")));
    assert_eq!(decision.invoices[0].1.last_step.as_deref(), Some("last_call"));
}

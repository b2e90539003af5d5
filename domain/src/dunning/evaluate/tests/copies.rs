//! `also_by`: the same text by a second channel, and what a registered letter grants once it was presented.

use super::{
    super::{deadline_granted, look_again},
    sim::{Sim, business, day, preset},
};
use crate::{
    customer::{CustomerDetails, CustomerKind},
    dunning::{Action, CopyOf, LastLook, LiveReminder, LiveState, PlannedReminder, ReminderLine, Why},
    ids::ReminderId,
    policy::Channel,
    settings::Settings,
};

/// The notice that this life plans, once it gets there.
fn notice(sim: &mut Sim) -> PlannedReminder {
    sim.invoice("F1", "2026-10-05", 120_000);
    sim.run_until("2026-12-01");
    let mut planned = sim.decisions.iter().flat_map(|decision| &decision.actions).filter_map(|action| match action {
        Action::PlanReminder(plan) if plan.channel == Channel::RegisteredLetter => Some(plan.as_ref().clone()),
        _ => None,
    });
    planned.next_back().expect("a notice")
}

#[test]
fn a_notice_goes_by_registered_letter_and_one_decision_plans_its_copy_by_mail_to_the_usual_contact() {
    let mut sim = business("2026-09-25");
    let plan = notice(&mut sim);
    let usual = sim.snapshot.contacts[0].id;
    let copies: Vec<_> = plan.copies.iter().map(|copy| (copy.channel, copy.contact_id)).collect();
    assert_eq!(copies, [(Channel::Email, Some(usual))]);
}

#[test]
fn a_copy_that_would_find_nobody_is_left_out_and_said() {
    let mut sim = business("2026-09-25");
    sim.invoice("F1", "2026-10-05", 120_000);
    sim.run_until("2026-11-10");
    sim.snapshot.contacts[0].suppressed_channels.push("email".into());
    sim.run_until("2026-12-01");
    let decision = sim.decisions.iter().find(|decision| {
        decision.actions.iter().any(|action| matches!(action, Action::PlanReminder(plan) if plan.channel == Channel::RegisteredLetter))
    });
    let decision = decision.expect("the letter goes all the same");
    assert!(decision.reasons.iter().any(|reason| reason.code == Why::NoContact && reason.rule == "step.also_by"));
    assert!(decision.actions.iter().all(|action| !matches!(action, Action::PlanReminder(plan) if !plan.copies.is_empty())));
}

#[test]
fn no_copy_of_a_formal_notice_goes_to_a_consumer_as_others_could_read_it() {
    for (kind, copies) in [(CustomerKind::Business, 1), (CustomerKind::Consumer, 0), (CustomerKind::Unknown, 0)] {
        let mut sim = Sim::new(preset("fr_business"), kind, "2026-09-25");
        assert_eq!(notice(&mut sim).copies.len(), copies, "{kind:?}");
    }
}

#[test]
fn a_copy_leaves_after_its_letter_with_the_letters_dates_and_waits_for_no_pacing() {
    let mut sim = business("2026-09-25");
    let id = sim.invoice("F1", "2026-10-05", 120_000);
    sim.run_until("2026-11-18");
    let made = sim.snapshot.contacts_made.iter().filter(|made| made.step_key.as_deref() == Some("notice")).count();
    assert_eq!(made, 1, "the letter left");
    let line = ReminderLine {
        invoice_id: id,
        number: "F1".into(),
        step_key: "notice".into(),
        amount_due: 120_000,
        currency: crate::money::Currency::EUR,
    };
    let letter = LiveReminder {
        id: ReminderId(uuid::Uuid::from_u128(9)),
        state: LiveState::Planned,
        approved: true,
        step_key: "notice".into(),
        channel: Channel::Email,
        contact_id: Some(sim.snapshot.contacts[0].id),
        lines: vec![line],
        compensations: 0,
        planned_at: sim.now,
        send_at: sim.now,
        copy_of: None,
    };
    let noon = "2026-11-18T11:00:00Z".parse().unwrap();
    assert!(matches!(look_again(&sim.snapshot, &letter, noon), LastLook::Later { .. }), "a message of its own is paced");
    let copy_of = CopyOf { reminder_id: ReminderId(uuid::Uuid::from_u128(8)), pay_before_on: None, deadline_on: Some(day("2026-12-02")) };
    let copy = LiveReminder { copy_of: Some(copy_of), ..letter };
    let dated = LastLook::Go { pay_before_on: None, deadline_on: Some(day("2026-12-02")) };
    assert_eq!(look_again(&sim.snapshot, &copy, noon), dated);
    let night = "2026-11-18T22:00:00Z".parse().unwrap();
    assert!(matches!(look_again(&sim.snapshot, &copy, night), LastLook::Later { .. }), "its window is kept");
    sim.facts(id).amount_due = 0;
    assert!(matches!(look_again(&sim.snapshot, &copy, noon), LastLook::Cancel { .. }), "paid meanwhile");
}

#[test]
fn a_copy_that_waits_carries_nothing_and_the_ladder_goes_on_past_it() {
    let mut sim = business("2026-09-25");
    sim.invoice("F1", "2026-10-05", 120_000);
    sim.run_until("2026-11-18");
    let before = sim.snapshot.clone();
    let last = sim.decisions.last().unwrap().clone();
    let contact_id = Some(before.contacts[0].id);
    let copy_of = CopyOf { reminder_id: ReminderId(uuid::Uuid::from_u128(8)), pay_before_on: None, deadline_on: None };
    let lines = vec![ReminderLine {
        invoice_id: before.invoices[0].id,
        number: "F1".into(),
        step_key: "notice".into(),
        amount_due: 120_000,
        currency: crate::money::Currency::EUR,
    }];
    let waiting = LiveReminder {
        id: ReminderId(uuid::Uuid::from_u128(9)),
        state: LiveState::Planned,
        approved: true,
        step_key: "notice".into(),
        channel: Channel::Email,
        contact_id,
        lines,
        compensations: 0,
        planned_at: sim.now,
        send_at: sim.now + chrono::Duration::days(40),
        copy_of: Some(copy_of),
    };
    sim.snapshot.reminders.push(waiting);
    let decision = super::super::evaluate(&sim.snapshot, sim.now);
    assert_eq!(decision.invoices[0].1.next_step, last.invoices[0].1.next_step);
    assert_eq!(decision.invoices[0].1.next_step.as_deref(), Some("review"));
}

#[test]
fn the_deadline_of_a_registered_letter_is_the_later_of_the_printed_one_and_first_presentation_plus_its_days() {
    let policy = preset("fr_business");
    let notice = policy.step("notice").unwrap();
    let settings = Settings::default();
    let business = CustomerDetails::new(CustomerKind::Business, "Dupont");
    let public = CustomerDetails::new(CustomerKind::PublicBody, "Commune");
    for (customer, printed, presented_on, granted) in [
        // posted on 17 November: 2 December is printed
        (&business, "2026-12-02", "2026-11-19", "2026-12-02"),
        (&business, "2026-12-02", "2026-11-24", "2026-12-02"),
        (&business, "2026-12-02", "2026-11-25", "2026-12-03"),
        (&business, "2026-12-02", "2026-11-27", "2026-12-07"), // 5 December is a Saturday
        (&public, "2026-12-24", "2026-11-20", "2026-12-24"),
        (&public, "2026-12-24", "2026-11-30", "2026-12-30"),
    ] {
        let found = deadline_granted(notice, customer, &settings, day(printed), day(presented_on));
        assert_eq!(found, Some(day(granted)), "presented on {presented_on}");
    }
    let first = policy.step("first").unwrap();
    assert_eq!(deadline_granted(first, &business, &settings, day("2026-12-02"), day("2026-12-30")), None);
}

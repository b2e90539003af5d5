//! What happened is answered by itself: to whom, about what, when, and when nothing is said.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::{
    super::{answer, look_at_answer},
    sim::{Sim, business, day, preset},
};
use crate::{
    customer::CustomerKind,
    dunning::{ContactMade, Hold, HoldScope, LastLook, LiveReminder, LiveState, Occasion, PlannedAnswer, ReminderLine},
    ids::{HoldId, InvoiceId, ReminderId},
    money::Currency,
    policy::Channel,
};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A business with two overdue invoices, on Monday 12 October at noon.
fn two_invoices() -> (Sim, InvoiceId, InvoiceId) {
    let mut sim = business("2026-10-12");
    let ids = (sim.invoice("F-1", "2026-10-05", 20_000), sim.invoice("F-2", "2026-10-06", 30_000));
    sim.now = at("2026-10-12T10:00:00Z");
    (sim, ids.0, ids.1)
}

fn planned(sim: &Sim, occasion: Occasion, about: &[InvoiceId]) -> Option<PlannedAnswer> {
    answer(&sim.snapshot, occasion, about, sim.now)
}

fn numbers(plan: Option<PlannedAnswer>) -> Option<Vec<String>> {
    plan.map(|plan| plan.lines.iter().map(|line| format!("{} {}", line.number, line.amount_due)).collect())
}

fn hold(scope: HoldScope, reason: &str, until: Option<&str>) -> Hold {
    Hold {
        id: HoldId(Uuid::from_u128(6)),
        scope,
        reason: reason.into(),
        until_on: until.map(day),
        before_on: None,
        published_on: None,
        placed_by: None,
        placed_at: at("2026-10-01T08:00:00Z"),
    }
}

#[test]
fn a_promise_speaks_of_the_invoices_it_names_or_of_all_that_are_open() {
    let (mut sim, one, two) = two_invoices();
    let told = |sim: &Sim, about: &[InvoiceId]| numbers(planned(sim, Occasion::PromiseMade, about));
    assert_eq!(told(&sim, &[]), Some(vec!["F-1 20000".into(), "F-2 30000".into()]));
    assert_eq!(told(&sim, &[two]), Some(vec!["F-2 30000".into()]));
    sim.facts(one).amount_due = 0;
    assert_eq!(told(&sim, &[one]), None, "settled meanwhile");
    assert_eq!(told(&sim, &[]), Some(vec!["F-2 30000".into()]));
    let plan = planned(&sim, Occasion::PromiseMade, &[]).unwrap();
    assert_eq!((plan.contact_id, plan.send_at), (sim.snapshot.contacts[0].id, sim.now));
    assert_eq!(plan.totals, [Currency::EUR.minor(30_000)]);
    // a call or a case that names nothing speaks of no invoice
    assert_eq!(numbers(planned(&sim, Occasion::CaseClosed, &[])), Some(vec![]));
}

#[test]
fn what_is_disputed_is_said_not_to_be_claimed() {
    let (mut sim, one, two) = two_invoices();
    sim.facts(one).disputed = 20_000;
    let plan = planned(&sim, Occasion::DisputeOpened, &[one, two]).unwrap();
    assert_eq!(numbers(Some(plan.clone())), Some(vec!["F-2 30000".into()]));
    assert_eq!(plan.left_out.iter().map(|left| (left.number.as_str(), left.reason.as_str())).collect::<Vec<_>>(), [("F-1", "disputed")]);
    sim.facts(one).disputed = 5_000;
    let part = planned(&sim, Occasion::DisputeOpened, &[one]).unwrap();
    assert_eq!((numbers(Some(part.clone())), part.left_out.len()), (Some(vec!["F-1 15000".into()]), 0));
    // stray money that covers it all leaves nothing to ask, and nothing that is disputed
    sim.facts(one).disputed = 0;
    Arc::make_mut(&mut sim.snapshot.policy.as_mut().unwrap().policy).unapplied_cash = crate::policy::UnappliedCash::Lower;
    sim.snapshot.unapplied.push(crate::dunning::Unapplied { money: Currency::EUR.minor(20_000), since_on: day("2026-10-01") });
    let covered = planned(&sim, Occasion::DisputeOpened, &[one]).unwrap();
    assert_eq!((covered.lines.len(), covered.left_out.len()), (0, 0));
}

#[test]
fn nothing_is_said_without_a_name_to_sign_with_a_reader_or_while_silence_is_due() {
    let (sim, one, two) = two_invoices();
    let says = |change: &dyn Fn(&mut Sim)| {
        let mut sim = sim.clone();
        change(&mut sim);
        planned(&sim, Occasion::PromiseMade, &[one]).is_some()
    };
    assert!(says(&|_| {}));
    assert!(!says(&|sim| Arc::make_mut(&mut sim.snapshot.settings).legal_name = Some(" ".into())));
    assert!(!says(&|sim| Arc::make_mut(&mut sim.snapshot.settings).legal_name = None));
    assert!(!says(&|sim| sim.snapshot.contacts.clear()));
    assert!(!says(&|sim| sim.snapshot.policy = None));
    let held = |scope: HoldScope, reason: &'static str, until: Option<&'static str>| {
        says(&move |sim: &mut Sim| sim.snapshot.holds.push(hold(scope, reason, until)))
    };
    assert!(!held(HoldScope::Tenant, "manual", None));
    assert!(!held(HoldScope::Tenant, "manual", Some("2026-10-12")), "its last day");
    assert!(held(HoldScope::Tenant, "manual", Some("2026-10-11")), "over");
    assert!(!held(HoldScope::Invoice(one), "insolvency", None));
    assert!(held(HoldScope::Invoice(two), "insolvency", None), "another invoice");
    assert!(!held(HoldScope::Tenant, "a reason of our own", None));
    assert!(held(HoldScope::Tenant, "says_paid", None), "what the customer said silences reminders, not the answer");
}

fn leaving(sim: &Sim, occasion: Occasion, lines: &[(InvoiceId, i64)]) -> LiveReminder {
    let line = |(invoice_id, amount_due): &(InvoiceId, i64)| ReminderLine {
        invoice_id: *invoice_id,
        number: "F".into(),
        step_key: occasion.as_str().into(),
        amount_due: *amount_due,
        currency: Currency::EUR,
    };
    LiveReminder {
        id: ReminderId(Uuid::from_u128(80)),
        state: LiveState::Planned,
        approved: false,
        step_key: occasion.as_str().into(),
        channel: Channel::Email,
        contact_id: Some(sim.snapshot.contacts[0].id),
        lines: lines.iter().map(line).collect(),
        planned_at: at("2026-10-12T09:00:00Z"),
        send_at: at("2026-10-12T09:00:00Z"),
        copy_of: None,
        compensations: 0,
    }
}

fn last_look(sim: &Sim, occasion: Occasion, lines: &[(InvoiceId, i64)], stands: bool, now: &str) -> String {
    match look_at_answer(&sim.snapshot, occasion, &leaving(sim, occasion, lines), stands, at(now)) {
        LastLook::Go { pay_before_on: None, deadline_on: None } => "go".into(),
        LastLook::Go { .. } => "go with a date".into(),
        LastLook::Later { at, reason } => format!("later {at} {}", reason.code),
        LastLook::Cancel { reason } => reason,
    }
}

#[test]
fn an_answer_leaves_while_it_is_true_in_time_and_in_hours() {
    let (mut sim, one, two) = two_invoices();
    let promise = |sim: &Sim, lines: &[(InvoiceId, i64)], now: &str| last_look(sim, Occasion::PromiseMade, lines, true, now);
    let noon = "2026-10-12T10:00:00Z";
    assert_eq!(promise(&sim, &[(one, 20_000)], noon), "go");
    assert_eq!(last_look(&sim, Occasion::PromiseMade, &[(one, 20_000)], false, noon), "superseded");
    assert_eq!(promise(&sim, &[(one, 19_999)], noon), "balance_changed");
    assert_eq!(promise(&sim, &[(one, 20_000), (two, 1)], noon), "balance_changed", "every row is true");
    // five days later it is still told, a day on it is not
    assert_eq!(promise(&sim, &[(one, 20_000)], "2026-10-16T10:00:00Z"), "go");
    assert_eq!(promise(&sim, &[(one, 20_000)], "2026-10-17T10:00:00Z"), "later 2026-10-19 06:30:00 UTC window_closed");
    assert_eq!(promise(&sim, &[(one, 20_000)], "2026-10-18T10:00:00Z"), "expired");
    sim.snapshot.contacts[0].suppressed_channels.push("email".into());
    assert_eq!(promise(&sim, &[(one, 20_000)], noon), "contact_changed");
    sim.snapshot.contacts[0].suppressed_channels.clear();
    sim.snapshot.holds.push(hold(HoldScope::Invoice(one), "manual", None));
    assert_eq!(promise(&sim, &[(one, 20_000)], noon), "held");
    sim.snapshot.holds.clear();
    sim.facts(one).amount_due = 0;
    assert_eq!(promise(&sim, &[(one, 0)], noon), "balance_changed", "what is paid is no debt any more");
    sim.snapshot.policy = None;
    assert_eq!(promise(&sim, &[(two, 30_000)], noon), "policy_not_active");
}

#[test]
fn thanks_are_said_only_while_nothing_is_overdue() {
    let (mut sim, one, two) = two_invoices();
    let thanks = |sim: &Sim| last_look(sim, Occasion::CaseClosed, &[], true, "2026-10-12T10:00:00Z");
    assert_eq!(thanks(&sim), "balance_changed");
    for id in [one, two] {
        sim.facts(id).amount_due = 0;
    }
    assert_eq!(thanks(&sim), "go");
    sim.snapshot.case_open = true;
    assert_eq!(thanks(&sim), "balance_changed");
}

#[test]
fn an_answer_to_a_private_person_keeps_the_caps_of_the_law() {
    let mut sim = Sim::new(preset("fr_consumer"), CustomerKind::Consumer, "2026-10-12");
    let id = sim.invoice("F-1", "2026-10-05", 20_000);
    let contact = ContactMade { on: day("2026-10-12"), channel: "email".into(), step_key: None };
    let told = |sim: &Sim| last_look(sim, Occasion::PromiseMade, &[(id, 20_000)], true, "2026-10-12T10:00:00Z");
    assert_eq!(told(&sim), "go");
    sim.snapshot.contacts_made.push(contact);
    assert!(told(&sim).starts_with("later 2026-10-13") && told(&sim).ends_with("contact_cap"), "one a day: {}", told(&sim));
    sim.snapshot.contacts_made[0].on = day("2026-10-12") - Duration::days(1);
    assert_eq!(told(&sim), "go");
}

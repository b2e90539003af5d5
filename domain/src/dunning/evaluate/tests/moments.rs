//! The last day and the first, the last minute and the first.

use std::sync::Arc;

use chrono::Duration;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    super::{
        context::Context,
        evaluate, guard,
        outcome::{self, Draft},
    },
    sim::{Sim, business, day, ladder, preset},
    told::{at, done, planned, says, tasks},
};
use crate::{
    calendar::Region,
    customer::{Address, CustomerKind},
    dunning::{Action, ContactMade, Decision, Promise, StepOutcome, Title, Why},
    ids::PromiseId,
    money::Currency,
    policy::Channel,
};

fn waived(decision: &Decision) -> Vec<(&str, &str)> {
    fn waiver(action: &Action) -> Option<(&str, &str)> {
        if let Action::WaiveStep { step_key, reason, .. } = action { Some((step_key, reason)) } else { None }
    }
    decision.actions.iter().filter_map(waiver).collect()
}

fn mails(steps: &[(&str, i32)]) -> Value {
    let one = |(key, offset): &(&str, i32)| {
        let template = if *offset > 0 { "first_reminder" } else { "courtesy" };
        json!({"key": key, "offset_days": offset, "channel": "email", "template": template})
    };
    steps.iter().map(one).collect()
}

#[test]
fn a_hold_stands_on_its_last_day_and_a_promise_is_broken_on_the_day_after_its_grace() {
    let noon = at("2026-10-12T10:00:00Z");
    for (until, released) in [("2026-10-11", true), ("2026-10-12", false)] {
        let mut sim = business("2026-10-01");
        sim.invoice("F-1", "2026-10-05", 20_000);
        sim.hold_everything(Some(day(until)));
        let decision = evaluate(&sim.snapshot, noon);
        assert_eq!(decision.actions.iter().any(|action| matches!(action, Action::ReleaseHold { .. })), released, "{until}");
    }
    for (until, broken) in [("2026-10-11", true), ("2026-10-12", false)] {
        let mut sim = business("2026-10-01");
        sim.invoice("F-1", "2026-10-05", 20_000);
        sim.snapshot.promises.push(Promise {
            id: PromiseId(Uuid::from_u128(9)),
            invoices: vec![],
            amount: Currency::EUR.minor(20_000),
            made_on: day("2026-10-06"),
            made_by: None,
            ended_before: 0,
            promised_on: day(until) - Duration::days(3),
            grace_until_on: day(until),
            received_since: 0,
        });
        let decision = evaluate(&sim.snapshot, noon);
        assert_eq!(decision.actions.iter().any(|action| matches!(action, Action::BreakPromise { .. })), broken, "{until}");
    }
}

#[test]
fn a_consumers_hours_end_with_their_last_minute_and_what_waits_for_them_names_the_article() {
    let mut sim = Sim::new(preset("fr_consumer"), CustomerKind::Consumer, "2026-10-12");
    sim.invoice("F-1", "2026-10-05", 20_000);
    let context = Context::new(&sim.snapshot, sim.now);
    let policy = context.policy.as_ref().unwrap();
    let opens = |text: &str| guard::hours_open_at(&context, policy, Channel::Sms, at(text));
    assert_eq!(opens("2026-10-12T17:59:59Z"), None, "19:59:59 in Paris");
    assert!(opens("2026-10-12T18:00:00Z").is_some(), "20:00 in Paris");
    let untimely = guard::untimely(&context, Channel::Sms, "sms", at("2026-10-13T08:00:00Z"));
    assert_eq!((untimely.code, untimely.citation.as_deref()), (Why::ContactHours, Some("C. conso. L121-6, L121-7")));
    let capped = guard::paced(&context, Some("law.contact.max_per_day"), "first", day("2026-10-13"));
    assert_eq!((capped.code, capped.citation.as_deref()), (Why::ContactCap, Some("C. pén. 222-33-2-2, 222-16; C. conso. L121-6")));
    sim.snapshot.customer.address.as_mut().unwrap().country = "DE".into();
    let context = Context::new(&sim.snapshot, sim.now);
    let elsewhere = guard::paced(&context, Some("law.contact.max_per_day"), "first", day("2026-10-13"));
    assert_eq!(elsewhere.citation.as_deref(), Some(context.law.caps_citation));
    assert_ne!(elsewhere.citation, capped.citation);
    let paced = guard::paced(&context, None, "first", day("2026-10-13"));
    assert_eq!((paced.code, paced.citation), (Why::Pacing, None));
}

#[test]
fn a_friendly_word_gives_way_to_the_first_overdue_reminder_only() {
    // seen two days before the due date: on 3 October + 5 days of pacing is the 8th, before the 10th
    let late = |steps: &[(&str, i32)], due: &str, now: &str| {
        let mut sim = ladder(mails(steps), json!({"pacing": {"min_days_between_messages": 5}}), "2026-09-01");
        sim.invoice("F-1", due, 20_000);
        let decision = evaluate(&sim.snapshot, at(now));
        (planned(&decision).join(" "), waived(&decision).iter().map(|(_, why)| (*why).to_owned()).collect::<Vec<_>>())
    };
    let none: Vec<String> = Vec::new();
    assert_eq!(late(&[("soon", -5), ("due_day", 0), ("first", 10)], "2026-10-07", "2026-10-05T10:00:00Z"), ("soon".into(), none.clone()));
    assert_eq!(
        late(&[("soon", -5), ("due_day", 0), ("first", 2)], "2026-10-07", "2026-10-05T10:00:00Z"),
        (String::new(), vec!["too_close_to_first_overdue_step".into()])
    );
    // on its own day it goes, however close the first overdue one is
    assert_eq!(late(&[("soon", -1), ("first", 2)], "2026-10-07", "2026-10-06T10:00:00Z"), ("soon".into(), none));
}

#[test]
fn what_is_said_on_the_due_date_moves_no_overdue_step() {
    let mut steps = mails(&[("due_day", 0), ("first", 4)]);
    steps[1]["after_previous_days"] = json!(9);
    let mut sim = ladder(steps, json!({}), "2026-10-01");
    let id = sim.invoice("F-1", "2026-10-05", 20_000);
    sim.facts(id).steps = vec![done("due_day", StepOutcome::Sent, "2026-10-05")];
    assert_eq!(planned(&evaluate(&sim.snapshot, at("2026-10-12T10:00:00Z"))), ["first"]);
}

#[test]
fn a_step_inside_a_pause_is_waived_on_its_day_and_not_before() {
    let pause = json!({"pauses": [{"from": "10-08", "until": "10-20", "channels": ["email"]}]});
    let mut sim = ladder(mails(&[("first", 7)]), pause, "2026-10-01");
    sim.invoice("F-1", "2026-10-05", 20_000);
    let early = evaluate(&sim.snapshot, at("2026-10-06T10:00:00Z"));
    assert!(waived(&early).is_empty() && says(&early, Why::StepNotDue), "{early:?}");
    assert_eq!(waived(&evaluate(&sim.snapshot, at("2026-10-12T10:00:00Z"))), [("first", "pause")]);
}

#[test]
fn only_a_public_body_counts_from_the_day_it_received_the_request() {
    let first = |kind: CustomerKind| {
        let mut sim = ladder(mails(&[("first", 5)]), json!({"delivery_grace_days": 10}), "2026-09-01");
        sim.snapshot.customer.kind = kind;
        let id = sim.invoice("F-1", "2026-10-05", 20_000);
        (sim.facts(id).issued_on, sim.facts(id).received_on) = (day("2026-09-01"), Some(day("2026-10-20")));
        planned(&evaluate(&sim.snapshot, at("2026-10-12T10:00:00Z"))).len()
    };
    assert_eq!((first(CustomerKind::Business), first(CustomerKind::PublicBody)), (1, 0));
}

#[test]
fn stale_data_are_said_when_something_is_due_and_a_due_step_is_not_called_early() {
    let data = |due: &str, now: &str| {
        let mut sim = ladder(mails(&[("first", 5)]), json!({"data_max_age_hours": 24}), "2026-10-01");
        sim.invoice("F-1", due, 20_000);
        sim.snapshot.payments_complete_until = Some(at("2026-10-01T00:00:00Z"));
        evaluate(&sim.snapshot, at(now))
    };
    let stale = |decision: &Decision| decision.actions.contains(&Action::SayDataStale);
    assert!(stale(&data("2026-10-05", "2026-10-12T10:00:00Z")));
    let early = data("2026-10-10", "2026-10-12T10:00:00Z");
    assert!(!stale(&early) && says(&early, Why::StepNotDue), "due on the 15th");
    // today is its day: it waits for the window, and is not early
    let mut sim = ladder(mails(&[("first", 7)]), json!({}), "2026-10-01");
    sim.invoice("F-1", "2026-10-05", 20_000);
    let evening = evaluate(&sim.snapshot, at("2026-10-12T19:00:00Z"));
    assert!(says(&evening, Why::WindowClosed) && !says(&evening, Why::StepNotDue));
}

#[test]
fn the_last_heartbeat_decides_about_fresh_data_and_says_since_when_and_until_when() {
    let decide = |policy: Value, known: Option<&str>| {
        let mut sim = ladder(mails(&[("first", 5)]), policy, "2026-10-01");
        sim.invoice("F-1", "2026-10-05", 20_000);
        sim.snapshot.payments_complete_until = known.map(at);
        let decision = evaluate(&sim.snapshot, at("2026-10-12T10:00:00Z"));
        let held = decision.reasons.iter().find(|reason| reason.code == Why::PaymentDataStale).and_then(|reason| reason.held.clone());
        held.map(|held| (held.since, held.until))
    };
    let tomorrow = Some(at("2026-10-12T22:00:00Z"));
    assert_eq!(decide(json!({"data_max_age_hours": 24}), Some("2026-10-11T10:00:00Z")), None, "24 hours are not more than 24");
    let stale = decide(json!({"data_max_age_hours": 24}), Some("2026-10-11T09:59:59Z"));
    assert_eq!(stale, Some((Some(at("2026-10-12T09:59:59Z")), tomorrow)));
    assert_eq!(decide(json!({"data_max_age_hours": 24}), None), Some((None, tomorrow)), "nothing was ever said");
    let heartbeat = json!({"heartbeat_max_age_hours": 48});
    assert_eq!(decide(heartbeat.clone(), None), None, "only from a first heartbeat on");
    assert_eq!(decide(heartbeat, Some("2026-10-09T10:00:00Z")), Some((Some(at("2026-10-11T10:00:00Z")), tomorrow)));
    let both = json!({"data_max_age_hours": 24, "heartbeat_max_age_hours": 96});
    assert!(decide(both, Some("2026-10-10T10:00:00Z")).is_some(), "the stricter of the two was asked for");
}

#[test]
fn nothing_is_waived_while_it_is_held() {
    let mut sim = ladder(mails(&[("soon", -5), ("first", 5)]), json!({}), "2026-10-01");
    let id = sim.invoice("F-1", "2026-10-05", 20_000);
    let noon = at("2026-10-06T10:00:00Z");
    assert_eq!(waived(&evaluate(&sim.snapshot, noon)), [("soon", "after_due_date")]);
    sim.hold(Some(id), None);
    assert!(waived(&evaluate(&sim.snapshot, noon)).is_empty());
}

#[test]
fn a_task_is_asked_for_when_people_can_work_and_by_its_own_name() {
    for (channel, kind, english, french) in [
        ("phone_task", "phone_call", "Call the customer", "Appelez le client"),
        ("visit_task", "visit", "Visit the customer", "Rendez visite au client"),
        ("review_task", "review", "Decide how to go on", "Décidez de la suite"),
    ] {
        let title = Title::new(format!("{english}: 1 invoice(s), 200.00 EUR."), format!("{french} : 1 facture(s), 200,00 EUR."));
        let mut sim = ladder(json!([{"key": "ask", "offset_days": 7, "channel": channel}]), json!({}), "2026-10-01");
        sim.invoice("F-1", "2026-10-05", 20_000);
        let night = evaluate(&sim.snapshot, at("2026-10-12T01:00:00Z"));
        assert!(tasks(&night, kind).is_empty() && night.next_check_at > Some(at("2026-10-12T01:00:00Z")), "{night:?}");
        let noon = evaluate(&sim.snapshot, at("2026-10-12T10:00:00Z"));
        assert_eq!(tasks(&noon, kind).iter().map(|task| task.title.clone()).collect::<Vec<_>>(), [title]);
    }
}

#[test]
fn an_unread_reply_and_a_direct_debit_are_a_persons_as_long_as_they_rest_the_chase() {
    for (until, asked) in [(None, 1), (Some("2026-10-12"), 1), (Some("2026-10-11"), 0)] {
        let mut sim = business("2026-10-01");
        sim.invoice("F-1", "2026-10-05", 20_000);
        sim.hold_everything(until.map(day));
        sim.snapshot.holds[0].reason = "unread_reply".into();
        assert_eq!(tasks(&evaluate(&sim.snapshot, at("2026-10-12T10:00:00Z")), "reply").len(), asked, "{until:?}");
    }
    // ten days after the due date the debit is neither paid nor returned
    for (now, asked) in [("2026-10-15T10:00:00Z", 0), ("2026-10-16T10:00:00Z", 1), ("2026-10-20T10:00:00Z", 1)] {
        let mut sim = business("2026-10-01");
        let id = sim.invoice("F-1", "2026-10-05", 20_000);
        sim.facts(id).direct_debit = true;
        let decision = evaluate(&sim.snapshot, at(now));
        assert_eq!(tasks(&decision, "direct_debit").len(), asked, "{now}");
    }
}

#[test]
fn a_look_at_this_very_instant_is_no_look_and_what_would_change_is_said_once() {
    let sim = business("2026-10-12");
    let context = Context::new(&sim.snapshot, sim.now);
    let mut draft = Draft::new(sim.now);
    draft.look_at(sim.now);
    for _ in 0..2 {
        draft.would_change(crate::dunning::Change::Approval);
    }
    let settled = super::super::expiries::work_off(&context, &mut Draft::new(sim.now));
    let blocks = super::super::blocks::find(&context, &settled);
    let live = super::super::standing::Live { reminders: Vec::new() };
    let decision = outcome::finish(&context, &blocks, &live, draft);
    assert_eq!((decision.next_check_at, decision.would_change.len()), (None, 1));
}

#[test]
fn holidays_and_law_are_those_of_the_customers_country_and_without_an_address_of_the_creditors() {
    let region = |country: Option<&str>, postcode: &str, creditor: &str| {
        let mut sim = business("2026-10-12");
        let address = |country: &str| Address {
            lines: vec!["1 rue du Port".into()],
            postcode: Some(postcode.into()),
            city: Some("Ville".into()),
            country: country.into(),
        };
        sim.snapshot.customer.address = country.map(address);
        Arc::make_mut(&mut sim.snapshot.settings).region = creditor.into();
        let context = Context::new(&sim.snapshot, sim.now);
        (context.region, context.law.country)
    };
    assert_eq!(region(Some("FR"), "69003", "FR"), (Region::Fr, "FR"));
    assert_eq!(region(Some("FR"), "67000", "FR"), (Region::FrAlsaceMoselle, "FR"));
    assert_eq!(region(Some("DE"), "10115", "FR"), (Region::Country(*b"DE"), ""));
    assert_eq!(region(None, "", "DE"), (Region::Country(*b"DE"), ""));
    assert_eq!(region(None, "", "FR-AM").1, "FR");
}

#[test]
fn pacing_looks_past_every_window_that_is_full() {
    // two in 7 days and eight in 30: after eight close ones both windows move on, one after the other
    let mut sim = Sim::new(preset("fr_consumer"), CustomerKind::Consumer, "2026-10-12");
    for on in ["09-14", "09-15", "09-21", "09-22", "09-28", "09-29", "10-05", "10-06"] {
        sim.snapshot.contacts_made.push(ContactMade { on: day(&format!("2026-{on}")), channel: "phone".into(), step_key: None });
    }
    sim.invoice("F-1", "2026-09-30", 20_000);
    sim.now = at("2026-10-12T10:00:00Z");
    sim.run_until("2026-11-10");
    assert!(sim.happened.iter().all(|happened| happened.on >= day("2026-10-14")), "{:?}", sim.story());
    assert!(!sim.happened.is_empty());
}

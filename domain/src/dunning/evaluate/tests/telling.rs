//! What a decision says: where an invoice stands, who holds it since when, what would change it, in words.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::json;
use uuid::Uuid;

use super::{
    super::{evaluate, resting},
    sim::{Sim, business, day, ladder, preset},
};
use crate::{
    customer::{Address, ContactDetails, ContactRole, CustomerKind},
    dunning::{Change, Decision, Held, Hold, HoldScope, Language, Outcome, Param, Promise, StepOutcome, StepRecord, Why},
    ids::{ContactId, CustomerId, HoldId, InvoiceId, PromiseId},
    invoice::EinvoiceStatus,
    money::Currency,
    policy::Channel,
};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn held(decision: &Decision, code: Why) -> Option<Held> {
    decision.reasons.iter().find(|reason| reason.code == code).and_then(|reason| reason.held.as_deref().cloned())
}

fn done(step: &str, outcome: StepOutcome, on: &str) -> StepRecord {
    StepRecord { step_key: step.into(), outcome, done_on: day(on), granted_until: None, reason: None }
}

/// On hold since 6 October, 10:00 in Paris, for this reason.
fn on_hold(reason: &str, until: Option<&str>) -> Decision {
    let mut sim = business("2026-10-01");
    sim.invoice("F-1", "2026-10-05", 20_000);
    sim.now = at("2026-10-06T08:00:00Z");
    sim.hold_everything(until.map(day));
    sim.snapshot.holds[0].reason = reason.into();
    evaluate(&sim.snapshot, at("2026-10-12T10:00:00Z"))
}

#[test]
fn every_rest_says_since_when_and_until_when() {
    let placed = Some(at("2026-10-06T08:00:00Z"));
    let manual = held(&on_hold("manual", Some("2026-10-20")), Why::Held).unwrap();
    assert_eq!((manual.since, manual.until), (placed, Some(at("2026-10-20T22:00:00Z"))));

    let mut sim = business("2026-10-01");
    let id = sim.invoice("F-1", "2026-10-05", 20_000);
    sim.snapshot.promises.push(Promise {
        id: PromiseId(Uuid::from_u128(9)),
        invoices: vec![],
        amount: Currency::EUR.minor(20_000),
        made_on: day("2026-10-06"),
        made_by: None,
        ended_before: 0,
        promised_on: day("2026-10-15"),
        grace_until_on: day("2026-10-18"),
        received_since: 0,
    });
    let promised = held(&evaluate(&sim.snapshot, at("2026-10-12T10:00:00Z")), Why::PromiseOpen).unwrap();
    assert_eq!((promised.since, promised.until), (Some(at("2026-10-05T22:00:00Z")), Some(at("2026-10-18T22:00:00Z"))));

    sim.snapshot.promises.clear();
    sim.facts(id).disputed = 20_000;
    sim.facts(id).evidence.disputed_since = placed;
    let disputed = held(&evaluate(&sim.snapshot, at("2026-10-12T10:00:00Z")), Why::Disputed).unwrap();
    assert_eq!((disputed.since, disputed.until), (placed, None));
}

#[test]
fn a_hold_is_told_by_what_it_is_for() {
    let sentence = |reason: &str, until: Option<&str>| {
        let decision = on_hold(reason, until);
        let reason = decision.reasons.iter().find(|reason| reason.held.is_some()).unwrap();
        (reason.code, reason.code.told(&reason.params, Language::English))
    };
    let (code, announced) = sentence("payment_announced", Some("2026-10-20"));
    assert!(code == Why::PaymentAnnounced && announced.contains("20 October 2026"), "{announced}");
    let (code, open) = sentence("payment_announced", None);
    assert!(code == Why::Held && !open.contains("6 October"), "an announcement without a day is told as a hold: {open}");
    let (code, sold) = sentence("factored", None);
    assert!(code == Why::Factored && sold.contains("F-1"), "{sold}");
}

#[test]
fn an_insolvency_holds_what_was_issued_before_the_judgment_only() {
    for (judgment, holds) in [("2026-09-06", true), ("2026-09-05", false)] {
        let mut sim = business("2026-10-01");
        let id = sim.invoice("F-1", "2026-10-05", 20_000);
        assert_eq!(sim.facts(id).issued_on, day("2026-09-05"));
        sim.hold_everything(None);
        (sim.snapshot.holds[0].reason, sim.snapshot.holds[0].before_on) = ("insolvency".into(), Some(day(judgment)));
        assert_eq!(held(&evaluate(&sim.snapshot, at("2026-10-12T10:00:00Z")), Why::Insolvency).is_some(), holds, "{judgment}");
    }
}

#[test]
fn a_disputed_e_invoice_rests_as_a_whole_unless_a_smaller_part_is_named() {
    for (part, rests) in [(None, true), (Some(20_000), true), (Some(25_000), true), (Some(19_999), false)] {
        let mut sim = business("2026-10-01");
        let id = sim.invoice("F-1", "2026-10-05", 20_000);
        let status = EinvoiceStatus { code: "207".into(), at: at("2026-10-07T09:00:00Z"), reason_code: None, amount: part };
        sim.facts(id).evidence.einvoice = Some(status);
        let held = held(&evaluate(&sim.snapshot, at("2026-10-12T10:00:00Z")), Why::EinvoiceDisputed);
        assert_eq!(held.map(|held| held.since), rests.then_some(Some(at("2026-10-07T09:00:00Z"))), "{part:?}");
    }
}

#[test]
fn a_time_barred_debt_says_since_when_and_is_a_persons() {
    let mut sim = Sim::new(preset("fr_consumer"), CustomerKind::Consumer, "2026-10-01");
    let id = sim.invoice("F-1", "2024-06-01", 20_000);
    sim.facts(id).issued_on = day("2024-05-01");
    let decision = evaluate(&sim.snapshot, at("2026-10-12T10:00:00Z"));
    let barred = held(&decision, Why::TimeBarred).unwrap();
    assert_eq!(barred.since, Some(at("2026-05-01T22:00:00Z")));
    let raised = decision.actions.iter().any(|action| format!("{action:?}").contains("The claim is time-barred: write it off"));
    assert!(raised, "{:?}", decision.actions);
}

#[test]
fn where_an_invoice_stands_names_the_policy_that_decided() {
    let mut sim = business("2026-10-01");
    sim.invoice("F-1", "2026-10-05", 20_000);
    let policy = sim.snapshot.policy.clone().unwrap();
    let stands = evaluate(&sim.snapshot, at("2026-10-06T10:00:00Z")).invoices[0].1.clone();
    assert_eq!((stands.policy_id, stands.policy_version), (Some(policy.id), Some(policy.version)));
    sim.snapshot.policy = None;
    let stands = evaluate(&sim.snapshot, at("2026-10-06T10:00:00Z")).invoices[0].1.clone();
    assert_eq!((stands.policy_id, stands.policy_version), (None, None));
}

#[test]
fn the_outcome_is_what_the_decision_does() {
    let noon = "2026-10-12T10:00:00Z";
    let mut sim = business("2026-10-01");
    let id = sim.invoice("F-1", "2026-10-05", 20_000);
    (sim.snapshot.case_open, sim.facts(id).overdue_announced) = (true, true);
    let act = evaluate(&sim.snapshot, at(noon));
    assert_eq!((act.outcome, act.invoices[0].1.state.as_str()), (Outcome::Act, "scheduled"));
    assert_eq!(act.invoices[0].1.next_step.as_deref(), Some("first"));
    sim.hold(Some(id), None);
    assert_eq!(evaluate(&sim.snapshot, at(noon)).outcome, Outcome::Hold);
    // only what has to be said: no act
    sim.snapshot.holds.clear();
    sim.facts(id).steps = ["precheck", "courtesy", "key_call"].map(|step| done(step, StepOutcome::Waived, "2026-10-06")).into();
    sim.facts(id).overdue_announced = false;
    let said = evaluate(&sim.snapshot, at("2026-10-06T10:00:00Z"));
    assert_eq!(said.outcome, Outcome::Wait, "{:?}", said.actions);
    sim.facts(id).steps = vec![done("handover", StepOutcome::TaskCreated, "2026-10-05")];
    assert_eq!(evaluate(&sim.snapshot, at(noon)).outcome, Outcome::Stop);
    sim.facts(id).amount_due = 0;
    sim.snapshot.case_open = false;
    assert_eq!(evaluate(&sim.snapshot, at(noon)).outcome, Outcome::Stop);
}

#[test]
fn an_invoice_that_nothing_is_said_of_stands_idle() {
    let mut sim = business("2026-10-01");
    sim.snapshot.policy = None;
    let id = sim.invoice("F-1", "2026-12-05", 20_000);
    let decision = evaluate(&sim.snapshot, at("2026-10-12T10:00:00Z"));
    let stands = decision.invoices.iter().find(|(invoice, _)| *invoice == id).unwrap();
    assert!(["idle", "held"].contains(&stands.1.state.as_str()), "{stands:?}");
    assert!(decision.would_change.contains(&Change::ActivatePolicy), "{:?}", decision.would_change);
}

#[test]
fn the_copy_of_a_notice_goes_to_the_usual_contact_and_not_to_the_roles_of_the_notice() {
    let mut sim = business("2026-10-12");
    let director =
        ContactDetails { email: Some("pdg@dupont.example".into()), ..ContactDetails::new("c2", ContactRole::LegalRepresentative) };
    let usual = sim.snapshot.contacts[0].id;
    sim.snapshot.contacts.push(crate::customer::Contact {
        id: ContactId(Uuid::from_u128(77)),
        details: director,
        suppressed_channels: vec![],
    });
    sim.snapshot.calls.push(crate::dunning::CallAttempt { on: day("2026-10-08"), reached: false });
    let id = sim.invoice("F-1", "2026-08-20", 20_000);
    let before = ["precheck", "courtesy", "key_call", "first", "call", "sms", "second", "last_call", "last_letter"];
    sim.facts(id).steps = before.map(|step| done(step, StepOutcome::Sent, "2026-09-20")).into();
    sim.now = at("2026-10-12T10:00:00Z");
    sim.look();
    let plan = sim.plans().next().unwrap();
    assert_eq!((plan.step_key.as_str(), plan.contact_id), ("notice", Some(ContactId(Uuid::from_u128(77)))));
    assert_eq!(plan.copies.iter().map(|copy| (copy.channel, copy.contact_id)).collect::<Vec<_>>(), [(Channel::Email, Some(usual))]);
}

#[test]
fn who_is_left_in_peace_is_said_when_a_message_goes_over_that_channel() {
    let steps = json!([{"key": "first", "offset_days": 5, "channel": "email", "template": "first_reminder"}]);
    let mut sim = ladder(steps, json!({}), "2026-10-01");
    let silent = ContactDetails { email: Some("old@dupont.example".into()), ..ContactDetails::new("c2", ContactRole::Buyer) };
    let suppressed_channels = vec!["email".to_owned()];
    sim.snapshot.contacts.push(crate::customer::Contact { id: ContactId(Uuid::from_u128(77)), details: silent, suppressed_channels });
    sim.invoice("F-1", "2026-10-05", 20_000);
    let said = |now: &str| evaluate(&sim.snapshot, at(now)).reasons.iter().any(|reason| reason.code == Why::ContactSuppressed);
    assert!(said("2026-10-12T10:00:00Z"));
    assert!(!said("2026-10-12T21:00:00Z"), "nothing goes now: the window is closed");
}

#[test]
fn what_rests_by_itself_is_told_of_the_customer_when_all_rests_on_the_same() {
    let noon = at("2026-10-12T10:00:00Z");
    let mut sim = business("2026-10-01");
    let (one, two) = (sim.invoice("F-1", "2026-10-05", 20_000), sim.invoice("F-2", "2026-10-05", 20_000));
    for id in [one, two] {
        sim.facts(id).disputed = 20_000;
    }
    let scopes = |sim: &Sim| resting(&sim.snapshot, noon).into_iter().map(|rest| (rest.code, rest.scope)).collect::<Vec<_>>();
    // each names its own invoice: they are not the same
    assert_eq!(scopes(&sim), [(Why::Disputed, HoldScope::Invoice(one)), (Why::Disputed, HoldScope::Invoice(two))]);
    for id in [one, two] {
        sim.facts(id).disputed = 0;
    }
    sim.snapshot.ledger_differs = true;
    assert_eq!(scopes(&sim), [(Why::LedgerDiffers, HoldScope::Customer(sim.snapshot.customer_id))]);
    sim.snapshot.ledger_differs = false;
    sim.hold_everything(None);
    assert_eq!(scopes(&sim), [], "what a person placed is listed as a hold of its own");
    let contact = sim.snapshot.contacts[0].id;
    sim.snapshot.contacts[0].suppressed_channels.push("sms".into());
    assert_eq!(scopes(&sim), [(Why::ContactSuppressed, HoldScope::Contact(contact))]);
}

#[test]
fn a_target_is_told_by_its_id() {
    let number = Uuid::from_u128(5);
    let scopes = [
        (HoldScope::Tenant, None),
        (HoldScope::Customer(CustomerId(number)), Some(CustomerId(number).to_string())),
        (HoldScope::Invoice(InvoiceId(number)), Some(InvoiceId(number).to_string())),
        (HoldScope::Contact(ContactId(number)), Some(ContactId(number).to_string())),
    ];
    for (scope, target) in scopes {
        assert_eq!(scope.target(), target);
    }
}

#[test]
fn words_days_and_hours_are_told_in_the_readers_language() {
    let told = |param: Param| (param.told(Language::English), param.told(Language::French));
    let pair = |english: &str, french: &str| (english.to_owned(), french.to_owned());
    assert_eq!(told(Param::Word("factored".into())), pair("the invoice was sold", "la facture a été cédée"));
    assert_eq!(told(Param::Word("no_such_word".into())), pair("no such word", "no such word"));
    let instant = told(Param::At(at("2026-10-05T08:30:00Z")));
    assert_eq!(instant, pair("5 October 2026 at 08:30 UTC", "5 octobre 2026 à 08:30 UTC"));
    assert_eq!(Language::preferred("fr;q=0"), Language::English, "what is refused is no wish");
    assert_eq!(Language::preferred("de, fr;q=0"), Language::English);
}

#[test]
fn our_own_faults_are_asked_for_in_a_sentence() {
    let mut sim = business("2026-10-01");
    sim.invoice("F-1", "2026-10-05", 20_000);
    Arc::make_mut(&mut sim.snapshot.settings).iban = None;
    sim.now = at("2026-10-12T10:00:00Z");
    sim.look();
    let titles: Vec<&str> = sim.tasks().filter(|task| task.kind == "own_error").map(|task| task.title.en.as_str()).collect();
    assert_eq!(titles.len(), 1, "{titles:?}");
    assert!(titles[0].starts_with(char::is_uppercase) && titles[0].ends_with('.') && titles[0].len() > 10, "{titles:?}");
}

#[test]
fn what_is_withdrawn_is_told_by_the_step_that_was_planned_and_what_waits_for_a_person_by_that() {
    let mut sim = business("2026-10-12");
    sim.approves = false;
    sim.snapshot.calls.push(crate::dunning::CallAttempt { on: day("2026-10-08"), reached: false });
    let id = sim.invoice("F-1", "2026-08-20", 20_000);
    let before = ["precheck", "courtesy", "key_call", "first", "call", "sms", "second", "last_call", "last_letter"];
    sim.facts(id).steps = before.map(|step| done(step, StepOutcome::Sent, "2026-09-20")).into();
    let plans = evaluate(&sim.snapshot, at("2026-10-12T10:00:00Z"));
    let stands = &plans.invoices[0].1;
    assert_eq!((stands.state.as_str(), stands.next_step.as_deref(), stands.next_action_at), ("awaiting_approval", Some("notice"), None));
    sim.now = at("2026-10-12T10:00:00Z");
    sim.look();
    let waits = evaluate(&sim.snapshot, at("2026-10-12T10:05:00Z"));
    assert!(waits.reasons.iter().any(|reason| reason.code == Why::AwaitingApproval) && waits.would_change.contains(&Change::Approval));
    sim.snapshot.reminders[0].state = crate::dunning::LiveState::Planned;
    let planned = evaluate(&sim.snapshot, at("2026-10-12T10:05:00Z"));
    assert!(planned.reasons.iter().any(|reason| reason.code == Why::ReminderPlanned) && !planned.would_change.contains(&Change::Approval));
}

#[test]
fn a_contact_with_a_hold_is_left_in_peace_until_its_last_day() {
    for (until, written) in [("2026-10-12", false), ("2026-10-11", true)] {
        let steps = json!([{"key": "first", "offset_days": 5, "channel": "email", "template": "first_reminder"}]);
        let mut sim = ladder(steps, json!({}), "2026-10-01");
        sim.snapshot.customer.address = Some(Address {
            lines: vec!["1 rue du Port".into()],
            postcode: Some("69003".into()),
            city: Some("Lyon".into()),
            country: "FR".into(),
        });
        let contact = sim.snapshot.contacts[0].id;
        sim.snapshot.holds.push(Hold {
            id: HoldId(Uuid::from_u128(6)),
            scope: HoldScope::Contact(contact),
            reason: "manual".into(),
            until_on: Some(day(until)),
            before_on: None,
            published_on: None,
            placed_by: None,
            placed_at: at("2026-10-01T08:00:00Z"),
        });
        sim.invoice("F-1", "2026-10-05", 20_000);
        let decision = evaluate(&sim.snapshot, at("2026-10-12T10:00:00Z"));
        assert_eq!(!decision.reasons.iter().any(|reason| reason.code == Why::NoContact), written, "{until}");
    }
}

//! Who gets the message, who is left in peace, and what is said when nobody is there.

use std::sync::Arc;

use uuid::Uuid;

use super::{
    super::evaluate,
    sim::{Sim, business, day},
};
use crate::{
    customer::{Contact, ContactDetails, ContactRole},
    dunning::{Action, Decision, Hold, HoldScope, OpenTask, Param, PlannedReminder, Why},
    ids::{ContactId, HoldId, TaskId},
    policy::{Channel, Policy},
};

fn contact(number: u128, role: ContactRole, approves: bool) -> Contact {
    let details = ContactDetails {
        email: Some(format!("c{number}@dupont.example")),
        can_approve_payment: approves,
        ..ContactDetails::new(format!("c{number}"), role)
    };
    Contact { id: ContactId(Uuid::from_u128(number)), details, suppressed_channels: vec![] }
}

/// A business whose first reminder is due on this Friday at noon, with these contacts.
fn first_due(contacts: Vec<Contact>, to: &[ContactRole]) -> Sim {
    let mut sim = business("2026-10-09");
    with_policy(&mut sim, |policy| policy.steps.iter_mut().for_each(|step| step.to = to.to_vec()));
    sim.snapshot.contacts = contacts;
    sim.invoice("F-1", "2026-10-05", 20_000);
    sim.now = "2026-10-09T10:00:00Z".parse().unwrap();
    sim
}

fn with_policy(sim: &mut Sim, change: impl FnOnce(&mut Policy)) {
    change(Arc::make_mut(&mut sim.snapshot.policy.as_mut().unwrap().policy));
}

fn planned(decision: &Decision) -> Option<&PlannedReminder> {
    decision.actions.iter().find_map(|action| match action {
        Action::PlanReminder(plan) => Some(plan.as_ref()),
        _ => None,
    })
}

#[test]
fn the_roles_of_the_step_come_in_order_then_the_usual_contact_who_pays_suppliers() {
    use ContactRole::{AccountsPayable, Approver, Buyer, Director, Other};
    for (to, contacts, expected, why) in [
        (&[Director][..], vec![(AccountsPayable, false), (Director, false)], 2, Why::ContactByRole),
        (&[Buyer, Director], vec![(AccountsPayable, false), (Director, false), (Buyer, false)], 3, Why::ContactByRole),
        // whoever may approve payments is an approver, whatever the role says
        (&[Approver], vec![(Other, false), (AccountsPayable, true)], 2, Why::ContactByRole),
        (&[Approver], vec![(Other, false), (AccountsPayable, false), (Approver, false)], 3, Why::ContactByRole),
        (&[Buyer], vec![(Other, false), (AccountsPayable, false)], 2, Why::ContactUsual),
        (&[Buyer], vec![(Other, false), (Director, false)], 1, Why::ContactUsual),
    ] {
        let list = contacts.iter().zip(1..).map(|((role, approves), number)| contact(number, *role, *approves)).collect();
        let decision = evaluate(&first_due(list, to).snapshot, "2026-10-09T10:00:00Z".parse().unwrap());
        assert_eq!(planned(&decision).unwrap().contact_id, Some(ContactId(Uuid::from_u128(expected))), "{to:?} {contacts:?}");
        assert!(decision.reasons.iter().any(|reason| reason.code == why), "{to:?} {contacts:?}");
    }
}

#[test]
fn a_contact_is_left_in_peace_to_the_last_day_of_its_hold() {
    for (until, expected) in [("2026-10-08", 1), ("2026-10-09", 2), ("2026-10-12", 2)] {
        let list = vec![contact(1, ContactRole::AccountsPayable, false), contact(2, ContactRole::Other, false)];
        let mut sim = first_due(list, &[ContactRole::AccountsPayable]);
        sim.snapshot.holds.push(Hold {
            id: HoldId(Uuid::from_u128(7)),
            scope: HoldScope::Contact(ContactId(Uuid::from_u128(1))),
            reason: "manual".into(),
            until_on: Some(day(until)),
            before_on: None,
            published_on: None,
            placed_by: None,
            placed_at: sim.now,
        });
        let decision = evaluate(&sim.snapshot, sim.now);
        assert_eq!(planned(&decision).unwrap().contact_id, Some(ContactId(Uuid::from_u128(expected))), "until {until}");
    }
}

#[test]
fn who_is_left_in_peace_is_said_when_a_message_goes_over_that_channel_and_only_then() {
    let told = |decision: &Decision| {
        let silent = decision.reasons.iter().find(|reason| reason.code == Why::ContactSuppressed)?;
        Some((silent.params.get("contacts").cloned(), silent.params.get("channel").cloned()))
    };
    let list = || vec![contact(1, ContactRole::AccountsPayable, false), contact(2, ContactRole::Other, false)];
    let mut sim = first_due(list(), &[]);
    assert_eq!(told(&evaluate(&sim.snapshot, sim.now)), None, "nobody is silent");
    sim.snapshot.contacts[1].suppressed_channels.push("email".into());
    let by_mail = Some((Some(Param::Number(1)), Some(Param::from(Channel::Email))));
    assert_eq!(told(&evaluate(&sim.snapshot, sim.now)), by_mail);
    sim.snapshot.contacts[1].suppressed_channels = vec!["sms".into()];
    assert_eq!(told(&evaluate(&sim.snapshot, sim.now)), None, "another channel");
    let mut quiet = first_due(list(), &[]);
    quiet.snapshot.contacts[1].suppressed_channels.push("email".into());
    quiet.snapshot.invoices[0].due_on = day("2026-10-30");
    assert_eq!(told(&evaluate(&quiet.snapshot, quiet.now)), None, "nothing goes out");
}

#[test]
fn a_mail_without_a_reader_waits_and_asks_once_for_a_contact() {
    let mut sim = first_due(vec![contact(1, ContactRole::AccountsPayable, false)], &[]);
    sim.snapshot.contacts[0].suppressed_channels.push("email".into());
    let decision = evaluate(&sim.snapshot, sim.now);
    assert_eq!(planned(&decision), None);
    let codes: Vec<Why> = decision.reasons.iter().map(|reason| reason.code).collect();
    assert!(codes.contains(&Why::NoContact) && codes.contains(&Why::ContactSuppressed), "{codes:?}");
    let raised = |decision: &Decision| {
        decision
            .actions
            .iter()
            .filter(|action| matches!(action, Action::CreateTask(task) if task.about.as_deref() == Some("no_contact:email")))
            .count()
    };
    assert_eq!(raised(&decision), 1);
    let about = Some("no_contact:email".to_owned());
    sim.snapshot.open_tasks.push(OpenTask { id: TaskId(Uuid::from_u128(5)), kind: "own_error".into(), step_key: None, about });
    assert_eq!(raised(&evaluate(&sim.snapshot, sim.now)), 0, "asked before");
}

#[test]
fn one_way_to_reach_the_customer_is_enough_and_without_any_it_is_our_fault() {
    let held = |sim: &Sim| evaluate(&sim.snapshot, sim.now).reasons.iter().any(|reason| reason.code == Why::OwnErrorSuspected);
    for (email, phone, address, office, fault) in [
        (true, false, false, false, false),
        (false, true, false, false, false),
        (false, false, true, false, false),
        (false, false, false, true, false),
        (false, false, false, false, true),
    ] {
        let mut sim = first_due(vec![contact(1, ContactRole::AccountsPayable, false)], &[]);
        let house = sim.snapshot.customer.address.clone();
        let details = &mut sim.snapshot.contacts[0].details;
        details.email = details.email.take().filter(|_| email);
        details.phone = phone.then(|| "+33612345678".to_owned());
        sim.snapshot.customer.address = house.clone().filter(|_| address);
        sim.snapshot.customer.registered_address = house.filter(|_| office);
        assert_eq!(held(&sim), fault, "{email} {phone} {address} {office}");
    }
}

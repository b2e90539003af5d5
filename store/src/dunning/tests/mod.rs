//! The repositories against a real database.

mod people;
mod receipts;
mod sending;
mod world;

use std::time::Duration;

use relance_domain::dunning::{Action, BirthState, LiveState, StepOutcome};
use world::{World, at, day, now};

use super::{claim_due, lock, reminders, snapshots};
use crate::{StoreError, test_clock};

#[tokio::test]
async fn a_decision_becomes_rows_and_events_and_reads_back_as_a_snapshot() {
    let world = World::new(false).await;
    let actions = vec![
        Action::AnnounceOverdue { invoice_id: world.invoices[0] },
        Action::OpenCase,
        Action::PlanReminder(world.plan(vec![world.line(0, "first")], BirthState::Planned)),
        Action::CreateTask(world.call(vec![world.line(1, "call")])),
        Action::WaiveStep {
            invoice_id: world.invoices[1],
            step_key: "courtesy".to_owned(),
            reason: "late".to_owned(),
            on: day("2026-10-12"),
        },
    ];
    let recorded = world.record(world.decision(actions)).await;
    assert_eq!((recorded.applied.len(), recorded.reminders, recorded.tasks), (1, 1, 1));
    assert_eq!(world.events().await, ["invoice.overdue", "case.opened", "reminder.planned", "task.created"]);

    let tx = world.store.write(world.tenant).await.unwrap();
    lock(&tx, world.tenant, &[world.customer]).await.unwrap();
    let list = snapshots(&tx, world.tenant, &[world.customer], now()).await.unwrap();
    let [snapshot] = list.as_slice() else { panic!("one customer") };
    assert!(snapshot.case_open && snapshot.policy.is_some());
    assert_eq!(snapshot.open_tasks.len(), 1);
    let [reminder] = snapshot.reminders.as_slice() else { panic!("one reminder") };
    assert_eq!((reminder.state, reminder.send_at), (LiveState::Planned, at("2026-10-13T07:00:00Z")));
    let steps: Vec<Vec<StepOutcome>> =
        snapshot.invoices.iter().map(|invoice| invoice.steps.iter().map(|step| step.outcome).collect()).collect();
    assert_eq!(steps, [vec![], vec![StepOutcome::TaskCreated, StepOutcome::Waived]], "what is planned is not done");
    assert!(snapshot.invoices[0].overdue_announced && !snapshot.invoices[1].overdue_announced);
}

#[tokio::test]
async fn a_step_is_never_planned_twice_and_an_idle_look_leaves_no_decision() {
    let world = World::new(false).await;
    let plan = || Action::PlanReminder(world.plan(vec![world.line(0, "first")], BirthState::Planned));
    assert_eq!(world.record(world.decision(vec![plan()])).await.reminders, 1);
    assert_eq!(world.record(world.decision(vec![plan()])).await.reminders, 0);
    world.record(world.decision(Vec::new())).await;
    world.record(world.decision(Vec::new())).await;
    let tx = world.store.read(world.tenant).await.unwrap();
    let filter = super::decisions::Filter { invoice_id: Some(world.invoices[0]), ..Default::default() };
    let list = super::decisions::list(&tx, world.tenant, &filter, None, 10).await.unwrap();
    assert_eq!(list.len(), 3, "planned, not planned again, waiting; the last look said nothing new");
    assert_eq!(world.events().await, ["reminder.planned"]);
}

#[tokio::test]
async fn a_withdrawn_reminder_frees_its_steps_within_the_same_decision() {
    let world = World::new(false).await;
    world.record(world.decision(vec![Action::PlanReminder(world.plan(vec![world.line(0, "first")], BirthState::Planned))])).await;
    let tx = world.store.read(world.tenant).await.unwrap();
    let old = reminders::list(&tx, world.tenant, &reminders::Filter::default(), None, 1).await.unwrap()[0].id;
    drop(tx);
    let actions = vec![
        Action::CancelReminder { reminder_id: old, reason: "superseded".to_owned() },
        Action::PlanReminder(world.plan(vec![world.line(0, "first"), world.line(1, "first")], BirthState::AwaitingApproval)),
    ];
    assert_eq!(world.record(world.decision(actions)).await.reminders, 1);
    assert_eq!(world.events().await, ["reminder.planned", "reminder.cancelled", "reminder.approval_requested"]);
    let tx = world.store.read(world.tenant).await.unwrap();
    let filter = reminders::Filter { customer_id: Some(world.customer), status: vec!["awaiting_approval".to_owned()] };
    let waiting = reminders::list(&tx, world.tenant, &filter, None, 10).await.unwrap();
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0].body.lines.len(), 2);
}

#[tokio::test]
async fn a_due_customer_is_claimed_once_and_only_its_holder_records() {
    let world = World::new(true).await;
    let lease = Duration::from_secs(60);
    let claimed = claim_due(&world.store, "one", 100_000, lease).await.unwrap();
    assert!(claimed.contains(&(world.tenant, world.customer)));
    assert!(!claim_due(&world.store, "two", 100_000, lease).await.unwrap().contains(&(world.tenant, world.customer)));
    let tx = world.store.write(world.tenant).await.unwrap();
    let decisions = vec![(world.decision(Vec::new()), serde_json::Value::Null)];
    let recorded = super::record(&tx, world.tenant, decisions, now(), now(), Some("two")).await.unwrap();
    assert_eq!((recorded.applied.len(), recorded.fenced.len()), (0, 1));
    let decisions = vec![(world.decision(Vec::new()), serde_json::Value::Null)];
    let recorded = super::record(&tx, world.tenant, decisions, now(), now(), Some("one")).await.unwrap();
    assert_eq!(recorded.applied, [world.customer]);
    world.store.commit(tx).await.unwrap();
    assert!(
        !claim_due(&world.store, "two", 100_000, lease).await.unwrap().contains(&(world.tenant, world.customer)),
        "it is looked at on 20 October"
    );
}

#[tokio::test]
async fn a_clock_goes_forward_through_what_is_due_and_ends_ready() {
    let world = World::new(false).await;
    let tx = world.store.write(world.tenant).await.unwrap();
    let to = at("2026-10-15T10:00:00Z");
    assert!(matches!(test_clock::advance(&tx, world.tenant, at("2026-10-12T09:59:59Z")).await, Err(StoreError::Refused { .. })));
    assert!(matches!(test_clock::advance(&tx, world.tenant, at("2027-12-01T00:00:00Z")).await, Err(StoreError::Refused { .. })));
    assert!(!test_clock::advance(&tx, world.tenant, to).await.unwrap().is_ready());
    assert!(matches!(test_clock::advance(&tx, world.tenant, to).await, Err(StoreError::ClockAdvancing)));
    world.store.commit(tx).await.unwrap();

    let claimed = test_clock::claim_clocks(&world.store, "one", 100_000, Duration::from_secs(60)).await.unwrap();
    assert!(claimed.contains(&world.tenant));
    let tx = world.store.write(world.tenant).await.unwrap();
    assert_eq!(super::next_test_instant(&tx, world.tenant).await.unwrap(), Some(now()));
    assert_eq!(super::due_in_test(&tx, world.tenant, now()).await.unwrap(), [world.customer]);
    assert!(!test_clock::finish(&tx, world.tenant, "one").await.unwrap(), "a customer is due");
    world.store.commit(tx).await.unwrap();
    world.record(world.decision(Vec::new())).await;
    let tx = world.store.write(world.tenant).await.unwrap();
    assert!(!test_clock::finish(&tx, world.tenant, "two").await.unwrap(), "another holds the lease");
    assert!(test_clock::finish(&tx, world.tenant, "one").await.unwrap());
    let clock = test_clock::get(&tx, world.tenant).await.unwrap();
    assert_eq!((clock.now, clock.is_ready()), (to, true));
}

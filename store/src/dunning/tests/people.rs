//! What people do.

use relance_domain::{
    dunning::{Action, BirthState, HoldScope},
    ids::{CustomerId, TaskId},
    money::Currency,
};

use super::world::{World, at, by, day, now};
use crate::{
    StoreError,
    dunning::{
        disputes::{self, NewDispute},
        holds::{self, NewHold},
        promises::{self, NewPromise},
        reminders, snapshots,
        tasks::{self, Completion},
        timeline,
    },
};

fn promise(customer_id: CustomerId, promised_on: &str) -> NewPromise {
    let amount = Currency::EUR.minor(120_000);
    NewPromise { customer_id, invoice_ids: Vec::new(), amount, promised_on: day(promised_on), method: None, made_by: None }
}

#[tokio::test]
async fn an_approved_reminder_leaves_next_and_a_rejected_one_waives_its_step() {
    let world = World::new(false).await;
    for (which, step) in [(0, "notice"), (1, "notice")] {
        let plan = world.plan(vec![world.line(which, step)], BirthState::AwaitingApproval);
        world.record(world.decision(vec![Action::PlanReminder(plan)])).await;
    }
    let tx = world.store.write(world.tenant).await.unwrap();
    let list = reminders::list(&tx, world.tenant, &reminders::Filter::default(), None, 10).await.unwrap();
    let approved = reminders::approve(&tx, world.tenant, list[1].id, by(), None, now()).await.unwrap();
    assert_eq!((approved.status.as_str(), approved.approved, approved.body.verdicts.len()), ("planned", true, 1));
    let again = reminders::approve(&tx, world.tenant, list[1].id, by(), None, now()).await;
    assert!(matches!(again, Err(StoreError::WrongState(_))));
    let rejected = reminders::reject(&tx, world.tenant, list[0].id, by(), Some("a mistake".to_owned()), now()).await.unwrap();
    assert_eq!((rejected.status.as_str(), rejected.cancel_reason.as_deref()), ("cancelled", Some("rejected")));
    world.store.commit(tx).await.unwrap();
    let tx = world.store.read(world.tenant).await.unwrap();
    let list = snapshots(&tx, world.tenant, &[world.customer], now()).await.unwrap();
    assert_eq!(list[0].invoices[1].steps[0].reason.as_deref(), Some("rejected"));
    assert_eq!(list[0].reminders.len(), 1);
}

#[tokio::test]
async fn a_call_is_completed_with_a_promise_and_counts_as_dialled() {
    let world = World::new(false).await;
    world.record(world.decision(vec![Action::CreateTask(world.call(vec![world.line(0, "call")]))])).await;
    let tx = world.store.write(world.tenant).await.unwrap();
    let by_priority = tasks::Filter { by_priority: true, ..Default::default() };
    let task = tasks::list(&tx, world.tenant, &by_priority, None, 10).await.unwrap().remove(0);
    assert_eq!(task.amount, Some(Currency::EUR.minor(120_000)));
    assert!(tasks::list(&tx, world.tenant, &by_priority, Some(task.id.0), 10).await.unwrap().is_empty());
    let completion = |promised_on: &str| Completion {
        outcome: "reached".to_owned(),
        reason_code: Some("cash_shortage".to_owned()),
        summary: None,
        comment: None,
        by: by(),
        invoice_ids: Vec::new(),
        expected_on: None,
        promise: Some(promise(world.customer, promised_on)),
    };
    let late = tasks::complete(&tx, world.tenant, task.id, completion("2026-12-12"), now()).await;
    assert!(matches!(late, Err(StoreError::Refused { code: "promise_too_late", pointer, .. }) if pointer == "/promise/promised_on"));
    drop(tx); // a refused completion is rolled back
    let tx = world.store.write(world.tenant).await.unwrap();
    let (done, promised) = tasks::complete(&tx, world.tenant, task.id, completion("2026-10-20"), now()).await.unwrap();
    assert_eq!((done.status.as_str(), promised.map(|promise| promise.status)), ("completed", Some("open".to_owned())));
    world.store.commit(tx).await.unwrap();
    assert_eq!(world.events().await, ["task.created", "task.completed", "promise.made"]);
    let tx = world.store.read(world.tenant).await.unwrap();
    let snapshot = snapshots(&tx, world.tenant, &[world.customer], now()).await.unwrap().remove(0);
    assert!(snapshot.calls[0].reached && snapshot.calls[0].on == day("2026-10-12"));
    assert_eq!(snapshot.contacts_made[0].step_key.as_deref(), Some("call"));
    assert_eq!(snapshot.promises[0].received_since, 0);
    let missing = tasks::get(&tx, world.tenant, TaskId(uuid::Uuid::nil())).await;
    assert!(matches!(missing, Err(StoreError::NotFound)));
}

#[tokio::test]
async fn promises_disputes_and_holds_change_the_facts_and_the_timeline_tells_them() {
    let world = World::new(false).await;
    let tx = world.store.write(world.tenant).await.unwrap();
    let kept = promises::create(&tx, world.tenant, promise(world.customer, "2026-10-20"), now()).await.unwrap();
    assert_eq!(kept.grace_until_on, day("2026-10-23"), "three days by the preset");
    let dispute =
        NewDispute { invoice_id: world.invoices[0], amount: Some("200.00".to_owned()), reason_code: "damaged".to_owned(), comment: None };
    let opened = disputes::open(&tx, world.tenant, dispute.clone(), now()).await.unwrap();
    assert_eq!(opened.amount, Some(Currency::EUR.minor(20_000)));
    let too_much = NewDispute { amount: Some("1200.01".to_owned()), ..dispute.clone() };
    assert!(matches!(disputes::open(&tx, world.tenant, too_much, now()).await, Err(StoreError::Refused { .. })));
    let hold = NewHold {
        scope: HoldScope::Invoice(world.invoices[1]),
        reason: "manual".to_owned(),
        until_on: None,
        before_on: None,
        placed_by: None,
    };
    let placed = holds::create(&tx, world.tenant, hold, now()).await.unwrap();
    assert_eq!(placed.target_id, Some(world.invoices[1].to_string()));
    let snapshot = snapshots(&tx, world.tenant, &[world.customer], now()).await.unwrap().remove(0);
    assert_eq!((snapshot.invoices[0].disputed, snapshot.holds.len(), snapshot.promises.len()), (20_000, 1, 1));
    disputes::resolve(&tx, world.tenant, opened.id, "rejected".to_owned(), None, now()).await.unwrap();
    holds::release(&tx, world.tenant, placed.id, "c.martin", now()).await.unwrap();
    promises::cancel(&tx, world.tenant, kept.id, now()).await.unwrap();
    let snapshot = snapshots(&tx, world.tenant, &[world.customer], now()).await.unwrap().remove(0);
    assert_eq!((snapshot.invoices[0].disputed, snapshot.holds.len(), snapshot.promises.len()), (0, 0, 0));

    let all = timeline::list(&tx, world.tenant, world.customer, None, 100).await.unwrap();
    let mut kinds: Vec<&str> = all.iter().map(|(entry, _)| entry.kind.as_str()).collect();
    kinds.sort_unstable();
    let told =
        ["dispute.opened", "dispute.resolved", "hold.placed", "hold.released", "invoice.recorded", "invoice.recorded", "promise.made"];
    assert_eq!(kinds, told);
    let mut paged = Vec::new();
    let mut after = None;
    loop {
        let page = timeline::list(&tx, world.tenant, world.customer, after.as_ref(), 2).await.unwrap();
        let Some((_, place)) = page.last().cloned() else { break };
        after = Some(place);
        paged.extend(page);
    }
    assert_eq!(paged, all, "pages meet without a gap");
    assert!(all.iter().all(|(entry, _)| entry.at <= at("2026-10-12T10:00:00Z")));
}

//! From a claimed reminder to its outcome.

use std::collections::BTreeMap;

use relance_domain::{
    dunning::{Action, BirthState},
    ids::ReminderId,
    records::{Attachment, MessageContent, ReminderRecord},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::world::{World, at, day, now};
use crate::{
    dunning::{
        reminders,
        sending::{Frozen, RefusalScope, SendOutcome, Settled, claim_due, content, finish, freeze, load, reap_stuck},
        tasks,
    },
    entity::{invoice_steps, reminders as rows},
    time::millis,
};

/// A world with one planned reminder that is due.
async fn due(live: bool) -> (World, ReminderId) {
    let world = World::new(live).await;
    let lines = vec![world.line(0, "first"), world.line(1, "first")];
    let mut plan = world.plan(lines, BirthState::Planned);
    plan.send_at = now();
    world.record(world.decision(vec![Action::OpenCase, Action::PlanReminder(plan)])).await;
    let tx = world.store.read(world.tenant).await.unwrap();
    let id = reminders::list(&tx, world.tenant, &reminders::Filter::default(), None, 1).await.unwrap()[0].id;
    (world, id)
}

impl World {
    async fn freeze(&self, id: ReminderId, attempt: i32) {
        let file = Attachment { name: "a.ics".into(), media_type: "text/calendar".into(), sha256: "00".into(), data: vec![0, 255, 7] };
        let content = MessageContent { text: "Bonjour".into(), attachments: vec![file], ..MessageContent::default() };
        let frozen = Frozen {
            id,
            attempt,
            provider: "smtp".into(),
            via: "email".into(),
            content,
            pay_before_on: Some(day("2026-10-20")),
            deadline_on: None,
        };
        let tx = self.store.write(self.tenant).await.unwrap();
        freeze(&tx, self.tenant, "one", &[frozen], now(), now(), 60_000).await.unwrap();
        self.store.commit(tx).await.unwrap();
    }

    async fn settle(&self, id: ReminderId, attempt: Option<i32>, outcome: SendOutcome) -> ReminderRecord {
        let tx = self.store.write(self.tenant).await.unwrap();
        finish(&tx, self.tenant, vec![Settled { id, attempt, outcome }], now(), now()).await.unwrap();
        self.store.commit(tx).await.unwrap();
        let tx = self.store.read(self.tenant).await.unwrap();
        reminders::get(&tx, self.tenant, id).await.unwrap()
    }

    async fn steps(&self) -> Vec<(String, Option<String>)> {
        let tx = self.store.read(self.tenant).await.unwrap();
        let rows = invoice_steps::Entity::find().filter(invoice_steps::Column::TenantId.eq(self.tenant.0)).all(&tx).await.unwrap();
        rows.into_iter().map(|row| (row.outcome, row.granted_until)).collect()
    }

    async fn send_at(&self, id: ReminderId) -> Option<i64> {
        let tx = self.store.read(self.tenant).await.unwrap();
        rows::Entity::find_by_id((self.tenant.0, id.0)).one(&tx).await.unwrap().unwrap().send_at
    }

    async fn open_tasks(&self) -> Vec<String> {
        let tx = self.store.read(self.tenant).await.unwrap();
        let list = tasks::list(&tx, self.tenant, &tasks::Filter::default(), None, 50).await.unwrap();
        list.into_iter().map(|task| task.kind).collect()
    }
}

fn unknown() -> SendOutcome {
    SendOutcome::Unknown { detail: "no answer".into(), receipts: false, asked: true, alarm: false }
}

#[tokio::test]
async fn a_message_that_left_is_told_and_its_steps_are_done_with_the_day_given() {
    let (world, id) = due(true).await;
    let claimed = claim_due(&world.store, "one", 100_000, 60_000).await.unwrap();
    assert!(claimed.contains(&(world.tenant, id)));
    assert!(!claim_due(&world.store, "two", 100_000, 60_000).await.unwrap().contains(&(world.tenant, id)));
    let tx = world.store.read(world.tenant).await.unwrap();
    assert_eq!(load(&tx, world.tenant, &[id], now()).await.unwrap()[0].facts.invoices.len(), 2);
    drop(tx);
    world.freeze(id, 1).await;
    let granted = BTreeMap::from([("first".to_owned(), day("2026-10-20"))]);
    let outcome = SendOutcome::Sent { provider_id: Some("<rl_1@a.example>".into()), granted };
    let sent = world.settle(id, Some(1), outcome).await;
    assert_eq!((sent.status.as_str(), sent.sent_at, sent.attempts[0].outcome.as_str()), ("sent", Some(now()), "accepted"));
    assert_eq!(world.steps().await, vec![("sent".to_owned(), Some("2026-10-20".to_owned())); 2]);
    assert_eq!(world.events().await, ["case.opened", "reminder.planned", "reminder.sent"]);
    let tx = world.store.read(world.tenant).await.unwrap();
    let said = content(&tx, world.tenant, id).await.unwrap().unwrap();
    assert_eq!((said.text.as_str(), said.attachments[0].data.as_slice()), ("Bonjour", &[0_u8, 255, 7][..]));
}

#[tokio::test]
async fn what_certainly_did_not_leave_is_planned_again_and_what_comes_too_late_is_left_out() {
    let (world, id) = due(true).await;
    world.freeze(id, 1).await;
    let back = world.settle(id, Some(1), SendOutcome::Transient { detail: "busy".into() }).await;
    assert_eq!(back.status, "planned");
    let at_first = world.send_at(id).await.unwrap() - millis(now());
    assert!((30_000..=38_000).contains(&at_first), "{at_first}");
    let late = world.settle(id, Some(1), unknown()).await;
    assert_eq!(late.status, "planned", "that attempt is over");
}

#[tokio::test]
async fn an_unknown_mail_goes_once_more_and_then_to_a_person_and_never_again() {
    let (world, id) = due(true).await;
    world.freeze(id, 1).await;
    assert_eq!(world.settle(id, Some(1), unknown()).await.status, "unknown");
    assert_eq!(world.send_at(id).await, Some(millis(at("2026-10-12T10:30:00Z"))));
    let tx = world.store.read(world.tenant).await.unwrap();
    let job = load(&tx, world.tenant, &[id], now()).await.unwrap().pop().unwrap();
    assert_eq!(job.frozen.unwrap().text, "Bonjour", "the same bytes");
    drop(tx);
    world.freeze(id, 2).await;
    let given_up = world.settle(id, Some(2), unknown()).await;
    assert_eq!((given_up.status.as_str(), world.send_at(id).await), ("unknown", None));
    assert_eq!(world.open_tasks().await, ["message_unknown"]);
    assert_eq!(world.steps().await, vec![("task_created".to_owned(), None); 2], "the key is taken: it never leaves again");
}

#[tokio::test]
async fn refusals_end_by_what_they_are_about() {
    let refused = |scope| SendOutcome::Refused { scope, detail: "no".into() };
    for (scope, status, task, steps) in [
        (RefusalScope::Message, "failed", "message_failed", vec!["task_created"; 2]),
        // nobody to set aside: a person, else the next look would choose the same again
        (RefusalScope::Recipient, "failed", "message_failed", vec!["task_created"; 2]),
        (RefusalScope::Account, "planned", "channel_broken", vec!["planned"; 2]),
    ] {
        let (world, id) = due(true).await;
        let ended = world.settle(id, None, refused(scope)).await;
        assert_eq!(ended.status, status, "{scope:?}");
        assert_eq!(world.open_tasks().await, [task]);
        assert_eq!(world.steps().await.into_iter().map(|(outcome, _)| outcome).collect::<Vec<_>>(), steps);
        world.settle(id, None, refused(scope)).await;
        assert_eq!(world.open_tasks().await.len(), 1, "raised once");
    }
}

#[tokio::test]
async fn what_the_last_look_forbids_frees_its_steps() {
    let (world, id) = due(false).await;
    let ended = world.settle(id, None, SendOutcome::Cancelled { reason: "balance_changed".into() }).await;
    assert_eq!((ended.status.as_str(), ended.cancel_reason.as_deref()), ("cancelled", Some("balance_changed")));
    assert!(world.steps().await.is_empty());
    assert_eq!(world.events().await.last().map(String::as_str), Some("reminder.cancelled"));
}

#[tokio::test]
async fn a_send_whose_worker_died_becomes_unknown() {
    let (world, id) = due(true).await;
    let frozen = Frozen {
        id,
        attempt: 1,
        provider: "smtp".into(),
        via: "email".into(),
        content: MessageContent::default(),
        pay_before_on: None,
        deadline_on: None,
    };
    let tx = world.store.write(world.tenant).await.unwrap();
    freeze(&tx, world.tenant, "one", &[frozen], now(), now(), 0).await.unwrap();
    world.store.commit(tx).await.unwrap();
    assert!(reap_stuck(&world.store, 1_000).await.unwrap() >= 1);
    let tx = world.store.read(world.tenant).await.unwrap();
    assert_eq!(reminders::get(&tx, world.tenant, id).await.unwrap().status, "unknown");
}

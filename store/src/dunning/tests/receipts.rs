//! Receipts: doubled, reversed, early and of nobody; the end state is right in every order.

use std::collections::BTreeMap;

use relance_domain::{
    dunning::{Action, BirthState},
    ids::{ContactId, ReminderId},
    records::MessageContent,
    sending::{Receipt, ReceiptKind},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::world::{World, now};
use crate::{
    batch::{self, OnConflict},
    dunning::{
        receipts, reminders,
        sending::{Frozen, SendOutcome, Settled, finish, freeze, suppressed},
        tasks,
    },
    entity::{contacts, invoice_steps},
};

/// A message to a contact, frozen for the provider.
async fn frozen(provider: &str) -> (World, ReminderId, String) {
    let world = World::new(true).await;
    let contact = ContactId(uuid::Uuid::now_v7());
    let details = serde_json::json!({
        "external_id": "c1", "role": "accounts_payable", "email": "claire@dupont.example", "can_approve_payment": true, "formality": "vous",
    });
    let row = contacts::Model {
        tenant_id: world.tenant.0,
        id: contact.0,
        customer_id: world.customer.0,
        external_id: "c1".into(),
        position: 0,
        details: details.to_string(),
        suppressed: "[]".into(),
        gone: false,
    };
    let tx = world.store.write(world.tenant).await.unwrap();
    batch::insert::<contacts::Entity, _>(&tx, &[row], OnConflict::Fail).await.unwrap();
    world.store.commit(tx).await.unwrap();
    let mut plan = world.plan(vec![world.line(0, "first")], BirthState::Planned);
    plan.contact_id = Some(contact);
    world.record(world.decision(vec![Action::PlanReminder(plan)])).await;
    let tx = world.store.write(world.tenant).await.unwrap();
    let row = reminders::list(&tx, world.tenant, &reminders::Filter::default(), None, 1).await.unwrap().remove(0);
    let content = MessageContent { to: Some("claire@dupont.example".into()), text: "Bonjour".into(), ..MessageContent::default() };
    let frozen =
        Frozen { id: row.id, attempt: 1, provider: provider.into(), via: "email".into(), content, pay_before_on: None, deadline_on: None };
    freeze(&tx, world.tenant, "one", &[frozen], now(), now(), 60_000).await.unwrap();
    world.store.commit(tx).await.unwrap();
    (world, row.id, row.reference)
}

fn receipt(key: &str, reference: &str, kind: ReceiptKind) -> Receipt {
    Receipt {
        dedupe_key: key.to_owned(),
        reference: Some(reference.to_owned()),
        provider_id: Some("m1".to_owned()),
        kind,
        detail: None,
        at: None,
    }
}

impl World {
    async fn ends(&self, id: ReminderId, outcome: SendOutcome) {
        let tx = self.store.write(self.tenant).await.unwrap();
        finish(&tx, self.tenant, vec![Settled { id, attempt: Some(1), outcome }], now(), now()).await.unwrap();
        self.store.commit(tx).await.unwrap();
    }

    async fn leaves(&self, id: ReminderId) {
        self.ends(id, SendOutcome::Sent { provider_id: Some("m1".to_owned()), granted: BTreeMap::new() }).await;
    }

    async fn told(&self, list: &[Receipt]) -> u64 {
        let tx = self.store.write(self.tenant).await.unwrap();
        let new = receipts::take(&tx, self.tenant, "email", "brevo", list.to_vec(), now()).await.unwrap();
        self.store.commit(tx).await.unwrap();
        new
    }

    async fn status(&self, id: ReminderId) -> String {
        let tx = self.store.read(self.tenant).await.unwrap();
        reminders::get(&tx, self.tenant, id).await.unwrap().status
    }

    async fn kinds_of_tasks(&self) -> Vec<(String, String)> {
        let tx = self.store.read(self.tenant).await.unwrap();
        let list = tasks::list(&tx, self.tenant, &tasks::Filter::default(), None, 50).await.unwrap();
        list.into_iter().map(|task| (task.kind, task.status)).collect()
    }

    async fn done_steps(&self) -> usize {
        let tx = self.store.read(self.tenant).await.unwrap();
        let steps = invoice_steps::Entity::find().filter(invoice_steps::Column::TenantId.eq(self.tenant.0));
        steps.filter(invoice_steps::Column::Outcome.eq("sent")).all(&tx).await.unwrap().len()
    }
}

fn orders(list: &[ReceiptKind]) -> Vec<Vec<ReceiptKind>> {
    if list.len() <= 1 {
        return vec![list.to_vec()];
    }
    (0..list.len())
        .flat_map(|at| {
            let mut rest = list.to_vec();
            let first = rest.remove(at);
            orders(&rest).into_iter().map(move |mut order| {
                order.insert(0, first);
                order
            })
        })
        .collect()
}

#[tokio::test]
async fn in_every_order_early_or_late_and_twice_over_the_end_state_is_the_same() {
    use ReceiptKind::{Accepted, Delivered, Failed, HardBounce, SoftBounce};
    for (kinds, expected) in [
        (vec![Accepted, Delivered, HardBounce], "bounced"),
        (vec![Accepted, SoftBounce, Delivered], "delivered"),
        (vec![Accepted, Failed], "failed"),
    ] {
        for (at, order) in orders(&kinds).into_iter().enumerate() {
            // the call returns before the first, between them, or after the last
            for returns in [0, 1, order.len()] {
                if (at + returns) % 2 == 1 && returns == 1 {
                    continue;
                }
                let (world, id, reference) = frozen("brevo").await;
                for (place, kind) in order.iter().enumerate() {
                    if place == returns {
                        world.leaves(id).await;
                    }
                    let told = receipt(kind.as_str(), &reference, *kind);
                    assert_eq!(world.told(&[told.clone(), told.clone()]).await, 1);
                    assert_eq!(world.told(&[told]).await, 0, "known already");
                }
                if returns == order.len() {
                    world.leaves(id).await;
                }
                receipts::match_early(&world.store, world.tenant).await.unwrap();
                assert_eq!(world.status(id).await, expected, "{order:?}, left after {returns}");
                let told = world.events().await.into_iter().filter(|kind| *kind == format!("reminder.{expected}")).count();
                assert_eq!(told, 1, "told once: {order:?}");
                assert_eq!(world.done_steps().await, usize::from(expected != "bounced"), "{order:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_hard_bounce_sets_the_contact_aside_and_frees_the_step() {
    let (world, id, reference) = frozen("brevo").await;
    world.leaves(id).await;
    world.told(&[receipt("1", &reference, ReceiptKind::HardBounce)]).await;
    let tx = world.store.read(world.tenant).await.unwrap();
    let contact = contacts::Entity::find().filter(contacts::Column::TenantId.eq(world.tenant.0)).all(&tx).await.unwrap().remove(0);
    assert_eq!(contact.suppressed, r#"["email"]"#);
    let details: serde_json::Value = serde_json::from_str(&contact.details).unwrap();
    let address = details["email"].as_str().unwrap().to_uppercase();
    let list =
        suppressed(&tx, world.tenant, &[("email", &address), ("email", "other@dupont.example"), ("sms", &address)], now()).await.unwrap();
    assert_eq!(list.into_iter().collect::<Vec<_>>(), [("email".to_owned(), address)], "whoever has the address, however written");
    drop(tx);
    assert_eq!(world.kinds_of_tasks().await, [("contact_unreachable".to_owned(), "open".to_owned())]);
    assert_eq!(world.done_steps().await, 0, "the next look plans it again");
}

#[tokio::test]
async fn a_receipt_settles_what_nobody_knew_and_its_task() {
    let (world, id, reference) = frozen("twilio").await;
    let unknown = || SendOutcome::Unknown { detail: "no answer".into(), receipts: false, asked: true, alarm: false };
    world.ends(id, unknown()).await;
    let tx = world.store.write(world.tenant).await.unwrap();
    finish(&tx, world.tenant, vec![Settled { id, attempt: None, outcome: SendOutcome::GaveUp }], now(), now()).await.unwrap();
    world.store.commit(tx).await.unwrap();
    assert_eq!(world.kinds_of_tasks().await, [("message_unknown".to_owned(), "open".to_owned())]);
    let tx = world.store.write(world.tenant).await.unwrap();
    let list = vec![receipt("1", &reference, ReceiptKind::Delivered)];
    receipts::take(&tx, world.tenant, "email", "twilio", list, now()).await.unwrap();
    world.store.commit(tx).await.unwrap();
    assert_eq!(world.status(id).await, "delivered");
    assert_eq!(world.kinds_of_tasks().await, [("message_unknown".to_owned(), "cancelled".to_owned())]);
}

#[tokio::test]
async fn receipts_of_nobody_or_of_another_provider_change_nothing() {
    let (world, id, reference) = frozen("smtp").await;
    world.leaves(id).await;
    let foreign = Receipt { provider_id: Some("m9".into()), ..receipt("1", "rl_nobody0000000000", ReceiptKind::HardBounce) };
    assert_eq!(world.told(&[foreign, receipt("2", &reference, ReceiptKind::HardBounce)]).await, 2);
    assert_eq!(world.status(id).await, "sent");
    assert!(world.kinds_of_tasks().await.is_empty());
}

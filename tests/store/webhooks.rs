//! Endpoints, claims, outcomes, the feed and what is forgotten.

use chrono::{DateTime, TimeDelta};
use relance_domain::{event::EventType, ids::TenantId};
use relance_store::{
    StoreError, due, events,
    webhooks::{self, ClaimedEvent, DeliveryResult, EndpointChange, Since},
};
use uuid::Uuid;

use super::house::{MINUTE, house};
use crate::{on_both, support::Database};

async fn an_endpoint_gets_what_it_wants_once_and_under_its_secret(database: Database) {
    let Some(house) = house(database).await else { return };
    let endpoint = house.endpoint(&["case.opened"]).await;
    house.tell(3).await;
    let claimed = house.claim("w1").await;
    assert_eq!(claimed.len(), 3);
    assert!(house.claim("w2").await.is_empty(), "its run is not over");
    let ClaimedEvent::Event(event) = &claimed[0].event else { panic!("no event") };
    assert_eq!((event.kind.as_str(), event.sequence, event.live, claimed[0].secrets.len()), ("case.opened", 1, false, 1));
    assert!(event.subject_id.starts_with("cas_"));
    assert_eq!(house.settle("w1", &claimed, DeliveryResult::Delivered, 204).await, 3);
    assert!(house.claim("w1").await.is_empty());
    assert_eq!(house.statuses(endpoint).await, ["delivered"; 3]);
    let tx = house.store.read(house.tenant).await.unwrap();
    let attempts = webhooks::attempts(&tx, house.tenant, claimed[0].id, None, 10).await.unwrap();
    assert_eq!((attempts.len(), attempts[0].number, attempts[0].status_code), (1, 1, Some(204)));
}

async fn a_long_queue_of_one_endpoint_does_not_stand_before_anothers(database: Database) {
    let Some(house) = house(database).await else { return };
    let slow = house.endpoint(&["*"]).await;
    house.tell(200).await;
    let first = house.claim("w1").await;
    assert!(first.len() <= 32 && first.iter().all(|delivery| delivery.endpoint == slow), "{}", first.len());
    let quick = house.endpoint(&["*"]).await;
    house.tell(1).await;
    let second = house.claim("w2").await;
    assert_eq!((second.len(), second[0].endpoint), (2, quick));
    house.settle("w1", &first[..4], DeliveryResult::Retry(house.store.now() + TimeDelta::minutes(5)), 500).await;
    house.settle("w1", &first[4..], DeliveryResult::NotTried, 0).await;
    let again = house.claim("w3").await;
    assert!(again.len() >= first.len() && again.iter().all(|delivery| delivery.attempts == 0 && delivery.endpoint == slow));
}

async fn a_lease_that_ran_out_is_anothers_and_the_first_holder_writes_nothing(database: Database) {
    let Some(house) = house(database).await else { return };
    let endpoint = house.endpoint(&["case.opened"]).await;
    house.tell(1).await;
    let first = house.claim("w1").await;
    house.pass(MINUTE + 1);
    let second = house.claim("w2").await;
    assert_eq!(second.len(), 1);
    assert_eq!(house.settle("w1", &first, DeliveryResult::Failed, 500).await, 0);
    assert_eq!(house.settle("w2", &second, DeliveryResult::Delivered, 200).await, 1);
    assert_eq!(house.statuses(endpoint).await, ["delivered"]);
}

async fn the_next_look_is_at_the_next_try_or_the_end_of_a_lease(database: Database) {
    let Some(house) = house(database).await else { return };
    let endpoint = house.endpoint(&["case.opened"]).await;
    assert_eq!(webhooks::next_delivery_at(&house.store).await.unwrap(), (None, None));
    house.tell(1).await;
    let now = house.store.now();
    assert_eq!(webhooks::next_delivery_at(&house.store).await.unwrap(), (Some(now), None));
    assert_eq!(due::next(&house.store).await.unwrap().delivery, Some(now));
    let claimed = house.claim("w1").await;
    assert_eq!(webhooks::next_delivery_at(&house.store).await.unwrap(), (Some(now + TimeDelta::minutes(1)), None));
    let later = now + TimeDelta::minutes(5);
    house.settle("w1", &claimed, DeliveryResult::Retry(later), 503).await;
    assert_eq!(webhooks::next_delivery_at(&house.store).await.unwrap(), (None, Some(later)), "it waits in the lane of those that fail");
    let tx = house.store.write(house.tenant).await.unwrap();
    let change = EndpointChange { status: Some("disabled".into()), ..EndpointChange::default() };
    webhooks::update(&tx, house.tenant, endpoint, None, change, now).await.unwrap();
    house.store.commit(tx).await.unwrap();
    assert_eq!(webhooks::next_delivery_at(&house.store).await.unwrap(), (None, None));
    assert_eq!(due::next(&house.store).await.unwrap().delivery, None);
}

async fn an_endpoint_that_is_gone_is_disabled_and_the_others_are_told(database: Database) {
    let Some(house) = house(database).await else { return };
    let gone = house.endpoint(&["case.opened"]).await;
    house.tell(2).await;
    let other = house.endpoint(&["webhook_endpoint.disabled"]).await;
    let claimed = house.claim("w1").await;
    house.settle("w1", &claimed[..1], DeliveryResult::Gone, 410).await;
    house.settle("w1", &claimed[1..], DeliveryResult::Retry(house.store.now()), 500).await;
    let told = house.claim("w2").await;
    assert_eq!((told.len(), told[0].endpoint), (1, other));
    let ClaimedEvent::Event(event) = &told[0].event else { panic!("no event") };
    assert_eq!((event.kind.as_str(), event.subject_id.clone()), ("webhook_endpoint.disabled", gone.to_string()));
    house.settle("w2", &told, DeliveryResult::Delivered, 200).await;
    let tx = house.store.write(house.tenant).await.unwrap();
    let found = webhooks::get(&tx, house.tenant, gone).await.unwrap();
    assert_eq!((found.status.as_str(), found.disabled_reason.as_deref()), ("disabled", Some("gone")));
    let refused = webhooks::resend(&tx, house.tenant, claimed[0].id, house.store.now()).await;
    assert!(matches!(refused, Err(StoreError::WrongState(_))));
    webhooks::enable(&tx, house.tenant, gone, house.store.now()).await.unwrap();
    let made = Since { since: DateTime::UNIX_EPOCH, until: house.store.now() + TimeDelta::days(1) };
    assert_eq!(webhooks::count_failed(&tx, house.tenant, gone, made).await.unwrap(), 1);
    assert_eq!(webhooks::recover(&tx, house.tenant, gone, made, house.store.now()).await.unwrap(), 1);
    house.store.commit(tx).await.unwrap();
    let again = house.claim("w3").await;
    assert_eq!(again.len(), 2);
    assert!(again.iter().any(|delivery| (delivery.attempts, delivery.queued_after) == (1, 1)));
}

async fn both_secrets_sign_during_a_rotation_and_a_sample_reaches_one_endpoint_only(database: Database) {
    let Some(house) = house(database).await else { return };
    let endpoint = house.endpoint(&["promise.kept"]).await;
    house.endpoint(&["*"]).await;
    let tx = house.store.write(house.tenant).await.unwrap();
    let until = house.store.now() + TimeDelta::hours(24);
    let (view, secret) = webhooks::rotate_secret(&house.store, &tx, house.tenant, endpoint, until).await.unwrap();
    webhooks::try_out(&tx, house.tenant, endpoint, EventType::InvoicePaid, house.store.now()).await.unwrap();
    house.store.commit(tx).await.unwrap();
    let claimed = house.claim("w1").await;
    assert_eq!((claimed.len(), claimed[0].endpoint, claimed[0].secrets.len(), view.row_version), (1, endpoint, 2, 2));
    assert_eq!(claimed[0].secrets[0], secret);
    assert!(matches!(&claimed[0].event, ClaimedEvent::Sample { kind, .. } if kind == "invoice.paid"));
    let tx = house.store.read(house.tenant).await.unwrap();
    assert!(events::events_after(&tx, house.tenant, None, &[], 10).await.unwrap().is_empty(), "no event enters the feed");
}

async fn the_feed_is_read_in_order_and_by_type(database: Database) {
    let Some(house) = house(database).await else { return };
    house.tell(3).await;
    let tx = house.store.read(house.tenant).await.unwrap();
    let all = events::events_after(&tx, house.tenant, None, &[], 100).await.unwrap();
    assert_eq!(all.iter().map(|event| event.position).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    assert_eq!(all.iter().map(|event| event.sequence).collect::<Vec<_>>(), [1, 2, 1, 2, 1, 2]);
    let rest = events::events_after(&tx, house.tenant, Some(all[1].id), &["case.closed".to_owned()], 1).await.unwrap();
    assert_eq!(rest.iter().map(|event| event.position).collect::<Vec<_>>(), [4]);
    let strange = events::events_after(&tx, TenantId(Uuid::now_v7()), Some(all[0].id), &[], 1).await;
    assert!(matches!(strange, Err(StoreError::NotFound)));
    assert_eq!(events::get(&tx, house.tenant, all[0].id).await.unwrap(), all[0]);
}

async fn a_stale_version_is_refused_and_what_waits_goes_with_its_endpoint(database: Database) {
    let Some(house) = house(database).await else { return };
    let endpoint = house.endpoint(&["case.opened"]).await;
    house.tell(1).await;
    let tx = house.store.write(house.tenant).await.unwrap();
    let now = house.store.now();
    let change = EndpointChange { description: Some(Some("ERP".into())), ..EndpointChange::default() };
    assert_eq!(webhooks::update(&tx, house.tenant, endpoint, Some(1), change.clone(), now).await.unwrap().row_version, 2);
    let stale = webhooks::update(&tx, house.tenant, endpoint, Some(1), change.clone(), now).await;
    assert!(matches!(stale, Err(StoreError::PreconditionFailed)));
    assert_eq!(webhooks::update(&tx, house.tenant, endpoint, Some(2), change, now).await.unwrap().row_version, 2, "nothing changed");
    webhooks::delete(&tx, house.tenant, endpoint).await.unwrap();
    assert!(matches!(webhooks::delete(&tx, house.tenant, endpoint).await, Err(StoreError::NotFound)));
    house.store.commit(tx).await.unwrap();
    assert!(house.claim("w1").await.is_empty());
}

async fn what_is_old_is_forgotten_and_what_waits_is_not(database: Database) {
    let Some(house) = house(database).await else { return };
    house.endpoint(&["case.opened"]).await;
    house.tell(2).await;
    let claimed = house.claim("w1").await;
    house.settle("w1", &claimed[..1], DeliveryResult::Delivered, 200).await;
    house.settle("w1", &claimed[1..], DeliveryResult::Retry(house.store.now() + TimeDelta::days(400)), 500).await;
    assert!(webhooks::sweep(&house.store, 100, false).await.unwrap().is_empty());
    house.pass(31 * 24 * 60 * MINUTE);
    let swept = webhooks::sweep(&house.store, 100, false).await.unwrap();
    assert_eq!((swept.events, swept.deliveries, swept.attempts), (0, 1, 1));
    house.pass(60 * 24 * 60 * MINUTE);
    assert_eq!(webhooks::sweep(&house.store, 3, false).await.unwrap().events, 3);
    assert_eq!(webhooks::sweep(&house.store, 3, false).await.unwrap().events, 1);
    assert!(webhooks::sweep(&house.store, 3, false).await.unwrap().is_empty());
}

on_both! {
    an_endpoint_gets_what_it_wants_once_and_under_its_secret;
    a_long_queue_of_one_endpoint_does_not_stand_before_anothers;
    a_lease_that_ran_out_is_anothers_and_the_first_holder_writes_nothing;
    the_next_look_is_at_the_next_try_or_the_end_of_a_lease;
    an_endpoint_that_is_gone_is_disabled_and_the_others_are_told;
    both_secrets_sign_during_a_rotation_and_a_sample_reaches_one_endpoint_only;
    the_feed_is_read_in_order_and_by_type;
    a_stale_version_is_refused_and_what_waits_goes_with_its_endpoint;
    what_is_old_is_forgotten_and_what_waits_is_not;
}

//! Endpoints that want the events of a subject in order, and those that want some segments only.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use relance_store::webhooks::{self, ClaimedDelivery, ClaimedEvent, DeliveryResult, EndpointChange};

use super::house::house;
use crate::{on_both, support::Database};

fn event(delivery: &ClaimedDelivery) -> (String, i64) {
    let ClaimedEvent::Event(event) = &delivery.event else { panic!("no event") };
    (event.subject_id.clone(), event.sequence)
}

async fn a_later_event_of_a_subject_waits_behind_one_that_fails_and_others_do_not(database: Database) {
    let Some(house) = house(database).await else { return };
    house.endpoint_with(&["case.*"], |new| new.ordering = "subject".to_owned()).await;
    house.tell(3).await; // three cases, two events each
    let first = house.claim("w1").await;
    let mut started: Vec<_> = first.iter().map(event).collect();
    started.sort();
    assert_eq!(started.iter().map(|(_, sequence)| *sequence).collect::<Vec<_>>(), [1, 1, 1], "one in flight per subject");
    let failing = event(&first[0]).0;
    house.settle("w1", &first[..1], DeliveryResult::Retry(house.store.now() + TimeDelta::minutes(5)), 500).await;
    house.settle("w1", &first[1..], DeliveryResult::Delivered, 200).await;
    let second = house.claim("w2").await;
    assert_eq!(second.iter().map(|delivery| event(delivery).1).collect::<Vec<_>>(), [2, 2]);
    assert!(second.iter().all(|delivery| event(delivery).0 != failing));
    house.settle("w2", &second, DeliveryResult::Delivered, 200).await;
    assert!(house.claim("w3").await.is_empty());
    let next = webhooks::next_delivery_at(&house.store).await.unwrap();
    assert!(next.0.or(next.1) == Some(house.store.now() + TimeDelta::minutes(5)), "nobody looks in vain meanwhile: {next:?}");
    house.pass(5 * 60_000);
    let third = house.claim("w4").await;
    assert_eq!(third.iter().map(event).collect::<Vec<_>>(), [(failing.clone(), 1)]);
    house.settle("w4", &third, DeliveryResult::Delivered, 200).await;
    assert_eq!(house.claim("w5").await.iter().map(event).collect::<Vec<_>>(), [(failing, 2)]);
}

async fn what_is_given_up_lets_the_next_one_go_and_order_can_be_asked_for_later(database: Database) {
    let Some(house) = house(database).await else { return };
    let endpoint = house.endpoint(&["case.*"]).await;
    house.tell(2).await;
    let tx = house.store.write(house.tenant).await.unwrap();
    let change = EndpointChange { ordering: Some("subject".to_owned()), ..EndpointChange::default() };
    webhooks::update(&tx, house.tenant, endpoint, None, change, house.store.now()).await.unwrap();
    house.store.commit(tx).await.unwrap();
    let mut seen: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for by in ["w1", "w2"] {
        let claimed = house.claim(by).await;
        assert_eq!(claimed.len(), 2);
        for delivery in &claimed {
            let (subject, sequence) = event(delivery);
            seen.entry(subject).or_default().push(sequence);
        }
        house.settle(by, &claimed, DeliveryResult::Failed, 422).await;
    }
    assert!(seen.values().all(|sequences| *sequences == [1, 2]), "{seen:?}");
}

async fn no_sequence_of_a_long_story_arrives_before_the_one_before_it(database: Database) {
    let Some(house) = house(database).await else { return };
    house.endpoint_with(&["*"], |new| new.ordering = "subject".to_owned()).await;
    house.tell(60).await;
    let mut last: BTreeMap<String, i64> = BTreeMap::new();
    let mut rounds = 0;
    while last.values().sum::<i64>() < 120 {
        let claimed = house.claim("w").await;
        for (at, delivery) in claimed.iter().enumerate() {
            let fails = (at + rounds) % 5 == 0;
            let result = if fails { DeliveryResult::Retry(house.store.now() + TimeDelta::seconds(5)) } else { DeliveryResult::Delivered };
            let (subject, sequence) = event(delivery);
            if !fails {
                assert_eq!(last.insert(subject, sequence).unwrap_or_default() + 1, sequence);
            }
            house.settle("w", std::slice::from_ref(delivery), result, 500).await;
        }
        house.pass(61_000); // also past a breaker that opened
        rounds += 1;
        assert!(rounds < 400, "never");
    }
}

on_both! {
    a_later_event_of_a_subject_waits_behind_one_that_fails_and_others_do_not;
    what_is_given_up_lets_the_next_one_go_and_order_can_be_asked_for_later;
    no_sequence_of_a_long_story_arrives_before_the_one_before_it;
}

//! An endpoint that fails: it is left alone, probed, told of, and given up; the others do not wait for it.

use chrono::TimeDelta;
use relance_domain::breaker::BreakerState;
use relance_store::webhooks::{self, DeliveryFilter, DeliveryResult, EndpointChange, Lane, claim_deliveries, next_delivery_at};

use super::house::{House, house};
use crate::{on_both, support::Database};

const HOUR: i64 = 3_600_000;

impl House {
    /// Every delivery that can go fails; how many did.
    async fn fail(&self, by: &str) -> usize {
        let claimed = self.claim(by).await;
        let later = self.store.now() + TimeDelta::hours(2);
        self.settle(by, &claimed, DeliveryResult::Retry(later), 500).await
    }

    async fn told(&self) -> Vec<String> {
        let tx = self.store.read(self.tenant).await.unwrap();
        let events = relance_store::events::events_after(&tx, self.tenant, None, &[], 1_000).await.unwrap();
        events.into_iter().map(|event| event.kind).filter(|kind| kind.starts_with("webhook_endpoint")).collect()
    }
}

async fn what_waits_stays_pending_while_the_breaker_is_open_and_one_probe_goes_at_its_time(database: Database) {
    let Some(house) = house(database).await else { return };
    let endpoint = house.endpoint(&["case.opened"]).await;
    house.tell(40).await;
    assert_eq!(house.fail("w1").await, 32, "a claim as long as it gets");
    let found = house.endpoint_now(endpoint).await;
    assert_eq!((found.breaker.state, found.breaker.failures), (BreakerState::Open, 32));
    let probe_at = house.store.now() + TimeDelta::minutes(1);
    assert_eq!(found.breaker.probe_at, Some(probe_at));
    assert!(house.claim("w2").await.is_empty(), "eight are due, and none goes");
    assert_eq!(next_delivery_at(&house.store).await.unwrap(), (None, Some(probe_at)));
    for minutes in [1, 5, 15, 60, 60] {
        house.pass(minutes * 60_000 - 1);
        assert!(house.claim("w3").await.is_empty(), "{minutes}");
        house.pass(1);
        let probe = house.claim("w4").await;
        assert_eq!(probe.len(), 1, "{minutes}");
        assert_eq!(house.endpoint_now(endpoint).await.breaker.state, BreakerState::HalfOpen);
        assert!(house.claim("w5").await.is_empty());
        let later = house.store.now() + TimeDelta::hours(5);
        house.settle("w4", &probe, DeliveryResult::Retry(later), 500).await;
    }
    let tx = house.store.read(house.tenant).await.unwrap();
    let pending = DeliveryFilter { statuses: vec!["pending".to_owned()], ..DeliveryFilter::default() };
    let waiting = webhooks::deliveries(&tx, house.tenant, endpoint, &pending, None, 500).await.unwrap();
    drop(tx);
    assert_eq!(waiting.len(), 40);
    assert_eq!(waiting.iter().map(|delivery| delivery.attempts).sum::<i32>(), 32 + 5, "nothing but the probes burned an attempt");
    assert_eq!(house.told().await, ["webhook_endpoint.failing"]);
}

async fn a_probe_that_succeeds_lets_everything_out_and_is_told_to_the_others(database: Database) {
    let Some(house) = house(database).await else { return };
    let endpoint = house.endpoint(&["*"]).await;
    let other = house.endpoint(&["webhook_endpoint.*"]).await;
    house.tell(20).await;
    house.fail("w1").await;
    let heard = house.claim("w2").await;
    assert_eq!(heard.iter().map(|delivery| delivery.endpoint).collect::<Vec<_>>(), [other], "it does not hear of itself");
    house.settle("w2", &heard, DeliveryResult::Delivered, 200).await;
    house.pass(60_000);
    let probe = house.claim("w3").await;
    house.settle("w3", &probe, DeliveryResult::Delivered, 200).await;
    let rest = house.claim("w4").await;
    assert!(rest.iter().filter(|delivery| delivery.endpoint == endpoint).count() >= 4);
    assert_eq!(rest.iter().filter(|delivery| delivery.endpoint == other).count(), 1);
    assert_eq!(house.told().await, ["webhook_endpoint.failing", "webhook_endpoint.recovered"]);
    assert_eq!(house.endpoint_now(endpoint).await.breaker.state, BreakerState::Closed);
}

async fn a_probe_whose_worker_died_is_made_again(database: Database) {
    let Some(house) = house(database).await else { return };
    let endpoint = house.endpoint(&["case.opened"]).await;
    house.tell(40).await;
    house.fail("w1").await;
    house.pass(60_000);
    assert_eq!(house.claim("w2").await.len(), 1);
    house.pass(60_001); // the lease ran out
    assert_eq!(house.claim("w3").await.len(), 1);
    assert_eq!(house.endpoint_now(endpoint).await.breaker.state, BreakerState::HalfOpen);
}

async fn five_days_of_nothing_but_failure_disable_it(database: Database) {
    let Some(house) = house(database).await else { return };
    let endpoint = house.endpoint(&["case.opened"]).await;
    house.tell(200).await;
    let mut rounds = 0;
    while house.endpoint_now(endpoint).await.status == "enabled" {
        house.fail("w1").await;
        house.pass(HOUR);
        rounds += 1;
        assert!(rounds < 200, "never");
    }
    assert!((119..=122).contains(&rounds), "{rounds} hours");
    let found = house.endpoint_now(endpoint).await;
    assert_eq!(found.disabled_reason.as_deref(), Some("only_failures"));
    assert_eq!(house.told().await, ["webhook_endpoint.failing", "webhook_endpoint.disabled"]);
    assert!(house.claim("w2").await.is_empty());
}

async fn enabling_forgives_but_not_every_minute_and_another_url_is_another_receiver(database: Database) {
    let Some(house) = house(database).await else { return };
    let endpoint = house.endpoint(&["case.opened"]).await;
    house.tell(40).await;
    house.fail("w1").await;
    let enable = async || {
        let tx = house.store.write(house.tenant).await.unwrap();
        let done = webhooks::enable(&tx, house.tenant, endpoint, house.store.now()).await;
        house.store.commit(tx).await.unwrap();
        done.map(|found| found.breaker.state).map_err(|error| error.to_string())
    };
    assert_eq!(enable().await.unwrap(), BreakerState::Closed);
    assert_eq!(enable().await.unwrap(), BreakerState::Closed, "nothing to do");
    assert!(house.fail("w2").await >= 8);
    house.fail("w3").await;
    while house.endpoint_now(endpoint).await.breaker.state == BreakerState::Closed {
        house.tell(10).await;
        house.fail("w4").await;
    }
    assert!(enable().await.unwrap_err().contains("300 seconds") || enable().await.unwrap_err().contains("301 seconds"));
    house.pass(5 * 60_000);
    assert_eq!(enable().await.unwrap(), BreakerState::Closed);
    while house.endpoint_now(endpoint).await.breaker.state == BreakerState::Closed {
        house.tell(10).await;
        house.fail("w5").await;
    }
    let tx = house.store.write(house.tenant).await.unwrap();
    let moved = EndpointChange { url: Some("https://b.example.com/".to_owned()), ..EndpointChange::default() };
    let found = webhooks::update(&tx, house.tenant, endpoint, None, moved, house.store.now()).await.unwrap();
    assert_eq!((found.breaker.state, found.breaker.failures), (BreakerState::Closed, 0));
}

async fn those_that_answer_do_not_share_a_lane_with_those_that_do_not(database: Database) {
    let Some(house) = house(database).await else { return };
    let (slow, quick) = (house.endpoint(&["case.opened"]).await, house.endpoint(&["case.closed"]).await);
    house.tell(3).await;
    let claimed = house.claim("w1").await;
    let (of_slow, of_quick): (Vec<_>, Vec<_>) = claimed.into_iter().partition(|delivery| delivery.endpoint == slow);
    house.settle("w1", &of_slow, DeliveryResult::Retry(house.store.now()), 500).await;
    house.settle("w1", &of_quick, DeliveryResult::Delivered, 200).await;
    house.tell(1).await;
    let ours = async |lane: Lane, by: &str| {
        let claimed = claim_deliveries(&house.store, lane, by, 100, 60_000).await.unwrap();
        let ours: Vec<_> = claimed.into_iter().filter(|delivery| delivery.tenant == house.tenant).collect();
        assert!(!ours.is_empty(), "{lane:?}");
        ours.into_iter().map(|delivery| delivery.endpoint).collect::<Vec<_>>()
    };
    assert!(ours(Lane::Fresh, "w2").await.iter().all(|endpoint| *endpoint == quick));
    assert!(ours(Lane::Late, "w3").await.iter().all(|endpoint| *endpoint == slow));
}

async fn a_tenant_with_many_endpoints_takes_its_turn(database: Database) {
    let Some(house) = house(database).await else { return };
    let mut crowd = Vec::new();
    for _ in 0..99 {
        crowd.push(house.endpoint(&["case.opened"]).await);
    }
    house.tell(1).await;
    house.pass(60_000);
    let other = house.neighbour().await;
    let quick = other.endpoint(&["case.opened"]).await;
    other.tell(1).await;
    let claimed = claim_deliveries(&house.store, Lane::Fresh, "w1", 100, 60_000).await.unwrap();
    assert_eq!(claimed.len(), 64);
    assert!(claimed.iter().any(|delivery| delivery.endpoint == quick), "due a minute later, and not after all of the other's");
}

on_both! {
    what_waits_stays_pending_while_the_breaker_is_open_and_one_probe_goes_at_its_time;
    a_probe_that_succeeds_lets_everything_out_and_is_told_to_the_others;
    a_probe_whose_worker_died_is_made_again;
    five_days_of_nothing_but_failure_disable_it;
    enabling_forgives_but_not_every_minute_and_another_url_is_another_receiver;
    those_that_answer_do_not_share_a_lane_with_those_that_do_not;
    a_tenant_with_many_endpoints_takes_its_turn;
}

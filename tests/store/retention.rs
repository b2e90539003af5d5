//! How long things are kept: the log of deliveries, the content of events, and the feed itself, by tenant.

use relance_store::{
    StoreError, events, tenants,
    webhooks::{self, ClaimedEvent, DeliveryFilter, DeliveryResult, sweep},
};

use super::house::{House, house};
use crate::{on_both, support::Database};

const DAY: i64 = 24 * 60 * 60_000;

impl House {
    async fn keep(&self, attempts: u16, payloads: u16) {
        let tx = self.store.write(self.tenant).await.unwrap();
        let mut tenant = tenants::get(&tx, self.tenant).await.unwrap();
        (tenant.settings.webhook_attempt_days, tenant.settings.webhook_payload_days) = (attempts, payloads);
        tenants::put_settings(&tx, self.tenant, tenant.settings_version, &tenant.settings).await.unwrap();
        self.store.commit(tx).await.unwrap();
    }

    async fn swept(&self, thorough: bool) -> webhooks::Swept {
        let mut all = webhooks::Swept::default();
        loop {
            let some = sweep(&self.store, 100, thorough).await.unwrap();
            if some.is_empty() {
                return all;
            }
            all.events += some.events;
            all.contents += some.contents;
            all.deliveries += some.deliveries;
            all.attempts += some.attempts;
        }
    }

    async fn resend_first(&self, endpoint: relance_domain::ids::EndpointId) -> Result<(), StoreError> {
        let tx = self.store.write(self.tenant).await.unwrap();
        let list = webhooks::deliveries(&tx, self.tenant, endpoint, &DeliveryFilter::default(), None, 1).await.unwrap();
        webhooks::resend(&tx, self.tenant, list[0].id, self.store.now()).await?;
        self.store.commit(tx).await
    }
}

async fn each_tenant_says_how_long_deliveries_and_contents_are_kept(database: Database) {
    let Some(house) = house(database).await else { return };
    let other = house.neighbour().await;
    house.keep(60, 7).await;
    for tenant in [&house, &other] {
        let endpoint = tenant.endpoint(&["case.opened"]).await;
        tenant.tell(2).await; // four events, two deliveries
        let claimed = tenant.claim("w").await;
        assert_eq!((claimed.len(), claimed[0].endpoint), (2, endpoint));
        tenant.settle("w", &claimed, DeliveryResult::Delivered, 200).await;
    }
    house.pass(6 * DAY);
    assert!(house.swept(true).await.is_empty());
    house.pass(DAY + 1);
    // ids carry the machine's time, so that only a thorough look finds them here
    assert_eq!((house.swept(true).await.contents, house.swept(true).await.contents), (4, 0), "after seven days, of one tenant");
    let tx = house.store.read(house.tenant).await.unwrap();
    let feed = events::events_after(&tx, house.tenant, None, &[], 10).await.unwrap();
    drop(tx);
    assert_eq!(feed.len(), 4, "the feed goes on");
    assert!(feed.iter().all(|event| event.object.is_none() && event.changes.is_empty() && event.sequence > 0));
    house.pass(24 * DAY);
    let swept = house.swept(false).await;
    assert_eq!((swept.deliveries, swept.attempts, swept.contents), (2, 2, 0), "after thirty days, of the other");
    house.pass(30 * DAY);
    assert_eq!(house.swept(false).await.deliveries, 2, "after sixty");
    house.pass(30 * DAY);
    assert_eq!(house.swept(false).await.events, 8, "after ninety, of both");
}

async fn what_is_no_longer_whole_is_not_sent_again_unless_thin(database: Database) {
    let Some(house) = house(database).await else { return };
    house.keep(60, 7).await;
    let full = house.endpoint(&["case.opened"]).await;
    let thin = house.endpoint_with(&["case.opened"], |new| new.payload = "thin".to_owned()).await;
    house.tell(1).await;
    let claimed = house.claim("w").await;
    house.settle("w", &claimed, DeliveryResult::Delivered, 200).await;
    house.resend_first(full).await.unwrap(); // waits, and becomes of age
    house.pass(8 * DAY);
    house.swept(true).await;
    let waiting = house.claim("w").await;
    assert!(matches!(waiting[0].event, ClaimedEvent::Expired(_)));
    house.settle("w", &waiting, DeliveryResult::Expired, 0).await;
    assert_eq!(house.endpoint_now(full).await.breaker.failures, 0, "it says nothing about the receiver");
    assert!(matches!(house.resend_first(full).await, Err(StoreError::Refused { code: "payload_expired", .. })));
    house.resend_first(thin).await.unwrap();
    assert!(matches!(house.claim("w").await[0].event, ClaimedEvent::Event(_)));
}

async fn a_reader_that_stayed_away_too_long_is_told(database: Database) {
    let Some(house) = house(database).await else { return };
    house.tell(1).await;
    let read = async |after| {
        let tx = house.store.read(house.tenant).await.unwrap();
        events::events_after(&tx, house.tenant, after, &[], 10).await
    };
    let known = read(None).await.unwrap().pop().unwrap().id;
    house.pass(91 * DAY);
    house.tell(1).await;
    house.swept(false).await;
    assert!(matches!(read(Some(known)).await, Err(StoreError::Refused { code: "cursor_expired", .. })));
    assert_eq!(read(None).await.unwrap().len(), 2);
    let never = "evt_00000000000000000000000000".parse().unwrap();
    assert!(read(Some(never)).await.is_err());
}

on_both! {
    each_tenant_says_how_long_deliveries_and_contents_are_kept;
    what_is_no_longer_whole_is_not_sent_again_unless_thin;
    a_reader_that_stayed_away_too_long_is_told;
}

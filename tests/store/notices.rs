//! Mails to the tenant itself: written with what they tell, sent once, never again when nobody knows.

use std::time::Duration;

use chrono::TimeDelta;
use relance_domain::records::TaskRecord;
use relance_store::{
    due,
    dunning::tasks::{self, Filter},
    notices::{self, ClaimedNotice, NoticeOutcome},
    webhooks::DeliveryResult,
};

use super::house::{House, MINUTE, house};
use crate::{on_both, support::Database};

impl House {
    /// An endpoint whose server is gone: it is disabled.
    async fn disabled(&self) -> relance_domain::ids::EndpointId {
        let endpoint = self.endpoint(&["case.opened"]).await;
        self.tell(1).await;
        let claimed = self.claim("courier").await;
        self.settle("courier", &claimed, DeliveryResult::Gone, 410).await;
        endpoint
    }

    async fn mails(&self, by: &str) -> Vec<ClaimedNotice> {
        let all = notices::claim(&self.store, by, 10, Duration::from_secs(60)).await.unwrap();
        all.into_iter().filter(|notice| notice.tenant == self.tenant).collect()
    }

    async fn begin(&self, by: &str, notice: &ClaimedNotice) -> bool {
        let tx = self.store.write(self.tenant).await.unwrap();
        let begun = notices::begin(&tx, self.tenant, notice.id, by).await.unwrap();
        self.store.commit(tx).await.unwrap();
        begun
    }

    async fn ended(&self, by: &str, notice: &ClaimedNotice, outcome: NoticeOutcome) {
        let tx = self.store.write(self.tenant).await.unwrap();
        notices::settle(&tx, by, notice, outcome, self.store.now()).await.unwrap();
        self.store.commit(tx).await.unwrap();
    }

    async fn tasks(&self) -> Vec<TaskRecord> {
        let tx = self.store.read(self.tenant).await.unwrap();
        tasks::list(&tx, self.tenant, &Filter::default(), None, 10).await.unwrap()
    }
}

async fn five_days_of_failure_are_said_by_one_mail(database: Database) {
    let Some(house) = house(database).await else { return };
    let endpoint = house.endpoint(&["case.opened"]).await;
    house.tell(200).await;
    while house.endpoint_now(endpoint).await.status == "enabled" {
        assert!(house.mails("early").await.is_empty(), "it still is enabled");
        let claimed = house.claim("courier").await;
        let later = house.store.now() + TimeDelta::hours(2);
        house.settle("courier", &claimed, DeliveryResult::Retry(later), 500).await;
        house.pass(60 * MINUTE);
    }
    assert!(due::next(&house.store).await.unwrap().notice.is_some());
    let mails = house.mails("w1").await;
    assert_eq!(mails.len(), 1);
    assert_eq!((mails[0].told.endpoint_id, mails[0].told.reason.as_str()), (endpoint, "only_failures"));
    assert!(house.mails("w2").await.is_empty(), "it is w1's");
    assert!(house.begin("w1", &mails[0]).await);
    house.ended("w1", &mails[0], NoticeOutcome::Sent).await;
    house.pass(10 * 24 * 60 * MINUTE);
    assert!(house.mails("w3").await.is_empty());
    assert!(house.tasks().await.is_empty());
}

async fn a_mail_whose_sender_died_is_not_sent_again_and_a_person_is_told(database: Database) {
    let Some(house) = house(database).await else { return };
    let endpoint = house.disabled().await;
    let mails = house.mails("w1").await;
    assert!(house.begin("w1", &mails[0]).await);
    house.pass(2 * MINUTE);
    let again = house.mails("w2").await;
    assert!(again[0].may_have_left && !house.begin("w2", &again[0]).await);
    house.ended("w1", &mails[0], NoticeOutcome::Sent).await; // too late: it is w2's
    house.ended("w2", &again[0], NoticeOutcome::Unknown("its sender died".into())).await;
    assert!(house.mails("w3").await.is_empty());
    let tasks = house.tasks().await;
    assert_eq!((tasks.len(), tasks[0].customer_id, tasks[0].about.clone()), (1, None, Some(endpoint.to_string())));
    assert!(tasks[0].title.contains("may not have arrived"), "{}", tasks[0].title);
}

async fn a_server_that_is_away_is_tried_for_a_day_and_a_half(database: Database) {
    let Some(house) = house(database).await else { return };
    house.disabled().await;
    let mut tries = 0;
    loop {
        let mails = house.mails("w1").await;
        let Some(mail) = mails.first() else { break };
        assert!(!mail.may_have_left && house.begin("w1", mail).await);
        house.ended("w1", mail, NoticeOutcome::Later { after: None, reason: "the mail server did not answer".into() }).await;
        tries += 1;
        assert!(house.mails("w2").await.is_empty(), "not at once");
        house.pass(20 * 60 * MINUTE);
    }
    assert_eq!(tries, 8);
    let tasks = house.tasks().await;
    assert_eq!(tasks[0].assign_to, ["controller"]);
    assert!(tasks[0].title.contains("could not be sent (the mail server did not answer)"), "{}", tasks[0].title);
}

on_both! {
    five_days_of_failure_are_said_by_one_mail;
    a_mail_whose_sender_died_is_not_sent_again_and_a_person_is_told;
    a_server_that_is_away_is_tried_for_a_day_and_a_half;
}

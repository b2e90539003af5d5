//! Receivers that are slow, talkative or failing, and what it costs them.

use std::time::Duration;

use super::*;
use crate::http::Limits;

/// The product's 15 seconds, made three.
const WHOLE: Duration = Duration::from_secs(3);

fn quick(house: &mut House) {
    let client = GuardedClient::new(EgressPolicy::parse("127.0.0.0/8").unwrap()).with_limits(Limits {
        connect: WHOLE,
        whole: WHOLE,
        read: 16 * 1024,
    });
    house.ctx = WebhookContext::new(house.store.clone(), client);
}

#[tokio::test]
async fn an_answer_just_before_the_deadline_is_taken_and_nothing_is_posted_twice() {
    let mut house = house().await;
    quick(&mut house);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let posts = Arc::new(AtomicI64::new(0));
    let count = posts.clone();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            let mut buffer = [0_u8; 8192];
            let _ = socket.read(&mut buffer).await;
            tokio::time::sleep(WHOLE * 2 / 3).await;
            let _ = socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await;
        }
    });
    let (endpoint, _) = house.endpoint(&url, "full").await;
    house.tell().await;
    assert_eq!(house.deliver().await, 1);
    assert_eq!(house.log(endpoint).await.0.status, "delivered");
    house.clock.0.fetch_add(90_000_000, Ordering::SeqCst);
    assert_eq!((house.deliver().await, posts.load(Ordering::SeqCst)), (0, 1));
}

#[tokio::test]
async fn once_the_breaker_opens_the_rest_of_the_batch_is_left_alone() {
    let house = house().await;
    let (url, got) = receiver("500 No").await;
    let (endpoint, _) = house.endpoint(&url, "full").await;
    for _ in 0..30 {
        house.tell().await;
    }
    assert_eq!(house.deliver().await, 30, "claimed together");
    let posted = got.lock().unwrap().len();
    assert!((10..=13).contains(&posted), "ten in a row open it; three more were on their way: {posted}");
    let tx = house.store.read(house.tenant).await.unwrap();
    let list = webhooks::deliveries(&tx, house.tenant, endpoint, &DeliveryFilter::default(), None, 100).await.unwrap();
    drop(tx);
    assert_eq!(list.iter().filter(|delivery| delivery.attempts == 0).count(), 30 - posted);
    assert!(list.iter().all(|delivery| delivery.status == "pending"));
    assert_eq!(house.deliver().await, 0);
    house.clock.0.fetch_add(60_000, Ordering::SeqCst);
    assert_eq!(house.deliver().await, 1, "one probe");
}

#[tokio::test]
async fn the_tries_of_one_delivery_follow_the_table_and_end_as_a_dead_letter_that_can_be_sent_again() {
    let house = house().await;
    let (url, got) = receiver("500 No").await;
    let (endpoint, _) = house.endpoint(&url, "full").await;
    house.tell().await;
    let began = house.store.now();
    let mut at = Vec::new();
    while house.log_if_any(endpoint).await.is_none_or(|delivery| delivery.status == "pending") {
        if house.deliver().await > 0 {
            at.push((house.store.now() - began).num_seconds());
        }
        house.clock.0.fetch_add(1_000, Ordering::SeqCst);
        if let Some(next) = house.log(endpoint).await.0.next_attempt_at {
            house.clock.0.store(next.timestamp_millis(), Ordering::SeqCst);
        }
    }
    let mut least = 0;
    for (seconds, pause) in at.iter().zip([0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]) {
        least += pause;
        assert!(*seconds >= least && *seconds <= least * 6 / 5 + 20, "{at:?}");
    }
    assert_eq!((at.len(), got.lock().unwrap().len()), (10, 10));
    let (delivery, attempts) = house.log(endpoint).await;
    assert_eq!((delivery.status.as_str(), attempts.len(), delivery.next_attempt_at), ("failed", 10, None));
    let tx = house.store.write(house.tenant).await.unwrap();
    let again = webhooks::resend(&tx, house.tenant, delivery.id, house.store.now()).await.unwrap();
    house.store.commit(tx).await.unwrap();
    assert_eq!(again.status, "pending");
    house.clock.0.fetch_add(3_600_000, Ordering::SeqCst); // the breaker's probe
    assert_eq!(house.deliver().await, 1);
    let got = got.lock().unwrap();
    assert!(got.iter().all(|(headers, _)| headers["webhook-id"] == got[0].0["webhook-id"]));
}

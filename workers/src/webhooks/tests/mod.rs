//! The whole way: told in a transaction, claimed, signed, posted to a receiver on the loopback, settled.

mod hostile;
mod limits;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
};

use chrono::{DateTime, Utc};
use relance_domain::{
    clock::Clock,
    egress::EgressPolicy,
    event::EventType,
    ids::{CaseId, CustomerId, EndpointId, TenantId},
    records::{CaseRecord, DeliveryAttemptRecord, DeliveryRecord, EventObject},
};
use relance_store::{
    Scope, Store, StoreConfig,
    outbox::{self, NewEvent},
    tenants::{self, NewTenant},
    webhooks::{self, DeliveryFilter, Lane, NewEndpoint, claim_deliveries},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use uuid::Uuid;

use super::{WebhookContext, deliver_batch, sign};
use crate::http::GuardedClient;

struct Hand(AtomicI64);

impl Clock for Hand {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// What a receiver got: headers in lower case, and the body.
type Got = Arc<Mutex<Vec<(HashMap<String, String>, String)>>>;

/// A receiver that gives `answer` to everybody.
async fn receiver(answer: &'static str) -> (String, Got) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://127.0.0.1:{}/hook", listener.local_addr().unwrap().port());
    let got: Got = Arc::default();
    let seen = got.clone();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let seen = seen.clone();
            tokio::spawn(async move {
                let (mut bytes, mut buffer) = (Vec::new(), [0_u8; 4096]);
                loop {
                    let read = socket.read(&mut buffer).await.unwrap_or(0);
                    bytes.extend_from_slice(&buffer[..read]);
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    let Some((head, body)) = text.split_once("\r\n\r\n") else {
                        if read == 0 {
                            return;
                        }
                        continue;
                    };
                    let pairs = head.lines().skip(1).filter_map(|line| line.split_once(": "));
                    let headers: HashMap<String, String> =
                        pairs.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
                    if body.len() >= headers["content-length"].parse().unwrap() {
                        seen.lock().unwrap().push((headers, body.to_owned()));
                        break;
                    }
                }
                let _ = socket.write_all(format!("HTTP/1.1 {answer}\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok").as_bytes()).await;
            });
        }
    });
    (url, got)
}

struct House {
    ctx: WebhookContext,
    store: Store,
    clock: Arc<Hand>,
    tenant: TenantId,
    _dir: tempfile::TempDir,
}

async fn house() -> House {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(Hand(AtomicI64::new(2_556_000_000_000)));
    let config = StoreConfig { url: format!("sqlite://{}", dir.path().join("t.db").display()), secret_key: [7; 32], connections: 2 };
    let store = Store::open(&config, clock.clone()).await.unwrap();
    store.migrate_up().await.unwrap();
    let tx = store.write(Scope::System).await.unwrap();
    let tenant = tenants::create(&tx, NewTenant { name: "T".into(), live: false, clock: None }, store.now()).await.unwrap().id;
    store.commit(tx).await.unwrap();
    let client = GuardedClient::new(EgressPolicy::parse("127.0.0.0/8").unwrap());
    House { ctx: WebhookContext::new(store.clone(), client), store, clock, tenant, _dir: dir }
}

impl House {
    async fn endpoint(&self, url: &str, payload: &str) -> (EndpointId, String) {
        let new = NewEndpoint {
            url: url.into(),
            description: None,
            event_types: vec!["case.opened".into()],
            segments: Vec::new(),
            payload: payload.into(),
            ordering: "none".into(),
            api_version: "2026-12-01".into(),
        };
        let tx = self.store.write(self.tenant).await.unwrap();
        let (made, secret) = webhooks::create(&self.store, &tx, self.tenant, new, self.store.now()).await.unwrap();
        self.store.commit(tx).await.unwrap();
        (made.id, secret)
    }

    async fn tell(&self) {
        let id = Uuid::now_v7();
        let case =
            CaseRecord { id: CaseId(id), customer_id: CustomerId(id), opened_at: self.store.now(), closed_at: None, close_reason: None };
        let event = NewEvent::new(EventType::CaseOpened, id, EventObject::Case(Box::new(case)));
        let tx = self.store.write(self.tenant).await.unwrap();
        outbox::append(&tx, self.tenant, self.store.now(), self.store.now(), vec![event]).await.unwrap();
        self.store.commit(tx).await.unwrap();
    }

    /// One claim and what comes of it; how many were claimed.
    async fn deliver(&self) -> usize {
        let mut claimed = claim_deliveries(&self.store, Lane::Fresh, "w", 100, 60_000).await.unwrap();
        claimed.extend(claim_deliveries(&self.store, Lane::Late, "w", 100, 60_000).await.unwrap());
        let count = claimed.len();
        deliver_batch(&self.ctx, "w", claimed).await.unwrap();
        count
    }

    async fn log_if_any(&self, endpoint: EndpointId) -> Option<DeliveryRecord> {
        let tx = self.store.read(self.tenant).await.unwrap();
        webhooks::deliveries(&tx, self.tenant, endpoint, &DeliveryFilter::default(), None, 1).await.unwrap().pop()
    }

    async fn log(&self, endpoint: EndpointId) -> (DeliveryRecord, Vec<DeliveryAttemptRecord>) {
        let tx = self.store.read(self.tenant).await.unwrap();
        let list = webhooks::deliveries(&tx, self.tenant, endpoint, &DeliveryFilter::default(), None, 10).await.unwrap();
        let attempts = webhooks::attempts(&tx, self.tenant, list[0].id, None, 100).await.unwrap();
        (list[0].clone(), attempts)
    }
}

#[tokio::test]
async fn an_event_arrives_signed_and_once() {
    let house = house().await;
    let (url, got) = receiver("204 No Content").await;
    let (endpoint, secret) = house.endpoint(&url, "full").await;
    house.tell().await;
    assert_eq!((house.deliver().await, house.deliver().await), (1, 0));
    let (headers, body) = got.lock().unwrap()[0].clone();
    let value: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        (&value["type"], &value["id"], &value["livemode"]),
        (&"case.opened".into(), &headers["webhook-id"].as_str().into(), &false.into())
    );
    assert_eq!(value["timestamp"], house.store.now().format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string());
    let timestamp: i64 = headers["webhook-timestamp"].parse().unwrap();
    assert_eq!(headers["webhook-signature"], sign(&[secret], &headers["webhook-id"], timestamp, body.as_bytes()));
    assert_eq!(timestamp, house.store.now().timestamp());
    let (delivery, attempts) = house.log(endpoint).await;
    assert_eq!((delivery.status.as_str(), attempts[0].status_code, attempts[0].response.as_deref()), ("delivered", Some(204), Some("")));
}

#[tokio::test]
async fn a_failure_is_tried_again_under_the_same_id_at_its_time() {
    let house = house().await;
    let (url, got) = receiver("503 Busy\r\nretry-after: 60").await;
    let (endpoint, _) = house.endpoint(&url, "thin").await;
    house.tell().await;
    house.deliver().await;
    let (delivery, _) = house.log(endpoint).await;
    assert_eq!((delivery.status.as_str(), delivery.next_attempt_at), ("pending", Some(house.store.now() + chrono::TimeDelta::seconds(60))));
    assert_eq!(house.deliver().await, 0);
    house.clock.0.fetch_add(60_000, Ordering::SeqCst);
    assert_eq!(house.deliver().await, 1);
    let got = got.lock().unwrap();
    assert_eq!(got[0].0["webhook-id"], got[1].0["webhook-id"]);
    assert_ne!(got[0].0["webhook-timestamp"], got[1].0["webhook-timestamp"]);
    assert_eq!(got[0].1, got[1].1);
    assert!(serde_json::from_str::<serde_json::Value>(&got[0].1).unwrap()["data"]["object"].is_null());
}

#[tokio::test]
async fn what_the_receiver_says_about_the_rest_is_heeded() {
    let house = house().await;
    for (answer, status, enabled) in [
        ("410 Gone", "failed", "disabled"),
        ("422 No\r\nwebhook-delivery: abort-message", "dropped", "enabled"),
        ("302 Found\r\nlocation: /", "pending", "enabled"),
    ] {
        let (url, _) = receiver(answer).await;
        let (endpoint, _) = house.endpoint(&url, "full").await;
        house.tell().await;
        house.deliver().await;
        assert_eq!(house.log(endpoint).await.0.status, status, "{answer}");
        let tx = house.store.write(house.tenant).await.unwrap();
        assert_eq!(webhooks::get(&tx, house.tenant, endpoint).await.unwrap().status, enabled, "{answer}");
        webhooks::delete(&tx, house.tenant, endpoint).await.unwrap();
        house.store.commit(tx).await.unwrap();
    }
}

#[tokio::test]
async fn a_forbidden_address_is_failed_at_once_and_a_dead_one_is_tried_again() {
    let house = house().await;
    let (blocked, _) = house.endpoint("https://169.254.169.254/", "full").await;
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let (dead, _) = house.endpoint(&format!("http://{free}/"), "full").await;
    house.tell().await;
    assert_eq!(house.deliver().await, 2);
    let (delivery, attempts) = house.log(blocked).await;
    assert_eq!((delivery.status.as_str(), attempts[0].error.as_deref()), ("failed", Some("blocked_address")));
    let (delivery, attempts) = house.log(dead).await;
    assert_eq!((delivery.status.as_str(), attempts[0].error.as_deref()), ("pending", Some("connection_failed")));
}

#[tokio::test]
async fn a_sample_says_that_it_is_one() {
    let house = house().await;
    let (url, got) = receiver("200 OK").await;
    let (endpoint, _) = house.endpoint(&url, "full").await;
    let tx = house.store.write(house.tenant).await.unwrap();
    for kind in EventType::ALL {
        webhooks::try_out(&tx, house.tenant, endpoint, *kind, house.store.now()).await.unwrap();
    }
    house.store.commit(tx).await.unwrap();
    while house.deliver().await > 0 {}
    let got = got.lock().unwrap();
    assert_eq!(got.len(), EventType::ALL.len());
    for (_, body) in got.iter() {
        let value: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(value["test"], true);
        assert!(value["data"]["object"].is_object() && value["subject"]["id"].is_string(), "{body}");
    }
}

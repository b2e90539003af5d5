//! Two processes that send for one tenant: what one learns of an account at a provider, the other knows.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, Utc};
use relance_domain::{
    clock::Clock,
    customer::{Address, ContactDetails, ContactRole, CustomerDetails, CustomerKind},
    egress::EgressPolicy,
    facts::Fact,
    ids::{CustomerId, TenantId},
    invoice::InvoiceDetails,
    money::Currency,
    policy::PolicyDocument,
    settings::Settings,
};
use relance_store::{
    Scope, Store, StoreConfig, channels, customers,
    dunning::reminders,
    facts::{FactEnvelope, Mode, apply},
    policies, sending, tenants,
    tenants::NewTenant,
};
use relance_workers::{
    evaluate,
    http::GuardedClient,
    sending::{SendContext, send_batch},
};
use serde_json::{Value, json};

use crate::{
    on_both,
    statements::Counted,
    support::{Database, bare, receiver::Receiver},
};

struct Hand(AtomicI64);

impl Clock for Hand {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// A live tenant with one text message due for each of its customers, and two processes that send.
struct Two {
    clock: Arc<Hand>,
    tenant: TenantId,
    gateway: Receiver,
    url: String,
    stores: [Store; 2],
    senders: [SendContext; 2],
}

fn fact(at: usize) -> [Fact; 2] {
    let customer = format!("C{at}");
    let contact = ContactDetails {
        name: Some("Claire Dupont".into()),
        phone: Some(format!("06123456{at:02}")),
        can_approve_payment: true,
        ..ContactDetails::new("c1", ContactRole::AccountsPayable)
    };
    let details = CustomerDetails {
        language: Some("fr".into()),
        contacts: vec![contact],
        ..CustomerDetails::new(CustomerKind::Business, customer.clone())
    };
    let day = |text: &str| text.parse().unwrap();
    let invoice = InvoiceDetails::new(format!("FA-{at}"), day("2026-09-05"), day("2026-10-05"), Currency::EUR.minor(123_456));
    [
        Fact::Customer { external_id: customer.clone(), source_version: 1, details: Box::new(details) },
        Fact::Invoice {
            external_id: format!("FA-{at}"),
            source_version: 1,
            customer_external_id: customer,
            details: Box::new(invoice),
            due_on_missing: false,
        },
    ]
}

async fn two(database: Database, debtors: usize, more: Value) -> Option<Two> {
    let start: DateTime<Utc> = "2026-10-06T08:00:00Z".parse().unwrap();
    let clock = Arc::new(Hand(AtomicI64::new(start.timestamp_millis())));
    let (store, _, url) = bare::store(database, clock.clone()).await?;
    let gateway = Receiver::start(r#"{"id":"4711"}"#).await;
    let tx = store.write(Scope::System).await.unwrap();
    let tenant = tenants::create(&tx, NewTenant { name: "Live".into(), live: true, clock: None }, store.now()).await.unwrap().id;
    let address =
        Address { lines: vec!["1 rue X".into()], postcode: Some("69002".into()), city: Some("Lyon".into()), country: "FR".into() };
    let settings = Settings {
        legal_name: Some("Ateliers Dumas".into()),
        address: Some(address),
        iban: Some("FR7630006000011234567890189".into()),
        ..Settings::default()
    };
    tenants::put_settings(&tx, tenant, 1, &settings).await.unwrap();
    let mut config = json!({"provider": "http", "from": "DUMAS", "http": {"url": gateway.url}});
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    channels::put(&store, &tx, tenant, "sms", "http", config).await.unwrap();
    let steps = json!([{"key": "only", "offset_days": 1, "channel": "sms", "template": "sms_reminder"}]);
    let document = PolicyDocument::from_json(&json!({"name": "One text", "steps": steps})).unwrap();
    let made = policies::create(&tx, tenant, &document, store.now()).await.unwrap();
    policies::activate(&tx, tenant, made.id, 1, store.now()).await.unwrap();
    store.commit(tx).await.unwrap();
    let facts: Vec<_> = (0..debtors).flat_map(fact).map(|fact| FactEnvelope::new("erp", fact)).collect();
    apply(&store, tenant, &facts, Mode::Commit).await.unwrap();
    clock.0.fetch_add(2 * 3_600_000, Ordering::SeqCst);
    let tx = store.read(tenant).await.unwrap();
    let all: Vec<CustomerId> = customers::list(&tx, tenant, None, 100).await.unwrap().iter().map(|customer| customer.id).collect();
    drop(tx);
    evaluate::look(&store, tenant, &all, None).await.unwrap();
    let other = Store::open(&StoreConfig { url: url.clone(), secret_key: [7; 32], connections: 4 }, clock.clone()).await.unwrap();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = || GuardedClient::new(EgressPolicy::parse("127.0.0.0/8").unwrap());
    let senders = [SendContext::new(store.clone(), client(), None), SendContext::new(other.clone(), client(), None)];
    Some(Two { clock, tenant, gateway, url, stores: [store, other], senders })
}

impl Two {
    /// One of the two takes up to so many of what is due, as its workers do.
    async fn send(&self, which: usize, most: u64) {
        let name = format!("w{which}");
        let claimed = sending::claim_due(&self.stores[which], &name, most, 60_000).await.unwrap();
        let list: Vec<_> = claimed.iter().map(|(_, id)| *id).collect();
        send_batch(&self.senders[which], &name, self.tenant, &list, self.clock.now()).await.unwrap();
    }

    fn pass(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds * 1_000, Ordering::SeqCst);
    }

    fn calls(&self) -> usize {
        self.gateway.all().len()
    }

    async fn count(&self, status: &str) -> usize {
        let tx = self.stores[0].read(self.tenant).await.unwrap();
        let filter = reminders::Filter { status: vec![status.to_owned()], ..Default::default() };
        reminders::list(&tx, self.tenant, &filter, None, 100).await.unwrap().len()
    }
}

async fn two_processes_share_a_rate(database: Database) {
    let Some(two) = two(database, 20, json!({"max_per_second": 3})).await else { return };
    tokio::join!(two.send(0, 10), two.send(1, 10));
    assert_eq!(two.calls(), 3, "a second's worth, whoever sends it");
    two.pass(1);
    tokio::join!(two.send(1, 20), two.send(0, 20));
    assert_eq!(two.calls(), 6);
    for _ in 0..10 {
        two.pass(1);
        two.send(0, 20).await;
    }
    assert_eq!((two.calls(), two.count("sent").await), (20, 20));
}

async fn what_one_process_learns_of_a_broken_account_the_other_knows(database: Database) {
    let Some(two) = two(database, 20, json!({})).await else { return };
    two.gateway.says("401 Unauthorized");
    two.send(0, 5).await;
    assert_eq!(two.calls(), 5, "five refusals in a row");
    two.send(1, 5).await;
    assert_eq!(two.calls(), 5, "the other does not try its luck");
    assert_eq!(two.count("planned").await, 20, "every message waits");
    two.pass(6 * 60);
    tokio::join!(two.send(0, 10), two.send(1, 10));
    assert_eq!(two.calls(), 6, "one probe, not one each");
    two.gateway.says("200 OK");
    two.pass(6 * 60);
    two.send(1, 20).await;
    assert_eq!(two.calls(), 7, "the probe decides before anything else leaves");
    two.pass(15 * 60);
    two.send(0, 20).await;
    assert_eq!((two.calls(), two.count("sent").await), (26, 20));
}

async fn a_pause_that_one_was_asked_for_is_kept_by_both(database: Database) {
    let Some(two) = two(database, 4, json!({})).await else { return };
    two.gateway.says("429 Slow\r\nretry-after: 600");
    two.send(0, 1).await;
    two.gateway.says("200 OK");
    two.pass(300);
    two.send(1, 4).await;
    assert_eq!(two.calls(), 1, "ten minutes were asked for");
    two.pass(400);
    two.send(1, 4).await;
    assert_eq!((two.calls(), two.count("sent").await), (5, 4));
}

/// Statements about accounts while so many messages left in one batch.
async fn statements(more: Value) -> Option<Vec<(i64, String)>> {
    let two = two(Database::Postgres, 12, more).await?;
    let counted = Counted::of(&two.url);
    counted.reset();
    two.send(0, 12).await;
    assert_eq!(two.calls(), 12);
    Some(counted.calls().into_iter().filter(|(_, query)| query.contains("channel_accounts")).collect())
}

#[tokio::test]
async fn an_account_that_is_well_costs_no_statement_of_its_own() {
    let Some(asked) = statements(json!({})).await else { return };
    assert!(matches!(asked.as_slice(), [(1, query)] if query.starts_with("SELECT") && query.contains("channels")), "{asked:#?}");
}

#[tokio::test]
async fn a_rate_costs_two_statements_a_batch_and_none_a_message() {
    let Some(asked) = statements(json!({"max_per_second": 50})).await else { return };
    assert_eq!(asked.iter().map(|(calls, _)| *calls).sum::<i64>(), 3, "{asked:#?}");
}

on_both! {
    two_processes_share_a_rate;
    what_one_process_learns_of_a_broken_account_the_other_knows;
    a_pause_that_one_was_asked_for_is_kept_by_both;
}

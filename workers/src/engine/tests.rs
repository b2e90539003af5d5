//! The engine over a real SQLite file; messages leave by a sender that takes everything.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use chrono::{NaiveDate, TimeDelta};
use relance_domain::{
    clock::Clock,
    customer::{Address, ContactDetails, ContactRole, CustomerDetails, CustomerKind},
    facts::Fact,
    ids::{CustomerId, ReminderId, TenantId},
    invoice::InvoiceDetails,
    money::Currency,
    records::MessageContent,
    settings::Settings,
};
use relance_store::{
    Scope, StoreConfig, StoreError,
    dunning::{
        decisions, reminders,
        sending::{self, Frozen, SendOutcome, Settled},
        tasks,
    },
    facts::{FactEnvelope, Mode, apply},
    tenants::{self, NewTenant},
    test_clock,
    webhooks::ClaimedDelivery,
};

use super::*;

/// Real time from a fixed day on.
struct FromMonday(Instant);

impl Clock for FromMonday {
    fn now(&self) -> DateTime<Utc> {
        at("2026-01-05T08:00:00Z") + TimeDelta::from_std(self.0.elapsed()).unwrap()
    }
}

struct TakesAll(Store);

#[async_trait::async_trait]
impl Sender for TakesAll {
    async fn follow(&self, _: &str, letter: relance_store::dunning::letters::ClaimedLetter) -> Result<(), StoreError> {
        panic!("no letter left: {letter:?}")
    }

    async fn send_batch(&self, by: &str, of: TenantId, list: Vec<ReminderId>, now: DateTime<Utc>) -> Result<(), StoreError> {
        let tx = self.0.write(of).await?;
        let content = MessageContent { text: "Pay.".into(), ..MessageContent::default() };
        let frozen = |id: &ReminderId| Frozen {
            id: *id,
            attempt: 1,
            provider: "test".into(),
            via: "email".into(),
            content: content.clone(),
            pay_before_on: None,
            deadline_on: None,
        };
        sending::freeze(&tx, of, by, &list.iter().map(frozen).collect::<Vec<_>>(), now, self.0.now(), 60_000).await?;
        let sent = |id| Settled { id, attempt: Some(1), outcome: SendOutcome::Sent { provider_id: None, granted: BTreeMap::new() } };
        sending::finish(&tx, of, list.into_iter().map(sent).collect(), now, self.0.now()).await?;
        self.0.commit(tx).await
    }
}

struct NoCourier;

#[async_trait::async_trait]
impl Courier for NoCourier {
    async fn deliver_batch(&self, _: &str, deliveries: Vec<ClaimedDelivery>) -> Result<(), StoreError> {
        panic!("{} deliveries without an endpoint", deliveries.len())
    }
}

struct NoHerald;

#[async_trait::async_trait]
impl crate::notices::Herald for NoHerald {
    async fn tell(&self, _: &str, notice: relance_store::notices::ClaimedNotice) -> Result<(), StoreError> {
        panic!("no endpoint is disabled: {notice:?}")
    }
}

struct NoTranslator;

#[async_trait::async_trait]
impl crate::inbox::Translator for NoTranslator {
    async fn translate(&self, _: &str, delivery: relance_store::inbox::ClaimedDelivery) -> Result<(), StoreError> {
        panic!("nothing was sent to us: {}", delivery.id)
    }
}

struct House {
    store: Store,
    engine: Engine,
    _dir: tempfile::TempDir,
}

async fn house() -> House {
    let dir = tempfile::tempdir().unwrap();
    let url = std::env::var("RELANCE_TEST_PG").unwrap_or_else(|_| format!("sqlite://{}", dir.path().join("t.db").display()));
    let listen_url = url.starts_with("postgres").then(|| url.clone());
    let store = Store::open(&StoreConfig { url, secret_key: [7; 32], connections: 4 }, Arc::new(FromMonday(Instant::now()))).await.unwrap();
    store.migrate_up().await.unwrap();
    let sender = Arc::new(TakesAll(store.clone()));
    let config = EngineConfig {
        sender,
        courier: Arc::new(NoCourier),
        herald: Arc::new(NoHerald),
        translator: Arc::new(NoTranslator),
        listen_url,
        paces: Paces::for_store(&store),
    };
    let engine = Engine::start(store.clone(), config);
    House { store, engine, _dir: dir }
}

impl House {
    async fn tenant(&self, live: bool) -> TenantId {
        let tx = self.store.write(Scope::System).await.unwrap();
        let tenant = tenants::create(&tx, NewTenant { name: "T".into(), live, clock: None }, self.store.now()).await.unwrap().id;
        let lines = vec!["1 rue de la Paix".to_owned()];
        let settings = Settings {
            legal_name: Some("Atelier".into()),
            address: Some(Address { lines, postcode: "75002".to_owned().into(), city: "Paris".to_owned().into(), country: "FR".into() }),
            email: Some("compta@atelier.example".into()),
            phone: Some("+33140000000".into()),
            contact_name: Some("A. Keller".into()),
            iban: Some("FR7630006000011234567890189".into()),
            siren: Some("732829320".into()),
            ..Settings::default()
        };
        tenants::put_settings(&tx, tenant, 1, &settings).await.unwrap();
        self.store.commit(tx).await.unwrap();
        tenant
    }

    async fn facts(&self, tenant: TenantId, customers: std::ops::Range<usize>) {
        let facts = customers.flat_map(|number| [customer(number), invoice(number)]);
        let facts: Vec<_> = facts.map(|fact| FactEnvelope::new("erp", fact)).collect();
        apply(&self.store, tenant, &facts, Mode::Commit).await.unwrap();
    }

    async fn advance(&self, tenant: TenantId, days: i64) {
        let tx = self.store.write(tenant).await.unwrap();
        let now = test_clock::get(&tx, tenant).await.unwrap().now;
        test_clock::advance(&tx, tenant, now + TimeDelta::days(days)).await.unwrap();
        self.store.commit(tx).await.unwrap();
        self.ready(tenant).await;
    }

    async fn ready(&self, tenant: TenantId) {
        loop {
            let tx = self.store.read(tenant).await.unwrap();
            if test_clock::get(&tx, tenant).await.unwrap().is_ready() {
                return;
            }
            drop(tx);
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
    }

    /// What was said to whom and when, without ids.
    async fn story(&self, tenant: TenantId) -> Vec<String> {
        let tx = self.store.read(tenant).await.unwrap();
        let sent = reminders::list(&tx, tenant, &Default::default(), None, 100_000).await.unwrap();
        let decided = decisions::list(&tx, tenant, &Default::default(), None, 100_000).await.unwrap();
        let raised = tasks::list(&tx, tenant, &Default::default(), None, 100_000).await.unwrap();
        let numbers = |lines: &[relance_domain::dunning::ReminderLine]| lines.iter().map(|line| line.number.clone()).collect::<Vec<_>>();
        let sent = sent.iter().map(|one| format!("{:?} {} {} {:?}", one.sent_at, one.status, one.step_key, numbers(&one.body.lines)));
        let raised = raised.iter().map(|one| format!("{} {} {:?}", one.created_at, one.kind, numbers(&one.lines)));
        let decided = decided.iter().map(|one| format!("{} {} {:?}", one.at, one.outcome, one.next_check_at));
        let mut story: Vec<String> = sent.chain(raised).chain(decided).collect();
        story.sort();
        story
    }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn customer(number: usize) -> Fact {
    let contact = ContactDetails {
        name: Some("Claire Dupont".into()),
        email: Some(format!("c{number}@dupont.example")),
        phone: Some("+33612345678".into()),
        can_approve_payment: true,
        ..ContactDetails::new("c1", ContactRole::AccountsPayable)
    };
    let details = CustomerDetails {
        address: Some(Address {
            lines: vec!["3 place du Marché".into()],
            postcode: "69003".to_owned().into(),
            city: "Lyon".to_owned().into(),
            country: "FR".into(),
        }),
        contacts: vec![contact],
        ..CustomerDetails::new(CustomerKind::Business, format!("Customer {number}"))
    };
    Fact::Customer { external_id: format!("C{number}"), source_version: 1, details: Box::new(details) }
}

fn invoice(number: usize) -> Fact {
    let due = NaiveDate::from_ymd_opt(2026, 1, 10).unwrap() + TimeDelta::days(number as i64 % 30);
    let details =
        InvoiceDetails::new(format!("F-{number}"), NaiveDate::from_ymd_opt(2025, 12, 20).unwrap(), due, Currency::EUR.minor(120_000));
    let customer_external_id = format!("C{number}");
    Fact::Invoice {
        external_id: format!("I{number}"),
        source_version: 1,
        customer_external_id,
        details: Box::new(details),
        due_on_missing: false,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_way_at_once_is_the_same_as_day_by_day() {
    let house = house().await;
    let (one, two) = (house.tenant(false).await, house.tenant(false).await);
    for tenant in [one, two] {
        // both clocks stand at the same instant, whenever the tenants were made
        let tx = house.store.read(tenant).await.unwrap();
        let now = test_clock::get(&tx, tenant).await.unwrap().now;
        drop(tx);
        let tx = house.store.write(tenant).await.unwrap();
        test_clock::advance(&tx, tenant, at("2026-01-05T09:00:00Z")).await.unwrap();
        assert!(now < at("2026-01-05T09:00:00Z"));
        house.store.commit(tx).await.unwrap();
        house.ready(tenant).await;
        house.facts(tenant, 0..6).await;
        house.ready(tenant).await;
    }
    house.advance(one, 120).await;
    for _ in 0..120 {
        house.advance(two, 1).await;
    }
    let (at_once, by_day) = (house.story(one).await, house.story(two).await);
    assert!(at_once.iter().filter(|line| line.contains(" sent ")).count() >= 12, "{at_once:#?}");
    assert_eq!(at_once, by_day);
    house.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn customers_of_a_live_tenant_are_looked_at_when_their_facts_change() {
    let house = house().await;
    let tenant = house.tenant(true).await;
    house.facts(tenant, 0..300).await;
    let begun = Instant::now();
    loop {
        let tx = house.store.read(tenant).await.unwrap();
        if decisions::list(&tx, tenant, &Default::default(), None, 1_000).await.unwrap().len() == 300 {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "not within ten seconds");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let begun = Instant::now();
    house.engine.stop().await;
    assert!(begun.elapsed() < Duration::from_millis(500), "stops at once when idle");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_that_cannot_be_decided_about_is_set_aside_with_one_task() {
    let house = house().await;
    let tenant = house.tenant(false).await;
    house.facts(tenant, 0..2).await;
    house.ready(tenant).await;
    let tx = house.store.read(tenant).await.unwrap();
    let poisoned: CustomerId = decisions::list(&tx, tenant, &Default::default(), None, 10).await.unwrap()[0].customer_id;
    drop(tx);
    for _ in 0..2 {
        crate::evaluate::set_aside(&house.store, tenant, poisoned, "panic").await.unwrap();
    }
    let tx = house.store.read(tenant).await.unwrap();
    let raised = tasks::list(&tx, tenant, &Default::default(), None, 10).await.unwrap();
    let ours = raised.iter().filter(|task| task.about.as_deref() == Some("evaluation_failed")).count();
    assert_eq!(ours, 1);
    let last =
        &decisions::list(&tx, tenant, &decisions::Filter { customer_id: Some(poisoned), invoice_id: None }, None, 10).await.unwrap()[0];
    assert_eq!(last.outcome, "hold");
    drop(tx);
    house.advance(tenant, 2).await;
    house.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn customers_who_owe_alike_are_told_alike_and_each_step_once() {
    let house = house().await;
    let tenant = house.tenant(false).await;
    // three of each due date, over more than one batch
    house.facts(tenant, 0..90).await;
    house.ready(tenant).await;
    house.advance(tenant, 60).await;
    let told = house.story(tenant).await.into_iter().filter(|line| line.contains(" sent ") && line.contains("F-"));
    let (mut lines, mut alike) = (BTreeMap::new(), BTreeMap::new());
    for line in told {
        let (when, number) = line.split_once("F-").unwrap();
        let of: usize = number.trim_end_matches(['"', ']']).parse().unwrap();
        *alike.entry(format!("{when}{}", of % 30)).or_insert(0) += 1;
        *lines.entry(line).or_insert(0) += 1;
    }
    assert!(lines.len() >= 180, "two mails each: {}", lines.len());
    assert!(lines.values().all(|count| *count == 1), "{lines:#?}");
    assert!(alike.values().all(|count| *count == 3), "{alike:#?}");
    house.engine.stop().await;
}

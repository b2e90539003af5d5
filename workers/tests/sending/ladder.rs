//! A test tenant's ladder through the whole engine: rendered, frozen, and really sent to the one address
//! on the list.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, NaiveDate, Utc};
use relance_domain::{
    clock::Clock,
    customer::{Address, ContactDetails, ContactRole, CustomerDetails, CustomerKind},
    facts::Fact,
    ids::TenantId,
    invoice::InvoiceDetails,
    money::Currency,
    records::{By, ReminderRecord},
    settings::Settings,
};
use relance_store::{
    Scope, Store, StoreConfig, channels,
    dunning::reminders,
    facts::{FactEnvelope, Mode, apply},
    sending, tenants,
    tenants::NewTenant,
    test_clock,
};
use relance_workers::{
    catcher::Catcher,
    engine::{Engine, EngineConfig, Paces},
    sending::SendContext,
    webhooks::WebhookContext,
};
use serde_json::json;

use super::client;

struct RealTime;

impl Clock for RealTime {
    #[expect(clippy::disallowed_methods, reason = "the test stands in for the binary, which owns the clock")]
    fn now(&self) -> DateTime<Utc> {
        std::time::SystemTime::now().into()
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn address(town: &str) -> Address {
    Address {
        lines: vec!["12 rue de la République".into()], postcode: Some("69002".into()), city: Some(town.into()), country: "FR".into()
    }
}

pub fn customer(id: &str, email: &str, phone: Option<&str>) -> Fact {
    let contact = ContactDetails {
        name: Some("Claire Dupont".into()),
        email: Some(email.into()),
        phone: phone.map(Into::into), // without one the notice waits for no call
        can_approve_payment: true,
        ..ContactDetails::new("c1", ContactRole::AccountsPayable)
    };
    let details = CustomerDetails {
        language: Some("fr".into()),
        siren: Some("732829320".into()),
        address: Some(address("Lyon")),
        contacts: vec![contact],
        ..CustomerDetails::new(CustomerKind::Business, format!("Boulangerie {id}"))
    };
    Fact::Customer { external_id: id.into(), source_version: 1, details: Box::new(details) }
}

pub fn invoice(id: &str, customer: &str) -> Fact {
    let details = InvoiceDetails {
        origin: Some("Travaux de menuiserie".into()),
        ..InvoiceDetails::new(format!("FA-{id}"), day("2026-09-05"), day("2026-10-05"), Currency::EUR.minor(123_456))
    };
    Fact::Invoice {
        external_id: id.into(),
        source_version: 1,
        customer_external_id: customer.into(),
        details: Box::new(details),
        due_on_missing: false,
    }
}

pub fn settings() -> Settings {
    Settings {
        legal_name: Some("Ateliers Dumas".into()),
        address: Some(address("Lyon")),
        email: Some("compta@dumas.example".into()),
        phone: Some("04 78 00 11 22".into()),
        contact_name: Some("Hélène Garnier".into()),
        iban: Some("FR7630006000011234567890189".into()),
        ..Settings::default()
    }
}

pub async fn open(dir: &tempfile::TempDir) -> Store {
    let url = format!("sqlite://{}", dir.path().join("t.db").display());
    let store = Store::open(&StoreConfig { url, secret_key: [7; 32], connections: 4 }, Arc::new(RealTime)).await.unwrap();
    store.migrate_up().await.unwrap();
    store
}

async fn tenant(store: &Store, catcher: &Catcher) -> TenantId {
    let tx = store.write(Scope::System).await.unwrap();
    let clock = "2026-09-25T08:00:00Z".parse().ok();
    let tenant = tenants::create(&tx, NewTenant { name: "Atelier".into(), live: false, clock }, store.now()).await.unwrap().id;
    tenants::put_settings(&tx, tenant, 1, &settings()).await.unwrap();
    let smtp = json!({ "host": "127.0.0.1", "port": catcher.address().port(), "security": "none" });
    let config = json!({ "provider": "smtp", "from": "compta@dumas.example", "allow_list": ["claire@listed.example"], "smtp": smtp });
    channels::put(store, &tx, tenant, "email", "smtp", config).await.unwrap();
    store.commit(tx).await.unwrap();
    tenant
}

async fn advance(store: &Store, tenant: TenantId, to: &str) {
    let tx = store.write(tenant).await.unwrap();
    test_clock::advance(&tx, tenant, to.parse().unwrap()).await.unwrap();
    store.commit(tx).await.unwrap();
    for _ in 0..600 {
        let tx = store.read(tenant).await.unwrap();
        if test_clock::get(&tx, tenant).await.unwrap().is_ready() {
            return;
        }
        drop(tx);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the clock never came to rest");
}

async fn with_status(store: &Store, tenant: TenantId, status: &str) -> Vec<ReminderRecord> {
    let tx = store.read(tenant).await.unwrap();
    let filter = reminders::Filter { status: vec![status.to_owned()], ..Default::default() };
    let mut list = reminders::list(&tx, tenant, &filter, None, 100).await.unwrap();
    list.reverse();
    list
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ladder_leaves_by_mail_and_letter() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir).await;
    let catcher = Catcher::start().await.unwrap();
    let tenant = tenant(&store, &catcher).await;
    let sender = Arc::new(SendContext::new(store.clone(), client(), None));
    let courier = Arc::new(WebhookContext::new(store.clone(), client()));
    let config = EngineConfig {
        herald: sender.clone(),
        sender,
        courier,
        translator: Arc::new(NoTranslator),
        listen_url: None,
        paces: Paces::for_store(&store),
    };
    let engine = Engine::start(store.clone(), config);
    let facts = [
        customer("C1", "claire@listed.example", None),
        customer("C2", "other@elsewhere.example", None),
        invoice("1", "C1"),
        invoice("2", "C2"),
    ];
    let facts: Vec<_> = facts.into_iter().map(|fact| FactEnvelope::new("erp", fact)).collect();
    apply(&store, tenant, &facts, Mode::Commit).await.unwrap();

    advance(&store, tenant, "2026-11-20T18:00:00Z").await;
    let sent = with_status(&store, tenant, "sent").await;
    let steps: Vec<&str> = sent.iter().map(|reminder| reminder.step_key.as_str()).collect();
    assert!(steps.contains(&"first") && steps.contains(&"second"), "{steps:?}");
    let tx = store.read(tenant).await.unwrap();
    for reminder in &sent {
        let said = sending::content(&tx, tenant, reminder.id).await.unwrap().unwrap();
        assert!(said.text.contains("Ateliers Dumas"), "{}", said.text);
        assert_eq!(said.subject.is_some(), reminder.channel == "email");
    }
    drop(tx);
    assert!(with_status(&store, tenant, "failed").await.is_empty());

    let mails = catcher.messages();
    let of_listed = sent.iter().filter(|reminder| reminder.channel == "email").count() / 2;
    assert_eq!(mails.len(), of_listed, "only the listed address was written to");
    assert!(mails.iter().all(|mail| mail.to == ["claire@listed.example"]));
    // the courtesy comes before any case; from then on all mails hang on one root
    let threads: Vec<String> = mails.iter().filter_map(|mail| mail.header("References")).collect();
    assert!(threads.len() >= 2, "{threads:?}");
    let root = threads[0].split(' ').next().unwrap();
    assert!(root.starts_with("<cas_") && root.ends_with("@dumas.example>"), "{root}");
    assert!(threads.iter().all(|thread| thread.starts_with(root)), "{threads:?}");
    let last = mails.last().unwrap();
    assert_eq!(last.header("Auto-Submitted").as_deref(), Some("auto-generated"));
    let before = &mails[mails.len() - 2];
    assert_eq!(last.header("In-Reply-To"), before.header("Message-ID"));

    // the notice waits for a person, then leaves as a letter with its deadline of that day
    let waiting = with_status(&store, tenant, "awaiting_approval").await;
    let notice = waiting.iter().find(|reminder| reminder.channel == "registered_letter").expect("a notice waits for approval");
    let tx = store.write(tenant).await.unwrap();
    let by = By { name: "Controller".into(), email: "c@dumas.example".into() };
    reminders::approve(&tx, tenant, notice.id, by, None, store.now()).await.unwrap();
    store.commit(tx).await.unwrap();
    advance(&store, tenant, "2026-11-25T18:00:00Z").await;
    let tx = store.read(tenant).await.unwrap();
    let left = reminders::get(&tx, tenant, notice.id).await.unwrap();
    assert_eq!((left.status.as_str(), left.deadline_on.is_some()), ("sent", true), "{:?}", left.cancel_reason);
    let letter = sending::attachment(&tx, tenant, notice.id, "letter.pdf").await.unwrap();
    assert!(letter.data.starts_with(b"%PDF"));
    drop(tx);
    engine.stop().await;
}

pub struct NoTranslator;

#[async_trait::async_trait]
impl relance_workers::inbox::Translator for NoTranslator {
    async fn translate(&self, _: &str, delivery: relance_store::inbox::ClaimedDelivery) -> Result<(), relance_store::StoreError> {
        panic!("nothing was sent to us: {}", delivery.id)
    }
}

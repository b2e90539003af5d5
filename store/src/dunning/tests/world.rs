//! A small world to test in: one tenant, one customer, two invoices.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, NaiveDate, Utc};
use relance_domain::{
    clock::Clock,
    dunning::{BirthState, Decision, InvoiceDunning, NewTask, Outcome, PlannedReminder, ReminderLine},
    ids::{CustomerId, InvoiceId, PolicyId, TenantId},
    invoice::InvoiceDetails,
    money::Currency,
    policy::Channel,
    records::By,
};
use uuid::Uuid;

use crate::{
    Scope, Store, StoreConfig,
    batch::{self, OnConflict},
    entity::{customers, invoices},
    tenants::{self, NewTenant},
};

/// A clock that is set by hand.
#[derive(Clone)]
pub struct HandClock(Arc<Mutex<DateTime<Utc>>>);

impl Clock for HandClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

pub struct World {
    pub store: Store,
    pub tenant: TenantId,
    pub customer: CustomerId,
    pub invoices: [InvoiceId; 2],
    _dir: tempfile::TempDir,
}

pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn by() -> By {
    By { name: "C. Martin".to_owned(), email: "c.martin@atelier.example".to_owned() }
}

/// Noon in Paris on 12 October 2026, the day of every test.
pub fn now() -> DateTime<Utc> {
    at("2026-10-12T10:00:00Z")
}

impl World {
    /// On SQLite, or on the PostgreSQL database that `RELANCE_TEST_POSTGRES` names.
    pub async fn new(live: bool) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let file = format!("sqlite://{}", dir.path().join("store.db").display());
        let url = std::env::var("RELANCE_TEST_POSTGRES").unwrap_or(file);
        let clock = HandClock(Arc::new(Mutex::new(now())));
        let store = Store::open(&StoreConfig { url, secret_key: [7; 32], connections: 4 }, Arc::new(clock)).await.unwrap();
        store.migrate_up().await.unwrap();
        let tx = store.write(Scope::System).await.unwrap();
        let new = NewTenant { name: "Atelier".to_owned(), live, clock: None };
        let tenant = tenants::create(&tx, new, now()).await.unwrap().id;
        let customer = CustomerId(Uuid::now_v7());
        let list = [InvoiceId(Uuid::now_v7()), InvoiceId(Uuid::now_v7())];
        batch::insert::<customers::Entity, _>(&tx, &[customer_row(tenant, customer, live)], OnConflict::Fail).await.unwrap();
        let rows = [invoice_row(tenant, customer, list[0], "FA-1", 120_000), invoice_row(tenant, customer, list[1], "FA-2", 5_000)];
        batch::insert::<invoices::Entity, _>(&tx, &rows, OnConflict::Fail).await.unwrap();
        store.commit(tx).await.unwrap();
        Self { store, tenant, customer, invoices: list, _dir: dir }
    }

    pub fn line(&self, which: usize, step: &str) -> ReminderLine {
        let amount_due = [120_000, 5_000][which];
        ReminderLine {
            invoice_id: self.invoices[which],
            number: format!("FA-{}", which + 1),
            step_key: step.to_owned(),
            amount_due,
            currency: Currency::EUR,
        }
    }

    pub fn plan(&self, lines: Vec<ReminderLine>, state: BirthState) -> Box<PlannedReminder> {
        Box::new(PlannedReminder {
            step_key: lines[0].step_key.clone(),
            channel: Channel::Email,
            template: Some("first_reminder".to_owned()),
            contact_id: None,
            contact_reason: "accounts payable".to_owned(),
            totals: relance_domain::money::totals(lines.iter().map(|line| line.currency.minor(line.amount_due))),
            lines,
            left_out: Vec::new(),
            send_at: at("2026-10-13T07:00:00Z"),
            state,
            pay_before_on: Some(day("2026-10-20")),
            deadline_on: None,
            fixed_compensation: None,
            copies: Vec::new(),
        })
    }

    pub fn call(&self, lines: Vec<ReminderLine>) -> Box<NewTask> {
        Box::new(NewTask {
            kind: "phone_call".to_owned(),
            step_key: Some(lines[0].step_key.clone()),
            lines,
            about: None,
            title: relance_domain::dunning::Title::new("Call Boulangerie Dupont.", "Appelez Boulangerie Dupont."),
            due_on: day("2026-10-14"),
            assign_to: vec!["collector".to_owned()],
            contact_id: None,
        })
    }

    pub fn decision(&self, actions: Vec<relance_domain::dunning::Action>) -> Decision {
        let dunning = InvoiceDunning { state: "scheduled".to_owned(), ..InvoiceDunning::default() };
        Decision {
            customer_id: self.customer,
            at: now(),
            outcome: if actions.is_empty() { Outcome::Wait } else { Outcome::Act },
            actions,
            reasons: Vec::new(),
            would_change: Vec::new(),
            policy: Some((PolicyId(Uuid::nil()), 1)),
            next_check_at: Some(at("2026-10-20T00:00:00Z")),
            invoices: vec![(self.invoices[0], dunning)],
        }
    }

    /// Records a decision and gives back what came of it.
    pub async fn record(&self, decision: Decision) -> super::super::Recorded {
        let tx = self.store.write(self.tenant).await.unwrap();
        let facts = serde_json::json!({ "open": 2 });
        let recorded = super::super::record(&tx, self.tenant, vec![(decision, facts)], now(), now(), None).await.unwrap();
        self.store.commit(tx).await.unwrap();
        recorded
    }

    pub async fn events(&self) -> Vec<String> {
        use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

        use crate::entity::events;
        let tx = self.store.read(self.tenant).await.unwrap();
        let query = events::Entity::find().filter(events::Column::TenantId.eq(self.tenant.0)).order_by_asc(events::Column::Position);
        query.all(&tx).await.unwrap().into_iter().map(|row| row.r#type).collect()
    }
}

fn customer_row(tenant: TenantId, id: CustomerId, live: bool) -> customers::Model {
    let details = serde_json::json!({
        "kind": "business", "name": "Boulangerie Dupont", "payment_days": [], "contacts": [],
        "language": null, "time_zone": null, "region": null, "siren": null, "vat_id": null, "address": null, "registered_address": null,
        "legal_form": null, "public_body_type": null, "segment": null, "policy_id": null, "sales_owner": null
    });
    customers::Model {
        tenant_id: tenant.0,
        id: id.0,
        source: "erp".to_owned(),
        external_id: "C42".to_owned(),
        source_version: 1,
        digest: String::new(),
        kind: "business".to_owned(),
        name: "Boulangerie Dupont".to_owned(),
        details: details.to_string(),
        next_check_at: Some(now().timestamp_millis()),
        live,
        lease_until: None,
        lease_by: None,
        facts_changed_at: now().timestamp_millis(),
        last_decision: None,
        row_version: 1,
        created_at: now().timestamp_millis(),
        updated_at: now().timestamp_millis(),
    }
}

fn invoice_row(tenant: TenantId, customer: CustomerId, id: InvoiceId, number: &str, minor: i64) -> invoices::Model {
    let details = InvoiceDetails::new(number, day("2026-09-01"), day("2026-10-01"), Currency::EUR.minor(minor));
    invoices::Model {
        tenant_id: tenant.0,
        id: id.0,
        source: "erp".to_owned(),
        external_id: number.to_owned(),
        source_version: 1,
        digest: String::new(),
        customer_id: customer.0,
        number: number.to_owned(),
        issued_on: "2026-09-01".to_owned(),
        due_on: "2026-10-01".to_owned(),
        currency: "EUR".to_owned(),
        total: minor,
        payable: minor,
        details: serde_json::to_string(&details).unwrap(),
        paid: 0,
        credited: 0,
        amount_due: minor,
        status: "open".to_owned(),
        disputed: 0,
        payee_confirmed: false,
        overdue_announced: false,
        lifecycle_status: None,
        dunning: None,
        row_version: 1,
        created_at: now().timestamp_millis(),
        updated_at: now().timestamp_millis(),
    }
}

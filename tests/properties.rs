//! Any permutation, duplication and re-batching of one history ends in one state.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::{Database, World};

fn event(id: &str, kind: &str, data: Value) -> Value {
    json!({"specversion": "1.0", "id": id, "source": "erp", "type": kind, "time": "2026-10-01T08:00:00Z", "data": data})
}

/// A history with versions, a payment before its invoice, a reversal, credit notes, a dispute and a promise.
fn history() -> Vec<Value> {
    let customer = |version: i64, name: &str| {
        event(
            &format!("c-{version}"),
            "customer.upserted",
            json!({"external_id": "C1", "source_version": version, "kind": "business", "name": name,
            "address": {"lines": ["3 place du Marché"], "postcode": "69003", "city": "Lyon", "country": "FR"},
            "contacts": [{"external_id": "c1", "name": "Claire", "role": "accounts_payable", "email": "compta@dupont.example", "phone": "+33612345678"}]}),
        )
    };
    let invoice = |id: &str, version: i64, due: &str, total: &str| {
        event(
            &format!("i-{id}-{version}"),
            if version == 1 { "invoice.issued" } else { "invoice.updated" },
            json!({"external_id": id, "source_version": version, "number": id, "customer_external_id": "C1", "issued_on": "2026-08-20", "due_on": due, "currency": "EUR", "total": total}),
        )
    };
    let payment = |id: &str, amount: &str, more: Value| {
        let mut data =
            json!({"external_id": id, "customer_external_id": "C1", "amount": amount, "currency": "EUR", "paid_on": "2026-09-28"});
        crate::support::world::merge(&mut data, more);
        event(&format!("p-{id}"), "payment.received", data)
    };
    vec![
        customer(1, "Dupont"),
        customer(2, "Boulangerie Dupont"),
        invoice("FA-1", 1, "2026-09-20", "100.00"),
        invoice("FA-2", 1, "2026-09-25", "250.00"),
        invoice("FA-2", 2, "2026-09-26", "260.00"),
        invoice("FA-3", 1, "2026-10-05", "300.00"),
        invoice("FA-4", 1, "2026-10-12", "420.00"),
        payment("P-1", "100.00", json!({"reference": "FA 1"})),
        payment("P-2", "60.00", json!({"allocations": [{"invoice_external_id": "FA-2", "amount": "60.00"}]})),
        payment("P-3", "720.00", json!({})),
        event("r-3", "payment.reversed", json!({"external_id": "P-3", "on": "2026-09-30", "reason_code": "AC04"})),
        event(
            "n-1",
            "credit_note.issued",
            json!({"external_id": "AV-1", "source_version": 1, "number": "AV-1", "customer_external_id": "C1",
            "issued_on": "2026-09-29", "currency": "EUR", "total": "20.00", "invoice_external_id": "FA-3"}),
        ),
        event(
            "d-1",
            "dispute.opened",
            json!({"external_id": "D-1", "invoice_external_id": "FA-4", "amount": "20.00", "reason_code": "price"}),
        ),
    ]
}

/// A small generator: the shuffles must be the same every time.
struct Shuffle(u64);

impl Shuffle {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % u64::try_from(below).unwrap()).unwrap()
    }
}

async fn deliver(world: &World, seed: u64) {
    let mut chance = Shuffle(seed);
    let mut events = history();
    if seed > 0 {
        for _ in 0..4 {
            let again = events[chance.next(events.len())].clone();
            events.push(again);
        }
        for at in (1..events.len()).rev() {
            events.swap(at, chance.next(at + 1));
        }
    }
    let mut rest = events.as_slice();
    while !rest.is_empty() {
        let (batch, more) = rest.split_at(if seed == 0 { rest.len() } else { 1 + chance.next(rest.len().min(5)) });
        rest = more;
        let answer =
            world.raw("/v1/ingest/events", "application/cloudevents-batch+json", json!(batch).to_string().into_bytes()).await.expect(207);
        assert_eq!(answer["summary"]["rejected"], json!(0), "{answer}");
        world.rest().await;
    }
}

/// Balances, statuses and reminders, without ids.
async fn state(world: &World) -> BTreeMap<String, String> {
    let mut state = BTreeMap::new();
    for invoice in world.list("/v1/invoices").await {
        let line = format!(
            "{} paid {} credited {} due {} {}",
            invoice["status"], invoice["paid"], invoice["credited"], invoice["amount_due"], invoice["dunning"]["last_step"]
        );
        state.insert(invoice["number"].as_str().unwrap().to_owned(), line);
    }
    for (n, reminder) in world.reminders().await.iter().enumerate() {
        state.insert(
            format!("reminder {n}"),
            format!(
                "{} {} {} {} {}",
                reminder["step_key"], reminder["channel"], reminder["status"], reminder["scheduled_at"], reminder["totals"]
            ),
        );
    }
    state
}

async fn holes(world: &World) -> Vec<String> {
    let mut last: BTreeMap<String, i64> = BTreeMap::new();
    let mut holes = Vec::new();
    for event in world.events().await {
        let subject = event["subject"]["id"].as_str().unwrap().to_owned();
        let sequence = event["sequence"].as_i64().unwrap();
        let before = last.insert(subject.clone(), sequence).unwrap_or(0);
        if sequence != before + 1 {
            holes.push(format!("{subject}: {before} then {sequence}"));
        }
    }
    holes
}

async fn any_order(database: Database, seeds: u64) {
    let mut expected = None;
    for seed in 0..seeds {
        // within the sending window, with invoices already overdue: the hardest moment
        let Some(world) = World::begin(database, "2026-10-01T08:00:00Z").await else { return };
        deliver(&world, seed).await;
        world.advance("2026-11-20T12:00:00Z").await;
        let state = state(&world).await;
        assert!(state.keys().any(|key| key.starts_with("reminder")), "{state:?}");
        assert_eq!(holes(&world).await, Vec::<String>::new(), "seed {seed}");
        assert!(world.get("/v1/ingest/parked").await.expect(200)["data"].as_array().unwrap().is_empty());
        assert_eq!(expected.get_or_insert(state.clone()), &state, "seed {seed}");
    }
}

#[tokio::test]
async fn any_order_ends_in_one_state_on_sqlite() {
    any_order(Database::Sqlite, 12).await;
}

#[tokio::test]
async fn any_order_ends_in_one_state_on_postgres() {
    any_order(Database::Postgres, 6).await;
}

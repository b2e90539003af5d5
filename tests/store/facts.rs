//! Facts through the store.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, NaiveDate, Utc};
use relance_domain::{
    clock::Clock,
    customer::{ContactDetails, ContactRole, CustomerDetails, CustomerKind},
    facts::Fact,
    ids::TenantId,
    invoice::{CreditMode, InvoiceDetails},
    money::{Currency, Money},
};
use relance_store::{
    Store, customers,
    facts::{EventIdentity, FactEnvelope, FactOutcome, FactResult, Mode, apply},
    heartbeat, invoices, parked, payments,
};

use crate::{
    on_both,
    support::{Database, bare},
};

struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> DateTime<Utc> {
        "2026-11-02T08:00:00Z".parse().unwrap()
    }
}

struct House {
    store: Store,
    tenant: TenantId,
}

async fn house(database: Database) -> Option<House> {
    let (store, tenant, _) = bare::store(database, Arc::new(Stopped)).await?;
    Some(House { store, tenant })
}

impl House {
    async fn send(&self, facts: Vec<Fact>) -> Vec<FactResult> {
        let facts: Vec<_> = facts.into_iter().map(|fact| FactEnvelope::new("erp", fact)).collect();
        apply(&self.store, self.tenant, &facts, Mode::Commit).await.unwrap()
    }

    async fn due(&self) -> BTreeMap<String, (i64, i64, &'static str)> {
        let list = invoices::list(&self.store, self.tenant, &Default::default(), None, 5000).await.unwrap();
        list.into_iter().map(|one| (one.external_id, (one.amount_due, one.disputed, one.status.as_str()))).collect()
    }
}

fn outcomes(results: &[FactResult]) -> Vec<FactOutcome> {
    results.iter().map(|result| result.outcome.clone()).collect()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn eur(text: &str) -> Money {
    Currency::EUR.parse(text).unwrap()
}

fn contact(external_id: &str, email: &str) -> ContactDetails {
    ContactDetails { email: Some(email.into()), ..ContactDetails::new(external_id, ContactRole::AccountsPayable) }
}

fn customer(external_id: &str, version: i64, contacts: Vec<ContactDetails>) -> Fact {
    let details = CustomerDetails { contacts, ..CustomerDetails::new(CustomerKind::Business, format!("Customer {external_id}")) };
    Fact::Customer { external_id: external_id.into(), source_version: version, details: Box::new(details) }
}

fn invoice(external_id: &str, version: i64, customer: &str, total: &str) -> Fact {
    let details = InvoiceDetails::new(format!("F-{external_id}"), day("2026-09-01"), day("2026-09-01"), eur(total));
    Fact::Invoice {
        external_id: external_id.into(),
        source_version: version,
        customer_external_id: customer.into(),
        details: Box::new(details),
        due_on_missing: true,
    }
}

fn payment(external_id: &str, customer: &str, amount: &str, allocations: Option<Vec<(&str, &str)>>) -> Fact {
    Fact::Payment {
        external_id: external_id.into(),
        source_version: 1,
        customer_external_id: customer.into(),
        amount: eur(amount),
        paid_on: day("2026-10-20"),
        method: None,
        reference: None,
        payer_name: None,
        payer_iban: None,
        allocations: allocations.map(|list| list.into_iter().map(|(id, part)| (id.to_owned(), eur(part).minor)).collect()),
    }
}

fn history() -> Vec<Fact> {
    vec![
        customer("C1", 1, vec![contact("c", "a@x.example")]),
        invoice("I1", 1, "C1", "100.00"),
        invoice("I2", 1, "C1", "50.00"),
        invoice("I3", 1, "C1", "70.00"),
        payment("P1", "C1", "30.00", Some(vec![("I1", "30.00")])),
        payment("P2", "C1", "50.00", None),
        Fact::PaymentReversed { external_id: "P1".into(), on: day("2026-10-25"), reason_code: "AM04".into() },
        Fact::CreditNote {
            external_id: "N1".into(),
            source_version: 1,
            customer_external_id: "C1".into(),
            number: "A-1".into(),
            issued_on: day("2026-10-01"),
            total: eur("10.00"),
            mode: CreditMode::FromDate,
            invoice_external_id: Some("I1".into()),
        },
        Fact::DisputeOpened {
            external_id: "D1".into(),
            invoice_external_id: "I1".into(),
            amount: Some("40.00".into()),
            reason_code: "quality".into(),
            comment: None,
        },
        Fact::DisputeOpened {
            external_id: "D2".into(),
            invoice_external_id: "I3".into(),
            amount: None,
            reason_code: "price".into(),
            comment: None,
        },
        Fact::DisputeResolved { external_id: "D2".into(), outcome: "rejected".into() },
        Fact::InvoiceVoided { external_id: "I3".into(), source_version: 2 },
        Fact::InsolvencyOpened {
            customer_external_id: "C1".into(),
            procedure: "safeguard".into(),
            judgment_on: day("2026-10-30"),
            published_on: None,
        },
        Fact::ContactOptedOut { customer_external_id: "C1".into(), channel: "email".into(), address: "a@x.example".into() },
        Fact::PromiseMade {
            external_id: "M1".into(),
            customer_external_id: "C1".into(),
            invoice_external_ids: Some(vec!["I1".into()]),
            amount: eur("60.00"),
            promised_on: day("2026-11-10"),
            method: None,
        },
    ]
}

async fn any_order_and_batching_ends_in_the_same_balances(database: Database) {
    let expected: BTreeMap<String, (i64, i64, &str)> =
        [("I1", (9000, 4000, "open")), ("I2", (0, 0, "paid")), ("I3", (0, 0, "void"))].map(|(id, due)| (id.to_owned(), due)).into();

    let Some(one) = house(database).await else { return };
    one.send(history()).await;
    assert_eq!(one.due().await, expected, "in order, one batch");

    let Some(two) = house(database).await else { return };
    let backwards: Vec<Fact> = history().into_iter().rev().collect();
    let results = two.send(backwards.clone()).await;
    assert!(results.iter().take(14).all(|result| matches!(result.outcome, FactOutcome::Parked(_))), "{:?}", outcomes(&results));
    assert_eq!(two.due().await, expected, "backwards, one batch");

    let Some(three) = house(database).await else { return };
    for fact in backwards {
        three.send(vec![fact]).await;
    }
    assert_eq!(three.due().await, expected, "backwards, one by one");
    let again = three.send(history()).await;
    let harmless = |outcome: &FactOutcome| matches!(outcome, FactOutcome::Unchanged | FactOutcome::Stale);
    assert!(outcomes(&again).iter().all(harmless), "{:?}", outcomes(&again));
    assert_eq!(three.due().await, expected, "again");

    let tx = three.store.read(three.tenant).await.unwrap();
    assert!(parked::list(&tx, three.tenant, None, None, 50).await.unwrap().is_empty());
    let known = customers::by_external(&tx, three.tenant, "erp", "C1").await.unwrap();
    assert_eq!(known.contacts[0].suppressed_channels, ["email"]);
    let balance = customers::balance(&tx, three.tenant, known.id, Some(day("2026-10-22"))).await.unwrap();
    assert_eq!(balance.totals_due, [eur("60.00")], "I1 less credit note and the payment not yet taken back; I3 is void");
    let taken_back = payments::by_external(&tx, three.tenant, "erp", "P1").await.unwrap();
    assert_eq!((taken_back.status.as_str(), taken_back.allocations.len()), ("reversed", 0));
}

async fn versions_and_conflicts_have_their_own_answers(database: Database) {
    let Some(house) = house(database).await else { return };
    let [created] = &outcomes(&house.send(vec![customer("C1", 2, vec![])]).await)[..] else { panic!() };
    assert_eq!(*created, FactOutcome::Created);
    let facts = vec![
        customer("C1", 2, vec![]),
        customer("C1", 2, vec![contact("x", "x@x.example")]),
        customer("C1", 1, vec![]),
        customer("C1", 3, vec![contact("x", "x@x.example")]),
        invoice("I1", 1, "C1", "100.00"),
        payment("P1", "C1", "10.00", Some(vec![("I1", "11.00")])),
        payment("P1", "C1", "10.00", None),
        payment("P1", "C1", "10.00", None),
        payment("P1", "C1", "12.00", None),
        Fact::PaymentReversed { external_id: "P1".into(), on: day("2026-10-19"), reason_code: "x".into() },
    ];
    let results = outcomes(&house.send(facts).await);
    assert_eq!(
        results[..5],
        [FactOutcome::Unchanged, FactOutcome::VersionConflict, FactOutcome::Stale, FactOutcome::Changed, FactOutcome::Created]
    );
    assert!(matches!(&results[5], FactOutcome::Rejected { code: "over_allocated", .. }));
    assert_eq!(results[6..9], [FactOutcome::Created, FactOutcome::Unchanged, FactOutcome::VersionConflict]);
    assert!(matches!(&results[9], FactOutcome::Rejected { code: "validation_failed", .. }));
}

async fn an_event_is_taken_once(database: Database) {
    let Some(house) = house(database).await else { return };
    let event = |id: &str, fact: Fact| {
        let mut envelope = FactEnvelope::new("erp", fact);
        envelope.event = Some(EventIdentity { id: id.to_owned(), digest: envelope.digest.clone() });
        envelope
    };
    let batch =
        || vec![event("1", customer("C1", 1, vec![])), event("2", invoice("I1", 1, "C1", "5")), event("1", customer("C1", 1, vec![]))];
    let first = outcomes(&apply(&house.store, house.tenant, &batch(), Mode::Commit).await.unwrap());
    assert_eq!(first, [FactOutcome::Created, FactOutcome::Created, FactOutcome::Duplicate]);
    let again = outcomes(&apply(&house.store, house.tenant, &batch(), Mode::Commit).await.unwrap());
    assert_eq!(again, [FactOutcome::Duplicate, FactOutcome::Duplicate, FactOutcome::Duplicate]);
    let other = vec![event("2", invoice("I9", 1, "C1", "5"))];
    assert_eq!(outcomes(&apply(&house.store, house.tenant, &other, Mode::Commit).await.unwrap()), [FactOutcome::EventIdConflict]);
}

async fn a_dry_run_says_what_would_be_and_changes_nothing(database: Database) {
    let Some(house) = house(database).await else { return };
    let facts: Vec<_> = vec![FactEnvelope::new("erp", customer("C1", 1, vec![])), FactEnvelope::new("erp", invoice("I1", 1, "C1", "100"))];
    let results = apply(&house.store, house.tenant, &facts, Mode::DryRun).await.unwrap();
    assert_eq!(outcomes(&results), [FactOutcome::Created, FactOutcome::Created]);
    assert!(results.iter().all(|result| result.object.is_some()));
    assert!(house.due().await.is_empty());
}

async fn a_heartbeat_compares_open_items(database: Database) {
    let Some(house) = house(database).await else { return };
    house.send(history()).await;
    for (count, total, differs) in [(1, "90.00", false), (1, "90.01", true), (2, "90.00", true)] {
        let open_items = Some(vec![relance_domain::records::OpenItems { count, total: eur(total) }]);
        let input = heartbeat::HeartbeatInput { payments_complete_until: house.store.now(), open_items };
        let tx = house.store.write(house.tenant).await.unwrap();
        let source = heartbeat::take(&tx, house.tenant, "erp", &input, house.store.now()).await.unwrap();
        house.store.commit(tx).await.unwrap();
        assert_eq!(source.ledger_differs, differs, "{count} {total}");
    }
}

async fn a_thousand_facts_are_quick(database: Database) {
    let Some(house) = house(database).await else { return };
    let mut facts = Vec::new();
    for n in 0..250 {
        let (c, a, b, p) = (format!("C{n}"), format!("A{n}"), format!("B{n}"), format!("P{n}"));
        facts.extend([customer(&c, 1, vec![]), invoice(&a, 1, &c, "100"), invoice(&b, 1, &c, "50"), payment(&p, &c, "50", None)]);
    }
    let start = std::time::Instant::now();
    let results = house.send(facts).await;
    assert!(results.iter().all(|result| result.outcome == FactOutcome::Created));
    println!("1,000 facts in {:?}", start.elapsed());
    let due = house.due().await;
    assert_eq!(due.values().filter(|(due, _, _)| *due == 10_000).count(), 250);
}

on_both! {
    any_order_and_batching_ends_in_the_same_balances;
    versions_and_conflicts_have_their_own_answers;
    an_event_is_taken_once;
    a_dry_run_says_what_would_be_and_changes_nothing;
    a_heartbeat_compares_open_items;
    a_thousand_facts_are_quick;
}

//! How many statements the database sees: a query per row cannot come back.

use serde_json::{Value, json};

use crate::support::{Database, World, postgres, server, world};

/// Statements of one ingest of 1,000 events: a constant, whatever the number of events.
const MOST_FOR_A_THOUSAND: i64 = 60;

/// What a database was asked.
pub struct Counted {
    port: u16,
    database: String,
}

impl Counted {
    pub fn of(url: &str) -> Self {
        let (address, database) = url.rsplit_once('/').unwrap();
        let port = address.rsplit_once(':').unwrap().1.parse().unwrap();
        let counted = Self { port, database: database.to_owned() };
        counted.ask("CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
        counted
    }

    fn ask(&self, sql: &str) -> String {
        postgres::psql(self.port, &self.database, sql).unwrap()
    }

    pub fn reset(&self) {
        self.ask("SELECT pg_stat_statements_reset(0, (SELECT oid FROM pg_database WHERE datname = current_database()), 0)");
    }

    /// Calls of everything but our own questions.
    pub fn calls(&self) -> Vec<(i64, String)> {
        let sql = "SELECT calls || ' ' || replace(left(query, 600), E'\\n', ' ') FROM pg_stat_statements \
                   WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND query NOT LIKE '%pg_stat_statements%' ORDER BY calls DESC";
        self.ask(sql).lines().filter_map(|line| line.split_once(' ')).map(|(n, query)| (n.parse().unwrap_or(0), query.to_owned())).collect()
    }
}

fn events(from: usize) -> Vec<Value> {
    let event = |id: String, kind: &str, data: Value| json!({"specversion": "1.0", "id": id, "source": "erp", "type": kind, "data": data});
    (from..from + 1000)
        .map(|n| match n % 10 {
            0 => event(format!("c{n}"), "customer.upserted", json!({"external_id": format!("C{n}"), "source_version": 1, "kind": "business", "name": "Dupont"})),
            9 => event(format!("p{n}"), "payment.received", json!({"external_id": format!("P{n}"), "customer_external_id": format!("C{}", n - 9), "amount": "10.00",
                        "currency": "EUR", "paid_on": "2026-09-09", "reference": format!("FA-{}", n - 1)})),
            _ => event(format!("i{n}"), "invoice.issued", json!({"external_id": format!("FA-{n}"), "source_version": 1, "number": format!("FA-{n}"),
                        "customer_external_id": format!("C{}", n - n % 10), "issued_on": "2026-09-01", "currency": "EUR", "total": "10.00"})),
        })
        .collect()
}

#[tokio::test]
async fn a_thousand_events_cost_a_constant_number_of_statements() {
    let Some(url) = server::fresh_url(Database::Postgres) else { return };
    let mut server = server::start(&url, &["--role", "api"]);
    let world = World::live(&server, Database::Postgres).await;
    let counted = Counted::of(&url);
    let push = async |from: usize| {
        let body = json!(events(from)).to_string().into_bytes();
        let answer = world.raw("/v1/ingest/events", "application/cloudevents-batch+json", body).await.expect(207);
        assert_eq!(answer["summary"]["accepted"], json!(1000), "{}", answer["summary"]);
    };
    push(0).await;
    counted.reset();
    push(1000).await;
    let calls = counted.calls();
    let sum: i64 = calls.iter().map(|(n, _)| n).sum();
    assert!(sum <= MOST_FOR_A_THOUSAND, "{sum} statements: {calls:#?}");
    assert!(calls.iter().all(|(n, _)| *n < 20), "{calls:#?}");
    server.kill();
}

#[tokio::test]
async fn an_idle_tick_is_one_statement() {
    let Some(url) = server::fresh_url(Database::Postgres) else { return };
    let mut server = server::start(&url, &[]);
    let world = World::live(&server, Database::Postgres).await;
    world.customer("C1").await;
    world.invoice("FA-1", "C1", "2026-12-20", "10.00").await;
    world::until("the customer to be looked at", async || {
        (world.read_invoice("FA-1").await["dunning"]["state"] != json!("idle")).then_some(())
    })
    .await;
    let counted = Counted::of(&url);
    counted.reset();
    // the last looks at fresh facts end; from then on a tick asks what is due next, and nothing else
    world::until("five ticks of one statement each", async || {
        let calls = counted.calls();
        let ticks = calls.iter().filter(|(_, query)| query.contains("(SELECT next_check_at")).map(|(n, _)| *n).max().unwrap_or(0);
        let frames = ["BEGIN", "COMMIT", "ROLLBACK", "SELECT set_config"];
        let all: i64 = calls.iter().map(|(n, _)| n).sum();
        let statements: i64 = calls.iter().filter(|(_, query)| !frames.iter().any(|frame| query.starts_with(frame))).map(|(n, _)| n).sum();
        if ticks >= 5 && statements > ticks {
            counted.reset();
        }
        // the frame of what is looked after every ten seconds; a tick has none
        (ticks >= 5 && statements == ticks && all <= ticks * 2).then_some(())
    })
    .await;
    server.kill();
}

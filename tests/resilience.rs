//! A1: workers killed at random; each (invoice, step) leaves once, and nothing is lost.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::{Database, World, receiver::Receiver, server, world};

const CUSTOMERS: usize = 30;

/// Any hour of any day, so that the test may run at night.
fn policy() -> Value {
    json!({"name": "At once", "applies_to": {"customer_kinds": ["business"]}, "heartbeat_max_age_hours": null,
        "window": {"weekdays": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "00:00", "to": "23:59", "skip_public_holidays": false},
        "pacing": {"min_days_between_messages": 1, "max_per_7_days": 2, "max_per_30_days": 8},
        "steps": [{"key": "first", "offset_days": 1, "channel": "sms", "template": "sms_reminder"}]})
}

/// So many customers with an SMS due, which leaves by `gateway`.
async fn debtors(server: &server::Server, database: Database, gateway: &Receiver, count: usize) -> World {
    let world = World::live(server, database).await;
    let sms = json!({"provider": "http", "from": "KELLER", "http": {"url": gateway.url}});
    world.put("/v1/channels/sms", sms).await.expect(200);
    let made = world.post("/v1/policies", policy()).await.expect(201);
    let id = made["id"].as_str().unwrap();
    let confirm = json!({"backlog": "first_step", "spread_days": 1, "confirm_count": 0});
    world.post(&format!("/v1/policies/{id}/versions/1/activate"), confirm).await.expect(200);
    for n in 0..count {
        world.customer_with(&format!("C{n}"), json!({"policy_id": id})).await;
        world.invoice(&format!("FA-{n}"), &format!("C{n}"), "2026-09-01", "200.00").await;
    }
    world
}

async fn killed_at_random(database: Database) {
    let Some(url) = server::fresh_url(database) else { return };
    let gateway = Receiver::start(r#"{"id":"taken"}"#).await;
    let mut first = server::start(&url, &["--role", "api"]);
    let world = debtors(&first, database, &gateway, CUSTOMERS).await;
    // workers come and go by kill -9 while the messages leave
    let mut rounds = 0;
    loop {
        let mut workers: Vec<_> = (0..2).map(|_| server::start(&url, &["--role", "worker"])).collect();
        let before = gateway.all().len();
        let enough = if rounds < 3 { (before + 5).min(CUSTOMERS) } else { usize::MAX };
        world::until("some messages, or the end", async || {
            let left = gateway.all().len();
            (left >= enough || settled(&world).await).then_some(())
        })
        .await;
        rounds += 1;
        workers.iter_mut().for_each(server::Server::kill);
        if settled(&world).await {
            break;
        }
        assert!(rounds < 30, "never at rest");
    }
    let mut copies: BTreeMap<String, usize> = BTreeMap::new();
    for message in gateway.all() {
        *copies.entry(message.json()["id"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    assert!(copies.values().all(|count| *count == 1), "{copies:?}");
    let reminders = world.list("/v1/reminders").await;
    assert_eq!(reminders.len(), CUSTOMERS, "one reminder each");
    let mut steps: BTreeMap<String, usize> = BTreeMap::new();
    for row in reminders.iter().flat_map(|reminder| reminder["invoices"].as_array().unwrap()) {
        *steps.entry(format!("{} {}", row["number"], row["step_key"])).or_default() += 1;
    }
    assert!(steps.len() == CUSTOMERS && steps.values().all(|count| *count == 1), "{steps:?}");
    // what nobody can know is said, never repeated
    let unknown = reminders.iter().filter(|reminder| reminder["status"] == "unknown").count();
    let sent = reminders.iter().filter(|reminder| reminder["status"] == "sent").count();
    assert_eq!(sent + unknown, CUSTOMERS);
    assert!(copies.len() >= sent);
    first.kill();
}

/// Everything has left, or is known to be unknown.
async fn settled(world: &World) -> bool {
    let reminders = world.list("/v1/reminders").await;
    reminders.len() == CUSTOMERS && reminders.iter().all(|reminder| reminder["status"] == "sent" || reminder["status"] == "unknown")
}

#[tokio::test]
async fn each_leaves_once_on_sqlite() {
    killed_at_random(Database::Sqlite).await;
}

#[tokio::test]
async fn each_leaves_once_on_postgres() {
    killed_at_random(Database::Postgres).await;
}

/// A message that is on its way when the server is asked to stop: its outcome is written before the end.
async fn stopped_while_sending(database: Database) {
    let Some(url) = server::fresh_url(database) else { return };
    let gateway = Receiver::silent(r#"{"id":"taken"}"#).await;
    let mut server = server::start(&url, &[]);
    let world = debtors(&server, database, &gateway, 8).await;
    let on_its_way = gateway.until("a message that waits for its answer", |all| !all.is_empty()).await;
    // the API's threads have opened more connections to the database than the workers
    futures::future::join_all((0..40).map(|_| world.list("/v1/customers"))).await;
    std::process::Command::new("kill").arg(server.child.id().to_string()).status().unwrap();
    let api = world.base.trim_start_matches("http://").to_owned();
    // the threads that serve HTTP, and that opened connections to the database, are gone by then
    world::until("the API gone", async || std::net::TcpStream::connect(&api).is_err().then_some(())).await;
    gateway.answer();
    let ended = tokio::task::spawn_blocking(move || (server.child.wait().unwrap(), server));
    let (status, server) = ended.await.unwrap();
    assert!(status.success() && !server.log().contains("shutdown"), "{status}: {}", server.log());

    let log = server.log();
    let mut again = server::start(&url, &["--role", "api"]);
    let world = world.moved_to(&again);
    let reminders = world.list("/v1/reminders").await;
    let sent = reminders.iter().filter(|reminder| reminder["status"] == "sent").count();
    assert!(sent >= on_its_way.len() && sent == gateway.all().len(), "{sent} of {}: {reminders:#?}\n{log}", gateway.all().len());
    assert!(reminders.iter().all(|reminder| reminder["status"] != "unknown"), "{reminders:?}");
    again.kill();
}

#[tokio::test]
async fn what_is_on_its_way_at_a_stop_is_settled_on_sqlite() {
    stopped_while_sending(Database::Sqlite).await;
}

#[tokio::test]
async fn what_is_on_its_way_at_a_stop_is_settled_on_postgres() {
    stopped_while_sending(Database::Postgres).await;
}

/// SIGTERM: at once when idle, exit code 0.
#[tokio::test]
async fn an_idle_server_stops_at_once() {
    for database in [Database::Sqlite, Database::Postgres] {
        let Some(url) = server::fresh_url(database) else { continue };
        let mut server = server::start(&url, &[]);
        let asked = std::time::Instant::now();
        std::process::Command::new("kill").arg(server.child.id().to_string()).status().unwrap();
        let status = server.child.wait().unwrap();
        assert!(status.success(), "{status}: {}", server.log());
        // generous: the figure is in the benches, this only catches a hang
        assert!(asked.elapsed().as_secs() < 10, "{:?}", asked.elapsed());
    }
}

//! 120 days at once equal 120 times one day.

use serde_json::{Value, json};

use crate::{
    story,
    support::{Database, World},
};

async fn begin(world: &World) {
    let customer = world.customer("C1").await;
    world.customer_with("C2", json!({"kind": "consumer", "name": "Paule Martin"})).await;
    for (n, due) in ["2026-10-05", "2026-10-20", "2026-11-11"].iter().enumerate() {
        world.invoice(&format!("FA-{n}"), "C1", due, "450.00").await;
        world.invoice(&format!("FB-{n}"), "C2", due, "80.00").await;
    }
    world.pays("P1", "C1", "450.00", "2026-09-30", json!({"reference": "FA-2"})).await;
    world
        .post("/v1/promises", json!({"customer_id": customer["id"], "amount": "450.00", "currency": "EUR", "promised_on": "2026-10-15"}))
        .await
        .expect(201);
}

/// Everything that came of it, without ids and real time.
async fn outcome(world: &World) -> (Vec<String>, Vec<String>, Vec<String>) {
    let reminders = world.reminders().await;
    let mut texts = Vec::new();
    let mut story = Vec::new();
    for reminder in &reminders {
        story.push(format!(
            "{} {} {} {} {}",
            reminder["scheduled_at"], reminder["sent_at"], reminder["step_key"], reminder["status"], reminder["totals"]
        ));
        if reminder["status"] == "sent" {
            let content = world.get(&format!("/v1/reminders/{}/content", reminder["id"].as_str().unwrap())).await.expect(200);
            texts.push(
                content["text"]
                    .as_str()
                    .unwrap()
                    .lines()
                    .filter(|line| !line.contains("rem_") && !line.contains("rl_"))
                    .collect::<Vec<_>>()
                    .join("\n"),
            );
        }
    }
    let events = world.events().await;
    let mut order: Vec<&str> = Vec::new();
    let mut sequences = Vec::new();
    for event in &events {
        let subject = event["subject"]["id"].as_str().unwrap();
        let place = order.iter().position(|known| *known == subject).unwrap_or_else(|| {
            order.push(subject);
            order.len() - 1
        });
        sequences.push(format!("{} {} {} {}", event["timestamp"], event["type"], place, event["sequence"]));
    }
    (story, texts, sequences)
}

#[track_caller]
fn equal(left: &[String], right: &[String]) {
    for (n, (a, b)) in left.iter().zip(right).enumerate() {
        assert_eq!(a, b, "line {n}");
    }
    assert_eq!(left.len(), right.len());
}

story! {
    /// The same reminders, the same texts, the same event sequences.
    a_leap_equals_small_steps, world from "2026-09-25T08:00:00Z", {
        begin(&world).await;
        world.advance("2027-01-23T08:00:00Z").await;
        let Some(slow) = World::begin(world.database, "2026-09-25T08:00:00Z").await else { return };
        begin(&slow).await;
        let start: chrono::DateTime<chrono::Utc> = "2026-09-25T08:00:00Z".parse().unwrap();
        for day in 1..=120 {
            slow.advance(&(start + chrono::Duration::days(day)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true)).await;
        }
        let (fast, slow) = (outcome(&world).await, outcome(&slow).await);
        assert!(fast.0.len() > 5 && fast.1.len() > 5, "{:?}", fast.0);
        equal(&fast.0, &slow.0);
        equal(&fast.1, &slow.1);
        equal(&fast.2, &slow.2);
    }
}

/// The clock only goes forward, once at a time, and only in a test tenant.
#[tokio::test]
async fn the_clock_has_rules() {
    let Some(world) = World::begin(Database::Sqlite, "2026-10-01T08:00:00Z").await else { return };
    world.rest().await;
    let clock: Value = world.get("/v1/test_clock").await.expect(200);
    assert_eq!((&clock["now"], &clock["status"]), (&json!("2026-10-01T08:00:00.000Z"), &json!("ready")));
    assert!(world.post("/v1/test_clock/advance", json!({"to": "2026-09-01T08:00:00Z"})).await.status.is_client_error());
    assert!(world.post("/v1/test_clock/advance", json!({"to": "2028-10-01T08:00:00Z"})).await.status.is_client_error());
    let live = World::live(crate::support::server::shared(Database::Sqlite).unwrap(), Database::Sqlite).await;
    live.post("/v1/test_clock/advance", json!({"to": "2030-10-01T08:00:00Z"})).await.problem(403, "live_mode");
}

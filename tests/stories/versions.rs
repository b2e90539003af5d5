//! Versions of a policy: a running case keeps the version it began under, until somebody moves it.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{story, support::World};

fn steps(second: &str) -> Value {
    json!({"name": "Two mails", "steps": [
        {"key": "first", "offset_days": 4, "channel": "email", "template": "first_reminder"},
        {"key": second, "offset_days": 20, "channel": "email", "template": "second_reminder"}]})
}

/// A policy in force in version 1, a customer under it with one invoice that had its first mail, and version 2,
/// whose second step has another name and an early one before it, in force as well.
async fn a_case_and_a_newer_version(world: &World) -> String {
    let made = world.post("/v1/policies", steps("second")).await.expect(201);
    let path = format!("/v1/policies/{}", made["id"].as_str().unwrap());
    world.post(&format!("{path}/versions/1/activate"), json!({"confirm_count": 0})).await.expect(200);
    world.customer_with("C1", json!({"policy_id": made["id"]})).await;
    world.invoice("FA-1", "C1", "2026-10-05", "200.00").await;
    world.advance("2026-10-10T12:00:00Z").await;
    let mut newer = steps("again");
    newer["steps"].as_array_mut().unwrap().insert(0, json!({"key": "hello", "offset_days": 2, "channel": "email", "template": "courtesy"}));
    world.send(Method::PUT, &path, Some(newer), &[("if-match", "\"1\"")]).await.expect(200);
    // nothing is taken in: the only overdue invoice has a case that runs under version 1
    world.post(&format!("{path}/versions/2/activate"), json!({"confirm_count": 1})).await.problem(409, "backlog_not_confirmed");
    world.post(&format!("{path}/versions/2/activate"), json!({"confirm_count": 0})).await.expect(200);
    path
}

async fn sent_steps(world: &World) -> Vec<String> {
    let sent = world.list("/v1/reminders?status=sent").await;
    let mut sent: Vec<(String, String)> = sent
        .iter()
        .map(|reminder| (reminder["sent_at"].as_str().unwrap().to_owned(), reminder["step_key"].as_str().unwrap().to_owned()))
        .collect();
    sent.sort();
    sent.into_iter().map(|(_, step)| step).collect()
}

story! {
    /// Version 2 is in force, and the case that runs goes on under version 1; a case that begins later is under version 2.
    a_running_case_keeps_its_version, world from "2026-10-01T05:00:00Z", {
        let path = a_case_and_a_newer_version(&world).await;
        let policy = world.get(&path).await.expect(200);
        assert_eq!((&policy["version"], &policy["active_version"]), (&json!(2), &json!(2)));
        let invoice = world.get("/v1/sources/erp/invoices/FA-1").await.expect(200);
        assert_eq!((&invoice["dunning"]["policy_version"], &invoice["dunning"]["next_step"]), (&json!(1), &json!("second")));
        world.customer_with("C2", json!({"policy_id": policy["id"]})).await;
        world.invoice("FA-2", "C2", "2026-10-12", "300.00").await;
        world.advance("2026-10-14T12:00:00Z").await;
        let newer = world.get("/v1/sources/erp/invoices/FA-2").await.expect(200);
        assert_eq!((&newer["dunning"]["policy_version"], &newer["dunning"]["last_step"]), (&json!(2), &json!("hello")));
        world.advance("2026-10-27T12:00:00Z").await;
        assert!(sent_steps(&world).await.contains(&"second".to_owned()), "{:?}", sent_steps(&world).await);
    }
}

story! {
    /// Moved on purpose, after a look at who moves where: it goes on with the step that comes next, and nothing is
    /// said twice.
    a_running_case_moves_on_purpose, world from "2026-10-01T05:00:00Z", {
        let path = a_case_and_a_newer_version(&world).await;
        let preview = world.post(&format!("{path}/versions/2/migrate?dry_run=true"), json!({})).await.expect(200);
        assert_eq!((&preview["cases"], &preview["invoices"], &preview["has_more"]), (&json!(1), &json!(1), &json!(false)));
        let moved = &preview["moves"][0];
        assert_eq!(
            (&moved["number"], &moved["from_version"], &moved["last_step"], &moved["next_step_before"], &moved["next_step_after"], &moved["waived_steps"]),
            (&json!("FA-1"), &json!(1), &json!("first"), &json!("second"), &json!("again"), &json!(["hello"]))
        );
        let invoice = world.get("/v1/sources/erp/invoices/FA-1").await.expect(200);
        assert_eq!(invoice["dunning"]["policy_version"], 1, "a dry run moves nobody");
        let refused = world.post(&format!("{path}/versions/2/migrate"), json!({})).await.problem(409, "backlog_not_confirmed");
        assert_eq!(refused["count"], 1);
        world.post(&format!("{path}/versions/1/migrate"), json!({"confirm_count": 1})).await.problem(409, "wrong_state");
        world.post(&format!("{path}/versions/2/migrate"), json!({"confirm_count": 1})).await.expect(200);
        world.advance("2026-10-10T13:00:00Z").await;
        let invoice = world.get("/v1/sources/erp/invoices/FA-1").await.expect(200);
        assert_eq!((&invoice["dunning"]["policy_version"], &invoice["dunning"]["next_step"]), (&json!(2), &json!("again")));
        world.advance("2026-10-27T12:00:00Z").await;
        assert_eq!(sent_steps(&world).await, ["first", "again"]);
        let again = world.post(&format!("{path}/versions/2/migrate?dry_run=true"), json!({})).await.expect(200);
        assert_eq!(again["cases"], 0);
    }
}

story! {
    /// Another policy that is activated later takes the case over, with the backlog that was confirmed.
    another_policy_takes_a_case_over, world from "2026-10-01T05:00:00Z", {
        world.customer_with("C1", json!({})).await;
        world.invoice("FA-1", "C1", "2026-10-05", "200.00").await;
        world.advance("2026-10-10T12:00:00Z").await;
        assert_eq!(sent_steps(&world).await, ["first"]);
        let made = world.post("/v1/policies", steps("again")).await.expect(201);
        let path = format!("/v1/policies/{}", made["id"].as_str().unwrap());
        world.post(&format!("{path}/versions/1/activate"), json!({"backlog": "first_step", "confirm_count": 1})).await.expect(200);
        world.advance("2026-10-10T13:00:00Z").await;
        let invoice = world.get("/v1/sources/erp/invoices/FA-1").await.expect(200);
        assert_eq!((&invoice["dunning"]["policy_id"], &invoice["dunning"]["next_step"]), (&made["id"], &json!("again")));
        let moved = world.post(&format!("{path}/versions/1/migrate?dry_run=true"), json!({})).await.expect(200);
        assert_eq!(moved["cases"], 0, "it runs under this version already");
    }
}

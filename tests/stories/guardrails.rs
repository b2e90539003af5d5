//! What the law forbids whatever a policy says, with the article.

use serde_json::{Value, json};

use crate::story;

fn policy(pacing: Value, step: Value) -> Value {
    json!({"name": "Guarded", "applies_to": {"customer_kinds": ["business"]}, "pacing": pacing, "steps": [step]})
}

fn first() -> Value {
    json!({"key": "first", "offset_days": 1, "channel": "email", "template": "first_reminder"})
}

story! {
    /// A policy may be stricter than the law, never laxer; a person approves what has consequences; a consumer pays no fee.
    a_policy_against_the_law_is_refused_with_the_article, world from "2026-10-01T05:00:00Z", {
        let sound = json!({"min_days_between_messages": 5, "max_per_7_days": 2, "max_per_30_days": 8});
        let lax = json!({"min_days_between_messages": 1, "max_per_7_days": 7, "max_per_30_days": 8});
        let registered = json!({"key": "demand", "offset_days": 40, "channel": "registered_letter", "template": "public_reminder"});
        let mut lax = policy(lax, first());
        lax["applies_to"] = json!({"customer_kinds": ["consumer"]});
        let mut fee = policy(sound.clone(), json!({"key": "first", "offset_days": 1, "channel": "email", "template": "second_reminder", "late_charges": "mention"}));
        fee["applies_to"] = json!({"customer_kinds": ["consumer"]});
        for (body, pointer, article) in [
            (lax, "/pacing/max_per_7_days", "C. pén. 222-33-2-2"),
            (policy(sound.clone(), registered), "/steps/0/approval", "GDPR art. 22"),
            (fee, "/steps/0/late_charges", "CPCE L111-8"),
        ] {
            let problem = world.post("/v1/policies", body).await.problem(422, "policy_invalid");
            let fault = problem["errors"].as_array().unwrap().iter().find(|fault| fault["pointer"] == pointer).cloned();
            let fault = fault.unwrap_or_else(|| panic!("no fault at {pointer}: {problem}"));
            assert!(fault["detail"].as_str().unwrap().contains(article), "{fault}");
        }
        world.post("/v1/policies", policy(sound, first())).await.expect(201);
    }
}

story! {
    /// Threats and court look-alikes never reach a debtor through a text that the tenant writes.
    threats_are_refused_where_a_tenant_writes, world from "2026-10-01T05:00:00Z", {
        for (patch, pointer, article) in [
            (json!({"signature": "Étude Durand, Huissier de justice"}), "/signature", "C. pén. 433-13"),
            (json!({"contact_name": "Dernier avis avant poursuites"}), "/contact_name", "C. conso. L121-6"),
            (json!({"third_party_collector": true}), "/third_party_collector", "R124-4"),
        ] {
            let problem = world.patch("/v1/settings", patch).await.problem(422, "validation_failed");
            assert_eq!(problem["errors"][0]["pointer"], pointer);
            assert!(problem["errors"][0]["detail"].as_str().unwrap().contains(article), "{problem}");
        }
        let channel = json!({"provider": "smtp", "from": "compta@keller.example", "from_name": "Tribunal de commerce",
            "smtp": {"host": "127.0.0.1", "port": 2525, "security": "none"}});
        let problem = world.put("/v1/channels/email", channel).await.problem(422, "validation_failed");
        assert_eq!(problem["errors"][0]["pointer"], "/from_name");
        world.patch("/v1/settings", json!({"signature": "Anne Keller, comptabilité clients", "third_party_collector": false})).await.expect(200);
    }
}

story! {
    /// A consumer's telephone rests at night, on Sundays and on holidays, whatever the window of the policy.
    no_sms_to_a_consumer_at_night, world from "2026-10-01T05:00:00Z", {
        let made = world.post("/v1/policies", json!({"name": "Any hour", "applies_to": {"customer_kinds": ["consumer"]},
            "window": {"weekdays": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "00:00", "to": "23:59", "skip_public_holidays": false},
            "steps": [{"key": "sms", "offset_days": 1, "channel": "sms", "template": "sms_reminder"}]})).await.expect(201);
        let id = made["id"].as_str().unwrap();
        world.post(&format!("/v1/policies/{id}/versions/1/activate"), json!({"backlog": "first_step", "spread_days": 1, "confirm_count": 0})).await.expect(200);
        let customer = world.customer_with("C1", json!({"kind": "consumer", "policy_id": id})).await;
        world.invoice("FA-1", "C1", "2026-10-03", "200.00").await; // due on Saturday: the step is Sunday's
        world.advance("2026-10-05T12:00:00Z").await;
        let reminder = world.reminders().await.pop().unwrap();
        assert_eq!(reminder["sent_at"], "2026-10-05T06:00:00.000Z", "Monday, 08:00 in Paris");
        let decisions = world.list(&format!("/v1/decisions?customer_id={}", customer["id"].as_str().unwrap())).await;
        let why = decisions.iter().flat_map(|decision| decision["reasons"].as_array().unwrap()).find(|why| why["code"] == "contact_hours").unwrap();
        assert_eq!((&why["citation"], &why["rule"]), (&json!("C. conso. L121-6, L121-7"), &json!("law.fr.contact.consumer_hours")));
    }
}

story! {
    /// Two contacts in seven days over all channels: calls made elsewhere count, and the next message waits.
    the_third_contact_in_a_week_waits, world from "2026-10-01T05:00:00Z", {
        let customer = world.customer("C1").await;
        let id = customer["id"].as_str().unwrap();
        let made = world.post("/v1/policies", policy(json!({"min_days_between_messages": 0}), first())).await.expect(201);
        let policy = made["id"].as_str().unwrap();
        world.post(&format!("/v1/policies/{policy}/versions/1/activate"), json!({"backlog": "first_step", "spread_days": 1, "confirm_count": 0})).await.expect(200);
        world.customer_with("C1", json!({"source_version": 2, "policy_id": policy})).await;
        world.advance("2026-10-06T10:00:00Z").await;
        for (channel, at) in [("phone", "2026-10-05T10:00:00Z"), ("visit", "2026-10-06T09:00:00Z")] {
            world.post(&format!("/v1/customers/{id}/interactions"), json!({"channel": channel, "at": at,
                "by": {"name": "Anne Keller", "email": "anne@keller.example"}, "outcome": "reached"})).await.expect(201);
        }
        world.invoice("FA-1", "C1", "2026-10-06", "200.00").await;
        world.advance("2026-10-15T12:00:00Z").await;
        // 5 October leaves the seven days on the 12th
        assert_eq!(world.story_of_reminders().await, ["2026-10-12 first sent"]);
        let decisions = world.list(&format!("/v1/decisions?customer_id={id}")).await;
        let reasons: Vec<&Value> = decisions.iter().flat_map(|decision| decision["reasons"].as_array().unwrap()).collect();
        assert!(reasons.iter().any(|why| why["rule"].as_str().unwrap().ends_with("max_per_7_days")), "{reasons:?}");
    }
}

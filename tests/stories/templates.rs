//! Texts that a firm writes itself: tried before use, shown with real facts, and what leaves.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    story,
    support::{World, world::Answer},
};

const FIRST: &str = "/v1/templates/first_reminder.fr";

async fn put(world: &World, path: &str, body: Value, tag: &str) -> Answer {
    world.send(Method::PUT, path, Some(body), &[("if-match", tag)]).await
}

fn text(view: &Value) -> String {
    view["body"].as_str().unwrap().to_owned()
}

/// The built-in text with a sentence of the firm's own.
async fn own(world: &World) -> String {
    let built_in = world.get(FIRST).await.expect(200);
    assert_eq!((&built_in["own"], &built_in["version"]), (&json!(false), &json!(0)));
    text(&built_in).replace("Merci d’avance.", "Merci d’avance, et à bientôt à l’atelier.")
}

story! {
    /// What the firm wrote is what the customer reads, from then on and until it is taken away.
    a_firm_writes_its_own_first_reminder, world from "2026-10-01T05:00:00Z", {
        let body = own(&world).await;
        put(&world, FIRST, json!({"body": body}), "\"1\"").await.problem(412, "precondition_failed");
        world.send(Method::PUT, FIRST, Some(json!({"body": body})), &[]).await.problem(428, "precondition_required");
        let made = put(&world, FIRST, json!({"body": body}), "\"0\"").await.expect(200);
        assert_eq!((&made["own"], &made["active"], &made["version"]), (&json!(true), &json!(true), &json!(1)));
        assert_eq!(world.list("/v1/templates").await, [made]);
        world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "400.00").await;
        world.advance("2026-10-12T20:00:00Z").await;
        let sent = world.list("/v1/reminders?status=sent").await;
        let content = world.get(&format!("/v1/reminders/{}/content", sent[0]["id"].as_str().unwrap())).await.expect(200);
        assert!(content["text"].as_str().unwrap().contains("à bientôt à l’atelier"), "{content}");
        assert!(content["html"].as_str().unwrap().contains("à bientôt à l’atelier"), "{content}");
        world.send(Method::DELETE, FIRST, None, &[]).await.expect(204);
        assert_eq!(world.get(FIRST).await.expect(200)["own"], false);
        world.send(Method::DELETE, FIRST, None, &[]).await.problem(404, "not_found");
    }
}

story! {
    /// A text that lacks what its message must say is refused with what it lacks; as a draft it may wait, and is not used.
    a_text_that_lacks_what_it_must_say_cannot_be_used, world from "2026-10-01T05:00:00Z", {
        let body = own(&world).await.replace("@invoices", "");
        let refused = put(&world, FIRST, json!({"body": body}), "\"0\"").await.problem(422, "template_invalid");
        let errors = refused["errors"].as_array().unwrap();
        assert!(errors.iter().any(|fault| fault["pointer"] == "/body" && fault["detail"].as_str().unwrap().contains("number of each invoice")), "{refused}");
        put(&world, &format!("{FIRST}?dry_run=true"), json!({"body": body}), "\"0\"").await.problem(422, "template_invalid");
        let draft = put(&world, FIRST, json!({"body": body, "active": false}), "\"0\"").await.expect(200);
        assert_eq!(draft["active"], false);
        world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "400.00").await;
        world.advance("2026-10-12T20:00:00Z").await;
        let sent = world.list("/v1/reminders?status=sent").await;
        let content = world.get(&format!("/v1/reminders/{}/content", sent[0]["id"].as_str().unwrap())).await.expect(200);
        assert!(content["text"].as_str().unwrap().contains("FA-1"), "{content}");
        for (said, why) in [
            ("Dernier avis avant saisie de vos biens.", "dernier avis"),
            ("{{ creditor.mobile }}", "a name that no message has"),
            ("{% set x = 1 %}", "not a statement"),
            ("Soit 40 € d’indemnité forfaitaire.", "owes no charge"),
        ] {
            let body = format!("{}\n\n{said}\n", own_body(&world).await);
            let refused = put(&world, FIRST, json!({"body": body}), "*").await.problem(422, "template_invalid");
            assert!(refused["errors"].to_string().contains(why), "{said}: {refused}");
        }
        put(&world, FIRST, json!({"body": own_body(&world).await, "sms": "x"}), "*").await.problem(422, "validation_failed");
        for absent in ["first_reminder.pt", "final_notice.fr", "first_reminder"] {
            world.get(&format!("/v1/templates/{absent}")).await.problem(404, "not_found");
        }
    }
}

async fn own_body(world: &World) -> String {
    let english = world.get("/v1/templates/first_reminder.en").await.expect(200);
    text(&english)
}

story! {
    /// A text is shown with the facts of a reminder that waits, before it is used; nothing is kept.
    a_text_is_shown_with_real_facts_before_it_is_used, world from "2026-10-01T05:00:00Z", {
        let careful = json!({"name": "careful", "applies_to": {"segments": []}, "steps": [
            {"key": "ask", "offset_days": 5, "channel": "email", "template": "first_reminder", "approval": "required", "pay_within_days": 7}]});
        let policy = world.post("/v1/policies", careful).await.expect(201);
        let path = format!("/v1/policies/{}/versions/1/activate", policy["id"].as_str().unwrap());
        world.post(&path, json!({"backlog": "skip", "confirm_count": 0})).await.expect(200);
        world.customer_with("C1", json!({"policy_id": policy["id"]})).await;
        world.invoice("FA-77", "C1", "2026-10-05", "400.00").await;
        world.advance("2026-10-12T20:00:00Z").await;
        let waiting = world.list("/v1/reminders?status=awaiting_approval").await;
        let body = own(&world).await;
        let path = format!("{FIRST}/render");
        let shown = world.post(&path, json!({"reminder_id": waiting[0]["id"], "body": body})).await.expect(200);
        let said = shown["text"].as_str().unwrap();
        assert!(said.contains("FA-77") && said.contains("à bientôt à l’atelier"), "{said}");
        let tu = world.post(&path, json!({"body": body, "formality": "tu", "variant": 2})).await.expect(200);
        assert!(tu["text"].as_str().unwrap().contains("Pourrais-tu"), "{tu}");
        let built_in = world.post(&path, json!({"reminder_id": waiting[0]["id"]})).await.expect(200);
        assert!(!built_in["text"].as_str().unwrap().contains("atelier."), "{built_in}");
        world.post(&path, json!({"body": "no head"})).await.problem(422, "template_invalid");
        world.post(&path, json!({"variant": 3, "formality": "sie"})).await.problem(422, "validation_failed");
        let sms = world.post("/v1/templates/sms_reminder.it/render", json!({})).await.expect(200);
        assert!(sms["sms"].as_str().unwrap().contains("La preghiamo di richiamarci"), "{sms}");
        assert!(world.list("/v1/templates").await.is_empty());
    }
}

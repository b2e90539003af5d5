//! A20 and more: who gets the message, why them, why then, and why not; in French and in English, with the article.

use serde_json::{Value, json};

use crate::story;

fn reason<'a>(decision: &'a Value, code: &str) -> &'a Value {
    let reasons = decision["reasons"].as_array().unwrap();
    reasons.iter().find(|why| why["code"] == code).unwrap_or_else(|| panic!("no {code} in {reasons:?}"))
}

story! {
    /// The reminder names its decision, and the decision says who gets it and why them.
    who_gets_the_message_and_why_them_is_explained, world from "2026-10-01T05:00:00Z", {
        world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "200.00").await;
        world.advance("2026-10-09T12:00:00Z").await;
        let reminder = world.reminders().await.remove(0);
        let path = format!("/v1/decisions/{}", reminder["decision_id"].as_str().unwrap());
        let behind = world.read_invoice("FA-1").await["dunning"]["decision_id"].as_str().unwrap().to_owned();
        world.get(&format!("/v1/decisions/{behind}")).await.expect(200);
        let english = world.get(&path).await;
        assert_eq!((&english.headers["content-language"], english.headers.get_all("vary").iter().any(|name| name == "accept-language")), (&"en".parse().unwrap(), true));
        let english = english.expect(200);
        assert_eq!(reason(&english, "step_due")["message"], "Step first is due for 1 invoice(s).");
        assert_eq!(reason(&english, "contact_by_role")["message"], "It goes to accounts payable: the step asks for this role.");
        let french = world.send(reqwest::Method::GET, &path, None, &[("accept-language", "fr-FR, en;q=0.5")]).await;
        assert_eq!(french.headers["content-language"], "fr");
        let french = french.expect(200);
        assert_eq!(reason(&french, "step_due")["message"], "L’étape first est due pour 1 facture(s).");
        let asked = world.get(&format!("{path}?language=fr")).await.expect(200);
        assert_eq!(asked, french);
        world.get(&format!("{path}?language=de")).await.problem(422, "validation_failed");
    }
}

story! {
    /// A withheld message is explained too: who or what, since when, until when, what lifts it.
    a_withheld_message_is_explained, world from "2026-10-01T05:00:00Z", {
        let customer = world.customer("C1").await;
        let invoice = world.invoice("FA-1", "C1", "2026-10-05", "1200.00").await;
        world.post("/v1/promises", json!({"customer_id": customer["id"], "amount": "1200.00", "currency": "EUR",
            "promised_on": "2026-10-12", "made_by": "Claire Dupont"})).await.expect(201);
        world.advance("2026-10-09T12:00:00Z").await;
        let list = format!("/v1/decisions?invoice_id={}&language=fr", invoice["id"].as_str().unwrap());
        let decision = world.list(&list).await.remove(0);
        assert!(decision["actions"].as_array().unwrap().iter().all(|action| action["action"] != "plan_reminder"));
        let why = reason(&decision, "promise_open");
        assert_eq!(why["message"], "1\u{202f}200,00 EUR sont promis pour le 12 octobre 2026.");
        assert_eq!((&why["placed_by"], &why["until_at"]), (&json!("Claire Dupont"), &json!("2026-10-15T22:00:00.000Z")));
        assert_eq!(why["lifted_by"], "le paiement promis, ou la promesse non tenue");
        assert!(decision["would_change"].as_array().unwrap().contains(&why["lifted_by"]));
    }
}

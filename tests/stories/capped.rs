//! Channels that are paid by the piece have a limit a day.

use serde_json::json;

use crate::story;

story! {
    /// Three customers are due for a text message, and two a day may leave: the third leaves the day after, and one task says
    /// why it waited.
    what_is_beyond_the_daily_limit_leaves_the_next_day, world from "2026-10-05T05:00:00Z", {
        let channel = json!({"provider": "http", "from": "KELLER", "max_per_day": 2,
            "price_per_part": {"amount": "0.045", "currency": "EUR"}, "http": {"url": "http://127.0.0.1:9/sms"}});
        world.put("/v1/channels/sms", channel.clone()).await.expect(200);
        let policy = json!({"name": "One text", "applies_to": {"segments": ["texts"]},
            "steps": [{"key": "only", "offset_days": 1, "channel": "sms", "template": "sms_reminder"}]});
        let made = world.post("/v1/policies", policy).await.expect(201);
        let activate = format!("/v1/policies/{}/versions/1/activate", made["id"].as_str().unwrap());
        world.post(&activate, json!({"backlog": "first_step", "confirm_count": 0})).await.expect(200);
        for customer in ["C1", "C2", "C3"] {
            world.customer_with(customer, json!({"policy_id": made["id"]})).await;
            world.invoice(&format!("FA-{customer}"), customer, "2026-10-05", "900.00").await;
        }
        world.advance("2026-10-06T18:00:00Z").await;
        assert_eq!(world.list("/v1/reminders?status=sent").await.len(), 2);
        let [waits] = world.list("/v1/reminders?status=planned").await.try_into().unwrap();
        assert!(waits["scheduled_at"].as_str().unwrap() > "2026-10-06T18:00:00", "{waits}");
        let content = world.get(&format!("/v1/reminders/{}/content", waits["id"].as_str().unwrap())).await.expect(200);
        let parts: u32 = content["headers"]["parts"].as_str().unwrap().parse().unwrap();
        let cost = ["0.045 EUR", "0.09 EUR", "0.135 EUR"][parts as usize - 1];
        assert_eq!(content["headers"]["cost"], cost, "what it will cost is known before it leaves");
        let capped = async || world.list("/v1/tasks").await.into_iter().filter(|task| task["kind"] == "daily_cap_reached").collect::<Vec<_>>();
        let [task] = capped().await.try_into().unwrap();
        assert_eq!(task["title"], "Raise the daily limit of the channel sms, or leave it: 2 left today, the rest waits until tomorrow.");
        world.advance("2026-10-07T18:00:00Z").await;
        assert_eq!(world.list("/v1/reminders?status=sent").await.len(), 3);
        assert_eq!(capped().await.len(), 1, "told once");

        for (path, wrong) in [("/v1/channels/sms", json!(0)), ("/v1/channels/letter", json!(1_000_001))] {
            let mut body = if path.ends_with("sms") { channel.clone() } else { json!({"provider": "print"}) };
            body["max_per_day"] = wrong;
            world.put(path, body).await.expect(422);
        }
        let mut priced = channel.clone();
        priced["price_per_part"] = json!({"amount": "0,045", "currency": "EUR"});
        world.put("/v1/channels/sms", priced).await.expect(422);
        let free = json!({"provider": "print", "price_per_part": {"amount": "1", "currency": "EUR"}});
        let refused = world.put("/v1/channels/letter", free).await.problem(422, "validation_failed");
        assert_eq!(refused["errors"][0]["pointer"], "/price_per_part");
        let mail = json!({"provider": "brevo", "from": "a@keller.example", "max_per_day": 5, "brevo": {"api_key": "k"}});
        world.put("/v1/channels/email", mail).await.expect(422);
    }
}

//! The creditor's logo: put once, seen above every mail and letter without anybody being asked for it.

use mail_parser::{MessageParser, MimeHeaders};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    story,
    support::{
        PIXEL, World,
        mail_server::{MailServer, Manners},
    },
};

const DESK: &str = "compta@c1.example";

/// A mail and a letter, a week apart.
async fn chased(world: &World, server: &MailServer) {
    world.put("/v1/channels/email", server.channel("s3cret", &[DESK])).await.expect(200);
    world.put("/v1/channels/letter", json!({"provider": "print"})).await.expect(200);
    let steps = json!([{"key": "mail", "offset_days": 1, "channel": "email", "template": "first_reminder"},
        {"key": "paper", "offset_days": 10, "channel": "letter", "template": "second_reminder"},
        {"key": "again", "offset_days": 20, "channel": "email", "template": "second_reminder"}]);
    let policy =
        world.post("/v1/policies", json!({"name": "Two ways", "applies_to": {"segments": ["shown"]}, "steps": steps})).await.expect(201);
    let id = policy["id"].as_str().unwrap();
    world.post(&format!("/v1/policies/{id}/versions/1/activate"), json!({"backlog": "first_step", "confirm_count": 0})).await.expect(200);
    let contacts = json!([{"external_id": "c1", "name": "Claire", "role": "accounts_payable", "email": DESK}]);
    world.customer_with("C1", json!({"policy_id": id, "contacts": contacts})).await;
    world.invoice("FA-C1", "C1", "2026-11-02", "1200.00").await;
}

async fn content(world: &World, step: &str) -> Value {
    let reminder = world.reminders().await.into_iter().find(|reminder| reminder["step_key"] == step).unwrap();
    world.get(&format!("/v1/reminders/{}/content", reminder["id"].as_str().unwrap())).await.expect(200)
}

story! {
    /// It goes along with the html, is no file of the message, and stands on paper too; taken off, it is gone from what comes next.
    a_logo_goes_with_each_message, world from "2026-11-01T08:00:00Z", {
        let server = MailServer::start(Manners::default()).await;
        let put = world.put("/v1/settings/logo", json!({"data": PIXEL})).await.expect(200);
        assert_eq!((put["media_type"].as_str(), put["width"].as_u64(), put["height"].as_u64()), (Some("image/png"), Some(1), Some(1)));
        world.patch("/v1/settings", json!({"signature": "Anne"})).await.expect(200);
        assert_eq!(world.get("/v1/settings/logo").await.expect(200), put, "other settings leave it alone");
        chased(&world, &server).await;
        world.advance("2026-11-16T18:00:00Z").await;
        let taken = server.taken();
        let mail = MessageParser::default().parse(&taken[0].data).unwrap();
        let html = mail.body_html(0).unwrap();
        assert!(html.contains("src=\"cid:logo\"") && html.contains("alt="), "{html}");
        let part = mail.parts.iter().find(|part| part.content_id() == Some("logo")).unwrap();
        assert!(part.contents().starts_with(b"\x89PNG") && part.content_disposition().is_some_and(|shown| shown.is_inline()));
        assert_eq!(content(&world, "mail").await["attachments"], json!([]), "a logo is no enclosure");
        let letter = content(&world, "paper").await;
        assert_eq!(letter["attachments"][0]["name"], "letter.pdf");
        world.send(Method::DELETE, "/v1/settings/logo", None, &[]).await.expect(204);
        world.get("/v1/settings/logo").await.problem(404, "not_found");
        world.advance("2026-11-26T18:00:00Z").await;
        let taken = server.taken();
        assert_eq!(taken.len(), 2, "{}", world.story_of_reminders().await.join("\n"));
        assert!(!String::from_utf8_lossy(&taken[1].data).contains("cid:logo"));
    }
}

story! {
    /// What no reader could show is refused where it comes in.
    what_cannot_be_shown_is_refused, world from "2026-11-01T08:00:00Z", {
        let svg = "PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciLz4=";
        let torn = &PIXEL[..PIXEL.len() - 24];
        for (data, said) in [(svg, "PNG or a JPEG"), ("!", "base64"), ("", "PNG or a JPEG"), (torn, "does not read")] {
            let refused = world.put("/v1/settings/logo", json!({"data": data})).await.problem(422, "validation_failed");
            assert_eq!(refused["errors"][0]["pointer"], "/data");
            assert!(refused["errors"][0]["detail"].as_str().unwrap().contains(said), "{refused}");
        }
        world.put("/v1/settings/logo?dry_run=true", json!({"data": PIXEL})).await.expect(200);
        world.get("/v1/settings/logo").await.problem(404, "not_found");
    }
}

//! Mail as it really travels: over STARTTLS and AUTH, in one thread, and back as bounces and answers.

use mail_parser::{MessageParser, MimeHeaders};
use serde_json::{Value, json};

use crate::{
    on_both, story,
    support::{
        Database, World,
        mail_server::{MailServer, Manners, Taken},
        server,
    },
};

const DESK: &str = "compta@c1.example";
const DIRECTOR: &str = "direction@c1.example";

/// A customer with two contacts who takes mails of `steps`, one each few days, from 3 November on.
async fn debtor(world: &World, server: &MailServer, steps: usize) -> Value {
    world.put("/v1/channels/email", server.channel("s3cret", &[DESK, DIRECTOR])).await.expect(200);
    let steps: Vec<Value> = (0..steps)
        .map(|n| {
            json!({"key": format!("s{n}"), "offset_days": 1 + 7 * n, "channel": "email", "attach": ["ics"],
            "template": if n == 0 { "first_reminder" } else { "second_reminder" }})
        })
        .collect();
    let policy = json!({"name": "Mails", "applies_to": {"segments": ["mailed"]}, "steps": steps,
        "pacing": {"min_days_between_messages": 5, "max_per_7_days": 2, "max_per_30_days": 9}});
    let id = world.post("/v1/policies", policy).await.expect(201)["id"].as_str().unwrap().to_owned();
    world.post(&format!("/v1/policies/{id}/versions/1/activate"), json!({"backlog": "first_step", "confirm_count": 0})).await.expect(200);
    let contact = |id: &str, role: &str, email: &str| json!({"external_id": id, "name": id, "role": role, "email": email});
    let contacts = json!([contact("compta", "accounts_payable", DESK), contact("direction", "director", DIRECTOR)]);
    let customer = world.customer_with("C1", json!({"policy_id": id, "contacts": contacts})).await;
    world.invoice("FA-C1", "C1", "2026-11-02", "1200.00").await;
    customer
}

/// A mail of a sample, about this message of ours.
fn sample(name: &str, reference: &str) -> Vec<u8> {
    let path = format!("{}/ingest/src/mail/samples/{name}.eml", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap().replace("rl_exnvbrvhhcmc5st8", reference).into_bytes()
}

async fn arrives(world: &World, mail: Vec<u8>) -> Value {
    world.raw("/v1/ingest/mails", "message/rfc822", mail).await.expect(200)
}

fn header<'a>(mail: &'a mail_parser::Message<'a>, name: &'static str) -> &'a str {
    mail.header_raw(name).unwrap_or_default().trim()
}

story! {
    /// Five mails of one case: logged in under TLS, one thread, one subject, and every part where a reader expects it.
    five_mails_open_as_one_thread, world from "2026-11-01T08:00:00Z", {
        let server = MailServer::start(Manners::default()).await;
        debtor(&world, &server, 5).await;
        world.advance("2026-12-10T18:00:00Z").await;
        let taken = server.taken();
        assert_eq!(taken.len(), 5, "{}", world.story_of_reminders().await.join("\n"));
        let clear = server.said_in_clear();
        assert!(!clear.contains("AUTH") && !clear.contains("MAIL FROM"), "nothing but the way into TLS: {clear}");
        let mails: Vec<_> = taken.iter().map(|mail| MessageParser::default().parse(&mail.data).unwrap()).collect();
        let mut before: Vec<String> = Vec::new();
        for (raw, mail) in taken.iter().zip(&mails) {
            assert!(raw.tls && raw.mechanism.as_deref() == Some("PLAIN"), "{raw:?}");
            let id = mail.message_id().unwrap().to_owned();
            let reference = id.split('@').next().unwrap();
            assert_eq!(raw.from, format!("bounces+{reference}@keller.example"), "a return address of its own");
            assert_eq!(raw.to, [DESK]);
            assert_eq!(mail.subject(), mails[0].subject(), "a thread is split where its subject changes");
            assert_eq!(header(mail, "Auto-Submitted"), "auto-generated");
            let references: Vec<String> = header(mail, "References").split_whitespace().map(|id| id.trim_matches(['<', '>']).to_owned()).collect();
            assert!(references[0].starts_with("cas_"), "the root of the case: {references:?}");
            assert_eq!(references[1..], before[..], "all that went before, in order");
            assert_eq!(mail.in_reply_to().as_text(), before.last().map(String::as_str));
            assert_eq!(header(mail, "References").split_whitespace().next(), header(&mails[0], "References").split_whitespace().next());
            assert!(mail.text_body_count() >= 1 && mail.html_body_count() >= 1);
            assert!(mail.body_text(0).unwrap().contains("FA-C1") && mail.body_html(0).unwrap().contains("FA-C1"));
            assert!(mail.parts.iter().all(|part| !part.is_encoding_problem));
            let [calendar] = mail.attachments().collect::<Vec<_>>().try_into().unwrap();
            assert!(calendar.is_content_type("text", "calendar") && calendar.attachment_name() == Some("echeances.ics"));
            assert_eq!(calendar.content_type().unwrap().attribute("method"), Some("PUBLISH"));
            assert!(raw.data.split(|byte| *byte == b'\n').all(|line| line.len() <= 998 && line.is_ascii()), "lines as RFC 5322 wants them");
            before.push(id);
        }
        let uid = |mail: &mail_parser::Message| {
            let calendar = mail.attachments().next().unwrap().text_contents().unwrap().to_owned();
            calendar.lines().find(|line| line.starts_with("UID:")).unwrap().to_owned()
        };
        assert!(mails.iter().all(|mail| uid(mail) == uid(&mails[0])), "one entry in the calendar, not five");
        let ids: std::collections::BTreeSet<_> = before.iter().collect();
        assert_eq!(ids.len(), 5);
    }
}

story! {
    /// A wrong password burns no message: they wait, one task says what to mend, and with the right one they leave.
    a_wrong_password_stops_the_channel_and_loses_nothing, world from "2026-11-01T08:00:00Z", {
        let server = MailServer::start(Manners { auth: "LOGIN", ..Manners::default() }).await;
        debtor(&world, &server, 1).await;
        world.put("/v1/channels/email", server.channel("wrong", &[DESK])).await.expect(200);
        let tried = world.post("/v1/channels/email/test", json!({"to": DESK})).await.expect(200);
        assert_eq!(tried["outcome"], "refused", "{tried}");
        let checks: Vec<(&str, bool)> =
            tried["checks"].as_array().unwrap().iter().map(|check| (check["code"].as_str().unwrap(), check["ok"] == true)).collect();
        // nobody can write to a domain of the tests; the rest is as it should be
        assert_eq!(checks, [("from_domain", false), ("return_path", true), ("transport", true), ("credentials", false)], "{tried}");
        world.advance("2026-11-03T11:00:00Z").await;
        let [waits] = world.reminders().await.try_into().unwrap();
        assert_eq!(waits["status"], "planned", "{waits}");
        let tasks = world.list("/v1/tasks?status=open").await;
        assert_eq!(tasks.iter().filter(|task| task["kind"] == "channel_broken").count(), 1, "{tasks:?}");
        assert!(server.taken().is_empty());
        world.put("/v1/channels/email", server.channel("s3cret", &[DESK])).await.expect(200);
        world.advance("2026-11-04T11:00:00Z").await;
        let [mail] = server.taken().try_into().unwrap();
        assert_eq!(mail.mechanism.as_deref(), Some("LOGIN"));
        assert_eq!(world.reminders().await[0]["status"], "sent");
    }
}

story! {
    /// Without STARTTLS, or under somebody else's certificate, nothing is said: no login, no address, no mail.
    without_tls_nothing_leaves, world from "2026-11-01T08:00:00Z", {
        let plain = MailServer::start(Manners { starttls: false, ..Manners::default() }).await;
        debtor(&world, &plain, 1).await;
        let tried = world.post("/v1/channels/email/test", json!({"to": DESK})).await.expect(200);
        assert_eq!(tried["outcome"], "refused", "{tried}");
        let other = MailServer::start(Manners::default()).await;
        let mut channel = other.channel("s3cret", &[DESK]);
        channel["smtp"]["ca_pem"] = json!(plain.ca_pem);
        world.put("/v1/channels/email", channel).await.expect(200);
        let tried = world.post("/v1/channels/email/test", json!({"to": DESK})).await.expect(200);
        assert!(tried["outcome"] != "accepted", "{tried}");
        for server in [&plain, &other] {
            let clear = server.said_in_clear();
            assert!(server.taken().is_empty() && !clear.contains("AUTH") && !clear.contains("MAIL") && !clear.contains("c1.example"), "{clear}");
        }
    }
}

/// The one mail that left, and its reference.
async fn mailed(world: &World, server: &MailServer) -> (Value, String, Taken) {
    let customer = debtor(world, server, 2).await;
    world.advance("2026-11-03T18:00:00Z").await;
    let [mail] = server.taken().try_into().unwrap();
    let reference = mail.from.split(['+', '@']).nth(1).unwrap().to_owned();
    (customer, reference, mail)
}

story! {
    /// The reports of four servers: the desk's address is dead, the director gets the same step.
    a_bounce_that_comes_by_mail_moves_on, world from "2026-11-01T08:00:00Z", {
        let server = MailServer::start(Manners::default()).await;
        let (customer, reference, _) = mailed(&world, &server).await;
        let first = world.reminders().await.remove(0);
        for (n, name) in ["exchange", "postfix", "exim", "gmail"].into_iter().enumerate() {
            let taken = arrives(&world, sample(name, &reference)).await;
            assert_eq!((&taken["kind"], &taken["report"]), (&json!("report"), &json!("hard_bounce")), "{name}: {taken}");
            assert_eq!((&taken["result"], &taken["reminder_id"], &taken["customer_id"]), (&json!("taken"), &first["id"], &customer["id"]), "{name}");
            if n == 0 {
                assert_eq!(arrives(&world, sample(name, &reference)).await["result"], "known", "the same mail again");
            }
        }
        world.rest().await;
        let bounced = world.get(&format!("/v1/reminders/{}", first["id"].as_str().unwrap())).await.expect(200);
        assert_eq!(bounced["status"], "bounced");
        assert_eq!(world.events().await.iter().filter(|event| event["type"] == "reminder.bounced").count(), 1);
        let tasks = world.list("/v1/tasks?status=open").await;
        assert_eq!(tasks.iter().filter(|task| task["kind"] == "contact_unreachable").count(), 1, "{tasks:?}");
        world.advance("2026-11-12T18:00:00Z").await;
        let to: Vec<_> = server.taken().into_iter().flat_map(|mail| mail.to).collect();
        assert_eq!(to, [DESK, DIRECTOR]);
        // nobody's, and no mail at all
        let foreign = arrives(&world, sample("postfix", "rl_0000000000000000")).await;
        assert_eq!((&foreign["result"], &foreign["reminder_id"]), (&json!("unmatched"), &Value::Null));
        world.raw("/v1/ingest/mails", "message/rfc822", b"<html>".to_vec()).await.problem(422, "malformed_document");
    }
}

story! {
    /// Who is away has said nothing; what a person writes is read before the next word, and the file is closed with it.
    an_answer_rests_the_case_until_it_is_read, world from "2026-11-01T08:00:00Z", {
        let server = MailServer::start(Manners::default()).await;
        let (customer, reference, _) = mailed(&world, &server).await;
        let away = arrives(&world, sample("away", &reference)).await;
        assert_eq!((&away["kind"], &away["result"]), (&json!("automatic_reply"), &json!("taken")));
        world.rest().await;
        assert_eq!(world.read_invoice("FA-C1").await["dunning"]["holds"], json!([]), "a machine's word holds nothing");
        let reply = arrives(&world, sample("reply", &reference)).await;
        assert_eq!((&reply["kind"], &reply["result"], &reply["customer_id"]), (&json!("reply"), &json!("taken"), &customer["id"]));
        assert_eq!(arrives(&world, sample("reply", &reference)).await["result"], "known");
        world.rest().await;
        assert_eq!(world.read_invoice("FA-C1").await["dunning"]["holds"], json!(["unread_reply"]));
        let tasks = world.list("/v1/tasks?status=open").await;
        let read = tasks.iter().filter(|task| task["about"].as_str().is_some_and(|about| about.starts_with("reply:"))).collect::<Vec<_>>();
        assert_eq!(read.len(), 1, "{tasks:?}");
        let sheet = world.get(&format!("/v1/tasks/{}/sheet", read[0]["id"].as_str().unwrap())).await.expect(200).to_string();
        let timeline = world.list(&format!("/v1/customers/{}/timeline", customer["id"].as_str().unwrap())).await;
        let told = timeline.iter().any(|entry| entry.to_string().contains("deux étagères"));
        assert!(told && sheet.contains("deux étagères"), "{sheet}\n{timeline:?}");
        world.advance("2026-11-30T18:00:00Z").await;
        assert_eq!(server.taken().len(), 1, "nothing is written before somebody has read it");
        let by = json!({"name": "Anne Keller", "email": "anne@keller.example"});
        world.post(&format!("/v1/tasks/{}/complete", read[0]["id"].as_str().unwrap()), json!({"outcome": "done", "by": by})).await.expect(200);
        world.advance("2026-12-10T18:00:00Z").await;
        assert_eq!(server.taken().len(), 2);
    }
}

/// What `relance doctor` says of the database.
pub async fn doctor(url: &str) -> String {
    let mut command = server::command(url, 1, 1);
    let command = tokio::task::spawn_blocking(move || {
        let mut doctor = std::process::Command::new(command.get_program());
        doctor.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?)))).arg("doctor");
        command.stdin(std::process::Stdio::null());
        doctor.output().unwrap()
    });
    String::from_utf8(command.await.unwrap().stdout).unwrap()
}

/// `relance doctor` logs in at the mail server of every tenant, sends nothing, and says what to mend.
async fn the_doctor_tries_the_key_in_the_lock(database: Database) {
    let Some(url) = server::fresh_url(database) else { return };
    let mut server = server::start(&url, &[]);
    let world = World::test(&server, database, "2026-11-01T08:00:00Z").await;
    let mails = MailServer::start(Manners::default()).await;
    for (password, verdict) in [("wrong", "FAIL"), ("s3cret", "ok  ")] {
        world.put("/v1/channels/email", mails.channel(password, &[])).await.expect(200);
        let said = doctor(&url).await;
        let line = said.lines().find(|line| line.contains("lets us in")).unwrap_or_else(|| panic!("{said}"));
        assert!(line.starts_with(verdict) && line.contains("email by smtp"), "{said}");
        assert!(!said.contains("s3cret") && said.contains("return path"), "{said}");
    }
    assert!(mails.taken().is_empty());
    server.kill();
}

on_both! {
    the_doctor_tries_the_key_in_the_lock;
}

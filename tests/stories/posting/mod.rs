//! Letters through the whole house to those who post them: what goes wrong on the way, what they tell, what proves it.

mod faults;
mod permutations;
mod proofs;
mod refusals;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::support::{
    World,
    post_office::{Account, PostOffice},
    world::Answer,
};

/// The three who post letters.
const VENDORS: [&str; 3] = ["merci_facteur", "maileva", "ar24"];

/// A tenant whose notices go by one of them: on 9 October, and a call ten days after the due date of the 5th.
struct Desk {
    world: World,
    office: PostOffice,
    vendor: &'static str,
    /// The account's name at the post office.
    name: String,
    /// Where receipts are told.
    path: String,
    policy: String,
}

/// A notice of one customer.
struct Notice {
    id: String,
    reference: String,
}

impl Desk {
    async fn new(world: World, office: &PostOffice, vendor: &'static str) -> Self {
        Self::with(world, office, vendor, json!({})).await
    }

    /// With more in the step of the notice.
    async fn with(world: World, office: &PostOffice, vendor: &'static str, more: Value) -> Self {
        let name = format!("{vendor}-{}", world.tenant);
        let list: Vec<String> = (0..60).map(|at| format!("compta@c{at}.example")).collect();
        let mut body = json!({"provider": vendor, "allow_list": list});
        body[vendor] = office.settings(vendor, &name);
        let shown = world.put("/v1/channels/letter", body).await.expect(200);
        let mut notice = json!({"key": "notice", "offset_days": 4, "channel": "registered_letter", "template": "formal_notice", "deadline_days": 8,
            "approval": "required"});
        crate::support::world::merge(&mut notice, more);
        let policy = json!({"name": "Notices", "applies_to": {"segments": ["notices"]}, "given_date_grace_days": 2,
            "steps": [notice, {"key": "call", "offset_days": 10, "channel": "phone_task"}]});
        let made = world.post("/v1/policies", policy).await.expect(201);
        let policy = made["id"].as_str().unwrap().to_owned();
        let activate = format!("/v1/policies/{policy}/versions/1/activate");
        world.post(&activate, json!({"backlog": "first_step", "spread_days": 1, "confirm_count": 0})).await.expect(200);
        let path = shown["receipts_path"].as_str().unwrap().to_owned();
        Self { world, office: office.clone(), vendor, name, path, policy }
    }

    /// A customer who owes 900 euros since 5 October.
    async fn owes(&self, customer: &str, more: Value) {
        let mut body = json!({"policy_id": self.policy});
        crate::support::world::merge(&mut body, more);
        self.world.customer_with(customer, body).await;
        self.world.invoice(&format!("FA-{customer}"), customer, "2026-10-05", "900.00").await;
    }

    /// On the morning of the 9th: the notices that wait for a person, in the order of their customers.
    async fn planned(&self) -> Vec<Notice> {
        self.world.advance("2026-10-09T05:00:00Z").await;
        let mut asked = self.world.list("/v1/reminders?status=awaiting_approval").await;
        asked.reverse();
        let text = |one: &Value, name: &str| one[name].as_str().unwrap().to_owned();
        asked.iter().map(|one| Notice { id: text(one, "id"), reference: text(one, "reference") }).collect()
    }

    async fn approve(&self, notice: &Notice) {
        let by = json!({"by": {"name": "Marc", "email": "marc@keller.example"}});
        self.world.post(&format!("/v1/reminders/{}/approve", notice.id), by).await.expect(200);
    }

    /// One customer's notice leaves on the 9th, whatever becomes of it by the evening.
    async fn leaves(&self) -> Notice {
        self.owes("C1", json!({})).await;
        let [notice] = self.planned().await.try_into().ok().expect("one notice");
        self.approve(&notice).await;
        self.world.advance("2026-10-09T20:00:00Z").await;
        notice
    }

    async fn read(&self, notice: &Notice) -> Value {
        self.world.get(&format!("/v1/reminders/{}", notice.id)).await.expect(200)
    }

    /// Kinds of the open tasks.
    async fn tasks(&self) -> Vec<String> {
        let open = self.world.list("/v1/tasks?status=open").await;
        open.iter().map(|task| task["kind"].as_str().unwrap().to_owned()).collect()
    }

    fn at<T>(&self, what: impl FnOnce(&mut Account) -> T) -> T {
        self.office.at(&self.name, what)
    }

    /// Tells what befell the letter `id` in the vendor's own words and form, under the vendor's secret or a stranger's.
    async fn tell(&self, secret: &str, id: &str, reference: &str, word: &str, at: &str) -> Answer {
        match self.vendor {
            "merci_facteur" => {
                let stamp = chrono::DateTime::parse_from_rfc3339(at).unwrap().timestamp();
                let event = json!({"name_event": "new-state", "id_user": 37, "date_event": stamp}).to_string();
                let detail =
                    json!([{"ref_courrier": format!("{id}-1"), "id_envoi": id, "statut_courrier": word, "ref_interne": reference}])
                        .to_string();
                let form =
                    url::form_urlencoded::Serializer::new(String::new()).extend_pairs([("event", &event), ("detail", &detail)]).finish();
                let headers =
                    [("x-mf-webhook-secret-key", secret.to_owned()), ("content-type", "application/x-www-form-urlencoded".to_owned())];
                self.world.deliver(&self.path, form.as_bytes(), &headers).await
            }
            "maileva" => {
                let event = json!({"event_type": word, "resource_type": "registered_mail/v2/sendings", "resource_id": id,
                    "resource_custom_id": reference, "event_date": at});
                let basic = format!("Basic {}", STANDARD.encode(format!("maileva:{secret}")));
                let headers = [("authorization", basic), ("content-type", "application/json".to_owned())];
                self.world.deliver(&self.path, event.to_string().as_bytes(), &headers).await
            }
            _ => {
                let form = format!("id_mail={id}&new_state={word}");
                let headers = [("content-type", "application/x-www-form-urlencoded".to_owned())];
                self.world.deliver(&format!("{}?ref={reference}", self.path), form.as_bytes(), &headers).await
            }
        }
    }

    /// Makes us ask after the letter: something was told of it.
    async fn hint(&self, notice: &Notice) {
        let id = self.at(|account| account.letters.first().map(|letter| letter.id.clone()).unwrap_or_default());
        let word = match self.vendor {
            "merci_facteur" => "wait",
            "maileva" => "ON_STATUS_ACCEPTED",
            _ => "sent",
        };
        self.tell("hook-1", &id, &notice.reference, word, "2026-10-09T12:00:00Z").await.expect(200);
    }
}

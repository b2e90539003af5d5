//! The controller of the demo: moves the clock, reads the event feed, answers what waits for a person.

use std::{collections::BTreeSet, path::PathBuf, time::Duration};

use anyhow::Context;
use chrono::{DateTime, Duration as Days, NaiveDate, Utc};
use relance_workers::catcher::Catcher;
use serde_json::{Value, json};

use super::{
    api::{Api, text},
    receiver::Receiver,
    stage::{Cast, Staged},
    story::{self, Told},
};

/// Days after which the last customer pays, if the ladder has not ended before.
const PATIENCE_DAYS: i64 = 75;

/// Days of silence shown after everything is paid.
const SILENCE_DAYS: i64 = 45;

pub struct Controller {
    api: Api,
    catcher: Catcher,
    receiver: Receiver,
    letters: PathBuf,
    told: Told,
    last_event: Option<String>,
    /// Invoices of the cast: (number, customer id).
    invoices: Vec<(String, String)>,
    /// The customer who pays a part, promises, and breaks the promise.
    promiser: Option<String>,
    part_paid: bool,
    promised: bool,
    notices: BTreeSet<String>,
}

impl Controller {
    /// Sets the tenant up: who is owed, how messages leave, where webhooks go.
    pub async fn new(api: Api, catcher: Catcher, receiver: Receiver, letters: PathBuf) -> anyhow::Result<Self> {
        let endpoint = api
            .post("/v1/webhook_endpoints", json!({"url": receiver.url, "event_types": ["*"], "description": "the demo's receiver"}))
            .await?;
        receiver.trust(text(&endpoint, "/secret"));
        Ok(Self {
            api,
            catcher,
            receiver,
            letters,
            told: Told::default(),
            last_event: None,
            invoices: Vec::new(),
            promiser: None,
            part_paid: false,
            promised: false,
            notices: BTreeSet::new(),
        })
    }

    /// Plays the whole story.
    pub async fn run(mut self, cast: &Cast) -> anyhow::Result<Told> {
        let addresses = self.set_the_stage(cast).await?;
        self.channels(&addresses).await?;
        let begins: DateTime<Utc> = cast.begins_at().parse()?;
        let mut day = begins.date_naive();
        let last = cast.first_due_on() + Days::days(PATIENCE_DAYS);
        while day < last && self.notices.len() < self.customers().len() {
            day += Days::days(1);
            self.live_through(day).await?;
        }
        self.pay_everything(day).await?;
        self.api.advance(&format!("{}T12:00:00Z", day + Days::days(SILENCE_DAYS))).await?;
        self.tell().await?;
        self.told.webhooks = self.receiver.counts();
        Ok(self.told)
    }

    fn customers(&self) -> BTreeSet<String> {
        self.invoices.iter().map(|(_, customer)| customer.clone()).collect()
    }

    /// One day: the clock moves to its noon, the story is told, what waits for a person is answered.
    async fn live_through(&mut self, day: NaiveDate) -> anyhow::Result<()> {
        self.api.advance(&format!("{day}T12:00:00Z")).await?;
        self.tell().await?;
        self.answer_tasks(day).await?;
        self.approve().await?;
        self.api.rest().await?;
        self.tell().await
    }

    /// Facts in: each document as it is; what it lacks for a reminder is said and added.
    async fn set_the_stage(&mut self, cast: &Cast) -> anyhow::Result<Vec<String>> {
        self.creditor(cast).await?;
        let mut addresses = Vec::new();
        for staged in &cast.0 {
            let answer = self.api.document(staged.paper.bytes.clone()).await?;
            let id = text(&answer, "/items/0/resource/id").to_owned();
            if id.is_empty() {
                story::detail(&format!("{} was not taken: {}", staged.read.number, text(&answer, "/items/0/problem/detail")));
                continue;
            }
            let invoice = self.api.get(&format!("/v1/invoices/{id}")).await?;
            let customer = self.api.get(&format!("/v1/customers/{}", text(&invoice, "/customer_id"))).await?;
            addresses.push(self.mail_address(&customer, staged).await?);
            if staged.read.payee_ibans.is_empty() {
                self.payment_link(&invoice, &customer).await?;
            }
            self.invoices.push((text(&invoice, "/number").to_owned(), text(&customer, "/id").to_owned()));
        }
        self.promiser = self.invoices.last().map(|(_, customer)| customer.clone());
        Ok(addresses)
    }

    /// The creditor is the seller of the documents; its account is printed when all documents agree on it.
    async fn creditor(&self, cast: &Cast) -> anyhow::Result<()> {
        let seller = &cast.0.first().context("a cast")?.read.seller;
        let accounts: BTreeSet<String> = cast
            .0
            .iter()
            .filter_map(|staged| staged.read.payee_ibans.first())
            .map(|iban| relance_ingest::normalise::compact(iban))
            .collect();
        let one = if accounts.len() == 1 { accounts.first() } else { None };
        let address = seller.address.as_ref();
        let name = if seller.name.is_empty() { "Demo SARL" } else { seller.name.as_str() };
        self.api
            .patch("/v1/settings", json!({
                "legal_name": name.replace('\n', " "), "siren": seller.siren, "contact_name": "Demo controller", "phone": "+33472000000",
                "email": "recouvrement@demo.invalid", "iban": one, "privacy_url": "https://demo.invalid/privacy",
                "address": {"lines": address.map(|a| a.lines.clone()).filter(|lines| !lines.is_empty()).unwrap_or_else(|| vec!["1 place Bellecour".to_owned()]),
                            "postcode": address.and_then(|a| a.postcode.clone()), "city": address.and_then(|a| a.city.clone()), "country": "FR"},
                "signature": "Demo controller"}))
            .await?;
        Ok(())
    }

    /// A buyer without an e-mail gets one at `demo.invalid`, and that is said.
    async fn mail_address(&self, customer: &Value, staged: &Staged) -> anyhow::Result<String> {
        let known = text(customer, "/contacts/0/email");
        if !known.is_empty() {
            return Ok(known.to_owned());
        }
        let name = text(customer, "/name");
        let slug: String = name.to_lowercase().chars().filter(char::is_ascii_alphanumeric).take(24).collect();
        let email = format!("compta@{}.demo.invalid", if slug.is_empty() { "buyer".to_owned() } else { slug });
        story::detail(&format!("{name} states no e-mail: {email} is used"));
        let mut body = details(customer, &["kind", "name", "language", "time_zone", "region", "siren", "vat_id", "address", "segment"]);
        let version = customer.get("source_version").and_then(Value::as_i64).unwrap_or(1) + 1;
        let phone = staged.read.buyer.phone.clone().unwrap_or_else(|| "+33612345678".to_owned());
        merge(
            &mut body,
            json!({"source_version": version, "contacts": [{"external_id": "demo", "name": staged.read.buyer.contact_name,
            "role": "accounts_payable", "email": email, "phone": phone, "can_approve_payment": true}]}),
        );
        self.api.put(&format!("/v1/sources/demo/customers/{}", encode(text(customer, "/external_id"))), body).await?;
        Ok(email)
    }

    /// An invoice without an account gets a link to pay, and that is said.
    async fn payment_link(&self, invoice: &Value, customer: &Value) -> anyhow::Result<()> {
        story::detail(&format!("{} states no account: a payment link is used", text(invoice, "/number")));
        let mut body = details(
            invoice,
            &["number", "issued_on", "due_on", "currency", "total", "payable", "payment_reference", "purchase_order", "buyer_reference"],
        );
        let version = invoice.get("source_version").and_then(Value::as_i64).unwrap_or(1) + 1;
        merge(
            &mut body,
            json!({"source_version": version, "customer_external_id": text(customer, "/external_id"), "payment_url": "https://pay.demo.invalid/"}),
        );
        self.api.put(&format!("/v1/sources/demo/invoices/{}", encode(text(invoice, "/external_id"))), body).await?;
        Ok(())
    }

    async fn channels(&self, addresses: &[String]) -> anyhow::Result<()> {
        let (host, port) = ("127.0.0.1", self.catcher.address().port());
        self.api
            .put(
                "/v1/channels/email",
                json!({"provider": "smtp", "from": "recouvrement@demo.invalid", "from_name": "Demo", "allow_list": addresses,
                "smtp": {"host": host, "port": port, "security": "none"}}),
            )
            .await?;
        self.api.put("/v1/channels/letter", json!({"provider": "print"})).await?;
        Ok(())
    }

    /// Reads the feed on and tells each event.
    async fn tell(&mut self) -> anyhow::Result<()> {
        loop {
            let after = self.last_event.as_ref().map(|id| format!("&after={id}")).unwrap_or_default();
            let page = self.api.get(&format!("/v1/events?limit=200{after}")).await?;
            let events = page.get("data").and_then(Value::as_array).cloned().unwrap_or_default();
            let Some(last) = events.last() else { return Ok(()) };
            self.last_event = Some(text(last, "/id").to_owned());
            for event in &events {
                self.tell_one(event).await?;
            }
        }
    }

    async fn tell_one(&mut self, event: &Value) -> anyhow::Result<()> {
        self.told.events += 1;
        let object = event.pointer("/data/object").cloned().unwrap_or_default();
        let at = text(event, "/timestamp");
        match text(event, "/type") {
            "invoice.recorded" => story::line(
                at,
                &format!(
                    "Invoice {} recorded: {} {}, due {}",
                    text(&object, "/number"),
                    text(&object, "/amount_due"),
                    text(&object, "/currency"),
                    text(&object, "/due_on")
                ),
            ),
            "invoice.overdue" => story::line(
                at,
                &format!(
                    "Invoice {} is overdue: {} {}",
                    text(&object, "/number"),
                    text(&object, "/amount_due"),
                    text(&object, "/currency")
                ),
            ),
            "invoice.partially_paid" => story::line(
                at,
                &format!("Invoice {}: {} {} left", text(&object, "/number"), text(&object, "/amount_due"), text(&object, "/currency")),
            ),
            "invoice.paid" => story::line(at, &format!("Invoice {} is paid", text(&object, "/number"))),
            "reminder.sent" => self.tell_sent(at, &object).await?,
            "reminder.approval_requested" => {
                story::line(at, &format!("Step {} waits for a person's approval ({})", text(&object, "/step_key"), story::totals(&object)))
            }
            "reminder.cancelled" => story::line(
                at,
                &format!("The reminder at step {} is withdrawn: {}", text(&object, "/step_key"), text(&object, "/cancel_reason")),
            ),
            "task.created" => story::line(at, &format!("For a person: {}", text(&object, "/title"))),
            "promise.made" => story::line(
                at,
                &format!(
                    "A promise: {} {} by {}; chasing rests",
                    text(&object, "/amount"),
                    text(&object, "/currency"),
                    text(&object, "/promised_on")
                ),
            ),
            "promise.broken" => story::line(at, "The promise is broken: the ladder resumes at its step"),
            "case.closed" => story::line(at, "The case is closed: nothing is owed"),
            _ => return Ok(()),
        }
        self.wait_for_webhook(event).await;
        Ok(())
    }

    /// The webhook of an event follows its commit; a moment is given to it.
    async fn wait_for_webhook(&self, event: &Value) {
        let id = text(event, "/id");
        for _ in 0..600 {
            if self.receiver.has(id) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        story::webhook(text(event, "/type"), self.receiver.has(id));
    }

    async fn tell_sent(&mut self, at: &str, object: &Value) -> anyhow::Result<()> {
        self.told.messages += 1;
        let id = text(object, "/id");
        let content = self.api.get(&format!("/v1/reminders/{id}/content")).await?;
        let (channel, step) = (text(object, "/channel"), text(object, "/step_key"));
        let what = match channel {
            "email" => "E-mail",
            "sms" => "SMS",
            "registered_letter" => "Registered letter",
            "letter" => "Letter",
            other => other,
        };
        story::line(at, &format!("{what}, step {step}: {} ({})", story::totals(object), story::rows(object)));
        if channel == "email" {
            self.told.mails = self.catcher.messages().len();
            story::detail(&format!("to {}: {}", text(&content, "/to"), text(&content, "/subject")));
        }
        for (date, words) in [("/pay_before_on", "asks to be paid by"), ("/deadline_on", "sets a deadline:")] {
            if !text(object, date).is_empty() {
                story::detail(&format!("{words} {}", text(object, date)));
            }
        }
        let letter = channel.ends_with("letter");
        story::quote(text(&content, "/text"), if letter { 14 } else { 4 });
        if letter {
            self.write_letter(id, step, &content).await?;
            self.notices.insert(text(object, "/customer_id").to_owned());
        }
        self.say_why(object).await?;
        if step == "first" && !self.part_paid && self.promiser.as_deref() == Some(text(object, "/customer_id")) {
            self.pay_a_part(at, object).await?;
        }
        Ok(())
    }

    /// The reasons of the decision behind a reminder.
    async fn say_why(&self, object: &Value) -> anyhow::Result<()> {
        let decision = text(object, "/decision_id");
        if !decision.is_empty() {
            let decision = self.api.get(&format!("/v1/decisions/{decision}")).await?;
            let reasons = decision.get("reasons").and_then(Value::as_array).cloned().unwrap_or_default();
            for reason in reasons.iter().filter(|reason| text(reason, "/code") == "step_due") {
                story::detail(&format!("why: {}", text(reason, "/message")));
            }
        }
        Ok(())
    }

    async fn write_letter(&mut self, id: &str, step: &str, content: &Value) -> anyhow::Result<()> {
        let attachments = content.get("attachments").and_then(Value::as_array).cloned().unwrap_or_default();
        for attachment in attachments.iter().filter(|attachment| text(attachment, "/media_type") == "application/pdf") {
            let bytes = self.api.bytes(&format!("/v1/reminders/{id}/attachments/{}", text(attachment, "/name"))).await?;
            std::fs::create_dir_all(&self.letters)?;
            let file = self.letters.join(format!("{step}-{id}.pdf"));
            std::fs::write(&file, bytes)?;
            story::detail(&format!("PDF: {}", file.display()));
            self.told.letters.push(file);
        }
        Ok(())
    }

    /// The promising customer pays forty per cent of an invoice at once.
    async fn pay_a_part(&mut self, at: &str, object: &Value) -> anyhow::Result<()> {
        self.part_paid = true;
        let amount: rust_decimal::Decimal = text(object, "/invoices/0/amount_due").parse()?;
        let part = (amount * rust_decimal::Decimal::new(4, 1)).round_dp(2);
        let customer = self.api.get(&format!("/v1/customers/{}", text(object, "/customer_id"))).await?;
        let day = at.get(..10).unwrap_or_default();
        let number = text(object, "/invoices/0/number");
        story::detail(&format!("the customer pays {part:.2} EUR of {number} the same day"));
        self.pay("DEMO-PART", &customer, &format!("{part:.2}"), day, number).await
    }

    async fn pay(&self, external_id: &str, customer: &Value, amount: &str, day: &str, reference: &str) -> anyhow::Result<()> {
        let body = json!({"customer_external_id": text(customer, "/external_id"), "amount": amount, "currency": "EUR", "paid_on": day, "method": "transfer", "reference": reference});
        self.api.put(&format!("/v1/sources/demo/payments/{external_id}"), body).await?;
        self.api.rest().await
    }

    /// Calls are dialled: the promising customer promises, the others are not reached.
    async fn answer_tasks(&mut self, day: NaiveDate) -> anyhow::Result<()> {
        for task in self.api.list("/v1/tasks?status=open").await? {
            if text(&task, "/kind") != "phone_call" {
                continue;
            }
            self.told.calls += 1;
            let customer = text(&task, "/customer_id").to_owned();
            let promises = !self.promised && self.promiser.as_deref() == Some(&customer);
            let outcome = if promises { "promised" } else { "no_answer" };
            story::line(
                &format!("{day}T12:00:00Z"),
                &format!("The controller calls: {}", if promises { "a promise" } else { "no answer" }),
            );
            self.api
                .post(
                    &format!("/v1/tasks/{}/complete", text(&task, "/id")),
                    json!({"outcome": outcome, "by": {"name": "demo controller", "email": "controller@demo.invalid"}}),
                )
                .await?;
            if promises {
                self.promised = true;
                self.promise(&customer, day).await?;
            }
        }
        Ok(())
    }

    async fn promise(&self, customer: &str, day: NaiveDate) -> anyhow::Result<()> {
        let open = self.api.list(&format!("/v1/invoices?customer_id={customer}&status=open")).await?;
        let due: rust_decimal::Decimal =
            open.iter().filter_map(|invoice| text(invoice, "/amount_due").parse::<rust_decimal::Decimal>().ok()).sum();
        let body = json!({"customer_id": customer, "amount": format!("{due:.2}"), "currency": "EUR", "promised_on": day + Days::days(7), "made_by": "the customer, on the phone"});
        self.api.post("/v1/promises", body).await?;
        self.api.rest().await
    }

    async fn approve(&self) -> anyhow::Result<()> {
        for reminder in self.api.list("/v1/reminders?status=awaiting_approval").await? {
            story::detail(&format!("demo controller approves step {}", text(&reminder, "/step_key")));
            let verdict = json!({"by": {"name": "demo controller", "email": "controller@demo.invalid"}, "comment": "checked the account"});
            self.api.post(&format!("/v1/reminders/{}/approve", text(&reminder, "/id")), verdict).await?;
        }
        Ok(())
    }

    /// Everybody pays what is left.
    async fn pay_everything(&mut self, day: NaiveDate) -> anyhow::Result<()> {
        story::line(&format!("{day}T12:00:00Z"), "The customers pay what is left");
        for (n, invoice) in self.api.list("/v1/invoices?status=open").await?.iter().enumerate() {
            let customer = self.api.get(&format!("/v1/customers/{}", text(invoice, "/customer_id"))).await?;
            self.pay(&format!("DEMO-FINAL-{n}"), &customer, text(invoice, "/amount_due"), &day.to_string(), text(invoice, "/number"))
                .await?;
        }
        self.tell().await
    }
}

/// The named members of an answer, as a body.
fn details(from: &Value, names: &[&str]) -> Value {
    Value::Object(
        names.iter().filter_map(|name| Some(((*name).to_owned(), from.get(*name).filter(|value| !value.is_null())?.clone()))).collect(),
    )
}

fn merge(body: &mut Value, more: Value) {
    if let (Value::Object(body), Value::Object(more)) = (body, more) {
        body.extend(more);
    }
}

/// A path segment, percent-encoded.
fn encode(segment: &str) -> String {
    segment
        .bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }
            },
        )
        .collect()
}

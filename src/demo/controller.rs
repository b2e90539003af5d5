//! The controller of the demo: moves the clock, reads the event feed, answers what waits for a person.

use std::{collections::BTreeSet, path::PathBuf};

use chrono::{DateTime, Duration as Days, NaiveDate, Utc};
use relance_workers::catcher::Catcher;
use serde_json::{Value, json};

use super::{
    api::{Api, text},
    receiver::Receiver,
    stage::Cast,
    story::{self, Told},
};

/// Days after which the last customer pays, if the ladder has not ended before.
const PATIENCE_DAYS: i64 = 75;

/// Days of silence shown after everything is paid.
const SILENCE_DAYS: i64 = 45;

pub struct Controller {
    pub(super) api: Api,
    pub(super) catcher: Catcher,
    pub(super) receiver: Receiver,
    pub(super) letters: PathBuf,
    pub(super) told: Told,
    pub(super) last_event: Option<String>,
    /// Invoices of the cast: (number, customer id).
    pub(super) invoices: Vec<(String, String)>,
    /// The customer who pays a part, promises, and breaks the promise.
    pub(super) promiser: Option<String>,
    pub(super) part_paid: bool,
    pub(super) promised: bool,
    pub(super) notices: BTreeSet<String>,
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

    /// The promising customer pays forty per cent of an invoice at once.
    pub(super) async fn pay_a_part(&mut self, at: &str, object: &Value) -> anyhow::Result<()> {
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

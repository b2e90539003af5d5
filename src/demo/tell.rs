//! Telling the story: the event feed, one dated paragraph an event.

use std::time::Duration;

use serde_json::Value;

use super::{api::text, controller::Controller, story};

impl Controller {
    /// Reads the feed on and tells each event.
    pub(super) async fn tell(&mut self) -> anyhow::Result<()> {
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
}

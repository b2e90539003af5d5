//! What each message must say (its compulsory facts, whatever words stand around them), and what none may say to a
//! consumer. Facts are looked for as the reader would find them, in the finished text.

use crate::{
    compose::Composed,
    context::MessageContext,
    format::{self, Lang},
    plain,
    typography::clean,
};

/// Late charges by name: a consumer owes none (C. com. L441-10 binds professionals only; asking is C. conso. L121-21).
const CHARGES: &[&str] = &[
    "441-10",
    "441-5",
    "2192-",
    "indemnité forfaitaire",
    "pénalité",
    "frais de recouvrement",
    "frais de relance",
    "penalt",
    "fixed compensation",
    "recovery cost",
    "pauschale",
    "verzugszins",
    "mahngebühr",
    "indemnización",
    "intereses de demora",
    "indennizzo",
    "interessi di mora",
    "vertragingsrente",
    "vergoeding",
];

struct Finder<'a> {
    text: String,
    lang: Lang,
    missing: Vec<String>,
    composed: &'a Composed,
}

/// The compulsory facts that the message does not say, each as a sentence.
pub(super) fn unsaid(ctx: &MessageContext, template: &str, composed: &Composed) -> Vec<String> {
    let text = spaces(&plain::render(&composed.message.blocks, &composed.tables, composed.words));
    let mut find =
        Finder { text: format!("{}\n{text}", spaces(&composed.message.title)), lang: composed.lang, missing: Vec::new(), composed };
    match template {
        "courtesy" | "first_reminder" | "second_reminder" | "final_reminder" => find.ladder(ctx),
        "public_status" | "public_reminder" => find.public(ctx, template),
        "public_demand" => {
            find.public(ctx, template);
            find.demand(ctx);
            find.phrase("68-1250", "the written claim of loi 68-1250");
        }
        "formal_notice" => {
            find.ladder(ctx);
            find.demand(ctx);
            find.notice(ctx);
        }
        "formal_notice_consumer" => {
            find.ladder(ctx);
            find.demand(ctx);
            find.notice(ctx);
            let mediator = composed.view.creditor.mediator.clone();
            find.maybe(mediator.as_deref(), "the consumer mediator (C. conso. L616-1): creditor.mediator");
        }
        _ => find.event(ctx, template),
    }
    if let Some(charges) = composed.view.charges.as_ref().filter(|charges| template == "second_reminder" && charges.law != "uk") {
        find.phrase(&charges.unit, "the fixed compensation of the law, as a mention: {% include \"charges\" %}");
    }
    find.missing
}

/// What a consumer must not read, or what no subject may show.
pub(super) fn unsayable(ctx: &MessageContext, composed: &Composed) -> Vec<String> {
    let message = &composed.message;
    let mut wrong = Vec::new();
    let heads = [("Subject", &message.subject), ("Preview", &message.preview)];
    let name = clean(&ctx.creditor.legal_name);
    for (head, text) in heads {
        if text.replace(&name, "").contains(|c: char| c.is_ascii_digit() || c == '€') {
            wrong.push(format!("{head} shows a figure: others read it over a shoulder"));
        }
    }
    if ctx.is_consumer() {
        let text = plain::render(&message.blocks, &composed.tables, composed.words).to_lowercase();
        let charge = CHARGES.iter().find(|charge| text.contains(**charge));
        wrong
            .extend(charge.map(|charge| format!("{charge:?} reaches a consumer, who owes no charge (C. com. L441-10, C. conso. L121-21)")));
    }
    wrong
}

fn spaces(text: &str) -> String {
    text.replace(['\u{A0}', '\u{202F}'], " ")
}

impl Finder<'_> {
    fn phrase(&mut self, phrase: &str, what: &str) {
        if !self.text.contains(&spaces(phrase)) {
            self.missing.push(format!("it lacks {what}"));
        }
    }

    fn maybe(&mut self, phrase: Option<&str>, what: &str) {
        if let Some(phrase) = phrase.filter(|phrase| !phrase.is_empty()) {
            self.phrase(phrase, what);
        }
    }

    /// A day in any of the ways days are written.
    fn day(&mut self, on: Option<chrono::NaiveDate>, what: &str) {
        let Some(on) = on else { return };
        let forms = [format::plain_day(on, self.lang), format::table_day(on, self.lang)];
        if !forms.iter().any(|form| self.text.contains(&spaces(form))) {
            self.missing.push(format!("it lacks {what}"));
        }
    }

    fn money(&mut self, amount: &crate::context::Amount, what: &str) {
        self.phrase(&format::amount(amount, self.lang), what);
    }

    /// What every message that asks for money says.
    fn ladder(&mut self, ctx: &MessageContext) {
        for row in &ctx.step_rows {
            self.phrase(&clean(&row.number), "the number of each invoice: @invoices");
            self.money(&row.amount_due, "the amount left of each invoice: @invoices");
            self.day(Some(row.due_on), "the due date of each invoice: @invoices");
        }
        for row in &ctx.other_rows {
            self.phrase(&clean(&row.number), "the other invoices due: {% include \"other\" %}");
        }
        for row in &ctx.upcoming_rows {
            self.phrase(&clean(&row.number), "the invoices that fall due soon: {% include \"other\" %}");
        }
        for row in &ctx.not_claimed {
            self.phrase(&clean(&row.number), "the invoices that are not claimed: {% include \"other\" %}");
        }
        let view = &self.composed.view;
        let ibans: Vec<String> = view.pay.groups.iter().filter_map(|group| group.iban.clone()).collect();
        let (reference, phone, known) = (view.pay.reference.clone(), view.creditor.phone.clone(), view.known_until.clone());
        for iban in ibans {
            self.phrase(&iban, "where to pay: {% include \"pay\" %}");
        }
        self.maybe(reference.as_deref(), "the reference to quote: {% include \"pay\" %}");
        self.phrase(&known, "until when payments are known: {% include \"pay\" %}");
        self.maybe(phone.as_deref(), "whom to call to contest or ask: {% include \"questions\" %}");
        if !matches!(ctx.effective_template(), "courtesy" | "formal_notice" | "formal_notice_consumer" | "public_status" | "public_demand")
        {
            self.day(ctx.pay_before_on, "the date to pay before: {{ pay_before }}");
        }
    }

    fn public(&mut self, ctx: &MessageContext, template: &str) {
        self.ladder(ctx);
        for row in &ctx.step_rows {
            self.maybe(row.facts.portal_number.as_deref(), "the Chorus Pro number: @invoices");
            self.day(row.facts.received_on, "the date each invoice was received: @invoices");
        }
        if template != "public_status" && ctx.charges.is_some() {
            self.phrase("2192-13", "interest and compensation by right (CCP L2192-13): {% include \"charges\" %}");
        }
    }

    /// A formal demand: its sum, its date, its reckoning.
    fn demand(&mut self, ctx: &MessageContext) {
        let view = &self.composed.view;
        let (charges, step_total) = (view.charges.as_ref(), view.step_total.clone());
        let claimed = charges.filter(|charges| charges.claim);
        let total = claimed.map_or(step_total, |charges| charges.total.clone());
        let daily = claimed.and_then(|charges| charges.daily.clone());
        let days = view.deadline_days.map(|days| days.to_string());
        self.phrase(&total, "the sum demanded: {{ charges.total }} or {{ step_total }}");
        match ctx.deadline_on {
            Some(on) => self.day(Some(on), "the deadline as a date: {% include \"deadline\" %}"),
            None => self.maybe(days.as_deref(), "the deadline: {% include \"deadline\" %}"),
        }
        self.maybe(daily.as_deref(), "the daily amount of interest: {% include \"charges\" %}");
        if claimed.is_some()
            && let Some(charges) = &ctx.charges
        {
            for interest in &charges.interest {
                self.money(&interest.amount, "each line of interest: {% include \"charges\" %}");
            }
            if let Some(fixed) = &charges.fixed_compensation {
                self.money(fixed, "the fixed compensation on its own line: {% include \"charges\" %}");
            }
        }
    }

    /// A mise en demeure (C. civ. 1344, 1231-6).
    fn notice(&mut self, ctx: &MessageContext) {
        if !self.text.to_lowercase().contains("mise en demeure") && !self.text.to_lowercase().contains("mettons en demeure") {
            self.missing.push("it lacks the words mise en demeure (C. civ. 1344)".to_owned());
        }
        if self.composed.view.french_law {
            self.phrase("1344", "C. civ. 1344");
            self.phrase("1231-6", "C. civ. 1231-6");
        }
        if ctx.effective_template() == "formal_notice" {
            let siren = self.composed.view.customer.siren.clone();
            self.phrase(&clean(&ctx.customer.name), "the name of the debtor: {{ customer.name }} or {{ debtor }}");
            self.maybe(siren.as_deref(), "the SIREN of the debtor: {{ customer.siren }} or {{ debtor }}");
        }
    }

    fn event(&mut self, ctx: &MessageContext, template: &str) {
        let lang = self.lang;
        let event = &ctx.event;
        match template {
            "promise_confirmation" | "promise_broken" => {
                let Some(promise) = &ctx.promise else { return };
                self.day(Some(promise.promised_on), "the day promised: {{ promise.on }}");
                let amount = (!promise.amount.is_zero()).then(|| format::amount(&promise.amount, lang));
                self.maybe(amount.as_deref(), "the amount promised: {{ promise.amount }}");
            }
            "plan_confirmation" => {
                let Some(plan) = &event.plan else { return };
                self.money(&plan.total, "what is acknowledged to be owed: {{ event.plan.total }}");
                for part in &plan.instalments {
                    self.day(Some(part.due_on), "the date of each instalment: @instalments");
                    self.money(&part.amount, "the amount of each instalment: @instalments");
                }
            }
            "dispute_acknowledgment" => {
                let Some(dispute) = &event.dispute else { return };
                self.maybe(
                    dispute.reason.as_deref().map(clean).as_deref(),
                    "the reason in the customer's words: {{ event.dispute.reason }}",
                );
                self.day(dispute.answer_by_on, "by when it is answered: {{ event.dispute.answer_by }}");
            }
            "thank_you" => {
                let Some(payment) = &event.payment else { return };
                self.money(&payment.amount, "the amount received: {{ event.payment.amount }}");
                self.day(Some(payment.received_on), "the day it was received: {{ event.payment.on }}");
            }
            "call_summary" => {
                let Some(call) = &event.call else { return };
                self.day(Some(call.on), "the day of the call: {{ event.call.on }}");
                for task in call.we_do.iter().chain(&call.you_do) {
                    self.phrase(&clean(&task.what), "what each will do: {{ event.call.we_do }}, {{ event.call.you_do }}");
                }
            }
            "document_sent" => {
                for name in &event.documents {
                    self.phrase(&clean(name), "which documents are sent: {{ event.documents }}");
                }
            }
            _ => {
                for row in &ctx.step_rows {
                    self.phrase(&clean(&row.number), "the number of each invoice: @invoices");
                }
            }
        }
    }
}

//! The context as the templates see it: every value formatted, cleaned and always defined.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use crate::{
    context::{ChargesMode, MessageContext, Recipient, RenderChannel},
    error::RenderError,
    format::{self, Lang},
    phrasing::VARIANTS,
    sums,
    typography::{clean, clean_option},
    words::{Words, fill},
};

mod event;
mod history;
pub(crate) mod parties;
pub(crate) mod tables;

use history::{ChargesView, HistoryView};
use parties::{CreditorView, PayView};
use tables::{Frame, Table};

/// All a template may name. An absent fact is `none`, never undefined.
#[derive(Debug, Serialize)]
pub(crate) struct View {
    pub letter: bool,
    /// A formal demand: what it does not claim is said not to be in it.
    pub notice: bool,
    pub variant: u64,
    pub creditor: CreditorView,
    pub customer: CustomerView,
    pub today: String,
    pub known_until: String,
    pub pay_before: Option<String>,
    pub deadline: Option<String>,
    pub deadline_days: Option<u16>,
    pub count: usize,
    pub one: bool,
    pub numbers: String,
    pub due_on: Option<String>,
    pub total: String,
    pub step_total: String,
    pub has_other: bool,
    pub has_upcoming: bool,
    /// Something is still due, so nobody is told that the account is settled.
    pub owes: bool,
    pub has_not_claimed: bool,
    pub charges: Option<ChargesView>,
    /// The demand stands on French law: not where another country's regime was chosen.
    pub french_law: bool,
    /// "Lefèvre SAS (SIREN 552 100 554, siège : 3 place Victor-Hugo, 38000 Grenoble)".
    pub debtor: String,
    pub previous: HistoryView,
    pub pay: PayView,
    pub first_message: bool,
    pub tracking: Option<String>,
    pub enclosures: Vec<String>,
    pub consequence: Option<String>,
    pub promise: Option<PromiseView>,
    pub event: serde_json::Value,
}

#[derive(Debug, Serialize)]
pub(crate) struct CustomerView {
    pub name: String,
    pub contact_name: Option<String>,
    pub siren: Option<String>,
    /// On one line, for the text of a formal notice.
    pub registered_office: Option<String>,
    pub consumer: bool,
    pub public: bool,
}

#[derive(Debug, Serialize)]
pub(crate) struct PromiseView {
    pub amount: Option<String>,
    pub on: String,
    pub method: Option<String>,
    pub made_by: Option<String>,
}

impl View {
    pub fn of(ctx: &MessageContext, words: &Words) -> Result<Self, RenderError> {
        let lang = ctx.lang();
        let charges = ChargesView::of(ctx)?;
        let long = |on: NaiveDate| format::long_day(on, lang);
        let numbers: Vec<String> = ctx.step_rows.iter().map(|row| clean(&row.number)).collect();
        let due_on = ctx.step_rows.first().map(|row| row.due_on).filter(|first| ctx.step_rows.iter().all(|row| row.due_on == *first));
        Ok(Self {
            letter: ctx.channel == RenderChannel::Letter,
            notice: matches!(ctx.effective_template(), "formal_notice" | "formal_notice_consumer" | "public_demand"),
            variant: ctx.variant_seed % VARIANTS,
            creditor: CreditorView::of(&ctx.creditor, lang, words),
            customer: CustomerView {
                name: clean(&ctx.customer.name),
                contact_name: clean_option(ctx.customer.contact_name.as_ref()),
                siren: clean_option(ctx.customer.siren.as_ref()).map(|raw| format::siren(&raw)),
                registered_office: Some(parties::lines(&ctx.customer.registered_address_lines).join(", ")).filter(|line| !line.is_empty()),
                consumer: ctx.is_consumer(),
                public: ctx.is_public(),
            },
            today: format::plain_day(ctx.today, lang),
            known_until: format::plain_day(ctx.payments_known_until, lang),
            pay_before: ctx.pay_before_on.map(long),
            deadline: ctx.deadline_on.map(long),
            deadline_days: ctx.deadline_days,
            count: numbers.len(),
            one: numbers.len() == 1,
            numbers: format::enumeration(&numbers, lang),
            due_on: due_on.map(long),
            total: amounts(&sums::of_due(ctx)?, lang),
            step_total: amounts(&sums::of_rows(&ctx.step_rows)?, lang),
            has_other: !ctx.other_rows.is_empty(),
            has_upcoming: !ctx.upcoming_rows.is_empty(),
            owes: ctx.step_rows.iter().chain(&ctx.other_rows).chain(&ctx.not_claimed).any(|row| !row.amount_due.is_zero()),
            has_not_claimed: !ctx.not_claimed.is_empty(),
            french_law: charges.as_ref().is_none_or(|charges| matches!(charges.law, "fr" | "public")),
            charges,
            debtor: debtor(&ctx.customer, words),
            previous: HistoryView::of(&ctx.previous, lang, words),
            pay: PayView::of(ctx),
            first_message: ctx.first_message,
            tracking: clean_option(ctx.tracking_number.as_ref()),
            enclosures: parties::lines(&ctx.enclosures),
            consequence: clean_option(ctx.confirmed_consequence.as_ref()),
            promise: ctx.promise.as_ref().map(|promise| PromiseView {
                amount: Some(&promise.amount).filter(|amount| !amount.is_zero()).map(|amount| format::amount(amount, lang)),
                on: long(promise.promised_on),
                method: clean_option(promise.method.as_ref()),
                made_by: clean_option(promise.made_by.as_ref()),
            }),
            event: event::facts(ctx, lang),
        })
    }
}

/// Who owes, with what tells it from any other of that name.
fn debtor(customer: &Recipient, words: &Words) -> String {
    let siren = clean_option(customer.siren.as_ref()).map(|raw| fill(&words.customer_siren, &format::siren(&raw)));
    let seat = parties::lines(&customer.registered_address_lines).join(", ");
    let seat = Some(seat).filter(|seat| !seat.is_empty()).map(|seat| fill(&words.seat, &seat));
    let known: Vec<String> = [siren, seat].into_iter().flatten().collect();
    if known.is_empty() { clean(&customer.name) } else { format!("{} ({})", clean(&customer.name), known.join(", ")) }
}

/// The tables a message may place with `@name`, as far as they have rows.
pub(crate) fn tables(ctx: &MessageContext, words: &Words) -> Result<BTreeMap<String, Table>, RenderError> {
    let frame = Frame::of(ctx, words);
    // The hard facts of a step concern its own rows only.
    let gentle = Frame { says_delay: false, ..Frame::of(ctx, words) };
    let mut tables = BTreeMap::new();
    for (name, frame, rows) in [
        ("invoices", &frame, &ctx.step_rows),
        ("others", &gentle, &ctx.other_rows),
        ("upcoming", &gentle, &ctx.upcoming_rows),
        ("not_claimed", &gentle, &ctx.not_claimed),
    ] {
        if !rows.is_empty() {
            tables.insert(name.to_owned(), frame.invoices(rows)?);
        }
    }
    if let Some(table) = tables.get_mut("not_claimed") {
        table.totals.clear();
    }
    let claimed = ctx.charges.as_ref().filter(|charges| charges.mode == ChargesMode::Claim && !ctx.is_consumer());
    if let Some(charges) = claimed {
        tables.insert("claim".to_owned(), frame.claim(&sums::of_rows(&ctx.step_rows)?, charges)?);
    }
    if let Some(plan) = &ctx.event.plan {
        tables.insert("instalments".to_owned(), frame.instalments(plan)?);
    }
    Ok(tables)
}

fn amounts(sums: &[crate::context::Amount], lang: Lang) -> String {
    let texts: Vec<String> = sums.iter().map(|sum| format::amount(sum, lang)).collect();
    format::enumeration(&texts, lang)
}

//! Earlier contacts by date, and late charges, as words.

use serde::Serialize;

use crate::{
    context::{ChargesMode, MessageContext, PreviousContact},
    error::RenderError,
    format::{self, Lang},
    sums,
    words::{Words, fill},
};

/// What was done so far.
#[derive(Debug, Serialize)]
pub(crate) struct HistoryView {
    /// "notre message du 9 octobre 2026 et notre appel du 21 octobre 2026"; empty when nothing was.
    pub sentence: String,
    pub items: Vec<String>,
    /// Day of the last written message, for the SMS.
    pub last_message_on: Option<String>,
}

impl HistoryView {
    pub fn of(previous: &[PreviousContact], lang: Lang, words: &Words) -> Self {
        let mut sorted: Vec<&PreviousContact> = previous.iter().collect();
        sorted.sort_by_key(|contact| contact.on);
        let day = |contact: &PreviousContact| format::plain_day(contact.on, lang);
        let phrases: Vec<String> = sorted.iter().map(|contact| fill(patterns(&contact.channel, words).0, &day(contact))).collect();
        let items = sorted.iter().map(|contact| fill(patterns(&contact.channel, words).1, &day(contact))).collect();
        let written = sorted.iter().rev().find(|contact| matches!(contact.channel.as_str(), "email" | "letter" | "registered_letter"));
        Self {
            sentence: format::enumeration(&phrases, lang),
            items,
            last_message_on: written.map(|contact| format::table_day(contact.on, lang)),
        }
    }
}

fn patterns<'a>(channel: &str, words: &'a Words) -> (&'a str, &'a str) {
    match channel {
        "email" => (&words.contact_email, &words.item_email),
        "sms" => (&words.contact_sms, &words.item_sms),
        "letter" => (&words.contact_letter, &words.item_letter),
        "registered_letter" => (&words.contact_registered_letter, &words.item_registered_letter),
        "phone" | "call" | "phone_task" => (&words.contact_phone_task, &words.item_phone_task),
        "visit" | "visit_task" => (&words.contact_visit_task, &words.item_visit_task),
        _ => (&words.contact_other, &words.item_other),
    }
}

/// Late charges a professional may be told of. There is no such value for a consumer.
#[derive(Debug, Serialize)]
pub(crate) struct ChargesView {
    pub claim: bool,
    /// Which law is cited: `fr`, `legal`, `public`, `eu` or `uk`.
    pub law: &'static str,
    /// "40 €", per invoice.
    pub unit: String,
    pub has_interest: bool,
    /// Waived or paid: no word of it.
    pub interest_settled: bool,
    /// Principal and charges together, by currency.
    pub total: String,
    /// "arrêtés au": the last day of interest that is computed.
    pub until: Option<String>,
    /// What every further day costs, by currency.
    pub daily: Option<String>,
}

impl ChargesView {
    pub fn of(ctx: &MessageContext) -> Result<Option<Self>, RenderError> {
        let Some(charges) = ctx.charges.as_ref().filter(|_| !ctx.is_consumer()) else { return Ok(None) };
        let lang = ctx.lang();
        let law = match charges.regime.as_deref() {
            Some(regime) if regime.starts_with("eu") || regime.starts_with("de_") || regime.starts_with("be_") => "eu",
            Some(regime) if regime.starts_with("uk_") => "uk",
            Some("fr_legal") => "legal",
            _ if ctx.is_public() => "public",
            _ => "fr",
        };
        let daily = sums::by_currency(charges.interest.iter().filter_map(|interest| interest.daily_amount.as_ref()))?;
        let daily: Vec<String> = daily.iter().filter(|sum| !sum.is_zero()).map(|sum| format::amount(sum, lang)).collect();
        let claim = charges.mode == ChargesMode::Claim;
        let claimed = ctx.step_rows.iter().map(|row| &row.amount_due).chain(charges.interest.iter().map(|interest| &interest.amount));
        let total = sums::by_currency(claimed.chain(&charges.fixed_compensation))?;
        let total: Vec<String> = total.iter().map(|sum| format::amount(sum, lang)).collect();
        Ok(Some(Self {
            claim,
            law,
            unit: unit(lang),
            interest_settled: charges.interest_settled,
            has_interest: claim && !charges.interest.is_empty(),
            total: format::enumeration(&total, lang),
            until: charges.interest.iter().map(|interest| interest.until_on).max().map(|on| format::plain_day(on, lang)),
            daily: Some(format::enumeration(&daily, lang)).filter(|text| !text.is_empty()),
        }))
    }
}

/// C. com. D441-5, CCP D2192-35.
fn unit(lang: Lang) -> String {
    format::amount(&crate::context::Amount::new("EUR", 40, 0), lang)
}

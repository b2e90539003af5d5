//! Text messages: neutral, short, readable by a stranger without telling a debt.

use minijinja::value::Serde;

use crate::{
    compose,
    context::{MessageContext, RenderChannel},
    environment::{environment, folder},
    error::RenderError,
    format::NBSP,
    gsm7::{self, SmsEncoding},
    own,
    view::View,
    words::Words,
};

/// Above this a text message is a letter.
const MOST_PARTS: u8 = 3;

/// A text message ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedSms {
    pub text: String,
    pub encoding: SmsEncoding,
    pub parts: u8,
}

/// Renders the text message. There is one text for every step: what else a template says has no
/// place on a telephone that others can read.
pub fn render_sms(ctx: &MessageContext) -> Result<RenderedSms, RenderError> {
    let ctx = MessageContext { channel: RenderChannel::Sms, ..ctx.clone() };
    compose::known_template(&ctx)?;
    if ctx.creditor.legal_name.trim().is_empty() {
        return Err(RenderError::Missing { template: ctx.template, fact: "creditor.legal_name" });
    }
    let lang = ctx.lang();
    let view = View::of(&ctx, Words::of(lang)?)?;
    let folder = folder(lang, ctx.formality);
    let rendered = match ctx.own.as_ref().and_then(|own| own.sms.as_ref()) {
        Some(sms) => own::render(&folder, sms, ctx.formality, &view)?.trim().replace('\n', " "),
        None => environment()?.get_template(&format!("{folder}/sms_reminder.sms.txt"))?.render(Serde(&view))?,
    };
    let text = gsm7::transliterate(&rendered.replace(NBSP, " "));
    let (encoding, parts) = gsm7::measure(&text);
    let parts = u8::try_from(parts).unwrap_or(u8::MAX);
    if parts > MOST_PARTS {
        return Err(RenderError::SmsTooLong { parts, most: MOST_PARTS });
    }
    Ok(RenderedSms { text, encoding, parts })
}

//! A tenant's own texts: the same small markup and the same facts as the built-in ones, in a language that can neither
//! loop for ever, nor grow without bound, nor read anything but its message; tried before use, and checked when sent.

mod required;
mod sandbox;
mod trial;

pub(crate) use sandbox::{Bounded, allowed, bare, render, told};
pub use trial::{OwnFault, faults};

use crate::{
    compose::Composed,
    context::MessageContext,
    environment::{sms_source, source},
    error::RenderError,
    format::Lang,
};

/// Codes of the languages that have built-in texts.
pub fn languages() -> impl Iterator<Item = &'static str> {
    Lang::ALL.into_iter().map(Lang::code)
}

/// The built-in text of a message in a language, as a tenant may take it and change it: its body and, for
/// `sms_reminder`, its text message. None for a name or language that does not exist.
pub fn built_in_text(template: &str, language: &str) -> Option<(String, Option<String>)> {
    let lang = Lang::ALL.into_iter().find(|lang| lang.code() == language)?;
    // a tenant names the shared parts without their folder and file: `{% include "pay" %}`
    let body = source(template, lang)?.replace(&format!("{{% include \"{language}/_"), "{% include \"").replace(".txt\" %}", "\" %}");
    let sms = (template == "sms_reminder").then(|| sms_source(lang)).flatten();
    Some((body, sms.map(|sms| sms.trim_end().to_owned())))
}

/// What a message made from a tenant's own text must say, and must not, with the facts it is made from.
///
/// # Errors
/// What it lacks or must not say.
pub(crate) fn check(ctx: &MessageContext, template: &str, composed: &Composed) -> Result<(), RenderError> {
    let wrong: Vec<String> = required::unsaid(ctx, template, composed).into_iter().chain(required::unsayable(ctx, composed)).collect();
    if wrong.is_empty() { Ok(()) } else { Err(RenderError::OwnText(wrong.join("; "))) }
}

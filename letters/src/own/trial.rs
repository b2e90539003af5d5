//! An own text is tried on made-up messages before it may be used: with every fact and with the least, one invoice and
//! several, each wording, each way of addressing, each kind of customer it can reach.

use std::collections::BTreeSet;

use relance_domain::law;

use crate::{
    context::{Formality, MessageContext, OwnText},
    email::render_email,
    error::RenderError,
    phrasing::VARIANTS,
    sample::{full, kind_for, minimal},
    sms::render_sms,
};

/// What is wrong with an own text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OwnFault {
    /// Which member: `/body`, `/sms`.
    pub pointer: &'static str,
    /// In words for its author.
    pub detail: String,
}

/// Most parts a text message may take.
const MOST_SMS_PARTS: u8 = 2;

/// Everything that keeps an own text of `template` from being used; empty when it may be.
pub fn faults(template: &str, language: &str, own: &OwnText) -> Vec<OwnFault> {
    let mut found = BTreeSet::new();
    for (pointer, text) in [("/body", Some(&own.body)), ("/sms", own.sms.as_ref())] {
        for threat in text.map(|text| law::threats(text)).unwrap_or_default() {
            let detail = format!("no message says {:?} unless a person has decided that step ({})", threat.words, threat.citation);
            found.insert(OwnFault { pointer, detail });
        }
    }
    for ctx in trials(template, language) {
        let ctx = MessageContext { own: Some(own.clone()), ..ctx };
        match render_email(&ctx) {
            Ok(_) => {}
            Err(RenderError::OwnText(wrong)) => {
                found.extend(wrong.split("; ").map(|one| OwnFault { pointer: "/body", detail: one.to_owned() }));
            }
            Err(error) => {
                found.insert(OwnFault { pointer: "/body", detail: error.to_string() });
            }
        }
        if own.sms.is_some() {
            found.extend(sms_fault(&ctx));
        }
    }
    found.into_iter().collect()
}

fn trials(template: &str, language: &str) -> Vec<MessageContext> {
    let kinds: &[&str] = match kind_for(template) {
        "business" if template == "formal_notice" => &["business"],
        "business" => &["business", "consumer", "public_body"],
        "consumer" => &["consumer"],
        _ => &["public_body"],
    };
    let mut trials = Vec::new();
    for kind in kinds {
        for formality in [Formality::Vous, Formality::Tu] {
            for variant_seed in 0..VARIANTS {
                let whole = MessageContext { formality, variant_seed, ..full(template, language, kind) };
                let one =
                    MessageContext { step_rows: whole.step_rows.iter().take(1).cloned().collect(), totals: Vec::new(), ..whole.clone() };
                let least = MessageContext { formality, variant_seed, ..minimal(template, language, kind) };
                trials.extend([whole, one, least]);
            }
        }
    }
    trials
}

/// A text message tells no debt to who reads over a shoulder, says who writes, and stays short.
fn sms_fault(ctx: &MessageContext) -> Option<OwnFault> {
    let fault = |detail: String| Some(OwnFault { pointer: "/sms", detail });
    let sms = match render_sms(ctx) {
        Ok(sms) => sms,
        Err(error) => return fault(error.to_string()),
    };
    let amounts = sms.text.contains('€') || sms.text.contains("EUR");
    match () {
        () if amounts => fault("a text message shows no amount".to_owned()),
        () if !sms.text.contains("Ateliers Dumas") => fault("it lacks who writes: {{ creditor.legal_name }}".to_owned()),
        () if ctx.creditor.phone.as_ref().is_some_and(|phone| !sms.text.contains(phone.as_str())) => {
            fault("it lacks the number to call: {{ creditor.phone }}".to_owned())
        }
        () if sms.parts > MOST_SMS_PARTS => fault(format!("it takes {} parts, at most {MOST_SMS_PARTS} are sent", sms.parts)),
        () => None,
    }
}

//! From a context to a message: checks first, then the language's file, then its blocks.

use std::collections::BTreeMap;

use minijinja::value::Serde;

use crate::{
    blocks::{self, Block, Message},
    context::MessageContext,
    environment::{environment, folder, template_names},
    error::RenderError,
    format::Lang,
    own, sums,
    view::{self, View, tables::Table},
    words::Words,
};

/// A message with all it needs to be laid out as mail or letter.
pub(crate) struct Composed {
    pub lang: Lang,
    pub words: &'static Words,
    pub view: View,
    pub message: Message,
    pub tables: BTreeMap<String, Table>,
}

pub(crate) fn compose(ctx: &MessageContext) -> Result<Composed, RenderError> {
    let name = known_template(ctx)?;
    check(ctx, name)?;
    let lang = ctx.lang();
    let words = Words::of(lang)?;
    let view = View::of(ctx, words)?;
    let folder = folder(lang, ctx.effective_formality());
    let rendered = match &ctx.own {
        Some(own) => own::render(&folder, &own.body, ctx.effective_formality(), &view)?,
        None => environment()?.get_template(&format!("{folder}/{name}"))?.render(Serde(&view))?,
    };
    let tables = view::tables(ctx, words)?;
    let mut message = blocks::parse(&rendered, lang)?;
    message.blocks.retain(|block| !matches!(block, Block::Table { name } if !tables.contains_key(name)));
    let composed = Composed { lang, words, view, message, tables };
    if ctx.own.is_some() {
        own::check(ctx, name, &composed)?;
    }
    Ok(composed)
}

pub(crate) fn known_template(ctx: &MessageContext) -> Result<&'static str, RenderError> {
    let wanted = ctx.effective_template();
    template_names().iter().find(|name| **name == wanted).copied().ok_or_else(|| RenderError::UnknownTemplate(wanted.to_owned()))
}

/// A message that would say something untrue, or demand without a date, is not made.
fn check(ctx: &MessageContext, template: &str) -> Result<(), RenderError> {
    let missing = |fact| Err(RenderError::Missing { template: template.to_owned(), fact });
    if ctx.creditor.legal_name.trim().is_empty() {
        return missing("creditor.legal_name");
    }
    let asks_money = !matches!(
        template,
        "promise_confirmation" | "plan_confirmation" | "dispute_acknowledgment" | "thank_you" | "call_summary" | "document_sent"
    );
    if asks_money && template != "promise_broken" && ctx.step_rows.is_empty() {
        return missing("step_rows");
    }
    match template {
        "formal_notice" | "formal_notice_consumer" | "public_demand" if ctx.deadline_on.is_none() && ctx.deadline_days.is_none() => {
            return missing("deadline_on or deadline_days");
        }
        "promise_confirmation" | "promise_broken" if ctx.promise.is_none() => return missing("promise"),
        "plan_confirmation" if ctx.event.plan.is_none() => return missing("event.plan"),
        "call_summary" if ctx.event.call.is_none() => return missing("event.call"),
        "plan_confirmation" => sums::check_plan(ctx)?,
        _ => {}
    }
    if asks_money { sums::check_totals(ctx) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::{Recipient, Row};

    #[test]
    fn a_consumer_gets_the_notice_without_charges() {
        let mut ctx = MessageContext { template: "formal_notice".into(), ..MessageContext::default() };
        assert_eq!(known_template(&ctx).unwrap(), "formal_notice_consumer");
        ctx.customer = Recipient { kind: "business".into(), ..Recipient::default() };
        assert_eq!(known_template(&ctx).unwrap(), "formal_notice");
        ctx.template = "dernier_avis".into();
        assert!(matches!(known_template(&ctx), Err(RenderError::UnknownTemplate(_))));
    }

    #[test]
    fn a_notice_without_a_date_is_refused() {
        let mut ctx = MessageContext { template: "formal_notice".into(), step_rows: vec![Row::default()], ..MessageContext::default() };
        ctx.creditor.legal_name = "A".into();
        assert!(matches!(compose(&ctx), Err(RenderError::Missing { .. })));
        ctx.deadline_days = Some(8);
        assert!(compose(&ctx).is_ok());
    }
}

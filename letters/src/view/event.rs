//! Facts of an event as words; every key is there, empty ones as null.

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::{
    context::{CallTask, MessageContext},
    format::{self, Lang},
    typography::{clean, clean_option},
    view::parties,
};

pub(super) fn facts(ctx: &MessageContext, lang: Lang) -> Value {
    let facts = &ctx.event;
    let text = |raw: &Option<String>| clean_option(raw.as_ref());
    let day = |on: NaiveDate| format::long_day(on, lang);
    let tasks = |tasks: &[CallTask]| -> Vec<Value> {
        tasks.iter().map(|task| json!({ "what": clean(&task.what), "by": task.by_on.map(day) })).collect()
    };
    let call = facts.call.as_ref().map(|call| {
        json!({
            "on": day(call.on),
            "our_speaker": text(&call.our_speaker),
            "their_speaker": text(&call.their_speaker),
            "summary": text(&call.summary),
            "we_do": tasks(&call.we_do),
            "you_do": tasks(&call.you_do),
        })
    });
    let dispute = facts.dispute.as_ref().map(|dispute| {
        json!({
            "reason": text(&dispute.reason),
            "amount": dispute.amount.as_ref().map(|amount| format::amount(amount, lang)),
            "handled_by": text(&dispute.handled_by),
            "answer_by": dispute.answer_by_on.map(day),
            "needed": text(&dispute.needed),
            "our_error": dispute.our_error,
        })
    });
    let payment =
        facts.payment.as_ref().map(|payment| json!({ "amount": format::amount(&payment.amount, lang), "on": day(payment.received_on) }));
    let plan = facts.plan.as_ref().map(|plan| {
        json!({
            "total": format::amount(&plan.total, lang),
            "grace_days": plan.grace_days,
            "charges_waived": plan.charges_waived && !ctx.is_consumer(),
            "accepted_by": text(&plan.accepted_by),
            "accepted_on": plan.accepted_on.map(day),
            "accepted_how": text(&plan.accepted_how),
        })
    });
    json!({ "documents": parties::lines(&facts.documents), "call": call, "dispute": dispute, "payment": payment, "plan": plan })
}

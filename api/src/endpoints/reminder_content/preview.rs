//! The frozen message, else the one that would be frozen now.

use actix_web::web;
use relance_domain::{
    ids::{ReminderId, TenantId},
    records::MessageContent,
};
use relance_letters::from_records::{PrintedDates, Sender, content, message_context};
use relance_openapi::problem::Code;
use relance_store::{channels, dunning::reminders, sending, tenants};

use crate::{
    problem::{Answer, Refusal},
    state::App,
};

/// The message of a reminder.
///
/// # Errors
/// 404; 409 `wrong_state` when it was never written and will not be, or cannot be written.
pub(super) async fn read(app: &App, tenant: TenantId, id: ReminderId) -> Answer<MessageContent> {
    let tx = app.store.read(tenant).await?;
    if let Some(frozen) = sending::content(&tx, tenant, id).await? {
        return Ok(frozen);
    }
    let now = tenants::now(&tx, tenant, app.store.now()).await?;
    let Some(job) = sending::load(&tx, tenant, &[id], now).await?.pop() else {
        let reminder = reminders::get(&tx, tenant, id).await?;
        return Err(Refusal::new(Code::WrongState, format!("The reminder is {}: it was never written.", reminder.status)));
    };
    let channel = match job.facts.reminder.channel.as_str() {
        "registered_letter" => "letter",
        other => other,
    };
    let public = channels::get(&tx, tenant, channel).await?.map(|channel| channel.public);
    drop(tx);
    // the dates as planned; what leaves prints those of its own day
    let rendered = web::block(move || {
        let reminder = &job.facts.reminder;
        let dates = PrintedDates { pay_before_on: reminder.pay_before_on, deadline_on: reminder.deadline_on };
        let sender = Sender::of(public.as_ref(), &job.facts.settings);
        content(&job.facts, &message_context(&job.facts, dates, now), &sender)
    });
    let rendered = rendered.await.map_err(|_| Refusal::new(Code::Overloaded, "The text could not be made in time: try again."))?;
    rendered.map_err(|error| Refusal::new(Code::WrongState, format!("The message cannot be written: {error}.")))
}

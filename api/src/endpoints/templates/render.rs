//! `POST /v1/templates/{template}/render`.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{self, Data, Path},
};
use relance_domain::ids::{ReminderId, TenantId};
use relance_letters::{
    Formality, MessageContext, OwnText, RenderError,
    from_records::{PrintedDates, message_context},
    render_email, render_sms, sample,
};
use relance_openapi::{
    problem::Code,
    template::{TemplateRenderInput, TemplateRenderView},
};
use relance_store::{dunning::reminders, sending, templates, tenants};

use super::Named;
use crate::{
    body::{Body, Faults},
    caller::{Caller, Scope},
    problem::{Answer, Refusal},
    query,
    state::App,
};

/// Shows a text as its reader would see it, with the facts of a reminder or with made-up ones. Nothing is kept.
#[utoipa::path(
    tag = "templates",
    operation_id = "render_template",
    params(("template" = String, Path, description = "Message and language: `first_reminder.fr`.")),
    request_body = TemplateRenderInput,
    responses((status = 200, description = "The message.", body = TemplateRenderView))
)]
#[post("/v1/templates/{template}/render")]
pub async fn render_template(
    req: HttpRequest,
    app: Data<App>,
    caller: Caller,
    template: Path<String>,
    body: Body<TemplateRenderInput>,
) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    query::none(&req)?;
    let named = Named::read(&template)?;
    let mut faults = Faults::default();
    let input = &body.0;
    input.formality.iter().for_each(|word| faults.word("/formality", word, &["vous", "tu"]));
    if input.variant.is_some_and(|variant| variant > 2) {
        faults.invalid("/variant", "There are three wordings: 0, 1 and 2.");
    }
    named.check_sms(input.sms.as_ref(), &mut faults);
    let reminder = input.reminder_id.as_ref().and_then(|id| faults.id::<ReminderId>("/reminder_id", id));
    faults.check()?;
    let context =
        MessageContext { own: text(&app, caller.tenant, &named, input).await?, ..facts(&app, caller.tenant, &named, reminder).await? };
    let context = voiced(context, input);
    let is_sms = named.built_in.sms.is_some();
    let rendered = web::block(move || -> Result<TemplateRenderView, RenderError> {
        let mail = render_email(&context)?;
        let sms = if is_sms { Some(render_sms(&context)?.text) } else { None };
        Ok(TemplateRenderView { subject: mail.subject, text: mail.text, html: mail.html, sms })
    });
    let rendered = rendered.await.map_err(|_| Refusal::new(Code::Overloaded, "The text could not be made in time: try again."))?;
    let view = rendered.map_err(|error| Refusal::field(Code::TemplateInvalid, "/body", error.to_string()))?;
    Ok(HttpResponse::Ok().json(view))
}

fn voiced(context: MessageContext, input: &TemplateRenderInput) -> MessageContext {
    let formality = match input.formality.as_deref() {
        Some("tu") => Formality::Tu,
        Some(_) => Formality::Vous,
        None => context.formality,
    };
    MessageContext { formality, variant_seed: input.variant.map_or(context.variant_seed, u64::from), ..context }
}

/// The text to show: the one to try, else the one there; none: the built-in one.
async fn text(app: &App, tenant: TenantId, named: &Named, input: &TemplateRenderInput) -> Answer<Option<OwnText>> {
    let tx = app.store.read(tenant).await?;
    let own = templates::get(&tx, tenant, &named.template, &named.language).await?;
    let there = own.map(|own| OwnText { body: own.body, sms: own.sms });
    if input.body.is_none() && input.sms.is_none() {
        return Ok(there);
    }
    let there = there.unwrap_or_else(|| named.built_in.clone());
    Ok(Some(OwnText { body: input.body.clone().unwrap_or(there.body), sms: input.sms.clone().or(there.sms) }))
}

/// The facts to show it with.
async fn facts(app: &App, tenant: TenantId, named: &Named, reminder: Option<ReminderId>) -> Answer<MessageContext> {
    let Some(id) = reminder else {
        return Ok(sample::full(&named.template, &named.language, sample::kind_for(&named.template)));
    };
    let tx = app.store.read(tenant).await?;
    let now = tenants::now(&tx, tenant, app.store.now()).await?;
    let Some(job) = sending::load(&tx, tenant, &[id], now).await?.pop() else {
        let reminder = reminders::get(&tx, tenant, id).await?;
        return Err(Refusal::new(Code::WrongState, format!("The reminder is {}: its message is read at /content.", reminder.status)));
    };
    let planned = &job.facts.reminder;
    let dates = PrintedDates { pay_before_on: planned.pay_before_on, deadline_on: planned.deadline_on };
    let context = message_context(&job.facts, dates, now);
    Ok(MessageContext { template: named.template.clone(), language: named.language.clone(), ..context })
}

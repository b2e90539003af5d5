//! `POST /v1/ingest/mails`.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Payload},
};
use relance_domain::{ids::CaseId, records::By};
use relance_ingest::mail::{self, Mail, MailKind};
use relance_openapi::{mail::MailTaken, problem::Code};
use relance_store::dunning::mails::{self, IncomingMail, What};

use crate::{
    body,
    caller::{Caller, Scope},
    problem::{Answer, Refusal},
    query::Query,
    state::App,
};

/// Largest mail, in bytes.
const LIMIT: usize = 16 * 1024 * 1024;

/// Takes one mail as it came to the address that answers and bounces go to: bounces (RFC 3464) and complaints are receipts
/// of their messages, what a person wrote rests the customer until somebody has read it, and what a machine wrote is only
/// kept. Each is taken once. Mails that carry nothing of ours change nothing.
#[utoipa::path(
    tag = "ingest",
    operation_id = "ingest_mail",
    params(
        ("to" = Option<String>, Query, description = "The address that it was delivered to, if the mail does not say it."),
        ("dry_run" = Option<bool>, Query, description = "Say what it is, change nothing.")
    ),
    request_body(
        content((Vec<u8> = "message/rfc822"), (Vec<u8> = "application/octet-stream")),
        description = "The mail, whole, as it came over the wire; at most 16 MiB."
    ),
    responses((status = 200, description = "What it is and what became of it.", body = MailTaken))
)]
#[post("/v1/ingest/mails")]
pub async fn ingest_mail(req: HttpRequest, app: Data<App>, caller: Caller, payload: Payload) -> Answer<HttpResponse> {
    caller.require(Scope::FactsWrite)?;
    let query = Query::read(&req, &["to", "dry_run"])?;
    let (dry_run, envelope) = (query.flag("dry_run")?, query.text("to").map(str::to_owned));
    let bytes = body::collect(&req, payload.into_inner(), LIMIT).await?.to_vec();
    let read = actix_web::web::block(move || mail::read(&bytes, envelope.as_deref()));
    let read = read.await.map_err(|_| Refusal::new(Code::Overloaded, "The mail could not be read in time: try again."))?;
    let Some(mail) = read else { return Err(Refusal::new(Code::MalformedDocument, "This does not read as a mail.")) };
    let (kind, report) = words(&mail.kind);
    let tx = app.store.write(caller.tenant).await?;
    let done = mails::take(&tx, caller.tenant, incoming(mail), app.store.now()).await?;
    let result = match (done.taken, done.customer) {
        (true, _) => "taken",
        (false, Some(_)) => "known",
        (false, None) => "unmatched",
    };
    let answer = MailTaken {
        kind: kind.to_owned(),
        report,
        result: result.to_owned(),
        reminder_id: done.reminder.map(|id| id.to_string()),
        customer_id: done.customer.map(|id| id.to_string()),
    };
    app.conclude(tx, dry_run, HttpResponse::Ok().json(answer)).await
}

fn words(kind: &MailKind) -> (&'static str, Option<String>) {
    match kind {
        MailKind::Report { kind, .. } => ("report", Some(kind.as_str().to_owned())),
        MailKind::Reply(_) => ("reply", None),
        MailKind::Automatic(_) => ("automatic_reply", None),
    }
}

fn incoming(mail: Mail) -> IncomingMail {
    let Mail { key, kind, about, from, at } = mail;
    let what = match kind {
        MailKind::Report { kind, detail, recipients } => What::Report { kind, detail, recipients },
        MailKind::Reply(text) => What::Said { text, automatic: false },
        MailKind::Automatic(text) => What::Said { text, automatic: true },
    };
    IncomingMail {
        key,
        what,
        references: about.references,
        message_ids: about.message_ids,
        cases: about.cases.iter().filter_map(|id| id.parse::<CaseId>().ok()).map(|id| id.0).collect(),
        from: from.map(|(name, email)| By { name: name.unwrap_or_else(|| email.clone()), email }),
        at,
    }
}

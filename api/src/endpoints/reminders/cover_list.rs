//! `GET /v1/letters/cover_list`.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{self, Data},
};
use relance_domain::calendar::{Zone, local_day, parse_zone, start_of_day};
use relance_letters::{Posting, render_cover_list};
use relance_openapi::problem::Code;
use relance_store::{
    logos,
    sending::{self, Printed},
    tenants,
};

use crate::{
    caller::{Caller, Scope},
    problem::{Answer, Refusal},
    query::Query,
    state::App,
};

/// Letters on one list.
const LETTERS: u64 = 1_000;
/// Lists of a day, at most.
const PARTS: u64 = 1_000;

/// The list that goes with a day's printed letters (provider `print`) to the post: addressee, reference (the name of the file),
/// kind and pages, as PDF. A thousand letters at most; `part` 2 lists the next thousand.
#[utoipa::path(
    tag = "reminders",
    operation_id = "get_cover_list",
    params(
        ("on" = Option<String>, Query, description = "The day they were printed, YYYY-MM-DD; absent: the tenant's day."),
        ("part" = Option<u64>, Query, minimum = 1, maximum = 1000, description = "Which thousand; 1 when absent.")
    ),
    responses((status = 200, description = "The list.", content_type = "application/pdf"))
)]
#[get("/v1/letters/cover_list")]
pub async fn get_cover_list(req: HttpRequest, app: Data<App>, caller: Caller) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    let query = Query::read(&req, &["on", "part"])?;
    let asked = query.day("on")?;
    let part = part(query.text("part"))?;
    let tx = app.store.read(caller.tenant).await?;
    let settings = tenants::get(&tx, caller.tenant).await?.settings;
    let zone = parse_zone(&settings.time_zone).unwrap_or(Zone::Europe__Paris);
    let on = match asked {
        Some(day) => day,
        None => local_day(tenants::now(&tx, caller.tenant, app.store.now()).await?, zone),
    };
    let span = (start_of_day(on, zone), start_of_day(on.succ_opt().unwrap_or(on), zone));
    let letters = sending::printed(&tx, caller.tenant, span, ((part - 1) * LETTERS, LETTERS)).await?;
    let logo = logos::read(&tx, caller.tenant, &settings.logo).await?;
    let logo = settings.logo.as_ref().and_then(|of| logo.of(of));
    drop(tx);
    let printed = web::block(move || {
        let postings: Vec<Posting> = letters.into_iter().map(posting).collect();
        render_cover_list(on, &postings, (&settings, logo.as_ref()))
    });
    let printed = printed.await.map_err(|_| Refusal::new(Code::Overloaded, "The list could not be made in time: try again."))?;
    let letter = printed.map_err(|error| Refusal::new(Code::WrongState, format!("The list cannot be printed: {error}.")))?;
    Ok(HttpResponse::Ok()
        .content_type("application/pdf")
        .insert_header(("content-disposition", format!("attachment; filename=\"letters-{on}.pdf\"")))
        .insert_header(("x-content-type-options", "nosniff"))
        .body(letter.pdf))
}

fn part(text: Option<&str>) -> Answer<u64> {
    let Some(text) = text else { return Ok(1) };
    let read = text.parse().ok().filter(|part| (1..=PARTS).contains(part));
    read.ok_or_else(|| Refusal::field(Code::ValidationFailed, "query:part", format!("This must be from 1 to {PARTS}.")))
}

fn posting(letter: Printed) -> Posting {
    let pages = letter.content.headers.get("pages").and_then(|pages| pages.parse().ok());
    let envelope = letter.content.to.as_deref().unwrap_or_default().lines().map(str::to_owned).collect();
    Posting { reference: letter.reference, envelope, registered: letter.channel == "registered_letter", pages }
}

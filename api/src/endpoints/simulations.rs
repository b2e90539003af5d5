//! `POST /v1/simulations`.

use std::{collections::BTreeMap, sync::Arc};

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{self, Data, Payload},
};
use chrono::{DateTime, NaiveDate, Utc};
use relance_domain::{
    calendar::{Zone, local_day, parse_zone},
    ids::PolicyId,
    policy::Backlog,
    simulation::{Assumptions, Course},
};
use relance_openapi::{
    problem::Code,
    simulation::{SimulationInput, SimulationView},
};
use relance_store::{
    StoreError, Tx, dunning,
    policies::{self, ActivePolicy},
    tenants,
};
use serde_json::{Map, Value};
use tokio::sync::Semaphore;

use crate::{
    body,
    caller::{Caller, Scope},
    problem::{Answer, Refusal},
    query,
    routes::Registry,
    simulation::{self, Ask, Caps, Chooser, Entering, Period, Told},
    state::App,
};

/// Largest body, in bytes: a ledger may be in it.
const LIMIT: usize = 5 * 1024 * 1024;
/// Customers read and driven at a time.
const BATCH: u64 = 1_000;
/// Simulations that a process works at the same time; others wait.
static PLACES: Semaphore = Semaphore::const_new(2);

/// Registers it.
pub fn routes(cfg: &mut impl Registry) {
    cfg.service(create_simulation);
}

/// Tells what would come of a policy: what leaves on which day, what is withheld and why, and who is treated otherwise
/// than today. Nothing is written and nothing is sent.
#[utoipa::path(
    tag = "policies",
    operation_id = "create_simulation",
    request_body = SimulationInput,
    responses((status = 200, description = "What would come of it.", body = SimulationView))
)]
#[post("/v1/simulations")]
pub async fn create_simulation(req: HttpRequest, app: Data<App>, caller: Caller, payload: Payload) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    query::none(&req)?;
    let bytes = body::collect(&req, payload.into_inner(), LIMIT).await?;
    let input: SimulationInput = body::read(&req, &bytes)?;
    let period = Period::read(&input.from, &input.until)?;
    let people =
        Assumptions { approvals_given: input.approvals.as_deref() != Some("withheld"), calls_made: input.calls.as_deref() != Some("none") };
    let storm_limit = input.storm_above.and_then(|above| usize::try_from(above).ok());
    let entry = entering(&input)?;
    let ledger = input.ledger.map(|ledger| simulation::read_ledger(ledger, "/ledger")).transpose()?;

    let _place = PLACES.acquire().await.map_err(|_| Refusal::new(Code::Overloaded, "The server is about to stop."))?;
    let tx = app.store.read(caller.tenant).await?;
    let tenant = tenants::get(&tx, caller.tenant).await?;
    let now = tenants::now(&tx, caller.tenant, app.store.now()).await?;
    let zone = parse_zone(&tenant.settings.time_zone).unwrap_or(Zone::Europe__Paris);
    let in_force = policies::active(&tx, caller.tenant).await?;
    let asked = Asked { tx: &tx, caller: &caller, in_force: &in_force };
    let named = asked.chooser("", input.policy, input.policy_id, input.version).await?;
    let other = match input.compare_with {
        Some(other) => {
            let chosen = asked.chooser("/compare_with", other.policy, other.policy_id, other.version).await?;
            Some(chosen.ok_or_else(|| Refusal::field(Code::ValidationFailed, "/compare_with", "Name a policy to compare with."))?)
        }
        // the policies in force are not compared with themselves
        None => named.is_some().then(|| as_they_are(&in_force, ledger.is_some())),
    };
    let mut here = named.unwrap_or_else(|| as_they_are(&in_force, ledger.is_some()));
    here.keeps_running = input.running_cases.as_deref() != Some("move");

    let today = local_day(now, zone);
    let (word, began) = if ledger.is_some() {
        ("given", None)
    } else if period.from < today {
        ("as_it_was", None)
    } else {
        ("as_it_stands", Some(now))
    };
    if began.is_some() && period.until.signed_duration_since(today).num_days() > simulation::LONGEST {
        let detail = format!("A simulation of what is to come ends at most {} days from today.", simulation::LONGEST);
        return Err(Refusal::field(Code::ValidationFailed, "/until", detail));
    }
    let mut ask = Ask { span: period.span(zone, began, people), here, there: other, entry };
    let mut told: Vec<Told> = Vec::new();
    let ask = match ledger {
        Some(ledger) => {
            let settings = tenant.settings;
            let courses = web::block(move || ledger.courses(&settings)).await.map_err(|_| stopped())??;
            simulation::spread_over(&courses, &mut ask);
            let ask = Arc::new(ask);
            told.extend(driven(courses, &ask).await?);
            ask
        }
        None => {
            spread(&tx, &caller, &mut ask, (began.is_some(), today)).await?;
            let ask = Arc::new(ask);
            let mut after = None;
            loop {
                let ids = dunning::customers_after(&tx, caller.tenant, after, BATCH).await?;
                let Some(last) = ids.last().copied() else { break };
                after = Some(last);
                let courses = read(&tx, &caller, &ids, ask.span.from, now).await?;
                told.extend(driven(courses, &ask).await?);
            }
            ask
        }
    };
    tx.commit().await.map_err(StoreError::from)?;
    let view: SimulationView =
        web::block(move || simulation::tell(&mut told, &ask, period, word, storm_limit, Caps::default())).await.map_err(|_| stopped())?;
    Ok(HttpResponse::Ok().json(view))
}

/// How the policy that the body names comes into force; `None`: it names none.
fn entering(input: &SimulationInput) -> Answer<Option<Entering>> {
    let named = input.policy.is_some() || input.policy_id.is_some();
    for (pointer, stated) in [
        ("/backlog", input.backlog.is_some()),
        ("/spread_days", input.spread_days.is_some()),
        ("/running_cases", input.running_cases.is_some()),
    ] {
        if stated && !named {
            let detail = "Name the policy that comes into force: the policies in force have taken in what they found.";
            return Err(Refusal::field(Code::ValidationFailed, pointer, detail));
        }
    }
    for (pointer, stated, words) in [
        ("/backlog", &input.backlog, &["first_step", "by_age", "skip"][..]),
        ("/running_cases", &input.running_cases, &["keep", "move"]),
        ("/approvals", &input.approvals, &["given", "withheld"]),
        ("/calls", &input.calls, &["made", "none"]),
    ] {
        if stated.as_deref().is_some_and(|word| !words.contains(&word)) {
            return Err(Refusal::field(Code::ValidationFailed, pointer, format!("This must be one of: {}.", words.join(", "))));
        }
    }
    let backlog = input.backlog.as_deref().and_then(Backlog::parse).unwrap_or(Backlog::FirstStep);
    Ok(named.then(|| Entering { backlog, spread_days: input.spread_days.unwrap_or_default(), waits: BTreeMap::new() }))
}

/// Spreads the first looks over the tenant's own backlog, those that owe longest first.
async fn spread(tx: &Tx, caller: &Caller, ask: &mut Ask, (stands, today): (bool, NaiveDate)) -> Answer<()> {
    let Some(entry) = ask.entry.as_mut().filter(|entry| entry.spread_days > 0) else { return Ok(()) };
    if !stands {
        let detail = "First looks are spread over what is overdue today: leave it out of a past period.";
        return Err(Refusal::field(Code::ValidationFailed, "/spread_days", detail));
    }
    let (Some(in_force), Some(id)) = (&ask.here.in_force, ask.here.id) else { return Ok(()) };
    let list = policies::backlog(tx, caller.tenant, in_force, id, today).await?;
    entry.spread(&policies::longest_first(&list));
    Ok(())
}

/// The policies in force; for a ledger that is not the tenant's own they are chosen anew.
fn as_they_are(in_force: &[ActivePolicy], chosen: bool) -> Chooser {
    Chooser { in_force: chosen.then(|| in_force.to_vec()), ..Chooser::as_they_are() }
}

fn stopped() -> Refusal {
    Refusal::new(Code::Internal, "The simulation ended before its end.")
}

async fn read(
    tx: &Tx,
    caller: &Caller,
    ids: &[relance_domain::ids::CustomerId],
    from: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Answer<Vec<Course>> {
    if from >= now {
        let snapshots = dunning::snapshots_with_history(tx, caller.tenant, ids, now).await?;
        return Ok(snapshots.into_iter().map(Course::without_news).collect());
    }
    Ok(dunning::courses_since(tx, caller.tenant, ids, from, now).await?)
}

async fn driven(courses: Vec<Course>, ask: &Arc<Ask>) -> Answer<Vec<Told>> {
    let ask = Arc::clone(ask);
    web::block(move || simulation::drive_all(&courses, &ask, simulation::cores(), &|| {})).await.map_err(|_| stopped())
}

/// Where policies that a body names are looked up.
struct Asked<'a> {
    tx: &'a Tx,
    caller: &'a Caller,
    in_force: &'a [ActivePolicy],
}

impl Asked<'_> {
    /// The policies in force with the one that the body names; `None` when it names none.
    async fn chooser(
        &self,
        pointer: &str,
        policy: Option<Map<String, Value>>,
        id: Option<String>,
        version: Option<i32>,
    ) -> Answer<Option<Chooser>> {
        let in_force = self.in_force.to_vec();
        match (policy, id, version) {
            (None, None, None) => Ok(None),
            (Some(document), None, None) => {
                let policy = simulation::document(&Value::Object(document), &format!("{pointer}/policy"))?;
                Ok(Some(simulation::with(in_force, None, policy)))
            }
            (None, Some(id), version) => {
                let at = format!("{pointer}/policy_id");
                let unknown = || Refusal::field(Code::ValidationFailed, at.clone(), "There is no such policy, or no such version of it.");
                let id: PolicyId = id.parse().map_err(|_| unknown())?;
                let found = match version {
                    Some(version) => policies::get_version(self.tx, self.caller.tenant, id, version).await,
                    None => policies::get(self.tx, self.caller.tenant, id).await,
                };
                let record = match found {
                    Err(StoreError::NotFound) => return Err(unknown()),
                    other => other?,
                };
                let document = serde_json::to_value(&record.document).unwrap_or_default();
                let policy = simulation::document(&document, &at)?;
                Ok(Some(simulation::with(in_force, Some((id, record.version, record.preset)), policy)))
            }
            (None, None, Some(_)) => {
                let detail = "A version is one of a policy: name it by policy_id.";
                Err(Refusal::field(Code::ValidationFailed, format!("{pointer}/version"), detail))
            }
            (Some(_), ..) => {
                let detail = "Give a policy or name one by policy_id, not both.";
                Err(Refusal::field(Code::ValidationFailed, format!("{pointer}/policy"), detail))
            }
        }
    }
}

//! `relance doctor`: looks at what operators get wrong, and says what to do.

use chrono::NaiveDate;
use relance_domain::{
    charges::{HalfYear, RateBook, Series},
    clock::Clock,
    egress::EgressPolicy,
};

use relance_store::{Scope, Store, tenants};
use relance_workers::{
    http::GuardedClient,
    sending::{Finding, check_up},
};

use crate::{cli::DatabaseArgs, clock::SystemClock};

/// Nothing of ours existed before this year: an earlier clock is wrong, and would chase wrongly.
const FIRST_YEAR: i32 = 2026;

pub async fn run(database: &DatabaseArgs, egress_allow: &str) -> anyhow::Result<()> {
    let mut faults = 0;
    let mut say = |fine: bool, what: &str, advice: &str| {
        println!("{} {what}{}", if fine { "ok  " } else { "FAIL" }, if fine { String::new() } else { format!(": {advice}") });
        faults += u32::from(!fine);
    };
    let now = SystemClock.now();
    say(chrono::Datelike::year(&now) >= FIRST_YEAR, &format!("clock says {now}"), "set the machine's clock; dunning is nothing but time");
    let store = super::open(database).await;
    say(store.is_ok(), "database opens", "check RELANCE_DATABASE_URL and RELANCE_SECRET_KEY");
    if let Ok(store) = store {
        say(store.ping().await.is_ok(), "database answers", "is the server running, and does it let this user in?");
        match store.migration_status().await {
            Ok(status) => {
                say(status.pending.is_empty(), "schema is current", "run `relance migrate up`");
                if status.pending.is_empty() {
                    say(store.unlock().await.is_ok(), "secrets open", "start with the RELANCE_SECRET_KEY that they were sealed with");
                    match super::rates::book(&store).await {
                        Ok(book) => rates(&book, now.date_naive(), &mut say),
                        Err(_) => say(false, "rates can be read", "does this user own the database?"),
                    }
                    match channels(&store, egress_allow).await {
                        Ok(findings) => findings.iter().for_each(|(fine, what, advice)| say(*fine, what, advice)),
                        Err(error) => say(false, "channels can be looked at", &error.to_string()),
                    }
                }
            }
            Err(_) => say(false, "schema can be read", "does this user own the database?"),
        }
        store.close().await?;
    }
    anyhow::ensure!(faults == 0, "{faults} thing(s) to mend");
    Ok(())
}

/// Tenants that are looked at, the newest first.
const TENANTS: u64 = 200;

/// The channels of every tenant: who is there, encryption, credentials, sender. Nothing is sent.
async fn channels(store: &Store, egress_allow: &str) -> anyhow::Result<Vec<(bool, String, String)>> {
    let _ = rustls::crypto::ring::default_provider().install_default(); // once a process
    let client = GuardedClient::new(EgressPolicy::parse(egress_allow)?);
    let tx = store.read(Scope::System).await?;
    let tenants = tenants::list(&tx, None, TENANTS).await?;
    tx.commit().await?;
    let mut all = Vec::new();
    for tenant in tenants {
        for Finding { ok, what, advice } in check_up(store, &client, tenant.id).await? {
            all.push((ok, format!("{}: {what}", tenant.name), advice));
        }
    }
    Ok(all)
}

/// The rates of this half-year must be there, in France at least; those of the next are only warned of.
fn rates(book: &RateBook, today: NaiveDate, say: &mut impl FnMut(bool, &str, &str)) {
    let now = HalfYear::of(today);
    let advice = "enter them with their source: `relance rates import FILE`; until then interest stops at the last known day";
    let missing = |half: HalfYear| -> Vec<String> {
        let french = [Series::EcbMro, Series::LegalAutres, Series::LegalParticuliers];
        french.into_iter().filter_map(|series| book.rate(series, half).err()).map(|unknown| unknown.missing()).collect()
    };
    let here = missing(now);
    let what = if here.is_empty() { format!("rates of {now} are known") } else { format!("rates are missing: {}", here.join(", ")) };
    say(here.is_empty(), &what, advice);
    let next = missing(now.next());
    if !next.is_empty() {
        println!("warn the next half-year has no rates yet: {}: {advice}", next.join(", "));
    }
}

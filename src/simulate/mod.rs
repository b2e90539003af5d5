//! `relance simulate`: what would come of a policy on a ledger in a file. No database, no network, nothing is sent.

mod chart;
mod read;
mod report;
mod show;

use std::{collections::BTreeMap, time::Duration};

use anyhow::Context;
use chrono::{Days, NaiveDate};
use indicatif::{ProgressBar, ProgressStyle};
use relance_api::{
    problem::Refusal,
    simulation::{Ask, Caps, Chooser, Entering, Period, as_presets, cores, drive_all, spread_over, tell, with},
};
use relance_domain::{
    calendar::{Zone, parse_zone},
    customer::Address,
    policy::Backlog,
    settings::Settings,
    simulation::Assumptions,
};
use relance_openapi::simulation::{SimulatedPolicy, SimulationView};

use crate::cli::SimulateArgs;

/// How long after the last day of a ledger a simulation goes on unless told otherwise: a ladder's length.
const AFTER: Days = Days::new(120);

/// Simulates, prints a short table and writes the report.
///
/// # Errors
/// Files that do not read, with every fault in them.
pub fn run(args: &SimulateArgs) -> anyhow::Result<()> {
    let ledger = read::ledger(&args.ledger)?;
    let courses = ledger.courses(&creditor()).map_err(|refused| told(&args.ledger.display().to_string(), &refused))?;
    let period = period(args, ledger.days())?;
    let people = Assumptions { approvals_given: !args.without_approvals, calls_made: !args.without_calls };
    let zone = parse_zone(&creditor().time_zone).unwrap_or(Zone::Europe__Paris);
    let presets = Chooser {
        name: SimulatedPolicy { id: None, version: None, name: "The built-in policies".to_owned() },
        in_force: Some(as_presets()),
        id: None,
        keeps_running: true,
    };
    let named = |file: &std::path::Path| read::policy(file).map(|policy| with(as_presets(), None, policy));
    let here = args.policy.as_deref().map(named).transpose()?;
    let there = args.compare.as_deref().map(named).transpose()?;
    // the built-in ones are not compared with themselves
    let there = there.or_else(|| here.is_some().then(|| presets.clone()));
    let backlog = Backlog::parse(&args.backlog).unwrap_or(Backlog::FirstStep);
    let entry = here.is_some().then(|| Entering { backlog, spread_days: args.spread_days, waits: BTreeMap::new() });
    let mut ask = Ask { span: period.span(zone, None, people), here: here.unwrap_or(presets), there, entry };
    spread_over(&courses, &mut ask);

    let bar = ProgressBar::new(u64::try_from(courses.len()).unwrap_or_default());
    bar.set_style(ProgressStyle::with_template("{elapsed_precise} {wide_bar} {pos}/{len} customers")?);
    bar.enable_steady_tick(Duration::from_millis(200));
    let mut lived = drive_all(&courses, &ask, cores(), &|| bar.inc(1));
    bar.finish_and_clear();
    let caps = Caps { reminders: usize::MAX, differences: args.differences };
    let view = tell(&mut lived, &ask, period, "given", args.storm_above, caps);
    let out = if args.json { serde_json::to_string_pretty(&view)? } else { show::table(&view) };
    println!("{out}");
    write(args, &view)
}

fn write(args: &SimulateArgs, view: &SimulationView) -> anyhow::Result<()> {
    let Some(file) = &args.html else { return Ok(()) };
    let html = report::html(view, &args.ledger.display().to_string())?;
    std::fs::write(file, html).with_context(|| format!("{} cannot be written", file.display()))?;
    eprintln!("report written to {}", file.display());
    Ok(())
}

/// A ledger in a file says nothing of the creditor: it is taken for complete, so that its self-check holds nothing up.
fn creditor() -> Settings {
    let address = Address {
        lines: vec!["–".to_owned()],
        postcode: Some("75001".to_owned()),
        city: Some("Paris".to_owned()),
        country: "FR".to_owned(),
    };
    Settings { legal_name: Some("–".to_owned()), address: Some(address), iban: Some("–".to_owned()), ..Settings::default() }
}

fn period(args: &SimulateArgs, days: Option<(NaiveDate, NaiveDate)>) -> anyhow::Result<Period> {
    let stated = |text: &Option<String>, flag: &str| {
        let read = |text: &String| text.parse::<NaiveDate>().with_context(|| format!("--{flag} {text} is no day: write YYYY-MM-DD"));
        text.as_ref().map(read).transpose()
    };
    let none = "the ledger has no invoice: say --from and --until";
    let from = stated(&args.from, "from")?.or(days.map(|days| days.0)).context(none)?;
    let until = stated(&args.until, "until")?.or(days.and_then(|days| days.1.checked_add_days(AFTER))).context(none)?;
    anyhow::ensure!(from <= until, "--until {until} lies before --from {from}");
    Ok(Period { from, until })
}

/// Every fault of a refusal, for a terminal.
fn told(file: &str, refused: &Refusal) -> anyhow::Error {
    let faults: Vec<String> = refused.errors.iter().map(|fault| format!("\n  {} {}", fault.pointer, fault.detail)).collect();
    anyhow::anyhow!("{file}: {}{}", refused.detail, faults.concat())
}

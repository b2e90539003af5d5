//! The short table for a terminal.

use std::fmt::Write;

use relance_openapi::simulation::{SimulatedPolicy, SimulationView};

/// The table.
pub fn table(view: &SimulationView) -> String {
    let mut out = String::new();
    let totals = &view.totals;
    // writing to a string does not fail
    let _ = writeln!(out, "{} from {} until {}", name(&view.policy), view.from, view.until);
    let _ = writeln!(
        out,
        "{} messages and {} tasks to {} of {} customers, by {} decisions",
        totals.reminders, totals.tasks, totals.customers_chased, totals.customers, totals.decisions
    );
    let _ = writeln!(out, "approvals {}, calls {}", view.assumptions.approvals, view.assumptions.calls);
    section(&mut out, "Steps", view.per_step.iter().map(|step| (format!("{} ({})", step.step_key, step.channel), step.count, "")));
    section(
        &mut out,
        "Withheld (days)",
        view.withheld.iter().map(|one| (one.code.clone(), one.days, one.citation.as_deref().unwrap_or_default())),
    );
    section(&mut out, "Charges told (invoices)", view.charges.iter().map(|one| (one.mode.clone(), one.invoices, one.amount.as_str())));
    let storms: Vec<&str> = view.storms.iter().map(String::as_str).collect();
    let _ = writeln!(out, "\nDays with more than {} messages: {}", view.storm_above, some(&storms));
    if let Some(other) = &view.compared_with {
        let title = format!("Otherwise than under {} (steps of invoices)", name(other));
        section(&mut out, &title, view.differences_by_kind.iter().map(|one| (one.kind.clone(), one.count, "")));
    }
    if totals.put_off > 0 {
        let _ = writeln!(out, "\n{} times work came up without end and was put off: look at the policy.", totals.put_off);
    }
    out.trim_end().to_owned()
}

fn name(policy: &SimulatedPolicy) -> String {
    policy.name.clone()
}

fn some(list: &[&str]) -> String {
    match list {
        [] => "none".to_owned(),
        few if few.len() <= 8 => few.join(", "),
        many => format!("{}, and {} more", many.iter().take(8).copied().collect::<Vec<_>>().join(", "), many.len() - 8),
    }
}

fn section<'a>(out: &mut String, title: &str, rows: impl Iterator<Item = (String, i64, &'a str)>) {
    let rows: Vec<_> = rows.collect();
    let _ = writeln!(out, "\n{title}{}", if rows.is_empty() { ": none" } else { "" });
    for (what, count, more) in rows {
        let _ = writeln!(out, "{}", format!("  {what:<36} {count:>9} {more}").trim_end());
    }
}

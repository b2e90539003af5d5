//! The report: one HTML file that needs nobody.

use anyhow::Context;
use minijinja::{AutoEscape, Environment, value::Serde};
use relance_domain::policy::Channel;
use relance_openapi::simulation::SimulationView;
use serde::Serialize;

use super::chart::{self, Bars};

/// Its text; every word of the report stands there.
const TEMPLATE: &str = include_str!("report.html");

/// What the template is told.
#[derive(Serialize)]
struct Page<'a> {
    view: &'a SimulationView,
    ledger: &'a str,
    messages: Bars,
    tasks: Bars,
    /// Of the bars beside what is withheld.
    widths: Vec<i64>,
}

/// The report of a simulation on the ledger of that file.
///
/// # Errors
/// When the template does not render.
pub fn html(view: &SimulationView, ledger: &str) -> anyhow::Result<String> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let is_message = |word: &str| Channel::parse(word).is_some_and(Channel::is_message);
    let messages = chart::bars(&view.per_day, is_message);
    let tasks = chart::bars(&view.per_day, |word| !is_message(word));
    let longest = view.withheld.iter().map(|one| one.days).max().unwrap_or_default().max(1);
    let widths: Vec<i64> = view.withheld.iter().map(|one| (300 * one.days / longest).max(1)).collect();
    let template = environment.template_from_str(TEMPLATE).context("the report's template")?;
    template.render(Serde(&Page { view, ledger, messages, tasks, widths })).context("the report")
}

#[cfg(test)]
mod tests {
    use relance_openapi::simulation::{
        SimulatedChannel, SimulatedDay, SimulatedPolicy, SimulatedWithholding, SimulationAssumptions, SimulationLeftOut, SimulationTotals,
    };

    use super::*;

    fn view() -> SimulationView {
        let channel = SimulatedChannel { channel: "email".to_owned(), count: 2 };
        let day = SimulatedDay { on: "2026-10-09".to_owned(), reminders: 2, tasks: 0, by_channel: vec![channel], storm: false };
        let policy = |name: &str| SimulatedPolicy { id: None, version: None, name: name.to_owned() };
        let totals =
            SimulationTotals { customers: 3, customers_chased: 2, reminders: 2, tasks: 0, differences: 0, decisions: 9, put_off: 0 };
        let withheld = SimulatedWithholding {
            code: "insolvency".to_owned(),
            message: "A hold on the customer.".to_owned(),
            citation: Some("C. com. L622-7".to_owned()),
            count: 1,
            customers: 1,
            invoices: 1,
            days: 30,
        };
        SimulationView {
            from: "2026-10-01".to_owned(),
            until: "2026-12-31".to_owned(),
            policy: policy("<script>alert(1)</script>"),
            compared_with: Some(policy("Before")),
            assumptions: SimulationAssumptions {
                approvals: "given".to_owned(),
                calls: "made".to_owned(),
                backlog: None,
                spread_days: 0,
                running_cases: "keep".to_owned(),
                ledger: "given".to_owned(),
            },
            totals,
            reminders: vec![],
            tasks: vec![],
            per_day: vec![day],
            per_step: vec![],
            withheld: vec![withheld],
            charges: vec![],
            storm_above: 20,
            storms: vec![],
            differences: vec![],
            differences_by_kind: vec![],
            left_out: SimulationLeftOut::default(),
        }
    }

    #[test]
    fn the_report_stands_alone_says_its_pictures_in_words_and_runs_nothing() {
        let html = html(&view(), "ledger.json").unwrap();
        assert!(html.starts_with("<!doctype html>") && html.contains("lang=\"en\""));
        assert!(html.contains("&lt;script&gt;") && !html.contains("<script"), "what a name says is text");
        assert!(!html.contains("http://") && !html.contains("https://"), "nothing is loaded");
        assert_eq!(html.matches("<svg ").count(), html.matches("role=\"img\"").count());
        assert!(html.contains("<title id=\"messages-title\">") && html.contains("<desc id=\"messages-desc\">"));
        assert!(html.contains("<td>2026-10-09</td>") && html.contains("C. com. L622-7") && html.contains("prefers-color-scheme: dark"));
    }
}

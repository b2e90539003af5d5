//! What a decision tells, for the tests that read it.

use chrono::{DateTime, Utc};

use super::sim::day;
use crate::dunning::{Action, Decision, NewTask, StepOutcome, StepRecord, Why};

pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub fn done(step: &str, outcome: StepOutcome, on: &str) -> StepRecord {
    StepRecord { step_key: step.into(), outcome, done_on: day(on), granted_until: None, reason: None }
}

pub fn says(decision: &Decision, code: Why) -> bool {
    decision.reasons.iter().any(|reason| reason.code == code)
}

pub fn tasks<'d>(decision: &'d Decision, kind: &str) -> Vec<&'d NewTask> {
    let one = |action: &'d Action| if let Action::CreateTask(task) = action { Some(task.as_ref()) } else { None };
    decision.actions.iter().filter_map(one).filter(|task| task.kind == kind).collect()
}

pub fn planned(decision: &Decision) -> Vec<&str> {
    fn key(action: &Action) -> Option<&str> {
        if let Action::PlanReminder(plan) = action { Some(&plan.step_key) } else { None }
    }
    decision.actions.iter().filter_map(key).collect()
}

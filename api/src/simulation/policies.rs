//! Which policy each customer is chased by in a simulation.

use chrono::{DateTime, Utc};
use relance_domain::{
    ids::PolicyId,
    policy::{Policy, PolicyDocument, PolicyVersion, presets},
    simulation::Course,
};
use relance_openapi::{policy::PolicyInput, simulation::SimulatedPolicy};
use relance_store::policies::{ActivePolicy, choose};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    body::{Faults, check_limits},
    endpoints::policies::refusal,
    problem::{Answer, Refusal},
};

/// How a simulation chooses policies.
#[derive(Debug, Clone)]
pub struct Chooser {
    /// How it is named.
    pub name: SimulatedPolicy,
    /// Policies in force; `None`: each customer keeps the one it has.
    pub in_force: Option<Vec<ActivePolicy>>,
    /// The policy that comes into force.
    pub id: Option<PolicyId>,
    /// Running cases keep the version they run under, as they do at an activation.
    pub keeps_running: bool,
}

impl Chooser {
    /// The policies in force as they are.
    pub fn as_they_are() -> Self {
        Self {
            name: SimulatedPolicy { id: None, version: None, name: "The policies in force".to_owned() },
            in_force: None,
            id: None,
            keeps_running: true,
        }
    }

    /// The policy of a customer.
    pub fn of(&self, course: &Course) -> Option<PolicyVersion> {
        match &self.in_force {
            None => course.snapshot.policy.clone(),
            Some(in_force) => {
                let chosen = choose(in_force, &course.snapshot.customer)?;
                let own =
                    course.snapshot.policy.as_ref().filter(|own| self.keeps_running && course.snapshot.case_open && own.id == chosen.id);
                Some(own.cloned().unwrap_or(chosen))
            }
        }
    }
}

/// The policies in force if this one had just been activated. Without an `id` it is one more.
pub fn with(mut in_force: Vec<ActivePolicy>, id: Option<(PolicyId, i32, Option<String>)>, policy: Policy) -> Chooser {
    let name = SimulatedPolicy {
        id: id.as_ref().map(|(id, ..)| id.to_string()),
        version: id.as_ref().map(|(_, version, _)| *version),
        name: policy.name.clone(),
    };
    let (id, version, preset) = id.unwrap_or((PolicyId(Uuid::nil()), 0, None));
    in_force.retain(|active| active.id != id);
    in_force.push(ActivePolicy { id, version, policy: policy.into(), preset, activated_at: DateTime::<Utc>::MAX_UTC, in_force: true });
    Chooser { name, in_force: Some(in_force), id: Some(id), keeps_running: true }
}

/// What a new tenant has: the presets, each for its customers.
pub fn as_presets() -> Vec<ActivePolicy> {
    let numbered = (1_u128..).zip(presets());
    let one = |(number, preset): (u128, &relance_domain::policy::Preset)| {
        let policy = preset.document.validate().ok()?;
        Some(ActivePolicy {
            id: PolicyId(Uuid::from_u128(number)),
            version: 1,
            policy: policy.into(),
            preset: Some(preset.key.to_owned()),
            activated_at: DateTime::<Utc>::MIN_UTC,
            in_force: true,
        })
    };
    numbered.filter_map(one).collect()
}

/// The policy that stands at `pointer` in a body.
///
/// # Errors
/// 422: every fault, below `pointer`.
pub fn document(body: &Value, pointer: &str) -> Answer<Policy> {
    let read = || {
        let document = PolicyDocument::from_json(body).map_err(refusal)?;
        let mut faults = Faults::default();
        check_limits::<PolicyInput>(body, "", &mut faults);
        faults.check()?;
        document.validate().map_err(refusal)
    };
    read().map_err(|refused: Refusal| below(refused, pointer))
}

/// The same refusal of something that stands at `pointer`.
pub(super) fn below(mut refused: Refusal, pointer: &str) -> Refusal {
    for error in &mut refused.errors {
        error.pointer = format!("{pointer}{}", error.pointer);
    }
    refused
}

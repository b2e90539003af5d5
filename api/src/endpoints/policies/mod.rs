//! `/v1/policies`: versions of dunning policies, and which of them are in force.

mod activate;
mod create;
mod get;
mod list;
mod migrate;
mod put;

use relance_domain::policy::{PolicyDocument, PolicyFault};
use relance_openapi::{
    policy::PolicyInput,
    problem::{Code, FieldProblem},
};
use serde_json::Value;

use crate::{
    body::{Faults, check_limits},
    problem::{Answer, Refusal},
    routes::Registry,
};

/// Registers them.
pub fn routes(cfg: &mut impl Registry) {
    cfg.service(list::list_policies)
        .service(create::create_policy)
        .service(get::get_policy)
        .service(put::put_policy)
        .service(activate::activate_policy_version)
        .service(migrate::migrate_policy_cases);
}

/// The policy a body states, if it breaks no rule.
///
/// # Errors
/// 422: `unknown_field` when that is all that is wrong, else `policy_invalid`; every fault either way.
fn read(body: &Value) -> Answer<PolicyDocument> {
    let document = PolicyDocument::from_json(body).map_err(refusal)?;
    let mut faults = Faults::default();
    check_limits::<PolicyInput>(body, "", &mut faults);
    faults.check().map_err(|refused| Refusal { code: Code::PolicyInvalid, ..refused })?;
    document.validate().map_err(refusal)?;
    Ok(document)
}

pub(crate) fn refusal(faults: Vec<PolicyFault>) -> Refusal {
    let unknown = !faults.is_empty() && faults.iter().all(|fault| fault.code == Code::UnknownField.as_str());
    let code = if unknown { Code::UnknownField } else { Code::PolicyInvalid };
    let detail = match faults.as_slice() {
        [only] => format!("{}: {}.", only.pointer, only.detail),
        several => format!("The policy has {} faults; see errors.", several.len()),
    };
    let fault = |fault: PolicyFault| FieldProblem { pointer: fault.pointer, code: fault.code.to_owned(), detail: fault.detail };
    Refusal { errors: faults.into_iter().map(fault).collect(), ..Refusal::new(code, detail) }
}

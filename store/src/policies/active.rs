//! The policies in force, and which of them a customer gets (`contract.md` §4).

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, RwLock},
};

use chrono::{DateTime, Utc};
use relance_domain::{
    customer::{CustomerDetails, CustomerKind},
    ids::{PolicyId, TenantId},
    policy::{Policy, PolicyDocument, PolicyVersion, preset_for},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::TABLE;
use crate::{
    StoreError,
    entity::policies::{Column, Entity},
    json,
    time::instant,
};

/// A version of a policy that serves somebody: one in force, or a retired one that running cases keep.
#[derive(Debug, Clone)]
pub struct ActivePolicy {
    /// Id.
    pub id: PolicyId,
    /// Version.
    pub version: i32,
    /// What it says.
    pub policy: Arc<Policy>,
    /// The preset it was made from: it serves only the customers that preset is for.
    pub preset: Option<String>,
    /// Since when.
    pub activated_at: DateTime<Utc>,
    /// In force; else retired, and kept by running cases.
    pub in_force: bool,
}

type Parsed = RwLock<HashMap<(Uuid, i32), Arc<Policy>>>;

/// Versions are never edited, so what was parsed once stays right.
static PARSED: LazyLock<Parsed> = LazyLock::new(Parsed::default);
/// Beyond this the memory is emptied and filled anew.
const MOST_PARSED: usize = 10_000;

fn known(key: (Uuid, i32)) -> Option<Arc<Policy>> {
    PARSED.read().ok()?.get(&key).cloned()
}

fn remember(key: (Uuid, i32), policy: &Arc<Policy>) {
    if let Ok(mut parsed) = PARSED.write() {
        if parsed.len() >= MOST_PARSED {
            parsed.clear();
        }
        parsed.insert(key, Arc::clone(policy));
    }
}

/// A version as its row names it: id, version, preset, since when, state.
pub(crate) type Named = (Uuid, i32, Option<String>, Option<i64>, String);

/// The version that a running case keeps.
pub(crate) type Pin = (Uuid, i32);

/// Every policy of the tenant that is in force.
///
/// # Errors
/// The database's, or a stored policy that is no longer valid.
pub async fn active<C: ConnectionTrait>(c: &C, tenant: TenantId) -> Result<Vec<ActivePolicy>, StoreError> {
    let rows: Vec<Named> = Entity::find()
        .select_only()
        .columns([Column::Id, Column::Version, Column::Preset, Column::ActivatedAt, Column::State])
        .filter(Column::TenantId.eq(tenant.0))
        .filter(Column::State.eq("active"))
        .into_tuple()
        .all(c)
        .await?;
    read(c, tenant, rows).await
}

/// What these versions say, from memory when this process has read them before.
pub(crate) async fn read<C: ConnectionTrait>(c: &C, tenant: TenantId, rows: Vec<Named>) -> Result<Vec<ActivePolicy>, StoreError> {
    let unknown: Vec<Uuid> = rows.iter().filter(|row| known((row.0, row.1)).is_none()).map(|row| row.0).collect();
    let mut policies = parse(c, tenant, unknown).await?;
    let mut list = Vec::new();
    for (id, version, preset, activated_at, state) in rows {
        let policy = policies.remove(&(id, version)).or_else(|| known((id, version)));
        let policy = policy.ok_or_else(|| StoreError::inconsistent(TABLE, "a version vanished"))?;
        let activated_at = instant(activated_at.unwrap_or_default());
        list.push(ActivePolicy { id: PolicyId(id), version, policy, preset, activated_at, in_force: state == "active" });
    }
    Ok(list)
}

/// What these versions say; one that does not exist is left out.
///
/// # Errors
/// The database's, or a stored policy that is no longer valid.
pub(super) async fn parsed<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    keys: impl Iterator<Item = Pin> + Clone,
) -> Result<HashMap<Pin, Arc<Policy>>, StoreError> {
    let unknown: Vec<Uuid> = keys.clone().filter(|key| known(*key).is_none()).map(|key| key.0).collect();
    let mut policies = parse(c, tenant, unknown).await?;
    Ok(keys.filter_map(|key| Some((key, policies.remove(&key).or_else(|| known(key))?))).collect())
}

async fn parse<C: ConnectionTrait>(c: &C, tenant: TenantId, ids: Vec<Uuid>) -> Result<HashMap<(Uuid, i32), Arc<Policy>>, StoreError> {
    let mut policies = HashMap::new();
    if ids.is_empty() {
        return Ok(policies);
    }
    let rows =
        Entity::find().filter(Column::TenantId.eq(tenant.0)).filter(Column::State.ne("draft")).filter(Column::Id.is_in(ids)).all(c).await?;
    for row in rows {
        let document: PolicyDocument = json::read(TABLE, &row.document)?;
        let policy = document.validate().map_err(|faults| StoreError::inconsistent(TABLE, format!("{faults:?}")))?;
        let policy = Arc::new(policy);
        remember((row.id, row.version), &policy);
        policies.insert((row.id, row.version), policy);
    }
    Ok(policies)
}

/// The policy of a customer: its own, else one for its segment, else one for its kind; the newest
/// activation wins. What was made from a preset serves only the customers the preset is for.
/// None: nothing in force serves it (its own policy not being in force included).
pub fn choose(list: &[ActivePolicy], customer: &CustomerDetails) -> Option<PolicyVersion> {
    choose_for(list, customer, None)
}

/// The same for a customer whose case runs under `pin`: that version stands in the place of later ones of its
/// policy until the case is closed or migrated. Another policy that is activated later takes the case over.
pub(crate) fn choose_for(list: &[ActivePolicy], customer: &CustomerDetails, pin: Option<Pin>) -> Option<PolicyVersion> {
    let pin = pin.filter(|(id, version)| list.iter().any(|active| active.id.0 == *id && active.version == *version));
    let stands = |active: &&ActivePolicy| match pin {
        Some((id, version)) if id == active.id.0 => active.version == version,
        _ => active.in_force,
    };
    if let Some(own) = customer.policy_id {
        return list.iter().filter(stands).find(|active| active.id == own).map(version);
    }
    let country = customer.address.as_ref().map(|address| address.country.as_str());
    let preset = preset_for(customer.kind, customer.segment.as_deref(), country);
    list.iter()
        .filter(stands)
        .filter(|active| active.preset.as_deref().is_none_or(|key| key == preset))
        .filter_map(|active| Some((by_segment(&active.policy, customer)?, active)))
        .max_by_key(|(by_segment, active)| (*by_segment, active.activated_at, active.id))
        .map(|(_, active)| version(active))
}

fn version(active: &ActivePolicy) -> PolicyVersion {
    PolicyVersion { id: active.id, version: active.version, policy: Arc::clone(&active.policy) }
}

/// Is the policy for this customer, and if so, by its segment?
fn by_segment(policy: &Policy, customer: &CustomerDetails) -> Option<bool> {
    let applies = &policy.applies_to;
    // an unknown kind counts as a consumer
    let kinds = [customer.kind, if customer.kind == CustomerKind::Unknown { CustomerKind::Consumer } else { customer.kind }];
    let of_kind = applies.customer_kinds.is_empty() || kinds.iter().any(|kind| applies.customer_kinds.contains(kind));
    let of_segment = customer.segment.as_ref().is_some_and(|segment| applies.segments.contains(segment));
    (of_kind && (applies.segments.is_empty() || of_segment)).then_some(of_segment)
}

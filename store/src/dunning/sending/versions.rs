//! Versions of policies that planned reminders. A version is never edited, so what was parsed once stays right.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, LazyLock, RwLock},
};

use relance_domain::{
    ids::TenantId,
    policy::{Policy, PolicyDocument},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::list::among;
use crate::{StoreError, dunning::rows::json, entity::policies};

/// A version as sending needs it.
#[derive(Debug)]
pub(in crate::dunning) struct Version {
    pub policy: Arc<Policy>,
    /// Regime of late-payment interest.
    pub regime: Option<String>,
}

type Key = (Uuid, i32);

static PARSED: LazyLock<RwLock<HashMap<Key, Arc<Version>>>> = LazyLock::new(RwLock::default);
/// Beyond this the memory is emptied and filled anew.
const MOST_PARSED: usize = 10_000;

/// Those of `keys` that exist; only versions not seen before are read.
pub(in crate::dunning) async fn of<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    keys: impl Iterator<Item = Key>,
) -> Result<BTreeMap<Key, Arc<Version>>, StoreError> {
    let wanted: BTreeSet<Key> = keys.collect();
    let mut found = known(&wanted);
    let missing: Vec<Uuid> = wanted.iter().filter(|key| !found.contains_key(*key)).map(|(id, _)| *id).collect();
    if missing.is_empty() {
        return Ok(found);
    }
    let rows = policies::Entity::find()
        .filter(policies::Column::TenantId.eq(tenant.0))
        .filter(among(c.get_database_backend(), policies::Column::Id, missing))
        .all(c)
        .await?;
    for row in rows.iter().filter(|row| wanted.contains(&(row.id, row.version))) {
        found.insert((row.id, row.version), Arc::new(parse(row)?));
    }
    remember(&found);
    Ok(found)
}

fn parse(row: &policies::Model) -> Result<Version, StoreError> {
    let faulty = |faults: &dyn std::fmt::Debug| StoreError::inconsistent("policies", format!("{faults:?}"));
    let value = json("policies", &row.document)?;
    let document = PolicyDocument::from_json(&value).map_err(|faults| faulty(&faults))?;
    let regime = document.late_charges.as_ref().and_then(|charges| charges.regime.as_ref()).map(|regime| regime.kind.clone());
    let policy = document.validate().map_err(|faults| faulty(&faults))?;
    Ok(Version { policy: Arc::new(policy), regime })
}

fn known(wanted: &BTreeSet<Key>) -> BTreeMap<Key, Arc<Version>> {
    let Ok(parsed) = PARSED.read() else { return BTreeMap::new() };
    wanted.iter().filter_map(|key| Some((*key, Arc::clone(parsed.get(key)?)))).collect()
}

fn remember(found: &BTreeMap<Key, Arc<Version>>) {
    if let Ok(mut parsed) = PARSED.write() {
        if parsed.len() >= MOST_PARSED {
            parsed.clear();
        }
        parsed.extend(found.iter().map(|(key, version)| (*key, Arc::clone(version))));
    }
}

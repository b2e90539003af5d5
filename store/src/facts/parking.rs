//! Facts that wait, while a batch is being taken.

use std::collections::{BTreeMap, HashSet};

use relance_domain::facts::{Fact, WaitingFor};
use uuid::Uuid;

use super::names::{identity, waits_for};
use crate::{StoreError, entity::parked};

/// A parked fact that a batch may set free.
struct Waiting {
    row: parked::Model,
    fact: Fact,
}

/// Parked facts by what they wait for first.
#[derive(Default)]
pub(super) struct Parking {
    /// In order of arrival: ids are UUIDv7.
    waiting: BTreeMap<Uuid, Waiting>,
    /// Ids by (source, what it waits for).
    by_need: BTreeMap<(String, String), Vec<Uuid>>,
    /// (source, kind, external id, digest): the same fact parks once.
    known: HashSet<[String; 4]>,
    /// Rows that are gone.
    pub freed: Vec<Uuid>,
    /// Rows that are new.
    pub new: BTreeMap<Uuid, parked::Model>,
    /// Rows that now wait for something else.
    pub moved: BTreeMap<Uuid, parked::Model>,
}

impl Parking {
    pub fn loaded(rows: Vec<parked::Model>) -> Result<Self, StoreError> {
        let mut parking = Self::default();
        for row in rows {
            let fact = serde_json::from_str(&row.fact).map_err(|error| StoreError::inconsistent("parked", error))?;
            parking.wait(Waiting { row, fact });
        }
        Ok(parking)
    }

    fn wait(&mut self, waiting: Waiting) {
        let parked::Model { source, kind, external_id, digest, .. } = &waiting.row;
        self.known.insert([source, kind, external_id, digest].map(Clone::clone));
        let need = (waiting.row.source.clone(), waiting.row.waits_for.clone());
        self.by_need.entry(need).or_default().push(waiting.row.id);
        self.waiting.insert(waiting.row.id, waiting);
    }

    /// The facts loaded.
    pub fn facts(&self) -> impl Iterator<Item = (&str, &Fact)> {
        self.waiting.values().map(|waiting| (waiting.row.source.as_str(), &waiting.fact))
    }

    /// Parks a fact, unless it is parked already.
    pub fn park(&mut self, mut row: parked::Model, fact: Fact, first: &WaitingFor) {
        let parked::Model { source, kind, external_id, digest, .. } = &row;
        if !self.known.contains(&[source, kind, external_id, digest].map(Clone::clone)) {
            row.waits_for = waits_for(first);
            self.new.insert(row.id, row.clone());
            self.wait(Waiting { row, fact });
        }
    }

    /// Takes out what waited for `arrived` first, in order of arrival.
    pub fn free(&mut self, source: &str, arrived: &WaitingFor) -> Vec<(parked::Model, Fact)> {
        let mut ids = self.by_need.remove(&(source.to_owned(), waits_for(arrived))).unwrap_or_default();
        ids.sort_unstable();
        let waiting = ids.into_iter().filter_map(|id| self.waiting.remove(&id));
        waiting.map(|waiting| (waiting.row, waiting.fact)).collect()
    }

    /// It was taken: the row goes.
    pub fn done(&mut self, id: Uuid) {
        self.moved.remove(&id);
        if self.new.remove(&id).is_none() {
            self.freed.push(id);
        }
    }

    /// It waits for something else now.
    pub fn again(&mut self, row: parked::Model, fact: Fact, first: &WaitingFor) {
        let row = self.stays(row, waits_for(first));
        self.wait(Waiting { row, fact });
    }

    /// It could not be taken: the row stays and says why, for a person to see.
    pub fn refuse(&mut self, row: parked::Model, code: &str) {
        self.stays(row, format!("refused:{code}"));
    }

    fn stays(&mut self, mut row: parked::Model, waits_for: String) -> parked::Model {
        row.waits_for = waits_for;
        let list = if self.new.contains_key(&row.id) { &mut self.new } else { &mut self.moved };
        list.insert(row.id, row.clone());
        row
    }
}

/// A parked row that waits for nothing yet.
pub(super) fn row(tenant: Uuid, source: &str, fact: &Fact, digest: &str, received_at: i64) -> parked::Model {
    let (kind, external_id) = identity(fact);
    parked::Model {
        tenant_id: tenant,
        id: Uuid::now_v7(),
        source: source.to_owned(),
        kind: kind.to_owned(),
        external_id: external_id.to_owned(),
        digest: digest.to_owned(),
        fact: serde_json::to_string(fact).unwrap_or_default(),
        waits_for: String::new(),
        request_id: None,
        received_at,
        told_at: None,
    }
}

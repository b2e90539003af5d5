//! Rows of one table while a batch is being taken: what was loaded, what changed, what is new.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use crate::entity::{credit_notes, customers, disputes, holds, invoices, payments, promises};

/// A row with an id, maybe an external id, and a version for ETags.
pub(super) trait Row: Clone + PartialEq {
    fn id(&self) -> Uuid;
    /// (source, external id).
    fn key(&self) -> Option<(&str, &str)>;
    fn version(&self) -> i64;
    fn set_version(&mut self, version: i64);
}

macro_rules! rows {
    ($($table:ident: $row:ident => $key:expr;)*) => {
        $(impl Row for $table::Model {
            fn id(&self) -> Uuid {
                self.id
            }

            fn key(&self) -> Option<(&str, &str)> {
                let $row = self;
                $key
            }

            fn version(&self) -> i64 {
                self.row_version
            }

            fn set_version(&mut self, version: i64) {
                self.row_version = version;
            }
        })*
    };
}

rows! {
    customers: row => Some((&row.source, &row.external_id));
    invoices: row => Some((&row.source, &row.external_id));
    credit_notes: row => Some((&row.source, &row.external_id));
    payments: row => Some((&row.source, &row.external_id));
    disputes: row => Some((row.source.as_deref()?, row.external_id.as_deref()?));
    promises: row => Some((row.source.as_deref()?, row.external_id.as_deref()?));
    holds: _row => None;
}

/// Ids by source and external id.
#[derive(Default)]
pub(super) struct Ids(HashMap<String, HashMap<String, Uuid>>);

impl Ids {
    pub fn get(&self, source: &str, external_id: &str) -> Option<Uuid> {
        self.0.get(source)?.get(external_id).copied()
    }

    pub fn insert(&mut self, source: &str, external_id: &str, id: Uuid) {
        match self.0.get_mut(source) {
            Some(ids) => ids.insert(external_id.to_owned(), id),
            None => self.0.entry(source.to_owned()).or_default().insert(external_id.to_owned(), id),
        };
    }
}

/// Rows by id and by external id.
pub(super) struct Rows<M> {
    rows: BTreeMap<Uuid, M>,
    by_key: Ids,
    /// Rows written by this batch, as they were before; `None`: new.
    before: BTreeMap<Uuid, Option<M>>,
}

impl<M> Default for Rows<M> {
    fn default() -> Self {
        Self { rows: BTreeMap::new(), by_key: Ids::default(), before: BTreeMap::new() }
    }
}

/// What a batch wrote.
pub(super) struct Written<M> {
    /// Rows that were not there.
    pub new: Vec<M>,
    /// Rows that were there.
    pub changed: Vec<M>,
}

impl<M: Row> Rows<M> {
    /// As loaded.
    pub fn loaded(rows: Vec<M>) -> Self {
        let mut all = Self::default();
        for row in rows {
            all.index(&row);
            all.rows.insert(row.id(), row);
        }
        all
    }

    fn index(&mut self, row: &M) {
        if let Some((source, external_id)) = row.key() {
            self.by_key.insert(source, external_id, row.id());
        }
    }

    pub fn get(&self, id: Uuid) -> Option<&M> {
        self.rows.get(&id)
    }

    pub fn id_of(&self, source: &str, external_id: &str) -> Option<Uuid> {
        self.by_key.get(source, external_id)
    }

    pub fn find(&self, source: &str, external_id: &str) -> Option<&M> {
        self.rows.get(&self.id_of(source, external_id)?)
    }

    pub fn all(&self) -> impl Iterator<Item = &M> {
        self.rows.values()
    }

    /// Writes a row, new or changed: its version goes up once a batch.
    pub fn put(&mut self, mut row: M) {
        let id = row.id();
        let current = self.rows.remove(&id);
        if current.is_none() {
            self.index(&row);
        }
        let before = self.before.entry(id).or_insert(current);
        row.set_version(before.as_ref().map_or(1, |old| old.version().saturating_add(1)));
        self.rows.insert(id, row);
    }

    /// The row before this batch; `None` when the batch made it.
    pub fn before(&self, id: Uuid) -> Option<&M> {
        match self.before.get(&id) {
            Some(before) => before.as_ref(),
            None => self.rows.get(&id),
        }
    }

    /// Whether the batch made it.
    pub fn is_new(&self, id: Uuid) -> bool {
        matches!(self.before.get(&id), Some(None))
    }

    /// The rows to write.
    pub fn written(mut self) -> Written<M> {
        let mut written = Written { new: Vec::new(), changed: Vec::new() };
        for (id, before) in self.before {
            let list = if before.is_none() { &mut written.new } else { &mut written.changed };
            list.extend(self.rows.remove(&id));
        }
        written
    }
}

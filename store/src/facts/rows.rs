//! Rows of one table while a batch is being taken: what was loaded, what changed, what is new.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use crate::entity::{credit_notes, customers, disputes, holds, invoices, payments, promises};

/// A row with an id, maybe an external id, and a version for ETags.
pub(super) trait Row: Clone + PartialEq {
    fn id(&self) -> Uuid;
    /// (source, external id).
    fn key(&self) -> Option<(&str, &str)>;
    fn version(&mut self) -> &mut i64;
}

macro_rules! rows {
    (stated: $($stated:ident),*; optional: $($optional:ident),*) => {
        $(impl Row for $stated::Model {
            fn id(&self) -> Uuid { self.id }
            fn key(&self) -> Option<(&str, &str)> { Some((&self.source, &self.external_id)) }
            fn version(&mut self) -> &mut i64 { &mut self.row_version }
        })*
        $(impl Row for $optional::Model {
            fn id(&self) -> Uuid { self.id }
            fn key(&self) -> Option<(&str, &str)> { Some((self.source.as_deref()?, self.external_id.as_deref()?)) }
            fn version(&mut self) -> &mut i64 { &mut self.row_version }
        })*
    };
}

rows! { stated: customers, invoices, credit_notes, payments; optional: disputes, promises }

impl Row for holds::Model {
    fn id(&self) -> Uuid {
        self.id
    }

    fn key(&self) -> Option<(&str, &str)> {
        None
    }

    fn version(&mut self) -> &mut i64 {
        &mut self.row_version
    }
}

/// Rows by id and by external id.
pub(super) struct Rows<M> {
    rows: BTreeMap<Uuid, M>,
    by_key: HashMap<(String, String), Uuid>,
    /// Rows written by this batch, as they were before; `None`: new.
    before: BTreeMap<Uuid, Option<M>>,
}

impl<M> Default for Rows<M> {
    fn default() -> Self {
        Self { rows: BTreeMap::new(), by_key: HashMap::new(), before: BTreeMap::new() }
    }
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
            self.by_key.insert((source.to_owned(), external_id.to_owned()), row.id());
        }
    }

    pub fn get(&self, id: Uuid) -> Option<&M> {
        self.rows.get(&id)
    }

    pub fn find(&self, source: &str, external_id: &str) -> Option<&M> {
        let id = self.by_key.get(&(source.to_owned(), external_id.to_owned()))?;
        self.rows.get(id)
    }

    pub fn all(&self) -> impl Iterator<Item = &M> {
        self.rows.values()
    }

    /// Writes a row, new or changed: its version goes up once a batch.
    pub fn put(&mut self, mut row: M) {
        let id = row.id();
        let current = self.rows.get(&id).cloned();
        self.index(&row);
        let before = self.before.entry(id).or_insert(current);
        *row.version() = before.clone().map_or(1, |mut old| old.version().saturating_add(1));
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
    pub fn written(&self) -> Vec<M> {
        self.before.keys().filter_map(|id| self.rows.get(id).cloned()).collect()
    }
}

//! The facts: customers, invoices, money, holds, promises, live reminders, tasks, cases.

use chrono::{DateTime, Utc};
use relance_domain::{ids::TenantId, records::ReminderBody};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::{
    StoreError,
    dunning::rows::json,
    entity::{cases, contacts, credit_notes, customers, holds, invoice_steps, invoices, payments, promises, reminders, sources, tasks},
    time::instant,
};

/// Ids in one statement.
const CHUNK: usize = 10_000;

/// What the sources say about the completeness of what they pushed.
pub(super) struct Sources {
    /// All payments up to then were pushed.
    pub payments_complete_until: Option<DateTime<Utc>>,
    /// The open items of one of them differ from the ledger.
    pub ledger_differs: bool,
}

/// The tenant's sources as one.
pub(super) async fn sources<C: ConnectionTrait>(c: &C, tenant: TenantId) -> Result<Sources, StoreError> {
    let rows = sources::Entity::find().filter(sources::Column::TenantId.eq(tenant.0)).all(c).await?;
    Ok(Sources {
        payments_complete_until: rows.iter().filter_map(|row| row.payments_complete_until).max().map(instant),
        ledger_differs: rows.iter().any(|row| row.ledger_differs),
    })
}

/// Rows of a batch of customers.
#[derive(Default)]
pub(super) struct Facts {
    pub customers: Vec<customers::Model>,
    pub contacts: Vec<contacts::Model>,
    pub invoices: Vec<invoices::Model>,
    pub steps: Vec<invoice_steps::Model>,
    pub payments: Vec<payments::Model>,
    pub credit_notes: Vec<credit_notes::Model>,
    pub holds: Vec<holds::Model>,
    pub promises: Vec<promises::Model>,
    pub reminders: Vec<reminders::Model>,
    pub tasks: Vec<tasks::Model>,
    pub cases: Vec<cases::Model>,
}

/// Rows of one table that belong to the customers and meet a condition.
macro_rules! of_customers {
    ($c:expr, $tenant:expr, $ids:expr, $table:ident, $key:ident, $only:expr) => {
        $table::Entity::find()
            .filter($table::Column::TenantId.eq($tenant.0))
            .filter($table::Column::$key.is_in($ids.iter().copied()))
            .filter($only)
            .all($c)
            .await?
    };
}

impl Facts {
    /// Loads everything, chunk by chunk.
    pub(super) async fn load<C: ConnectionTrait>(c: &C, tenant: TenantId, ids: &[Uuid]) -> Result<Self, StoreError> {
        let mut all = Self::default();
        for chunk in ids.chunks(CHUNK) {
            all.load_chunk(c, tenant, chunk).await?;
        }
        all.customers.sort_by_key(|row| row.id);
        all.holds.extend(tenant_holds(c, tenant).await?);
        let invoices: Vec<Uuid> = all.invoices.iter().map(|row| row.id).collect();
        for chunk in invoices.chunks(CHUNK) {
            let done = invoice_steps::Column::Outcome.ne("planned");
            all.steps.extend(of_customers!(c, tenant, chunk, invoice_steps, InvoiceId, done));
        }
        all.steps.sort_by(|a, b| (&a.done_on, a.at, a.position).cmp(&(&b.done_on, b.at, b.position)));
        Ok(all)
    }

    async fn load_chunk<C: ConnectionTrait>(&mut self, c: &C, tenant: TenantId, ids: &[Uuid]) -> Result<(), StoreError> {
        self.customers.extend(of_customers!(c, tenant, ids, customers, Id, Condition::all()));
        self.contacts.extend(of_customers!(c, tenant, ids, contacts, CustomerId, contacts::Column::Gone.eq(false)));
        let live = reminders::Column::Status.is_in(["planned", "awaiting_approval"]);
        let planned = of_customers!(c, tenant, ids, reminders, CustomerId, live);
        let open = Condition::any().add(invoices::Column::AmountDue.gt(0)).add(invoices::Column::Id.is_in(named(&planned)?));
        self.invoices.extend(of_customers!(c, tenant, ids, invoices, CustomerId, open));
        self.reminders.extend(planned);
        let open = promises::Column::Status.eq("open");
        let promised = of_customers!(c, tenant, ids, promises, CustomerId, open);
        self.payments.extend(of_customers!(c, tenant, ids, payments, CustomerId, money_that_counts(&promised)));
        self.promises.extend(promised);
        let unapplied = credit_notes::Column::Unapplied.gt(0);
        self.credit_notes.extend(of_customers!(c, tenant, ids, credit_notes, CustomerId, unapplied));
        self.holds.extend(of_customers!(c, tenant, ids, holds, CustomerId, holds::Column::ReleasedAt.is_null()));
        self.tasks.extend(of_customers!(c, tenant, ids, tasks, CustomerId, tasks::Column::Status.eq("open")));
        self.cases.extend(of_customers!(c, tenant, ids, cases, CustomerId, cases::Column::ClosedAt.is_null()));
        Ok(())
    }
}

/// Invoices that live reminders name.
fn named(rows: &[reminders::Model]) -> Result<Vec<Uuid>, StoreError> {
    let mut ids = Vec::new();
    for row in rows {
        let body: ReminderBody = json("reminders", &row.body)?;
        ids.extend(body.lines.iter().map(|line| line.invoice_id.0));
    }
    Ok(ids)
}

/// Payments that match no invoice, and those dated since the first open promise was made.
fn money_that_counts(promised: &[promises::Model]) -> Condition {
    let mut any = Condition::any().add(payments::Column::Unapplied.gt(0));
    if let Some(first) = promised.iter().map(|row| row.made_on.as_str()).min() {
        any = any.add(payments::Column::PaidOn.gte(first));
    }
    Condition::all().add(payments::Column::ReversedOn.is_null()).add(any)
}

async fn tenant_holds<C: ConnectionTrait>(c: &C, tenant: TenantId) -> Result<Vec<holds::Model>, StoreError> {
    Ok(holds::Entity::find()
        .filter(holds::Column::TenantId.eq(tenant.0))
        .filter(holds::Column::CustomerId.is_null())
        .filter(holds::Column::ReleasedAt.is_null())
        .all(c)
        .await?)
}

//! The statement that reads everything a look needs. Each table comes back as one JSON list, so that a
//! batch of customers is one round trip and one row to decode, however much is known about them; and as
//! the ids are one parameter, one prepared text serves batches of any length.

use std::sync::LazyLock;

use sea_orm::DbBackend;

use crate::any;

/// Columns and origin of each list. `ID(…)` is an id, `IDS` "is one of the customers" (`$2`), `$1` the
/// tenant; messages and contacts count from the tenant's clock (`$3` for a live one) less `$4`.
const PARTS: [(&str, &str); 19] = [
    ("name, live, clock_at, settings, settings_version, created_at", "tenants WHERE id = $1"),
    (
        "ID(id), version, preset, activated_at, state",
        "policies WHERE tenant_id = $1 AND (state = 'active' OR state = 'retired' AND (id, version) IN \
         (SELECT policy_id, policy_version FROM cases WHERE tenant_id = $1 AND customer_id IDS AND closed_at IS NULL))",
    ),
    ("payments_complete_until, ledger_differs", "sources WHERE tenant_id = $1"),
    ("ID(id), details, facts_changed_at, lease_by, last_decision", "customers WHERE tenant_id = $1 AND id IDS"),
    ("ID(id), ID(customer_id), position, details, suppressed", "contacts WHERE tenant_id = $1 AND customer_id IDS AND NOT gone"),
    (INVOICE, "invoices i WHERE i.tenant_id = $1 AND i.customer_id IDS AND TOUCHED"),
    (
        STEP,
        "invoices i CROSS JOIN invoice_steps s WHERE i.tenant_id = $1 AND i.customer_id IDS AND TOUCHED \
         AND s.tenant_id = $1 AND s.invoice_id = i.id",
    ),
    (
        "ID(customer_id), currency, amount, unapplied, paid_on, created_at",
        "payments WHERE tenant_id = $1 AND customer_id IDS AND reversed_on IS NULL AND (unapplied > 0 OR paid_on >= \
         (SELECT MIN(made_on) FROM promises WHERE tenant_id = $1 AND customer_id IDS AND status = 'open'))",
    ),
    (
        "ID(customer_id), unapplied, currency, issued_on, created_at",
        "credit_notes WHERE tenant_id = $1 AND customer_id IDS AND unapplied > 0",
    ),
    (HOLD, "holds WHERE tenant_id = $1 AND customer_id IDS AND released_at IS NULL"),
    (HOLD, "holds WHERE tenant_id = $1 AND customer_id IS NULL AND released_at IS NULL"),
    (
        "ID(id), ID(customer_id), invoice_ids, amount, currency, promised_on, grace_until_on, made_on, made_by, status, created_at",
        "promises WHERE tenant_id = $1 AND customer_id IDS AND (status = 'open' OR status IN ('broken', 'cancelled') AND created_at >= \
         (SELECT MIN(opened_at) FROM cases WHERE tenant_id = $1 AND customer_id IDS AND closed_at IS NULL))",
    ),
    (
        "ID(id), ID(customer_id), status, approved, step_key, channel, ID(contact_id), body, planned_at, send_at, scheduled_at, \
         ID(copy_of), pay_before_on, deadline_on",
        "reminders WHERE tenant_id = $1 AND customer_id IDS AND status IN ('planned', 'awaiting_approval') AND answers IS NULL",
    ),
    (
        "ID(id), ID(customer_id), kind, step_key, about, status, created_at",
        "tasks WHERE tenant_id = $1 AND customer_id IDS AND (status = 'open' OR (about LIKE 'once:%' AND created_at >= SINCE))",
    ),
    (
        "ID(customer_id), channel, step_key, sent_at",
        "reminders WHERE tenant_id = $1 AND customer_id IDS AND sent_at >= SINCE AND copy_of IS NULL",
    ),
    (
        "ID(i.customer_id), ID(i.id), i.channel, i.at, i.on_day, i.reached, i.direction, ID(i.task_id), \
         (SELECT t.step_key FROM tasks t WHERE t.tenant_id = $1 AND t.id = i.task_id)",
        "interactions i WHERE i.tenant_id = $1 AND i.customer_id IDS AND i.at >= SINCE",
    ),
    (
        "ID(id), ID(customer_id), opened_at, ID(policy_id), policy_version",
        "cases WHERE tenant_id = $1 AND customer_id IDS AND closed_at IS NULL",
    ),
    (
        "ID(l.customer_id), ID(l.id), ID(l.invoice_id), l.rule, l.status, l.amount, l.currency, ID(l.reminder_id), l.created_at",
        "late_charges l WHERE l.tenant_id = $1 AND l.customer_id IDS AND (l.status = 'accrued' AND l.created_at >= \
         (SELECT MIN(c.opened_at) FROM cases c WHERE c.tenant_id = $1 AND c.customer_id = l.customer_id AND c.closed_at IS NULL) \
         OR l.status <> 'accrued' AND EXISTS (SELECT 1 FROM invoices i WHERE i.tenant_id = $1 AND i.id = l.invoice_id AND i.amount_due > 0))",
    ),
    ("ID(customer_id), invoice_ids, happened_on", "interruptions WHERE tenant_id = $1 AND customer_id IDS AND withdrawn_at IS NULL"),
];

const INVOICE: &str = "ID(i.id), ID(i.customer_id), i.source, i.external_id, i.source_version, i.details, i.paid, i.credited, \
                       i.amount_due, i.status, i.disputed, i.payee_confirmed, i.overdue_announced, i.lifecycle_status, i.dunning, \
                       i.row_version, i.created_at, i.updated_at, \
                       CASE WHEN i.disputed > 0 THEN (SELECT MIN(d.created_at) FROM disputes d WHERE d.tenant_id = $1 \
                       AND d.customer_id = i.customer_id AND d.invoice_id = i.id AND d.status = 'open') END, \
                       CASE WHEN i.paid > 0 AND i.amount_due > 0 THEN (SELECT STRING_AGG(p.paid_on, ',') FROM allocations a JOIN payments p \
                       ON p.tenant_id = $1 AND p.id = a.payment_id WHERE a.tenant_id = $1 AND a.customer_id = i.customer_id \
                       AND a.invoice_id = i.id AND a.reversed_on IS NULL) END";

const STEP: &str = "ID(s.invoice_id), s.step_key, s.outcome, ID(s.reminder_id), s.done_on, s.granted_until, s.reason, s.at, s.position";

const HOLD: &str = "ID(id), scope, ID(target_id), ID(customer_id), reason, until_on, before_on, published_on, placed_by, created_at";

/// Invoices that are open, and those that were settled since they were last looked at.
const TOUCHED: &str = "(i.amount_due > 0 OR i.dunning NOT LIKE '{\"state\":\"stopped\"%')";

const SINCE: &str = "COALESCE((SELECT clock_at FROM tenants WHERE id = $1 AND NOT live), $3) - $4";

fn list((columns, origin): (&str, &str), backend: DbBackend) -> String {
    let postgres = backend == DbBackend::Postgres;
    let (rows, row, id) = if postgres { ("json_agg", "json_build_array", "(") } else { ("json_group_array", "json_array", "hex(") };
    let origin = origin.replace("TOUCHED", TOUCHED).replace("SINCE", SINCE).replace("IDS", &any::of_ids(backend, 2));
    format!("(SELECT CAST({rows}({row}({})) AS TEXT) FROM {origin})", columns.replace("ID(", id))
}

fn select<'a>(parts: impl IntoIterator<Item = &'a (&'a str, &'a str)>, backend: DbBackend) -> String {
    format!("SELECT {}", parts.into_iter().map(|part| list(*part, backend)).collect::<Vec<_>>().join(", "))
}

static EVERYTHING: LazyLock<[String; 2]> =
    LazyLock::new(|| [DbBackend::Postgres, DbBackend::Sqlite].map(|backend| select(&PARTS, backend)));

/// Everything about the customers `$2` of the tenant `$1`.
pub(super) fn everything(backend: DbBackend) -> &'static str {
    let [postgres, sqlite] = &*EVERYTHING;
    if backend == DbBackend::Postgres { postgres } else { sqlite }
}

/// The invoices `$2` of the tenant `$1`, and their steps.
pub(super) fn invoices(backend: DbBackend) -> String {
    let some = [
        (INVOICE, "invoices i WHERE i.tenant_id = $1 AND i.id IDS"),
        (STEP, "invoice_steps s WHERE s.tenant_id = $1 AND s.invoice_id IDS"),
    ];
    select(&some, backend)
}

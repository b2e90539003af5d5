//! What is told to the outside: the closed list of event types (`api.md` §7.3).

/// What an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubjectType {
    /// A customer.
    Customer,
    /// An invoice.
    Invoice,
    /// A credit note.
    CreditNote,
    /// A payment.
    Payment,
    /// A reminder.
    Reminder,
    /// A task.
    Task,
    /// A promise.
    Promise,
    /// A dispute.
    Dispute,
    /// A hold.
    Hold,
    /// A charge that was claimed.
    LateCharge,
    /// A dunning case.
    Case,
    /// A policy.
    Policy,
    /// A source.
    Source,
    /// A webhook endpoint.
    WebhookEndpoint,
    /// An API key.
    ApiKey,
    /// The tenant itself.
    Tenant,
}

impl SubjectType {
    /// The word used on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Invoice => "invoice",
            Self::CreditNote => "credit_note",
            Self::Payment => "payment",
            Self::Reminder => "reminder",
            Self::Task => "task",
            Self::Promise => "promise",
            Self::Dispute => "dispute",
            Self::Hold => "hold",
            Self::LateCharge => "late_charge",
            Self::Case => "case",
            Self::Policy => "policy",
            Self::Source => "source",
            Self::WebhookEndpoint => "webhook_endpoint",
            Self::ApiKey => "api_key",
            Self::Tenant => "tenant",
        }
    }
}

macro_rules! event_types {
    ($($variant:ident = $word:literal / $subject:ident: $doc:literal;)*) => {
        /// A type of event.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum EventType { $(#[doc = $doc] $variant,)* }

        impl EventType {
            /// Every type.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word used on the wire.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// What it is about.
            pub fn subject_type(self) -> SubjectType {
                match self { $(Self::$variant => SubjectType::$subject,)* }
            }

            /// When it is said.
            pub fn description(self) -> &'static str {
                match self { $(Self::$variant => $doc,)* }
            }
        }
    };
}

/// Does the type match what an endpoint asked for: the type itself, `*`, or a group such as `invoice.*`?
pub fn matches(pattern: &str, kind: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some("") => true,
        Some(group) => group.ends_with('.') && kind.starts_with(group),
        None => pattern == kind,
    }
}

event_types! {
    CustomerCreated = "customer.created" / Customer: "A customer became known.";
    CustomerUpdated = "customer.updated" / Customer: "A customer changed.";
    CreditHoldPlaced = "customer.credit_hold.placed" / Customer: "Deliveries on credit should stop.";
    CreditHoldReleased = "customer.credit_hold.released" / Customer: "Deliveries on credit may go on.";
    InvoiceRecorded = "invoice.recorded" / Invoice: "An invoice became known.";
    InvoiceUpdated = "invoice.updated" / Invoice: "An invoice changed.";
    InvoiceOverdue = "invoice.overdue" / Invoice: "Midnight passed after the due date, in the tenant's zone.";
    InvoicePartiallyPaid = "invoice.partially_paid" / Invoice: "A part was settled.";
    InvoicePaid = "invoice.paid" / Invoice: "Nothing is due any more.";
    InvoiceVoided = "invoice.voided" / Invoice: "Its source withdrew it.";
    CreditNoteRecorded = "credit_note.recorded" / CreditNote: "A credit note became known.";
    PaymentRecorded = "payment.recorded" / Payment: "A payment became known.";
    PaymentReversed = "payment.reversed" / Payment: "A payment was taken back.";
    PaymentUnapplied = "payment.unapplied" / Payment: "A part of a payment matches no invoice.";
    ReminderPlanned = "reminder.planned" / Reminder: "A reminder will leave at its instant.";
    ReminderApprovalRequested = "reminder.approval_requested" / Reminder: "A person has to approve it.";
    ReminderSent = "reminder.sent" / Reminder: "The provider took it.";
    ReminderDelivered = "reminder.delivered" / Reminder: "A receipt says it arrived.";
    ReminderBounced = "reminder.bounced" / Reminder: "A receipt says it did not arrive.";
    ReminderFailed = "reminder.failed" / Reminder: "It could not be sent.";
    ReminderCancelled = "reminder.cancelled" / Reminder: "It will not leave; the reason says why.";
    FormalNoticeSent = "formal_notice.sent" / Reminder: "A formal notice left.";
    TaskCreated = "task.created" / Task: "A person has something to do.";
    TaskCompleted = "task.completed" / Task: "A person did it.";
    PromiseMade = "promise.made" / Promise: "The customer promised to pay.";
    PromiseKept = "promise.kept" / Promise: "The promised amount came in.";
    PromiseBroken = "promise.broken" / Promise: "The promised amount did not come in.";
    DisputeOpened = "dispute.opened" / Dispute: "A part or the whole is disputed.";
    DisputeResolved = "dispute.resolved" / Dispute: "The dispute is settled.";
    HoldPlaced = "hold.placed" / Hold: "Chasing rests.";
    HoldReleased = "hold.released" / Hold: "Chasing may go on.";
    LateChargeAccrued = "late_charge.accrued" / LateCharge: "A message that left claimed interest or a fixed compensation: book it beside the invoice.";
    LateChargeWaived = "late_charge.waived" / LateCharge: "A charge is no longer asked for; the reason says why.";
    CaseOpened = "case.opened" / Case: "A dunning cycle began.";
    CaseClosed = "case.closed" / Case: "A dunning cycle ended.";
    PolicyActivated = "policy.activated" / Policy: "A policy version came into force.";
    DataStale = "data.stale" / Tenant: "Payment data are too old to chase on.";
    WebhookEndpointFailing = "webhook_endpoint.failing" / WebhookEndpoint: "An endpoint fails: its breaker opened.";
    WebhookEndpointRecovered = "webhook_endpoint.recovered" / WebhookEndpoint: "An endpoint that failed answers again.";
    WebhookEndpointDisabled = "webhook_endpoint.disabled" / WebhookEndpoint: "An endpoint answers no more.";
    IngestParked = "ingest.parked" / Source: "Facts have waited for a day for something that nobody has told yet.";
    ApiKeyExpiring = "api_key.expiring" / ApiKey: "A key ends in 14 days, or half its life is over: rotate it.";
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_pattern_is_a_type_a_group_or_everything() {
        for (pattern, kind, expected) in [
            ("*", "invoice.paid", true),
            ("invoice.paid", "invoice.paid", true),
            ("invoice.paid", "invoice.overdue", false),
            ("invoice.*", "invoice.paid", true),
            ("invoice.*", "invoices.paid", false),
            ("customer.*", "customer.credit_hold.placed", true),
            ("customer.credit_hold.*", "customer.created", false),
            ("inv*", "invoice.paid", false),
            ("", "invoice.paid", false),
        ] {
            assert_eq!(matches(pattern, kind), expected, "{pattern} {kind}");
        }
    }
}

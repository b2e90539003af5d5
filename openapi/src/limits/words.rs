//! Texts with known words: closed where only requests have them, open wherever an answer may say one.

use relance_domain::{event::EventType, nonpayment::NonPayment, policy::Channel};
use serde_json::{Map, Value, json};

use crate::problem::Code;

/// Closed sets: of requests alone.
const CLOSED: &[(&str, &str, &[&str])] = &[
    ("ActivateInput", "backlog", &["skip", "first_step", "by_age"]),
    (
        "ChannelInput",
        "provider",
        &[
            "smtp",
            "brevo",
            "mailjet",
            "postmark",
            "scaleway",
            "ses",
            "sendgrid",
            "ovh",
            "twilio",
            "smsmode",
            "http",
            "gateway",
            "print",
            "merci_facteur",
            "maileva",
            "ar24",
        ],
    ),
    ("MerciFacteurInput", "registered_mode", &["lrare", "lrar", "ere_otp_mail", "ere_otp_sms"]),
    ("MerciFacteurInput", "letter_mode", &["suivi", "normal"]),
    ("GatewayInput", "method", &["POST", "PUT", "GET"]),
    ("GatewayInput", "media_type", &["json", "form", "query"]),
    ("GatewayAuth", "scheme", &["basic", "bearer"]),
    ("GatewayReceipts", "media_type", &["json", "form", "query"]),
    ("GatewayVerify", "scheme", &["header", "hmac_sha256", "basic"]),
    ("GatewayVerify", "encoding", &["hex", "base64"]),
    ("EndpointBody", "payload", &["full", "thin"]),
    ("EndpointPatch", "payload", &["full", "thin"]),
    ("EndpointPatch", "status", &["enabled", "disabled"]),
    ("HoldInput", "scope", &["tenant", "customer", "invoice", "contact"]),
    ("InteractionInput", "direction", &["outbound", "inbound"]),
    ("InteractionInput", "channel", &["phone", "visit", "email", "sms", "letter", "other"]),
    ("NewTenantInput", "mode", &["live", "test"]),
    ("SimulationInput", "backlog", &["skip", "first_step", "by_age"]),
    ("SimulationInput", "running_cases", &["keep", "move"]),
    ("SimulationInput", "approvals", &["given", "withheld"]),
    ("SimulationInput", "calls", &["made", "none"]),
    ("QuoteCreditNote", "mode", &["ab_initio", "from_date"]),
    ("QuoteInput", "allocation", &["interest_first", "principal_first", "interest_fee_principal"]),
    ("QuoteInput", "day_count", &["act_365f", "act_act"]),
    ("QuoteRegime", "below_floor", &["floor", "default_rate"]),
    ("QuoteRegime", "column", &["autres", "particuliers"]),
    ("QuoteRegime", "kind", REGIMES),
    ("RateInput", "series", SERIES),
    ("SmtpInput", "security", &["starttls", "tls", "none"]),
    ("CloudEvent", "specversion", &["1.0"]),
];

const REGIMES: &[&str] = &[
    "fr_b2b_default",
    "fr_b2b_fixed",
    "fr_b2b_3x_legal",
    "fr_b2b_ecb_plus",
    "fr_b2g",
    "fr_legal",
    "de_b2b",
    "be_b2b",
    "eu_ecb_plus_8",
    "uk_b2b",
];
const SUBJECTS: &[&str] = &[
    "customer",
    "invoice",
    "credit_note",
    "payment",
    "reminder",
    "task",
    "promise",
    "dispute",
    "hold",
    "late_charge",
    "case",
    "policy",
    "source",
    "webhook_endpoint",
    "api_key",
    "tenant",
];
const SERIES: &[&str] = &["ecb_mro", "legal_particuliers", "legal_autres", "de_base", "uk_bank_rate"];
const KINDS: &[&str] = &["business", "consumer", "public_body", "unknown"];
const INTERRUPTIONS: &[&str] = &["acknowledgment", "request_for_time", "accepted_plan", "court_claim", "enforcement"];

const ROLES: &[&str] = &["accounts_payable", "approver", "buyer", "director", "legal_representative", "authorising_officer", "other"];
const PAYING: &[&str] = &["transfer", "card", "direct_debit"];
const OUTCOMES: &[&str] = &["reached", "no_answer", "voicemail", "unreachable", "wrong_number", "done"];
const MODES: &[&str] = &["live", "test"];

/// Open sets: a client lives with a word it does not know.
const OPEN: &[(&str, &str, &[&str])] = &[
    (
        "ActionView",
        "action",
        &[
            "plan_reminder",
            "create_task",
            "waive_step",
            "cancel_reminder",
            "reschedule_reminder",
            "announce_overdue",
            "keep_promise",
            "break_promise",
            "release_hold",
            "open_case",
            "close_case",
            "say_data_stale",
        ],
    ),
    ("TemplateRenderInput", "formality", &["vous", "tu"]),
    ("AllocationView", "rule", &["stated", "named_invoice", "reference", "exact_amount", "exact_set"]),
    ("AttemptView", "outcome", &["calling", "accepted", "refused", "throttled", "transient", "unknown"]),
    ("CaseView", "close_reason", &["paid"]),
    ("ChannelView", "channel", &["email", "sms", "letter", "email_fallback", "sms_fallback"]),
    ("ChannelTestView", "outcome", &["accepted", "refused", "throttled", "transient", "unknown", "not_called"]),
    ("Charge", "kind", &["fixed_compensation"]),
    ("Charge", "mode", &["mention", "claim"]),
    ("ClockView", "status", &["ready", "advancing"]),
    ("CompletionInput", "outcome", OUTCOMES),
    ("ContactView", "role", ROLES),
    ("ContactView", "formality", &["vous", "tu"]),
    ("SheetContact", "role", ROLES),
    ("CreditNoteView", "mode", &["ab_initio", "from_date"]),
    ("CustomerView", "kind", KINDS),
    ("SheetCustomer", "kind", KINDS),
    ("ProofView", "kind", &["deposit", "acknowledgement", "refusal", "non_claim"]),
    ("ReminderView", "postal_state", &["ordered", "printed", "posted", "presented", "delivered", "returned", "refused", "unclaimed"]),
    ("DecisionView", "outcome", &["act", "wait", "hold", "stop"]),
    (
        "DeliveryAttemptView",
        "error",
        &["blocked_address", "name_not_resolved", "connection_failed", "tls_failed", "timeout", "protocol_error", "event_expired"],
    ),
    ("DeliveryView", "status", &["pending", "delivered", "failed", "dropped"]),
    ("DisputeView", "status", &["open", "resolved"]),
    ("DisputeView", "outcome", &["accepted", "partly_accepted", "rejected"]),
    ("ResolutionInput", "outcome", &["accepted", "partly_accepted", "rejected"]),
    ("DocumentItem", "result", &["accepted", "duplicate", "stale", "parked", "rejected"]),
    ("EndpointView", "payload", &["full", "thin"]),
    ("EndpointView", "status", &["enabled", "disabled"]),
    ("EndpointView", "disabled_reason", &["by_hand", "gone", "only_failures"]),
    ("EventSubject", "type", SUBJECTS),
    ("EventTypeView", "subject", SUBJECTS),
    ("ExtractedView", "syntax", &["ubl", "cii"]),
    ("ExtractedView", "kind", &["invoice", "credit_note"]),
    ("HoldView", "scope", &["tenant", "customer", "invoice", "contact"]),
    ("IngestItem", "result", &["accepted", "duplicate", "stale", "parked", "rejected"]),
    ("IngestedEventView", "result", &["accepted", "stale", "parked", "rejected"]),
    ("InteractionView", "channel", &["phone", "visit", "email", "sms", "letter", "other"]),
    ("InteractionView", "outcome", OUTCOMES),
    ("InteractionView", "direction", &["outbound", "inbound"]),
    ("InteractionView", "reason_code", NonPayment::WORDS),
    ("InteractionInput", "reason_code", NonPayment::WORDS),
    ("CompletionInput", "reason_code", NonPayment::WORDS),
    ("TaskView", "reason_code", NonPayment::WORDS),
    ("InteractionInput", "outcome", OUTCOMES),
    ("InvoiceDunningView", "state", &["idle", "scheduled", "held", "awaiting_approval", "completed", "stopped"]),
    ("InterruptionInput", "kind", INTERRUPTIONS),
    ("InterruptionView", "kind", INTERRUPTIONS),
    ("InvoiceInput", "kind", &["invoice", "deposit", "final", "carriage"]),
    ("InvoiceView", "kind", &["invoice", "deposit", "final", "carriage"]),
    ("InvoiceView", "status", &["open", "paid", "void", "written_off"]),
    ("InvoiceBalanceView", "status", &["open", "paid", "void", "written_off"]),
    ("MeView", "mode", MODES),
    ("TenantView", "mode", MODES),
    ("ParkedAnswer", "result", &["parked"]),
    (
        "ParkedView",
        "type",
        &["customer", "invoice", "credit_note", "payment", "payment_reversed", "dispute", "dispute_resolved", "promise"],
    ),
    ("PaymentInput", "method", PAYING),
    ("PaymentView", "method", PAYING),
    ("PaymentView", "status", &["recorded", "reversed"]),
    ("PolicyInput", "unapplied_cash", &["hold", "lower", "ignore"]),
    ("ImputedView", "kind", &["payment", "credit_note"]),
    ("LateChargeView", "rule", &["interest", "fixed_compensation"]),
    ("LateChargeView", "status", &["accrued", "waived"]),
    ("RateView", "series", SERIES),
    ("PolicyAppliesToInput", "customer_kinds", KINDS),
    ("PolicyStepInput", "customer_kinds", KINDS),
    ("PolicyLateChargesInput", "rate_from", &["invoice_terms"]),
    ("PolicyLateChargesInput", "day_count", &["act_365f", "act_act"]),
    ("PolicyLateChargesInput", "after_principal_paid", &["waive", "task"]),
    ("PolicyLateChargesInput", "allocation", &["principal_first", "interest_first", "interest_fee_principal"]),
    ("PolicyRegimeInput", "kind", REGIMES),
    ("PolicyRegimeInput", "below_floor", &["floor", "default_rate"]),
    ("PolicyRegimeInput", "column", &["autres", "particuliers"]),
    ("PolicyStepInput", "tone", &["courteous", "factual", "firm", "formal"]),
    ("PolicyStepInput", "only_if", &["call_unanswered", "no_lifecycle_status", "no_reply"]),
    ("PolicyPayerInput", "any_sign_of", &["calls_unanswered", "contacts_suppressed", "promises_broken", "getting_worse"]),
    ("PolicyStepInput", "late_charges", &["none", "mention", "claim"]),
    ("PolicyStepInput", "approval", &["required", "none"]),
    ("PolicyStepInput", "attach", &["invoice", "statement", "ics"]),
    ("PolicyStepInput", "credit_hold", &["propose"]),
    ("PolicyView", "state", &["draft", "active", "retired"]),
    ("PolicyWindowInput", "weekdays", &["mon", "tue", "wed", "thu", "fri", "sat", "sun"]),
    ("PromiseView", "status", &["open", "kept", "broken", "cancelled"]),
    (
        "ReminderView",
        "status",
        &["planned", "awaiting_approval", "sending", "sent", "delivered", "bounced", "failed", "cancelled", "unknown"],
    ),
    ("ResourceRef", "type", &["customer", "invoice", "credit_note", "payment", "dispute", "promise", "hold"]),
    ("SettingsPatch", "payment_methods", PAYING),
    ("SettingsView", "payment_methods", PAYING),
    ("SimulationAssumptions", "approvals", &["given", "withheld"]),
    ("SimulationAssumptions", "calls", &["made", "none"]),
    ("SimulationAssumptions", "ledger", &["as_it_stands", "as_it_was", "given"]),
    ("SimulatedCharge", "kind", &["fixed_compensation"]),
    ("SimulatedCharge", "mode", &["mention", "claim"]),
    ("SimulatedDifference", "kind", &["earlier", "later", "other_channel", "never", "only_here"]),
    ("SimulatedDifferenceCount", "kind", &["earlier", "later", "other_channel", "never", "only_here"]),
    ("TaskView", "kind", &["phone_call", "visit", "review", "handover", "own_error"]),
    ("TaskView", "status", &["open", "completed", "cancelled"]),
    ("TaskView", "outcome", OUTCOMES),
    ("WaitingForView", "type", &["customer", "invoice", "payment", "dispute"]),
];

/// Members that say a channel of a step.
const CHANNELS: &[(&str, &str)] = &[
    ("PolicyStepInput", "channel"),
    ("PolicyStepInput", "also_by"),
    ("PolicyPauseInput", "channels"),
    ("ReminderView", "channel"),
    ("SimulatedChannel", "channel"),
    ("SimulatedDifference", "channel"),
    ("SimulatedDifference", "other_channel"),
    ("SimulatedReminder", "channel"),
    ("SimulatedStep", "channel"),
    ("TaskView", "channel"),
];
/// Members that say a type of event.
const EVENTS: &[(&str, &str)] =
    &[("EventTypeView", "type"), ("EventView", "type"), ("DeliveryView", "event_type"), ("TimelineItem", "type")];

/// Adds the known words of a text.
pub(super) fn fill(owner: &str, member: &str, members: &mut Map<String, Value>) {
    if let Some((.., words)) = CLOSED.iter().find(|(who, name, _)| *who == owner && *name == member) {
        if members.get("type").is_some_and(Value::is_array) {
            members.insert("pattern".to_owned(), json!(format!("^({})$", words.join("|").replace('.', r"\."))));
        } else {
            members.insert("enum".to_owned(), json!(words));
        }
        return;
    }
    let words = open(owner, member);
    if words.is_empty() {
        return;
    }
    members.insert("x-extensible-enum".to_owned(), json!(words));
    let stated = members.remove("example");
    let mut examples: Vec<Value> = stated.into_iter().chain(words.iter().map(|word| json!(word))).collect();
    examples.dedup();
    members.insert("examples".to_owned(), Value::Array(examples));
}

/// The known words of a member; none when it is free text.
fn open(owner: &str, member: &str) -> Vec<&'static str> {
    let is = |list: &[(&str, &str)]| list.contains(&(owner, member));
    if is(EVENTS) {
        return EventType::ALL.iter().map(|kind| kind.as_str()).collect();
    }
    if is(CHANNELS) {
        return Channel::ALL.iter().map(|channel| channel.as_str()).collect();
    }
    if is(&[("Problem", "code"), ("FieldProblem", "code"), ("ParkedView", "refused_code")]) {
        return Code::ALL.iter().map(|code| code.as_str()).collect();
    }
    OPEN.iter().find(|(who, name, _)| *who == owner && *name == member).map(|(.., words)| words.to_vec()).unwrap_or_default()
}

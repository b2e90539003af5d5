//! The table. A row names a member, and its owner where the same name means two things.

/// Decimal text of an amount: fifteen digits at most, and zeros.
pub(super) const AMOUNT: &str = r"^-?[0-9]{1,20}(\.[0-9]{1,20})?$";
/// A currency.
const CURRENCY: &str = "^[A-Z]{3}$";
/// Longest document.
pub(super) const DOCUMENT: u64 = 32 * 1024 * 1024;

/// What a text may be.
pub(super) struct Text {
    /// Fewest characters.
    pub least: u64,
    /// Most characters.
    pub most: u64,
    /// Its pattern, where it is closed.
    pub pattern: Option<&'static str>,
    /// Its format, where it is closed.
    pub format: Option<&'static str>,
}

/// Members that a row with an owner decides: (owner, member, most characters).
const OWNED: &[(&str, &str, u64)] = &[
    ("CloudEvent", "id", 200),
    ("LogoInput", "data", 137_000),
    ("LogoView", "data", 137_000),
    ("body", "", 5 * 1024 * 1024),
    ("IngestItem", "id", 262_144),
    ("CustomerInput", "name", 300),
    ("CustomerView", "name", 300),
    ("SheetCustomer", "name", 300),
    ("PartyView", "name", 500),
    ("PartyView", "trading_name", 500),
    ("PartyView", "contact_name", 500),
    ("PartyView", "email", 500),
    ("PartyView", "phone", 500),
    ("PartyIdView", "id", 200),
    ("PartyView", "vat_id", 200),
    ("PartyView", "siren", 200),
    ("ExtractedView", "number", 500),
    ("ReminderAttachmentView", "name", 300),
    ("DocumentItem", "file", 500),
    ("TemplateInput", "body", 20_000),
    ("TemplateInput", "sms", 500),
    ("TemplateRenderInput", "body", 20_000),
    ("TemplateRenderInput", "sms", 500),
    ("TemplateView", "body", 20_000),
    ("TemplateView", "sms", 500),
    ("TemplateRenderView", "subject", 1_000),
    ("TemplateRenderView", "text", 5_000_000),
    ("TemplateRenderView", "html", 5_000_000),
    ("TemplateRenderView", "sms", 1_000),
    ("PolicyInput", "name", 200),
    ("InvoiceInput", "kind", 40),
    ("PaymentInput", "method", 60),
    ("ReversalInput", "reason_code", 60),
    ("OptedOutData", "address", 254),
    ("DisputeOpenedData", "reason_code", 60),
    ("DisputeResolvedData", "outcome", 60),
    ("PromiseMadeData", "method", 60),
    ("InsolvencyOpenedData", "procedure", 60),
    ("EinvoiceStatusData", "status_code", 20),
    ("EinvoiceStatusData", "reason_code", 60),
    ("SimulationInput", "from", 10),
    ("SimulationInput", "until", 10),
    ("SimulationView", "from", 10),
    ("SimulationView", "until", 10),
    ("SimulatedDifference", "customer_name", 300),
    ("SimulatedReminder", "customer_name", 300),
    ("RateInput", "source", 500),
    ("RateView", "source", 500),
    ("DisputeInput", "comment", 2_000),
    ("ResolutionInput", "comment", 2_000),
    ("InterruptionInput", "comment", 2_000),
    ("InterruptionInput", "proof", 500),
    ("InterruptionView", "proof", 500),
    ("VerdictInput", "comment", 2_000),
    ("ActionView", "title", 1_000),
    ("TaskView", "title", 1_000),
    ("TimelineItem", "label", 1_000),
    ("TimelineItem", "subject_id", 200),
    ("EventSubject", "id", 200),
    ("ChannelInput", "from", 254),
    ("GatewayInput", "secrets", 4_000),
    ("GatewayField", "name", 100),
    ("GatewayField", "value", 2_000),
    ("GatewayAuth", "secret", 40),
    ("GatewayVerify", "secret", 40),
    ("GatewayVerify", "header", 100),
    ("GatewayAnswer", "retry_after_header", 100),
    ("CompletionInput", "comment", 5_000),
    ("InteractionInput", "comment", 5_000),
    ("SheetStep", "text", 10_000),
    ("PartyView", "address", 500),
    ("PolicyPauseInput", "from", 5),
    ("PolicyPauseInput", "until", 5),
    ("PolicyWindowInput", "from", 5),
    ("PolicyWindowInput", "to", 5),
    ("query", "type", 2_000),
    ("query", "status", 200),
    ("query", "sort", 100),
    ("header", "Idempotency-Key", 255),
    ("header", "If-Match", 100),
    ("header", "If-None-Match", 1_000),
    ("query", "cursor", 1_000),
];

/// Members by their name: (most characters, names).
const NAMED: &[(u64, &[&str])] = &[
    (2, &["country"]),
    (6, &["half_year"]),
    (11, &["rate", "contract_rate", "points"]),
    (3, &["specversion", "type_code"]),
    (12, &["syntax", "scheme"]),
    (16, &["language", "security"]),
    (20, &["siren", "postcode"]),
    (40, &["region", "vat_id", "phone", "channel", "preferred_channel", "suppressed_channels", "provider", "key", "step_key", "prefix"]),
    (50, &["iban", "payee_iban", "payer_iban", "payee_ibans", "payee_accounts", "bic"]),
    (60, &["segment", "segments", "public_body_type", "payment_methods", "kind", "reversal_reason_code", "scopes", "payment_days"]),
    (
        64,
        &[
            "source",
            "time_zone",
            "mode",
            "state",
            "status",
            "result",
            "payload",
            "id",
            "sha256",
            "preset",
            "template",
            "type",
            "subject_type",
        ],
    ),
    (
        100,
        &[
            "legal_form",
            "outcome",
            "reason_code",
            "method",
            "action",
            "code",
            "rule",
            "refused_code",
            "event_type",
            "event_types",
            "last_step",
            "next_step",
            "api_version",
            "column",
            "cancel_reason",
            "disabled_reason",
        ],
    ),
    (120, &["city"]),
    (128, &["request_id"]),
    (
        200,
        &[
            "external_id",
            "number",
            "payment_reference",
            "purchase_order",
            "buyer_reference",
            "delivery_reference",
            "order_reference",
            "preceding_invoices",
            "name",
            "made_by",
            "placed_by",
            "released_by",
            "lines",
            "capital",
            "rcs_city",
            "contact_name",
            "legal_name",
            "tenant_name",
            "service_name",
            "account_sid",
            "from_name",
            "title",
            "media_type",
            "sales_owner",
            "about",
            "contact_reason",
            "error",
            "pointer",
            "username",
        ],
    ),
    (253, &["host"]),
    (254, &["email", "reply_to", "allow_list"]),
    (300, &["payee_name", "payer_name"]),
    (
        500,
        &[
            "reason",
            "reference",
            "origin",
            "description",
            "label",
            "citation",
            "holds",
            "api_key",
            "application_key",
            "application_secret",
            "consumer_key",
            "auth_token",
            "secret",
            "password",
        ],
    ),
    (1_000, &["next_cursor", "payment_means"]),
    (2_000, &["document_url", "payment_url", "url", "base_url", "privacy_url", "message", "detail", "provenance"]),
    (4_000, &["penalty_terms", "consumer_mediator", "signature", "response", "payment_terms"]),
    (5_000, &["comment", "to", "headers", "subject"]),
    (20_000, &["ca_pem"]),
    (1_000_000, &["text", "html"]),
];

/// Texts that may not be empty.
const NOT_EMPTY: &[(&str, &[&str])] = &[
    ("InvoiceInput", &["number", "customer_external_id"]),
    ("CreditNoteInput", &["number", "customer_external_id"]),
    ("CustomerInput", &["name"]),
    ("PaymentInput", &["customer_external_id"]),
    ("AllocationInput", &["invoice_external_id"]),
    ("ReversalInput", &["reason_code"]),
    ("ContactInput", &["external_id"]),
    ("SalesOwner", &["name", "email"]),
    ("Person", &["name", "email"]),
    ("PolicyInput", &["name"]),
    ("PolicyStepInput", &["key"]),
    ("NewTenantInput", &["name"]),
    ("EndpointBody", &["url"]),
    ("HoldInput", &["reason"]),
    ("WaiveInput", &["reason"]),
    ("OrderInput", &["reason"]),
    ("DisputeInput", &["reason_code"]),
    ("InterruptionInput", &["proof"]),
    ("ResolutionInput", &["outcome"]),
    ("CompletionInput", &["outcome"]),
    ("InteractionInput", &["outcome"]),
    ("CloudEvent", &["id", "source"]),
    ("SmtpInput", &["host"]),
    ("path", &["id", "source", "external_id", "name", "channel", "key", "template"]),
    ("header", &["Idempotency-Key"]),
];

/// Amounts of money by their names; those that contain `amount` are beside them.
const MONEY: &[&str] = &[
    "total",
    "payable",
    "paid",
    "credited",
    "disputed",
    "unapplied",
    "prepaid",
    "principal",
    "principal_due",
    "interest",
    "interest_paid",
    "interest_due",
    "interest_exact_6dp",
    "fixed_compensation_due",
    "complementary_costs",
    "credit_balance",
    "total_due",
    "retention",
    "justified_costs",
    "to_interest",
    "to_principal",
    "to_fixed_compensation",
    "unallocated",
    "fixed_compensation",
];

/// Whole days and instants whose names do not say so.
const DAYS: &[&str] = &["on", "storms"];
const INSTANTS: &[&str] = &["now", "payments_complete_until", "timestamp", "clock", "at"];

/// The limits of a text.
pub(super) fn text(owner: &str, member: &str) -> Text {
    let least = u64::from(NOT_EMPTY.iter().any(|(who, names)| *who == owner && names.contains(&member)));
    let plain = |most| Text { least, most, pattern: None, format: None };
    if let Some((_, _, most)) = OWNED.iter().find(|(who, name, _)| *who == owner && *name == member) {
        return plain(*most);
    }
    if member == "currency" {
        return Text { least: 3, most: 3, pattern: Some(CURRENCY), format: None };
    }
    if MONEY.contains(&member) || (member.contains("amount") && owner != "query") {
        return Text { least: 1, most: 42, pattern: Some(AMOUNT), format: None };
    }
    let written = member != "due_on_stated" && owner != "ExtractedView";
    if written && (member.ends_with("_on") || DAYS.contains(&member)) && member != "on_broken" {
        return Text { least: 0, most: 10, pattern: None, format: Some("date") };
    }
    if member.ends_with("_at") || INSTANTS.contains(&member) {
        return Text { least: 0, most: 40, pattern: None, format: Some("date-time") };
    }
    if member.ends_with("external_id") || member.ends_with("external_ids") {
        return plain(200);
    }
    if let Some((most, _)) = NAMED.iter().find(|(_, names)| names.contains(&member)) {
        return plain(*most);
    }
    plain(if member.ends_with("_id") || member.ends_with("_ids") { 64 } else { 500 })
}

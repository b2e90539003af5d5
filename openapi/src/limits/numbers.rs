//! Bounds of whole numbers, and how long lists are.

/// Whole numbers: (owner or `*`, member, least, most).
const NUMBERS: &[(&str, &str, i64, i64)] = &[
    ("*", "source_version", 1, i64::MAX),
    ("TemplateRenderInput", "variant", 0, 2),
    ("SmtpInput", "port", 1, 65_535),
    ("ChannelInput", "max_per_second", 1, 10_000),
    ("ChannelInput", "max_per_day", 1, 1_000_000),
    ("PolicyStepInput", "offset_days", -365, 3_650),
    ("PolicyPlanInput", "first_share_percent", 0, 100),
    ("PolicyPacingInput", "max_per_7_days", 0, 1_000),
    ("PolicyPacingInput", "max_per_30_days", 0, 1_000),
    ("ActivateInput", "spread_days", 0, 60),
    ("ActivateInput", "confirm_count", 0, i64::MAX),
    ("PayingView", "invoices", 0, u32::MAX as i64),
    ("PayingView", "late_invoices", 0, u32::MAX as i64),
    ("PayingView", "late_share_percent", 0, 100),
    ("ProofView", "size", 0, i64::MAX),
    ("PromisesMadeView", "kept", 0, u32::MAX as i64),
    ("PromisesMadeView", "broken", 0, u32::MAX as i64),
    ("PromisesMadeView", "open", 0, u32::MAX as i64),
    ("ReachView", "unanswered_calls", 0, u32::MAX as i64),
    ("ReachView", "contacts", 0, u32::MAX as i64),
    ("ReachView", "suppressed_contacts", 0, u32::MAX as i64),
    ("MigrateInput", "confirm_count", 0, i64::MAX),
    ("MigrationView", "cases", 0, i64::MAX),
    ("MigrationView", "invoices", 0, i64::MAX),
    ("MigrationView", "to_version", 1, i32::MAX as i64),
    ("MigratedInvoice", "from_version", 1, i32::MAX as i64),
    ("SettingsPatch", "default_payment_days", 0, 365),
    ("SettingsView", "default_payment_days", 0, 365),
    ("RotateBody", "overlap_hours", 0, 168),
    ("Problem", "status", 100, 599),
    ("DeliveryAttemptView", "status_code", 100, 999),
    ("SimulationInput", "version", 1, i32::MAX as i64),
    ("SimulationInput", "spread_days", 0, 60),
    ("SimulationAssumptions", "spread_days", 0, 60),
    ("SimulationInput", "storm_above", 0, 1_000_000),
    ("SimulationOther", "version", 1, i32::MAX as i64),
    ("InterestLine", "days", 1, 400_000),
    ("InterestLine", "denominator", 365, 366),
    ("*", "days_of_interest", 0, 400_000),
    ("query", "limit", 1, i32::MAX as i64),
    ("query", "version", 1, i32::MAX as i64),
    ("path", "n", 1, i32::MAX as i64),
    ("*", "index", 0, 100_000),
    ("*", "days_overdue", 0, 100_000),
    ("*", "sequence", 1, i64::MAX),
    ("*", "duration_ms", 0, i64::MAX),
    ("*", "policy_version", 0, i32::MAX as i64),
    ("PolicyView", "version", 1, i32::MAX as i64),
];

/// The bounds of a whole number, where the table knows them.
pub(super) fn number(owner: &str, member: &str) -> Option<(i64, i64)> {
    let row = NUMBERS.iter().find(|(who, name, ..)| *name == member && (*who == owner || *who == "*"));
    let policy = owner.starts_with("Policy") && owner.ends_with("Input");
    let days = || (policy && member.contains("days")).then_some((0, 3_650));
    let hours = || (policy && member.ends_with("_hours")).then_some((0, 8_760));
    row.map(|(_, _, least, most)| (*least, *most)).or_else(days).or_else(hours)
}

/// Most entries of a list, where the table knows.
pub(super) fn count(owner: &str, member: &str) -> Option<u64> {
    Some(match (owner, member) {
        (name, "data") if name.ends_with("List") || name == "Timeline" => 200,
        (_, "contacts") => 200,
        (_, "allow_list") => 500,
        ("GatewayInput", _) => 50,
        ("GatewayCodes" | "GatewayReceipts", _) => 200,
        ("QuotedInvoice" | "StatementCharge" | "LateChargeView", "lines") => 1_000,
        (_, "lines") => 20,
        (_, "payment_days") => 32,
        (_, "event_types") => 100,
        (_, "scopes") => 50,
        ("PolicyInput", "steps") => 100,
        ("PolicyInput", "pauses") => 50,
        ("PolicyStepInput" | "PolicyWindowInput" | "PolicyPauseInput" | "PolicyPayerInput", _) => 50,
        ("PolicyAppliesToInput", _) => 100,
        ("SettingsPatch" | "SettingsView", _) => 20,
        ("PromiseInput" | "PromisedInput", _) => 1_000,
        ("SimulationLedger", _) => 100_000,
        (name, _) if name.ends_with("View") || name.ends_with("Item") || name.ends_with("Answer") || name == "Sheet" => 10_000,
        (name, _) if name.starts_with("Simulat") => 10_000,
        ("Problem", "errors") => 1_000,
        _ => return None,
    })
}

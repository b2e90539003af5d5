//! What can be wrong with a policy.

/// One thing wrong with a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyFault {
    /// JSON pointer to the field (RFC 6901), also when the fault is that it is missing.
    pub pointer: String,
    /// What is wrong, one of [`PolicyFault::CODES`].
    pub code: &'static str,
    /// The same for people.
    pub detail: String,
}

impl PolicyFault {
    /// Every code there is.
    pub const CODES: [&'static str; 16] = [
        "unknown_field",
        "missing_field",
        "wrong_type",
        "malformed",
        "money_precision",
        "unknown_word",
        "out_of_range",
        "out_of_order",
        "duplicate",
        "not_allowed",
        "template_required",
        "approval_required",
        "notice_required",
        "fees_on_consumer",
        "against_the_law",
        "never_open",
    ];

    /// A fault of the field at `pointer`.
    pub(in crate::policy) fn new(pointer: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), code, detail: detail.into() }
    }
}

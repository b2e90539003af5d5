//! Why a document was not taken.

/// The closed list of public codes (contract §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefusalCode {
    /// Not well-formed, or a fact without which nothing can be owed (number, date, currency, amount) is missing.
    MalformedDocument,
    /// A document type declaration: the door to entity expansion and outside references.
    DtdForbidden,
    /// Well-formed, but of a kind this crate does not read.
    UnsupportedDocument,
    /// Read, and not a claim: an order, a reminder, a pro forma, an accounting aid.
    NotAnInvoice,
    /// A container (PDF) without an invoice inside.
    NoStructuredData,
    /// Over a limit: bytes, depth, nodes, attributes.
    TooLarge,
}

impl RefusalCode {
    /// The code as other programs know it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MalformedDocument => "malformed_document",
            Self::DtdForbidden => "dtd_forbidden",
            Self::UnsupportedDocument => "unsupported_document",
            Self::NotAnInvoice => "not_an_invoice",
            Self::NoStructuredData => "no_structured_data",
            Self::TooLarge => "too_large",
        }
    }
}

impl std::fmt::Display for RefusalCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A document refused, with the reason in words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {detail}")]
pub struct Refusal {
    pub code: RefusalCode,
    /// What was read and why it was refused, for a person.
    pub detail: String,
}

impl Refusal {
    pub(crate) fn malformed(detail: impl Into<String>) -> Self {
        Self::of(RefusalCode::MalformedDocument, detail)
    }

    pub(crate) fn dtd(detail: impl Into<String>) -> Self {
        Self::of(RefusalCode::DtdForbidden, detail)
    }

    pub(crate) fn unsupported(detail: impl Into<String>) -> Self {
        Self::of(RefusalCode::UnsupportedDocument, detail)
    }

    pub(crate) fn not_an_invoice(detail: impl Into<String>) -> Self {
        Self::of(RefusalCode::NotAnInvoice, detail)
    }

    pub(crate) fn too_large(detail: impl Into<String>) -> Self {
        Self::of(RefusalCode::TooLarge, detail)
    }

    fn of(code: RefusalCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}

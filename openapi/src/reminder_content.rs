//! What a reminder says, on the wire.

use std::collections::BTreeMap;

use relance_domain::records::{Attachment, MessageContent};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A message as it left; before that, as it would leave now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReminderContentView {
    /// Sender as the reader sees it.
    #[schema(example = "\"Atelier\" <compta@atelier.example>")]
    pub from: Option<String>,
    /// Address, number, or the lines of the envelope.
    pub to: Option<String>,
    /// Subject; null for SMS and letters.
    pub subject: Option<String>,
    /// Plain text.
    pub text: String,
    /// The same as html; e-mail only.
    pub html: Option<String>,
    /// Further headers of an e-mail; encoding and parts of an SMS; of a letter its pages, and sender and recipient field by field
    /// (JSON).
    pub headers: BTreeMap<String, String>,
    /// Files, to be read one by one.
    pub attachments: Vec<ReminderAttachmentView>,
    /// What proves that a letter was posted, handed over, refused or not claimed; read like `attachments`.
    pub proofs: Vec<ProofView>,
}

/// A file that proves a letter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProofView {
    /// `deposit`, `acknowledgement`, `refusal` or `non_claim`.
    pub kind: String,
    /// File name.
    #[schema(example = "deposit-proof.pdf")]
    pub name: String,
    /// Media type.
    #[schema(example = "application/pdf")]
    pub media_type: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// When it came.
    #[schema(format = DateTime)]
    pub received_at: String,
}

/// A file of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReminderAttachmentView {
    /// File name.
    #[schema(example = "letter.pdf")]
    pub name: String,
    /// Media type.
    #[schema(example = "application/pdf")]
    pub media_type: String,
    /// Bytes.
    pub size: usize,
    /// SHA-256, hexadecimal.
    pub sha256: String,
}

impl From<&MessageContent> for ReminderContentView {
    fn from(content: &MessageContent) -> Self {
        let mut headers = content.headers.clone();
        if !content.cc.is_empty() {
            headers.insert("Cc".to_owned(), content.cc.join(", "));
        }
        Self {
            from: content.from.clone(),
            to: content.to.clone(),
            subject: content.subject.clone(),
            text: content.text.clone(),
            html: content.html.clone(),
            headers,
            attachments: content.attachments.iter().map(ReminderAttachmentView::from).collect(),
            proofs: Vec::new(),
        }
    }
}

impl From<&Attachment> for ReminderAttachmentView {
    fn from(file: &Attachment) -> Self {
        Self { name: file.name.clone(), media_type: file.media_type.clone(), size: file.data.len(), sha256: file.sha256.clone() }
    }
}

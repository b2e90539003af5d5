//! Texts of messages that a tenant writes itself, on the wire.

use relance_domain::records::TemplateRecord;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::time::at;

/// A text in place of the built-in one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateInput {
    /// Mail and letter: head lines (`Subject`, `Preview`, `Object`, and `Title` for letters), an empty line, then the text in
    /// the markup and template language that docs/templates.md describes.
    #[schema(
        example = "Subject: Votre compte chez {{ creditor.legal_name }}\nPreview: Merci\nObject: votre règlement\n\n{% include \"hello\" %}\n\nMerci pour votre règlement de {{ event.payment.amount }}, reçu le {{ event.payment.on }}.\n\n{% include \"close\" %}\n"
    )]
    pub body: String,
    /// The text message, for `sms_reminder` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sms: Option<String>,
    /// Use it from now on (the default). `false` keeps it as a draft, which may still lack what the message must say; the
    /// built-in text is used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
}

/// A text of a message in a language: the tenant's own, else the built-in one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TemplateView {
    /// Message and language.
    #[schema(example = "first_reminder.fr")]
    pub id: String,
    /// Which message.
    #[schema(example = "first_reminder")]
    pub template: String,
    /// Language.
    #[schema(example = "fr")]
    pub language: String,
    /// Written by the tenant.
    pub own: bool,
    /// Messages are made from it. A built-in text that an own one stands for is not listed.
    pub active: bool,
    /// Version of the own text, from 1; 0: built in.
    pub version: i64,
    /// Mail and letter.
    pub body: String,
    /// The text message, of `sms_reminder` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sms: Option<String>,
    /// Last change of the own text.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub updated_at: Option<String>,
}

impl From<&TemplateRecord> for TemplateView {
    fn from(record: &TemplateRecord) -> Self {
        Self {
            id: format!("{}.{}", record.template, record.language),
            template: record.template.clone(),
            language: record.language.clone(),
            own: true,
            active: record.active,
            version: record.version,
            body: record.body.clone(),
            sms: record.sms.clone(),
            updated_at: Some(at(record.updated_at)),
        }
    }
}

/// The tenant's own texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TemplateList {
    /// The texts, by message and language.
    pub data: Vec<TemplateView>,
    /// Always false: there are few.
    pub has_more: bool,
    /// Always null.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// What to show a text with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateRenderInput {
    /// The facts of this reminder, which has not left yet; without it, made-up ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reminder_id: Option<String>,
    /// A text to try; without it, the one in use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// A text message to try, for `sms_reminder` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sms: Option<String>,
    /// How the reader is addressed; without it as the contact is, else `vous`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub formality: Option<String>,
    /// Which of the three equivalent wordings, 0 to 2; without it, the one this reminder gets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<u8>,
}

/// A message as its reader would see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TemplateRenderView {
    /// Subject of the mail.
    pub subject: String,
    /// The mail as plain text.
    pub text: String,
    /// The mail as html.
    pub html: String,
    /// The text message, of `sms_reminder` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sms: Option<String>,
}

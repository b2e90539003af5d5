//! Mails that come in: bounces (RFC 3464), complaints (RFC 5965), answers of people and of machines (RFC 3834). Pure:
//! whose message one is about is found by what it carries, elsewhere.

mod report;
mod said;

use chrono::{DateTime, Utc};
use mail_parser::{HeaderName, HeaderValue, Message, MessageParser, MimeHeaders, PartType};
use relance_domain::sending::{ReceiptKind, without_addresses};
use sha2::{Digest, Sha256};

/// Parts below parts that are looked into: a returned mail is one below.
const DEEPEST: usize = 3;
/// Longest detail that is kept.
const LONGEST: usize = 300;

/// A mail that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The same mail again has the same.
    pub key: String,
    /// What it is.
    pub kind: MailKind,
    /// Our messages that it may be about.
    pub about: About,
    /// Who wrote it: name and address.
    pub from: Option<(Option<String>, String)>,
    /// When it says that it was written.
    pub at: Option<DateTime<Utc>>,
}

/// What a mail is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailKind {
    /// A mail server's or provider's word about a message of ours.
    Report {
        /// What it says.
        kind: ReceiptKind,
        /// The reason, without addresses.
        detail: Option<String>,
        /// Addresses it is about, in lower case.
        recipients: Vec<String>,
    },
    /// A person wrote: what is new in it.
    Reply(String),
    /// A machine answered: out of office, ticket opened.
    Automatic(String),
}

/// What a mail carries of ours, the likeliest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// References `rl_…`, from a return address of ours, a Message-ID or the thread.
    pub references: Vec<String>,
    /// Message-IDs of the thread, with their angle brackets.
    pub message_ids: Vec<String>,
    /// Cases, from the root of the thread: `cas_…`.
    pub cases: Vec<String>,
}

/// Reads a mail; `envelope` is the address it was delivered to, if the caller knows. `None`: it is no mail.
pub fn read(bytes: &[u8], envelope: Option<&str>) -> Option<Mail> {
    let message = MessageParser::default().parse(bytes)?;
    if message.headers().is_empty() || message.from().is_none() && message.return_address().is_none() && message.date().is_none() {
        return None;
    }
    let kind = report::read(&message).unwrap_or_else(|| {
        let text = said::text(&message);
        if is_automatic(&message) { MailKind::Automatic(text) } else { MailKind::Reply(text) }
    });
    Some(Mail {
        key: key(&message, bytes),
        about: about(&message, envelope, &kind),
        kind,
        from: message.from().and_then(|from| from.first()).and_then(|one| {
            let name = one.name().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
            Some((name, one.address()?.to_owned()))
        }),
        at: message.date().and_then(|date| DateTime::from_timestamp(date.to_timestamp(), 0)),
    })
}

/// Its Message-ID, else a digest of all of it.
fn key(message: &Message<'_>, bytes: &[u8]) -> String {
    let digest = |bytes: &[u8]| Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    message.message_id().map_or_else(|| format!("mail:{}", digest(bytes)), |id| format!("mail:{}", digest(id.as_bytes())))
}

/// A header as text, whatever kind of header the parser takes it for.
fn header(message: &Message<'_>, name: &'static str) -> Option<String> {
    message.header_raw(HeaderName::parse(name)?).map(|text| text.trim().to_owned())
}

/// Did a machine write it? Nobody is answered by name then, and nothing is held for it.
fn is_automatic(message: &Message<'_>) -> bool {
    let header = |name| header(message, name).map(|text| text.to_ascii_lowercase());
    if header("Auto-Submitted").is_some_and(|word| !word.starts_with("no")) {
        return true;
    }
    if ["X-Autoreply", "X-Autorespond", "X-Autoresponse"].iter().any(|name| header(name).is_some()) {
        return true;
    }
    if header("Precedence").is_some_and(|word| ["auto_reply", "auto-reply", "bulk", "junk", "list"].contains(&word.as_str())) {
        return true;
    }
    if header("Return-Path").is_some_and(|path| path == "<>") || header("List-Id").is_some() {
        return true;
    }
    let subject = message.subject().unwrap_or_default().to_lowercase();
    ABSENT.iter().any(|word| subject.starts_with(word))
}

/// How subjects begin that a mail program writes for somebody who is away.
const ABSENT: [&str; 16] = [
    "automatic reply",
    "auto reply",
    "autoreply",
    "out of office",
    "out of the office",
    "réponse automatique",
    "reponse automatique",
    "absence du bureau",
    "absent du bureau",
    "automatische antwort",
    "abwesenheitsnotiz",
    "respuesta automática",
    "fuera de la oficina",
    "risposta automatica",
    "automatisch antwoord",
    "afwezigheidsbericht",
];

/// What of ours it carries: in the return address, in the mail that is sent back, in the thread.
fn about(message: &Message<'_>, envelope: Option<&str>, kind: &MailKind) -> About {
    let mut found = About::default();
    for text in envelope
        .map(str::to_owned)
        .into_iter()
        .chain(["Delivered-To", "X-Original-To", "To"].iter().filter_map(|name| header(message, name)))
    {
        found.add_references(&text);
    }
    if matches!(kind, MailKind::Report { .. }) {
        returned(message, 0, &mut found);
    }
    let mut thread = ids(message.in_reply_to());
    thread.extend(ids(message.references()).into_iter().rev());
    for id in thread {
        found.add_id(&id);
    }
    found
}

/// The mail that a report sends back, whole or its head alone.
fn returned(message: &Message<'_>, depth: usize, found: &mut About) {
    for part in &message.parts {
        match &part.body {
            PartType::Message(inner) if depth < DEEPEST => {
                inner.message_id().iter().for_each(|id| found.add_id(id));
                returned(inner, depth + 1, found);
            }
            _ if part.is_content_type("text", "rfc822-headers") => {
                let Some(inner) = MessageParser::default().parse(part.contents()) else { continue };
                inner.message_id().iter().for_each(|id| found.add_id(id));
            }
            _ if part.is_content_type("message", "delivery-status") => {
                let text = String::from_utf8_lossy(part.contents()).into_owned();
                report::fields(&text)
                    .filter(|(name, _)| name == "original-envelope-id")
                    .for_each(|(_, value)| found.add_references(&value));
            }
            _ => {}
        }
    }
}

fn ids(value: &HeaderValue<'_>) -> Vec<String> {
    match value {
        HeaderValue::Text(one) => vec![one.to_string()],
        HeaderValue::TextList(list) => list.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    }
}

impl About {
    fn add_id(&mut self, id: &str) {
        self.add_references(id);
        if let Some(case) = words(id, "cas_").next()
            && !self.cases.contains(&case)
        {
            self.cases.push(case);
        }
        let id = format!("<{}>", id.trim().trim_matches(['<', '>']));
        if !self.message_ids.contains(&id) {
            self.message_ids.push(id);
        }
    }

    fn add_references(&mut self, text: &str) {
        for reference in words(text, "rl_") {
            if !self.references.contains(&reference) {
                self.references.push(reference);
            }
        }
    }
}

/// Every word that begins so and is as long as ours are. Some servers write addresses in capitals.
fn words<'a>(text: &'a str, prefix: &'a str) -> impl Iterator<Item = String> + 'a {
    let lower = text.to_ascii_lowercase();
    let all: Vec<String> = lower
        .split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
        .filter(|word| word.starts_with(prefix) && (prefix.len() + 16..=40).contains(&word.len()))
        .map(str::to_owned)
        .collect();
    all.into_iter()
}

fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    without_addresses(&line).chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests;

//! The whole message as it is frozen: words, headers, files.

use std::collections::BTreeMap;

use relance_domain::{
    phone,
    records::{Attachment, MessageContent, MessageFacts},
    sending::PricePerPart,
    settings::Settings,
    statement::Statement,
};
use sha2::{Digest, Sha256};

use super::{language, postal};
use crate::{
    MessageContext, RenderError, SmsEncoding,
    format::{self, Lang},
    ics_for_due_dates,
    letter::statement_is_printable,
    render_email, render_letter, render_sms, render_statement,
    words::{Words, fill},
};

/// Mails of one thread that are named in `References`, besides its root (RFC 5322 sets no bound; lines do).
const MOST_REFERENCES: usize = 8;

/// Who sends, as the tenant's channel says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sender {
    /// Address or name.
    pub from: String,
    /// Name beside an address.
    pub from_name: Option<String>,
    /// Where answers go.
    pub reply_to: Option<String>,
    /// What a part of an SMS costs, where the channel says so.
    pub price_per_part: Option<PricePerPart>,
}

impl Sender {
    /// The sender of a channel's public settings; where nothing is configured, the creditor's own address.
    pub fn of(channel: Option<&serde_json::Value>, settings: &Settings) -> Self {
        let text = |name: &str| channel?.get(name)?.as_str().map(str::to_owned);
        Self {
            from: text("from").or_else(|| settings.email.clone()).unwrap_or_default(),
            from_name: text("from_name"),
            reply_to: text("reply_to"),
            price_per_part: channel.and_then(|channel| price(channel.get("price_per_part")?)),
        }
    }
}

/// Makes the message that `context`, built from `facts`, describes.
///
/// # Errors
/// When it would be wrong or cannot be laid out: a person has to look.
pub fn content(facts: &MessageFacts, context: &MessageContext, sender: &Sender) -> Result<MessageContent, RenderError> {
    content_with(facts, context, sender, statement_pdf(facts))
}

/// The same with the statement of account laid out before: [`statement_pdf`] takes its time.
///
/// # Errors
/// As [`content`].
pub fn content_with(
    facts: &MessageFacts,
    context: &MessageContext,
    sender: &Sender,
    statement: Option<Vec<u8>>,
) -> Result<MessageContent, RenderError> {
    let mut made = match facts.reminder.channel.as_str() {
        "sms" => return sms(facts, context, sender),
        "letter" | "registered_letter" => letter(facts, context)?,
        "webhook_only" if facts.reminder.template.is_none() => return Ok(MessageContent::default()),
        _ => email(facts, context, sender)?,
    };
    if let Some(pdf) = statement {
        made.attachments.push(attachment(&Words::of(context.lang())?.statement_file, "application/pdf", pdf));
    }
    Ok(made)
}

/// The statement of account that goes along, laid out; `None`: none does.
pub fn statement_pdf(facts: &MessageFacts) -> Option<Vec<u8>> {
    let statement = facts.statement.as_ref().filter(|_| printable(facts))?;
    let letter = render_statement(statement, (&facts.settings, facts.logo.as_ref()), &facts.customer, &language(facts));
    letter.ok().map(|letter| letter.pdf)
}

/// Only what can be printed is announced: a letter that no font has leaves the statement at home, not the message.
fn printable(facts: &MessageFacts) -> bool {
    let of = |statement: &Statement| statement_is_printable(statement, &facts.settings, &facts.customer, &language(facts));
    facts.statement.as_deref().is_some_and(of)
}

/// What goes along, in words for the reader.
pub(super) fn enclosed(facts: &MessageFacts) -> Vec<String> {
    let lang = Lang::of(&language(facts));
    let (Some(statement), Ok(words)) = (facts.statement.as_ref().filter(|_| printable(facts)), Words::of(lang)) else { return Vec::new() };
    vec![fill(&words.statement_enclosed, &format::plain_day(statement.on, lang))]
}

/// The same message in another sender's name: its text, Message-ID and thread stay.
#[must_use]
pub fn said_by(content: &MessageContent, facts: &MessageFacts, sender: &Sender) -> MessageContent {
    if facts.reminder.channel == "sms" {
        let mut headers = content.headers.clone();
        headers.remove("cost");
        let parts = headers.get("parts").and_then(|parts| parts.parse().ok()).unwrap_or_default();
        headers.extend(cost(sender, parts));
        return MessageContent { from: Some(sender.from.clone()).filter(|from| !from.is_empty()), headers, ..content.clone() };
    }
    let mut headers = content.headers.clone();
    headers.remove("Reply-To");
    headers.extend(reply_to(facts, sender));
    MessageContent { from: from(facts, sender), headers, ..content.clone() }
}

fn price(of: &serde_json::Value) -> Option<PricePerPart> {
    PricePerPart::read(of.get("amount")?.as_str()?, of.get("currency")?.as_str()?)
}

/// What an SMS costs, where its channel says what a part does.
fn cost(sender: &Sender, parts: u32) -> Option<(String, String)> {
    sender.price_per_part.as_ref().map(|price| ("cost".to_owned(), price.of(parts)))
}

fn from(facts: &MessageFacts, sender: &Sender) -> Option<String> {
    let name = sender.from_name.as_deref().or(facts.settings.legal_name.as_deref());
    Some(mailbox(name, &sender.from)).filter(|_| !sender.from.is_empty())
}

fn reply_to(facts: &MessageFacts, sender: &Sender) -> Option<(String, String)> {
    let address = sender.reply_to.as_deref().or(facts.settings.email.as_deref())?;
    Some(("Reply-To".to_owned(), mailbox(None, address)))
}

fn email(facts: &MessageFacts, context: &MessageContext, sender: &Sender) -> Result<MessageContent, RenderError> {
    let mail = render_email(context)?;
    Ok(MessageContent {
        from: from(facts, sender),
        to: facts
            .contact
            .as_ref()
            .and_then(|contact| contact.details.email.as_deref().map(|email| mailbox(contact.details.name.as_deref(), email))),
        cc: copies(facts),
        subject: Some(mail.subject),
        text: mail.text,
        html: Some(mail.html),
        logo: context.logo.clone(),
        headers: headers(facts, sender),
        attachments: attachments(facts, context),
    })
}

/// `"Name" <address>` with nothing in the name that could end it or begin another header.
pub(super) fn mailbox(name: Option<&str>, address: &str) -> String {
    let clean =
        |text: &str| text.chars().filter(|c| !c.is_control() && !matches!(c, '"' | '\\' | '<' | '>')).collect::<String>().trim().to_owned();
    let address = clean(address);
    match name.map(clean).filter(|name| !name.is_empty()) {
        Some(name) => format!("\"{name}\" <{address}>"),
        None => address,
    }
}

fn copies(facts: &MessageFacts) -> Vec<String> {
    let wanted = facts.step.as_ref().is_some_and(|step| step.cc.iter().any(|role| role == "sales_owner"));
    let owner = facts.customer.sales_owner.as_ref().filter(|_| wanted);
    owner.and_then(|owner| Some(mailbox(Some(&owner.name), owner.email.as_deref()?))).into_iter().collect()
}

/// Our own Message-ID, and the thread: a root that exists in no mailbox but is the same for the whole
/// case, then the mails that left. The reference is ours; nothing of an invoice is in any of them.
fn headers(facts: &MessageFacts, sender: &Sender) -> BTreeMap<String, String> {
    let domain = sender.from.rsplit_once('@').map_or("relance.invalid", |(_, domain)| domain.trim_end_matches('>'));
    let reminder = &facts.reminder;
    let mut headers = BTreeMap::from([
        ("Message-ID".to_owned(), format!("<{}@{domain}>", reminder.reference)),
        ("Auto-Submitted".to_owned(), "auto-generated".to_owned()),
    ]);
    if let Some(case) = reminder.case_id {
        let of_case = facts.earlier.iter().filter(|earlier| earlier.case_id == Some(case));
        let sent: Vec<&String> = of_case.filter_map(|earlier| earlier.message_id.as_ref()).collect();
        let root = format!("<{case}@{domain}>");
        let last = sent.iter().skip(sent.len().saturating_sub(MOST_REFERENCES));
        let references: Vec<&str> = std::iter::once(root.as_str()).chain(last.map(|id| id.as_str())).collect();
        headers.insert("References".to_owned(), references.join(" "));
        if let Some(last) = sent.last() {
            headers.insert("In-Reply-To".to_owned(), (*last).clone());
        }
    }
    headers.extend(reply_to(facts, sender));
    headers
}

/// What the step attaches and we hold, beside the statement: due dates as calendar entries. Documents of invoices are not
/// kept by us.
fn attachments(facts: &MessageFacts, context: &MessageContext) -> Vec<Attachment> {
    let of_step = facts.step.as_ref().is_some_and(|step| step.attach.iter().any(|word| word == "ics"));
    let wanted = of_step || context.template == "promise_confirmation";
    let name = if context.language.starts_with("fr") { "echeances.ics" } else { "due-dates.ics" };
    let file = || attachment(name, "text/calendar; method=PUBLISH; charset=UTF-8", ics_for_due_dates(context).into_bytes());
    wanted.then(file).into_iter().collect()
}

fn attachment(name: &str, media_type: &str, data: Vec<u8>) -> Attachment {
    Attachment { name: name.to_owned(), media_type: media_type.to_owned(), sha256: hex(&data), data }
}

fn hex(data: &[u8]) -> String {
    Sha256::digest(data).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sms(facts: &MessageFacts, context: &MessageContext, sender: &Sender) -> Result<MessageContent, RenderError> {
    let sms = render_sms(context)?;
    let encoding = match sms.encoding {
        SmsEncoding::Gsm7 => "gsm7",
        SmsEncoding::Ucs2 => "ucs2",
    };
    Ok(MessageContent {
        from: Some(sender.from.clone()).filter(|from| !from.is_empty()),
        to: facts.contact.as_ref().and_then(|contact| contact.details.phone.as_deref()).and_then(phone::mobile),
        text: sms.text,
        headers: [("encoding".to_owned(), encoding.to_owned()), ("parts".to_owned(), sms.parts.to_string())]
            .into_iter()
            .chain(cost(sender, u32::from(sms.parts)))
            .collect(),
        ..MessageContent::default()
    })
}

fn letter(facts: &MessageFacts, context: &MessageContext) -> Result<MessageContent, RenderError> {
    let letter = render_letter(context)?;
    let customer = &context.customer;
    let notice = context.template.starts_with("formal_notice") && !customer.registered_address_lines.is_empty();
    let address = if notice { &customer.registered_address_lines } else { &customer.address_lines };
    let to: Vec<&str> = std::iter::once(customer.name.as_str()).chain(address.iter().map(String::as_str)).collect();
    Ok(MessageContent {
        from: facts.settings.legal_name.clone(),
        to: Some(to.join("\n")),
        text: letter.text,
        headers: BTreeMap::from([
            ("pages".to_owned(), letter.pages.to_string()),
            ("sender".to_owned(), postal::sender(&facts.settings).to_string()),
            ("recipient".to_owned(), postal::recipient(&facts.customer, notice).to_string()),
        ]),
        attachments: vec![attachment("letter.pdf", "application/pdf", letter.pdf)],
        ..MessageContent::default()
    })
}

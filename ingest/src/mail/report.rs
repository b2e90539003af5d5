//! Reports about a mail of ours: delivery status (RFC 3464), disposition (RFC 8098), abuse (RFC 5965), and the older form
//! of Exim, which says in one header whom it could not reach.

use mail_parser::{Message, MimeHeaders};
use relance_domain::sending::{ReceiptKind, bare_address};

use super::{MailKind, header, short};

/// The report that a mail is; `None`: it is none.
pub(super) fn read(message: &Message<'_>) -> Option<MailKind> {
    let part = |kind: &str| {
        message
            .parts
            .iter()
            .find(|part| part.is_content_type("message", kind))
            .map(|part| String::from_utf8_lossy(part.contents()).into_owned())
    };
    if let Some(text) = part("delivery-status") {
        return delivery(&text);
    }
    if part("disposition-notification").is_some() {
        // somebody, or his program, opened it
        return Some(MailKind::Report { kind: ReceiptKind::Opened, detail: None, recipients: Vec::new() });
    }
    if part("feedback-report").is_some() {
        return Some(MailKind::Report { kind: ReceiptKind::Complained, detail: None, recipients: Vec::new() });
    }
    let failed = header(message, "X-Failed-Recipients")?;
    let recipients = failed.split(',').map(address).filter(|text| !text.is_empty()).collect();
    let body = message.body_text(0).unwrap_or_default();
    let line = body.lines().map(str::trim).find(|line| reply_code(line).is_some()).unwrap_or_default();
    Some(MailKind::Report { kind: failure(None, line), detail: Some(short(line)).filter(|text| !text.is_empty()), recipients })
}

/// Fields of a delivery status, unfolded, names in lower case; groups follow each other.
pub(super) fn fields(text: &str) -> impl Iterator<Item = (String, String)> {
    let unfolded = text.replace("\r\n", "\n").replace("\n ", " ").replace("\n\t", " ");
    let read = |line: &str| line.split_once(':').map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()));
    unfolded.lines().filter_map(read).collect::<Vec<_>>().into_iter()
}

/// What became of one recipient.
#[derive(Default)]
struct Fate {
    action: Option<String>,
    status: Option<String>,
    diagnostic: String,
    recipients: Vec<String>,
}

/// A message of ours has one recipient, so the gravest group is its fate.
fn delivery(text: &str) -> Option<MailKind> {
    let lines = text.replace("\r\n", "\n");
    let fates = lines.split("\n\n").map(fate);
    let gravest = fates.filter_map(|fate| Some((kind(&fate)?, fate))).max_by_key(|(kind, _)| *kind)?;
    let (kind, mut fate) = gravest;
    fate.recipients.sort();
    fate.recipients.dedup();
    let words = [fate.status.as_deref().unwrap_or_default(), fate.diagnostic.as_str()].join(" ");
    Some(MailKind::Report { kind, detail: Some(short(&words)).filter(|text| !text.is_empty()), recipients: fate.recipients })
}

/// One group of fields; servers write them in different orders.
fn fate(group: &str) -> Fate {
    let mut fate = Fate::default();
    for (name, value) in fields(group) {
        match name.as_str() {
            "original-recipient" | "final-recipient" => {
                fate.recipients.push(address(value.rsplit_once(';').map_or(value.as_str(), |(_, address)| address)));
            }
            "action" => fate.action = Some(value.to_ascii_lowercase()),
            "status" => fate.status = value.split_whitespace().next().map(str::to_owned),
            "diagnostic-code" => fate.diagnostic = value.split_once(';').map_or(value.clone(), |(_, text)| text.trim().to_owned()),
            _ => {}
        }
    }
    fate
}

fn address(text: &str) -> String {
    bare_address(text.trim()).trim().trim_matches(['<', '>']).to_ascii_lowercase()
}

fn kind(fate: &Fate) -> Option<ReceiptKind> {
    Some(match fate.action.as_deref()? {
        "failed" => failure(fate.status.as_deref(), &fate.diagnostic),
        "delayed" => ReceiptKind::Deferred,
        "delivered" => ReceiptKind::Delivered,
        // what a gateway passed on or a list spread out arrived nowhere yet
        "relayed" | "expanded" => ReceiptKind::Accepted,
        _ => return None,
    })
}

/// Never again to this address, not this time, or not this message: the enhanced code (RFC 3463) of the diagnosis, else of
/// the status, else the words.
fn failure(status: Option<&str>, diagnostic: &str) -> ReceiptKind {
    let said = enhanced_in(diagnostic).filter(|code| (code.1, code.2) != (0, 0));
    let code = said.or_else(|| status.and_then(enhanced));
    match code {
        Some((4, _, _)) | Some((5, 2, 2)) => ReceiptKind::SoftBounce,
        Some((5, 1, 0..=3 | 6 | 10) | (5, 2, 1) | (5, 4, 4)) => ReceiptKind::HardBounce,
        Some((5, 0, 0)) | None => by_words(diagnostic),
        Some(_) => ReceiptKind::Failed,
    }
}

/// `5.1.1` alone.
fn enhanced(text: &str) -> Option<(u16, u16, u16)> {
    let mut parts = text.trim().split('.').map(str::parse::<u16>);
    let code = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
    (parts.next().is_none() && matches!(code.0, 2 | 4 | 5)).then_some(code)
}

/// The first code in `550 5.1.1 …`, `550-5.1.1 …` or `554-5.7.1 …`.
fn enhanced_in(text: &str) -> Option<(u16, u16, u16)> {
    text.split(|letter: char| letter.is_whitespace() || matches!(letter, '-' | '#' | '(' | ')' | ';' | ':' | '<' | '>')).find_map(enhanced)
}

fn reply_code(text: &str) -> Option<u16> {
    let at = text
        .split(|letter: char| !letter.is_ascii_digit())
        .find(|digits| digits.len() == 3 && matches!(digits.as_bytes().first(), Some(b'4' | b'5')))?;
    at.parse().ok()
}

fn by_words(diagnostic: &str) -> ReceiptKind {
    const ABOUT_US: [&str; 12] =
        ["spam", "block", "policy", "reputation", "spf", "dkim", "dmarc", "relay", "blacklist", "content", "virus", "rate"];
    const NOBODY: [&str; 11] = [
        "user unknown",
        "unknown user",
        "no such user",
        "does not exist",
        "doesn't exist",
        "unknown recipient",
        "recipient unknown",
        "no mailbox",
        "mailbox unavailable",
        "mailbox not found",
        "unrouteable address",
    ];
    let text = diagnostic.to_lowercase();
    if NOBODY.iter().any(|words| text.contains(words)) {
        return ReceiptKind::HardBounce;
    }
    match reply_code(&text) {
        Some(400..=499) => ReceiptKind::SoftBounce,
        Some(550 | 551 | 553) if !ABOUT_US.iter().any(|word| text.contains(word)) => ReceiptKind::HardBounce,
        _ => ReceiptKind::Failed,
    }
}

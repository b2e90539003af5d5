//! From a frozen message to the bytes of a mail.

use chrono::{DateTime, Utc};
use lettre::{
    Address, Message,
    message::{
        Attachment, Mailbox, MultiPart, SinglePart,
        header::{ContentType, HeaderName, HeaderValue, InReplyTo, MessageId, References},
    },
};
use relance_domain::records::MessageContent;
use relance_letters::LOGO_CID;

use crate::sending::providers::bare_address;

/// A mail with its envelope.
pub(super) struct Mail {
    pub from: Address,
    pub to: Address,
    pub cc: Vec<Address>,
    pub bytes: Vec<u8>,
}

/// The return path of one message (VERP): a bounce tells by its own address what it is about.
pub(super) fn return_path(bounces: &str, message_id: &str) -> Option<Address> {
    let reference = message_id.trim_matches(['<', '>']).split('@').next().filter(|reference| reference.starts_with("rl_"))?;
    let (local, domain) = bounces.rsplit_once('@')?;
    format!("{local}+{reference}@{domain}").parse().ok()
}

/// Is this an address that a mail can be addressed to?
pub(in crate::sending::providers) fn reads(text: &str) -> bool {
    mailbox(text).is_some()
}

/// `"Name" <address>`; the name is encoded by the writer. A line end anywhere is an attempt to add a header.
fn mailbox(text: &str) -> Option<Mailbox> {
    if text.contains(char::is_control) {
        return None;
    }
    let address: Address = bare_address(text).parse().ok()?;
    let name = text.rsplit_once('<').map(|(name, _)| name.trim().trim_matches('"').to_owned());
    Some(Mailbox::new(name.filter(|name| !name.is_empty()), address))
}

/// The mail as it goes over the wire.
pub(in crate::sending::providers) fn bytes(content: &MessageContent, now: DateTime<Utc>) -> Result<Vec<u8>, String> {
    build(content, now).map(|mail| mail.bytes)
}

/// Builds the mail; `now` is its `Date`. The error says what does not read.
pub(super) fn build(content: &MessageContent, now: DateTime<Utc>) -> Result<Mail, String> {
    let from = content.from.as_deref().and_then(mailbox).ok_or("the sender's address does not read")?;
    let to = content.to.as_deref().and_then(mailbox).ok_or("the recipient's address does not read")?;
    let cc: Vec<Mailbox> = content.cc.iter().filter_map(|copy| mailbox(copy)).collect();
    let mut builder = Message::builder().from(from.clone()).to(to.clone()).date(now.into());
    for copy in &cc {
        builder = builder.cc(copy.clone());
    }
    builder = builder.subject(content.subject.clone().unwrap_or_default());
    for (name, value) in &content.headers {
        let value = value.replace(['\r', '\n'], " ");
        builder = match name.as_str() {
            "Message-ID" => builder.header(MessageId::from(value)),
            "References" => builder.header(References::from(value)),
            "In-Reply-To" => builder.header(InReplyTo::from(value)),
            "Reply-To" => match mailbox(&value) {
                Some(reply_to) => builder.reply_to(reply_to),
                None => builder,
            },
            other => match HeaderName::new_from_ascii(other.to_owned()) {
                Ok(name) => builder.raw_header(HeaderValue::new(name, value)),
                Err(_) => builder,
            },
        };
    }
    let mail = builder.multipart(body(content)?).map_err(|error| error.to_string())?;
    let addresses = cc.into_iter().map(|copy| copy.email).collect();
    Ok(Mail { from: from.email, to: to.email, cc: addresses, bytes: mail.formatted() })
}

fn body(content: &MessageContent) -> Result<MultiPart, String> {
    let plain = SinglePart::plain(content.text.clone());
    let html = content.html.clone().map(SinglePart::html);
    let words = MultiPart::alternative().singlepart(plain);
    let words = match (html, logo(content)?) {
        (Some(html), Some(logo)) => words.multipart(MultiPart::related().singlepart(html).singlepart(logo)),
        (Some(html), None) => words.singlepart(html),
        (None, _) => words,
    };
    if content.attachments.is_empty() {
        return Ok(words);
    }
    let mut mixed = MultiPart::mixed().multipart(words);
    for file in &content.attachments {
        let kind = ContentType::parse(&file.media_type).map_err(|_| format!("media type {} does not read", file.media_type))?;
        mixed = mixed.singlepart(Attachment::new(file.name.clone()).body(file.data.clone(), kind));
    }
    Ok(mixed)
}

/// The picture that the html shows (RFC 2387, RFC 2392).
fn logo(content: &MessageContent) -> Result<Option<SinglePart>, String> {
    let Some(picture) = content.logo.as_ref().filter(|picture| !picture.data.is_empty()) else { return Ok(None) };
    let kind = ContentType::parse(&picture.logo.media_type).map_err(|_| "the media type of the logo does not read".to_owned())?;
    Ok(Some(Attachment::new_inline(LOGO_CID.to_owned()).body(picture.data.to_vec(), kind)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use relance_domain::records::{Attachment as File, Logo, Picture};

    use super::*;

    fn content() -> MessageContent {
        MessageContent {
            from: Some("\"Ateliers Dumas, été\" <compta@dumas.example>".into()),
            to: Some("\"Claire Dupont\" <claire@dupont.example>".into()),
            subject: Some("Votre facture\r\nBcc: evil@x.example".into()),
            text: "Bonjour, 1\u{202f}234,56 €".into(),
            html: Some("<p>Bonjour</p>".into()),
            headers: BTreeMap::from([
                ("Message-ID".to_owned(), "<rl_1@dumas.example>".to_owned()),
                ("References".to_owned(), "<cas_1@dumas.example> <rl_0@dumas.example>".to_owned()),
                ("In-Reply-To".to_owned(), "<rl_0@dumas.example>".to_owned()),
                ("Auto-Submitted".to_owned(), "auto-generated".to_owned()),
                ("Reply-To".to_owned(), "relances@dumas.example".to_owned()),
            ]),
            attachments: vec![File {
                name: "echeances.ics".into(),
                media_type: "text/calendar; method=PUBLISH; charset=UTF-8".into(),
                sha256: String::new(),
                data: b"BEGIN:VCALENDAR\r\n".to_vec(),
            }],
            ..MessageContent::default()
        }
    }

    #[test]
    fn a_mail_has_our_thread_both_texts_and_the_file_and_nothing_smuggled() {
        let mail = build(&content(), "2026-10-09T08:30:00Z".parse().unwrap()).unwrap();
        let text = String::from_utf8(mail.bytes).unwrap();
        assert!(text.is_ascii());
        let head = text.split("\r\n\r\n").next().unwrap();
        for line in [
            "Message-ID: <rl_1@dumas.example>",
            "In-Reply-To: <rl_0@dumas.example>",
            "References: <cas_1@dumas.example> <rl_0@dumas.example>",
            "Auto-Submitted: auto-generated",
            "Reply-To: relances@dumas.example",
            "Date: Fri, 09 Oct 2026 08:30:00",
        ] {
            assert!(head.contains(line), "{line} in {head}");
        }
        assert!(!head.to_lowercase().lines().any(|line| line.starts_with("bcc:")), "{head}");
        for part in ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "method=PUBLISH", "echeances.ics"] {
            assert!(text.contains(part), "{part}");
        }
        assert_eq!(mail.to.to_string(), "claire@dupont.example");
    }

    #[test]
    fn the_logo_goes_along_with_the_html_and_is_no_file() {
        let logo = Logo { media_type: "image/png".into(), width: 10, height: 10, sha256: String::new() };
        let picture = Some(Picture { logo, data: [0x89, 0x50].as_slice().into() });
        let mail = build(&MessageContent { logo: picture, ..content() }, "2026-10-09T08:30:00Z".parse().unwrap()).unwrap();
        let text = String::from_utf8(mail.bytes).unwrap();
        let nested =
            ["multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png", "echeances.ics"];
        let places: Vec<usize> = nested.iter().map(|part| text.find(part).unwrap()).collect();
        assert!(places.is_sorted(), "{text}");
        assert!(text.contains("Content-ID: <logo>") && text.contains("Content-Disposition: inline"), "{text}");
    }

    #[test]
    fn a_bounce_comes_back_to_an_address_of_its_own() {
        let path = |id: &str| return_path("bounces@dumas.example", id).map(|address| address.to_string());
        assert_eq!(path("<rl_1@dumas.example>").as_deref(), Some("bounces+rl_1@dumas.example"));
        assert_eq!(path("<2026.1@smtp-relay.example>"), None);
    }

    #[test]
    fn what_is_no_address_gets_no_mail() {
        for text in ["", "claire", "claire@", "@dupont.example", "a b@c.example", "a@b.example\r\nRCPT TO:<x@y.example>"] {
            assert!(!reads(text), "{text}");
        }
    }
}

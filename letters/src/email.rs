//! Mails: one text, shown as plain text and as html.

use std::collections::BTreeMap;

use minijinja::value::Serde;
use relance_domain::records::Picture;
use serde::Serialize;

use crate::{
    blocks::Block,
    compose::{Composed, compose},
    context::{MessageContext, RenderChannel},
    environment::environment,
    error::RenderError,
    plain,
    view::tables::Table,
    words::Words,
};

/// Words that must not be read over a shoulder, in an inbox list or on a locked telephone.
const NOT_IN_A_SUBJECT: [&str; 15] = [
    "impayé",
    "unpaid",
    "overdue",
    "unbezahlt",
    "überfällig",
    "mahnung",
    "impagad",
    "vencid",
    "insolut",
    "scadut",
    "onbetaald",
    "achterstallig",
    "€",
    "eur ",
    "mise en demeure",
];

/// A mail ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedEmail {
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// What `layout.html` shows.
#[derive(Serialize)]
struct Page<'a> {
    lang: &'a str,
    logo: Option<Shown<'a>>,
    subject: &'a str,
    preview: &'a str,
    title: &'a str,
    blocks: &'a [Block],
    tables: &'a BTreeMap<String, Table>,
    signature: Vec<String>,
    footer: Vec<String>,
    privacy: Option<String>,
    words: &'a Words,
}

/// The logo as it is shown; its bytes go along under [`LOGO_CID`].
#[derive(Serialize)]
struct Shown<'a> {
    cid: &'a str,
    width: u32,
    height: u32,
    alt: &'a str,
}

/// What the html calls the logo that goes along with it (`cid:`, RFC 2392).
pub const LOGO_CID: &str = "logo";

/// The box that a logo is shown in, in pixels of a screen.
const LOGO_BOX: (u32, u32) = (200, 64);

/// Renders `ctx.template` as a mail, whatever `ctx.channel` says.
pub fn render_email(ctx: &MessageContext) -> Result<RenderedEmail, RenderError> {
    let ctx = MessageContext { channel: RenderChannel::Email, ..ctx.clone() };
    let composed = compose(&ctx)?;
    let subject = composed.message.subject.clone();
    let stem = subject.replace(&composed.view.creditor.legal_name, "").to_lowercase();
    if let Some(word) = NOT_IN_A_SUBJECT.iter().find(|word| stem.contains(**word)) {
        return Err(RenderError::SubjectSays((*word).to_owned()));
    }
    Ok(RenderedEmail { subject, text: text(&composed), html: html(&composed, ctx.logo.as_ref())? })
}

/// Renders a message sent on an event (a promise, a dispute, a call): the same as [`render_email`].
pub fn render_event_mail(ctx: &MessageContext) -> Result<RenderedEmail, RenderError> {
    render_email(ctx)
}

/// Lines below the closing words: the person, then the firm.
pub(crate) fn signature(composed: &Composed) -> Vec<String> {
    let creditor = &composed.view.creditor;
    let mut lines = creditor.signature.clone();
    if lines.is_empty() {
        lines.extend(creditor.contact_name.clone());
    }
    if !lines.iter().any(|line| line.contains(&creditor.legal_name)) {
        lines.push(creditor.legal_name.clone());
    }
    lines
}

/// Who writes, as the commercial code wants it on every business letter and mail.
fn footer(composed: &Composed) -> Vec<String> {
    let creditor = &composed.view.creditor;
    let identity = [creditor.legal_name.clone(), creditor.identity.clone()];
    let phone = creditor.phone.as_ref().map(|phone| format!("{} {phone}", composed.words.phone));
    let reach: Vec<String> = [phone, creditor.email.clone()].into_iter().flatten().collect();
    [identity.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", "), creditor.address.join(", "), reach.join(" – ")]
        .into_iter()
        .filter(|line| !line.is_empty())
        .collect()
}

fn privacy(composed: &Composed) -> Option<String> {
    composed.view.creditor.privacy_url.clone().filter(|_| composed.view.first_message)
}

fn text(composed: &Composed) -> String {
    let mut parts = vec![plain::render(&composed.message.blocks, &composed.tables, composed.words)];
    parts.push(signature(composed).join("\n"));
    let mut end = vec!["-- ".to_owned()];
    end.extend(footer(composed));
    end.extend(privacy(composed).map(|url| format!("{}{}{url}", composed.words.privacy, composed.words.colon)));
    parts.push(end.join("\n"));
    parts.join("\n\n") + "\n"
}

fn html(composed: &Composed, logo: Option<&Picture>) -> Result<String, RenderError> {
    let shown = logo.map(|picture| {
        let (width, height) = picture.logo.within(LOGO_BOX.0, LOGO_BOX.1);
        Shown { cid: LOGO_CID, width, height, alt: &composed.view.creditor.legal_name }
    });
    let page = Page {
        lang: composed.lang.code(),
        logo: shown,
        subject: &composed.message.subject,
        preview: &composed.message.preview,
        title: &composed.message.title,
        blocks: &composed.message.blocks,
        tables: &composed.tables,
        signature: signature(composed),
        footer: footer(composed),
        privacy: privacy(composed),
        words: composed.words,
    };
    Ok(environment()?.get_template("layout.html")?.render(Serde(&page))?)
}

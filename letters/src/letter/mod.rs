//! Letters for a windowed envelope, as PDF.

use std::{collections::BTreeMap, sync::Arc};

use chrono::Datelike;
use relance_domain::records::Picture;
use serde::Serialize;

use crate::{
    blocks::Block,
    compose::{Composed, compose},
    context::{MessageContext, RenderChannel},
    email::signature,
    error::RenderError,
    plain,
    typography::{clean, clean_option},
    view::{parties, tables::Table},
    words::{Words, fill, fill_named},
};

mod cover;
mod statement;
mod world;

pub use cover::{Posting, render_cover_list};
pub use statement::render_statement;
pub(crate) use statement::statement_is_printable;

/// A letter ready to be printed and posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedLetter {
    pub pdf: Vec<u8>,
    /// The same words as plain text, for audit.
    pub text: String,
    pub pages: usize,
}

/// All that `letter.typ` reads, through `json("data.json")`.
#[derive(Debug, Serialize)]
struct Sheet<'a> {
    lang: &'a str,
    date: [i32; 3],
    logo: Option<Drawn>,
    sender: Vec<String>,
    reach: Vec<String>,
    addressee: Vec<String>,
    place_date: String,
    tracking: Option<String>,
    reference: Option<String>,
    object: &'a str,
    title: &'a str,
    blocks: &'a [Block],
    tables: &'a BTreeMap<String, Table>,
    signature: Vec<String>,
    enclosures: &'a [String],
    privacy: Option<String>,
    identity: String,
    words: &'a Words,
}

/// The logo at the head of a sheet, in millimetres; its bytes are read as `file`.
#[derive(Debug, Serialize)]
struct Drawn {
    file: String,
    width: u32,
    height: u32,
    #[serde(skip)]
    data: Arc<[u8]>,
}

impl Drawn {
    /// A logo without bytes is not drawn.
    fn of(picture: Option<&Picture>) -> Option<Self> {
        let Picture { logo, data } = picture.filter(|picture| !picture.data.is_empty())?;
        // a quarter of a millimetre for each pixel, then as the box allows
        let (width, height) = logo.within(LOGO_BOX.0 * 4, LOGO_BOX.1 * 4);
        let file = format!("logo.{}", logo.extension());
        Some(Self { file, width: (width / 4).max(1), height: (height / 4).max(1), data: Arc::clone(data) })
    }
}

/// The box of a logo on paper, in millimetres.
const LOGO_BOX: (u32, u32) = (60, 16);

/// Renders `ctx.template` as a letter, whatever `ctx.channel` says.
pub fn render_letter(ctx: &MessageContext) -> Result<RenderedLetter, RenderError> {
    let ctx = MessageContext { channel: RenderChannel::Letter, ..ctx.clone() };
    let composed = compose(&ctx)?;
    finish(&sheet(&ctx, &composed)?, &format!("{} {}", ctx.reference, ctx.template))
}

/// The sheet as text and PDF.
fn finish(sheet: &Sheet<'_>, ident: &str) -> Result<RenderedLetter, RenderError> {
    let text = checked(sheet)?;
    // The letter's font draws the narrow space too narrow to be seen.
    let data = serde_json::to_string(sheet)?.replace('\u{202F}', "\u{A0}");
    let (pdf, pages) = world::print(data.into_bytes(), sheet.logo.as_ref().map(|logo| logo.data.to_vec()), ident)?;
    Ok(RenderedLetter { pdf, text, pages })
}

/// The words of the sheet, every letter of which some font has.
fn checked(sheet: &Sheet<'_>) -> Result<String, RenderError> {
    let text = text(sheet);
    let unprintable = world::unprintable(&text);
    if unprintable.is_empty() { Ok(text) } else { Err(RenderError::Unprintable(unprintable)) }
}

fn sheet<'a>(ctx: &MessageContext, composed: &'a Composed) -> Result<Sheet<'a>, RenderError> {
    let view = &composed.view;
    let words = composed.words;
    let creditor = &view.creditor;
    let mut sender = vec![creditor.legal_name.clone()];
    sender.extend(creditor.address.clone());
    let labelled = |label: &str, value: Option<&String>| value.map(|value| format!("{label}{}{value}", words.colon));
    let reach = [
        labelled(&words.contact, creditor.contact_name.as_ref()),
        creditor.phone.as_ref().map(|phone| format!("{} {phone}", words.phone)),
        creditor.email.clone(),
    ];
    let identity = [creditor.legal_name.as_str(), creditor.identity.as_str()];
    Ok(Sheet {
        lang: composed.lang.code(),
        date: [ctx.today.year(), ctx.today.month().cast_signed(), ctx.today.day().cast_signed()],
        logo: Drawn::of(ctx.logo.as_ref()),
        sender,
        reach: reach.into_iter().flatten().collect(),
        addressee: addressee(ctx, words)?,
        place_date: match parties::town(&creditor.address) {
            Some(place) => fill_named(&words.place_date, &[("place", &place), ("date", &view.today)]),
            None => fill_named(&words.date_only, &[("date", &view.today)]),
        },
        tracking: view.tracking.as_ref().map(|number| fill(&words.tracking, number)),
        reference: labelled(&words.our_reference, Some(&ctx.reference).filter(|text| !text.is_empty())),
        object: &composed.message.object,
        title: &composed.message.title,
        blocks: &composed.message.blocks,
        tables: &composed.tables,
        signature: signature(composed),
        enclosures: &view.enclosures,
        privacy: creditor.privacy_url.clone().filter(|_| view.first_message).map(|url| format!("{}{}{url}", words.privacy, words.colon)),
        identity: identity.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", "),
        words,
    })
}

/// What shows through the window: never more than name, person and address. A formal notice to a
/// firm goes to its registered office and its legal representative.
fn addressee(ctx: &MessageContext, words: &Words) -> Result<Vec<String>, RenderError> {
    let customer = &ctx.customer;
    let name = clean(&customer.name);
    let is_notice = ctx.effective_template() == "formal_notice";
    let registered = parties::lines(&customer.registered_address_lines);
    let address = if is_notice && !registered.is_empty() { registered } else { parties::lines(&customer.address_lines) };
    if address.is_empty() || name.is_empty() {
        let fact = if name.is_empty() { "customer.name" } else { "customer.address_lines" };
        return Err(RenderError::Missing { template: ctx.template.clone(), fact });
    }
    let person = clean_option(customer.contact_name.as_ref()).filter(|person| !ctx.is_consumer() && *person != name);
    let attention = match person {
        Some(person) => Some(fill(&words.attention, &person)),
        None if is_notice && !ctx.is_public() => Some(words.legal_representative.clone()),
        None => None,
    };
    Ok([name].into_iter().chain(attention).chain(address).collect())
}

fn text(sheet: &Sheet<'_>) -> String {
    let words = sheet.words;
    let labelled = |label: &str, value: &str| if value.is_empty() { String::new() } else { format!("{label}{}{value}", words.colon) };
    let parts = [
        [sheet.sender.as_slice(), sheet.reach.as_slice()].concat().join("\n"),
        sheet.addressee.join("\n"),
        sheet.place_date.clone(),
        sheet.tracking.clone().unwrap_or_default(),
        sheet.reference.clone().unwrap_or_default(),
        labelled(&words.object, sheet.object),
        sheet.title.to_owned(),
        plain::render(sheet.blocks, sheet.tables, words),
        sheet.signature.join("\n"),
        labelled(&words.enclosures, &sheet.enclosures.join(", ")),
        sheet.privacy.clone().unwrap_or_default(),
        sheet.identity.clone(),
    ];
    let filled: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    filled.join("\n\n") + "\n"
}

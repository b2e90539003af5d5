//! The list that goes with a day's letters to the post: one line a letter, in the letter's frame.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use relance_domain::{records::Picture, settings::Settings};

use super::{Drawn, RenderedLetter, Sheet, finish};
use crate::{
    blocks::{Block, Span},
    error::RenderError,
    format::{self, Lang},
    typography::clean,
    view::{
        parties::{self, CreditorView},
        tables::{Column, Table, TableRow},
    },
    words::{Words, fill, fill_named},
};

/// A letter that a person posts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// Our reference: the name of its file.
    pub reference: String,
    /// The lines of its envelope.
    pub envelope: Vec<String>,
    /// Registered, with acknowledgement of receipt?
    pub registered: bool,
    /// Its pages, where they were counted.
    pub pages: Option<u32>,
}

/// Lays out the list of the letters of a day, in the creditor's language.
///
/// # Errors
/// When no font has a letter of it, or it cannot be laid out.
pub fn render_cover_list(
    on: NaiveDate,
    postings: &[Posting],
    (settings, logo): (&Settings, Option<&Picture>),
) -> Result<RenderedLetter, RenderError> {
    let lang = Lang::of(&settings.language);
    let words = Words::of(lang)?;
    let view = CreditorView::of(&crate::from_records::creditor(settings), lang, words);
    let day = format::plain_day(on, lang);
    let object = fill(&words.cover_object, &day);
    let (blocks, tables) = body(postings, words);
    let sheet = Sheet {
        lang: lang.code(),
        date: [on.year(), on.month().cast_signed(), on.day().cast_signed()],
        logo: Drawn::of(logo),
        sender: std::iter::once(view.legal_name.clone()).chain(view.address.clone()).collect(),
        reach: Vec::new(),
        addressee: Vec::new(),
        place_date: match parties::town(&view.address) {
            Some(place) => fill_named(&words.place_date, &[("place", &place), ("date", &day)]),
            None => fill_named(&words.date_only, &[("date", &day)]),
        },
        tracking: None,
        reference: None,
        object: &object,
        title: &words.cover_title,
        blocks: &blocks,
        tables: &tables,
        signature: vec![view.legal_name.clone()],
        enclosures: &[],
        privacy: None,
        identity: view.legal_name.clone(),
        words,
    };
    finish(&sheet, &object)
}

fn body(postings: &[Posting], words: &Words) -> (Vec<Block>, BTreeMap<String, Table>) {
    if postings.is_empty() {
        let nothing = Span { text: words.cover_nothing.clone(), bold: false };
        return (vec![Block::Paragraph { spans: vec![nothing] }], BTreeMap::new());
    }
    let column = |title: &str, amount| Column { title: title.to_owned(), amount };
    let table = Table {
        columns: vec![
            column(&words.column_recipient, false),
            column(&words.column_reference, false),
            column(&words.column_sending, false),
            column(&words.column_pages, true),
        ],
        rows: postings.iter().map(|posting| row(posting, words)).collect(),
        totals: vec![(words.cover_count.clone(), postings.len().to_string())],
    };
    (vec![Block::Table { name: "letters".to_owned() }], BTreeMap::from([("letters".to_owned(), table)]))
}

fn row(posting: &Posting, words: &Words) -> TableRow {
    let mut lines = posting.envelope.iter().map(|line| clean(line));
    let name = lines.next().unwrap_or_default();
    let sent_as = if posting.registered { &words.cover_registered } else { &words.cover_letter };
    let pages = posting.pages.map(|pages| pages.to_string()).unwrap_or_default();
    TableRow { cells: vec![name, posting.reference.clone(), sent_as.clone(), pages], notes: lines.collect() }
}

//! What typst may see: one source, one JSON file of data, the creditor's logo, the embedded fonts. Nothing else.

use std::{collections::BTreeSet, sync::OnceLock};

use typst::{
    Library, LibraryExt, World,
    diag::{FileError, FileResult},
    foundations::{Bytes, Datetime, Duration, Smart},
    syntax::{FileId, Source, VirtualRoot},
    text::{Font, FontBook},
    utils::LazyHash,
};
use typst_kit::fonts::{FontStore, embedded};
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;

use crate::error::RenderError;

/// How many letters typst may remember the parts of: more is memory that only grows.
const REMEMBERED_LETTERS: usize = 10;

static LIBRARY: OnceLock<LazyHash<Library>> = OnceLock::new();
static FONTS: OnceLock<FontStore> = OnceLock::new();
static SOURCE: OnceLock<Source> = OnceLock::new();

struct LetterWorld {
    library: &'static LazyHash<Library>,
    fonts: &'static FontStore,
    source: &'static Source,
    data: Bytes,
    logo: Option<Bytes>,
}

impl World for LetterWorld {
    fn library(&self) -> &LazyHash<Library> {
        self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.fonts.book()
    }

    fn main(&self) -> FileId {
        self.source.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.source.id() { Ok(self.source.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let path = id.get();
        let name = if *path.root() == VirtualRoot::Project { path.vpath().get_without_slash() } else { "" };
        match (name, &self.logo) {
            ("data.json", _) => Ok(self.data.clone()),
            ("logo.png" | "logo.jpg", Some(logo)) => Ok(logo.clone()),
            _ => Err(FileError::AccessDenied),
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.font(index)
    }

    /// The letter's day is in its data; there is no clock here.
    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn fonts() -> &'static FontStore {
    FONTS.get_or_init(|| {
        let mut fonts = FontStore::new();
        fonts.extend(embedded());
        fonts
    })
}

/// Lays the data out with `letter.typ`; the PDF and how many pages it has.
pub(super) fn print(data: Vec<u8>, logo: Option<Vec<u8>>, ident: &str) -> Result<(Vec<u8>, usize), RenderError> {
    let world = LetterWorld {
        library: LIBRARY.get_or_init(|| LazyHash::new(Library::default())),
        fonts: fonts(),
        source: SOURCE.get_or_init(|| Source::detached(include_str!("letter.typ"))),
        data: Bytes::new(data),
        logo: logo.map(Bytes::new),
    };
    let printed = lay_out(&world, ident);
    comemo::evict(REMEMBERED_LETTERS);
    printed
}

fn lay_out(world: &LetterWorld, ident: &str) -> Result<(Vec<u8>, usize), RenderError> {
    let refused = |errors: &[typst::diag::SourceDiagnostic]| {
        RenderError::Layout(errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join("; "))
    };
    let document = typst::compile::<PagedDocument>(world).output.map_err(|errors| refused(&errors))?;
    let options =
        PdfOptions { ident: Smart::Custom(ident.to_owned()), creator: Smart::Custom(Some("Relance".to_owned())), ..PdfOptions::default() };
    let pdf = typst_pdf::pdf(&document, &options).map_err(|errors| refused(&errors))?;
    Ok((pdf, document.pages().len()))
}

/// Characters that no embedded font has: they would be printed as empty boxes.
pub(super) fn unprintable(text: &str) -> String {
    let book = fonts().book();
    let covered = |c: char| (0..).map_while(|index| book.info(index)).any(|info| info.coverage.contains(c as u32));
    let chars: BTreeSet<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    chars.into_iter().filter(|c| !covered(*c)).collect()
}

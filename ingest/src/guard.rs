//! One cheap pass over the text before any tree is built: no DTD, bounded depth, attributes and namespaces.
//!
//! The tree reader copies the namespaces in scope at every element that declares one, and compares the
//! attributes of an element with each other: both are bounded here, so that work stays linear in the bytes.

use crate::refusal::Refusal;

/// Largest document read (20 MiB).
pub const MAX_BYTES: usize = 20 * 1024 * 1024;
/// Deepest nesting read; real invoices stay below 15.
pub const MAX_DEPTH: usize = 100;
/// Most nodes (elements, texts, comments) read.
pub(crate) const MAX_NODES: u32 = 500_000;
const MAX_ATTRIBUTES: usize = 64;
const MAX_NAMESPACES_IN_SCOPE: usize = 128;

/// Refuses what must not reach the tree reader. What is merely ill-formed passes: the reader says it better.
pub(crate) fn check(text: &str) -> Result<(), Refusal> {
    let mut rest = text;
    let mut open: Vec<usize> = Vec::new();
    let mut namespaces = 0_usize;
    while let Some((_, after)) = rest.split_once('<') {
        let end = if let Some(comment) = after.strip_prefix("!--") {
            comment.split_once("-->")
        } else if let Some(cdata) = after.strip_prefix("![CDATA[") {
            cdata.split_once("]]>")
        } else if after.starts_with('?') {
            after.split_once("?>")
        } else if after.starts_with('!') {
            return Err(Refusal::dtd("the document has a type declaration (DTD), which invoices never need"));
        } else if after.starts_with('/') {
            namespaces = namespaces.saturating_sub(open.pop().unwrap_or(0));
            after.split_once('>')
        } else {
            let Some(tag) = Tag::scan(after) else {
                return Ok(());
            };
            if tag.attributes > MAX_ATTRIBUTES {
                return Err(Refusal::too_large(format!("an element with more than {MAX_ATTRIBUTES} attributes")));
            }
            if !tag.closed {
                open.push(tag.namespaces);
                namespaces = namespaces.saturating_add(tag.namespaces);
            }
            if open.len() > MAX_DEPTH {
                return Err(Refusal::too_large(format!("nested deeper than {MAX_DEPTH} elements")));
            }
            if namespaces > MAX_NAMESPACES_IN_SCOPE {
                return Err(Refusal::too_large(format!("more than {MAX_NAMESPACES_IN_SCOPE} namespaces in scope")));
            }
            Some(("", tag.rest))
        };
        match end {
            Some((_, next)) => rest = next,
            None => return Ok(()),
        }
    }
    Ok(())
}

struct Tag<'a> {
    attributes: usize,
    namespaces: usize,
    closed: bool,
    rest: &'a str,
}

impl<'a> Tag<'a> {
    /// Reads one start tag from behind its `<`; `None` when it never ends.
    fn scan(text: &'a str) -> Option<Self> {
        let mut quote: Option<u8> = None;
        let (mut attributes, mut namespaces, mut word) = (0_usize, 0_usize, 0_usize);
        let mut last = 0_u8;
        for (at, byte) in text.bytes().enumerate() {
            match (quote, byte) {
                (Some(open), _) => {
                    if open == byte {
                        quote = None;
                        word = at.saturating_add(1);
                    }
                }
                (None, b'"' | b'\'') => quote = Some(byte),
                (None, b'=') => {
                    attributes = attributes.saturating_add(1);
                    if text.get(word..at)?.trim_start().starts_with("xmlns") {
                        namespaces = namespaces.saturating_add(1);
                    }
                }
                (None, b'>') => {
                    return Some(Self { attributes, namespaces, closed: last == b'/', rest: text.get(at.saturating_add(1)..)? });
                }
                (None, b' ' | b'\t' | b'\r' | b'\n') => word = at,
                (None, _) => {}
            }
            last = byte;
        }
        None
    }
}

//! The small markup of the message files, read once and shown as mail, plain text or letter.
//!
//! A blank line ends a paragraph. `# ` heads a section, `- ` is a list item, `= label :: value` a
//! line of details, `> label :: url` a link, `@name` a table made by the program. `| ` marks a
//! paragraph that begins with a value from outside. `**…**` is bold.

use serde::Serialize;

use crate::{error::RenderError, format::Lang, typography::polish};

/// A run of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Span {
    pub text: String,
    pub bold: bool,
}

/// One piece of a message, in reading order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Block {
    Heading { text: String },
    Paragraph { spans: Vec<Span> },
    List { items: Vec<Vec<Span>> },
    Details { rows: Vec<(String, String)> },
    Link { label: String, url: String },
    Table { name: String },
}

/// A message file after rendering: its head lines, then its body.
#[derive(Debug, Default)]
pub(crate) struct Message {
    pub subject: String,
    /// First line shown in an inbox beside the subject.
    pub preview: String,
    /// "Objet :" of a letter.
    pub object: String,
    /// Title above the body of a letter.
    pub title: String,
    pub blocks: Vec<Block>,
}

pub(crate) fn parse(rendered: &str, lang: Lang) -> Result<Message, RenderError> {
    let mut message = Message::default();
    let mut lines = rendered.lines().map(str::trim).skip_while(|line| line.is_empty());
    for line in lines.by_ref().take_while(|line| !line.is_empty()) {
        let (head, value) = line.split_once(':').ok_or_else(|| RenderError::Templates(format!("head line {line:?}")))?;
        let value = polish(value.trim(), lang);
        match head {
            "Subject" => message.subject = value,
            "Preview" => message.preview = value,
            "Object" => message.object = value,
            "Title" => message.title = value,
            _ => return Err(RenderError::Templates(format!("head {head:?}"))),
        }
    }
    let mut paragraph = String::new();
    for line in lines {
        read_line(line, lang, &mut paragraph, &mut message.blocks);
    }
    end_paragraph(&mut paragraph, lang, &mut message.blocks);
    Ok(message)
}

fn read_line(line: &str, lang: Lang, paragraph: &mut String, blocks: &mut Vec<Block>) {
    if !(line.is_empty() || is_marked(line)) {
        if !paragraph.is_empty() {
            paragraph.push(' ');
        }
        paragraph.push_str(line);
        return;
    }
    end_paragraph(paragraph, lang, blocks);
    if let Some(text) = line.strip_prefix("| ") {
        blocks.push(Block::Paragraph { spans: spans(text, lang) });
    } else if let Some(text) = line.strip_prefix("# ") {
        blocks.push(Block::Heading { text: polish(text, lang) });
    } else if let Some(text) = line.strip_prefix("- ") {
        let item = spans(text, lang);
        match blocks.last_mut() {
            Some(Block::List { items }) => items.push(item),
            _ => blocks.push(Block::List { items: vec![item] }),
        }
    } else if let Some((label, value)) = line.strip_prefix("= ").and_then(|rest| rest.split_once(" :: ")) {
        let row = (polish(label, lang), value.to_owned());
        match blocks.last_mut() {
            Some(Block::Details { rows }) => rows.push(row),
            _ => blocks.push(Block::Details { rows: vec![row] }),
        }
    } else if let Some((label, url)) = line.strip_prefix("> ").and_then(|rest| rest.split_once(" :: ")) {
        blocks.push(Block::Link { label: polish(label, lang), url: url.to_owned() });
    } else if let Some(name) = line.strip_prefix('@') {
        blocks.push(Block::Table { name: name.to_owned() });
    }
}

fn is_marked(line: &str) -> bool {
    ["| ", "# ", "- ", "= ", "> ", "@"].iter().any(|mark| line.starts_with(mark))
}

fn end_paragraph(paragraph: &mut String, lang: Lang, blocks: &mut Vec<Block>) {
    if !paragraph.is_empty() {
        blocks.push(Block::Paragraph { spans: spans(paragraph, lang) });
        paragraph.clear();
    }
}

fn spans(text: &str, lang: Lang) -> Vec<Span> {
    text.split("**")
        .enumerate()
        .filter(|(_, piece)| !piece.is_empty())
        .map(|(index, piece)| Span { text: polish(piece, lang), bold: index % 2 == 1 })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_becomes_blocks_in_reading_order() {
        let text =
            "Subject: Sujet\nTitle: T\n\nUn **deux**\ntrois.\n@rows\n\n\n- a\n- b\n\n= IBAN :: FR :: 76\n> Payer :: https://x/?a=b\n# Fin";
        let message = parse(text, Lang::Fr).unwrap();
        assert_eq!(message.subject, "Sujet");
        let Block::Paragraph { spans } = &message.blocks[0] else { panic!() };
        assert_eq!(
            spans.iter().map(|s| (s.text.as_str(), s.bold)).collect::<Vec<_>>(),
            [("Un ", false), ("deux", true), (" trois.", false)]
        );
        assert_eq!(message.blocks[1], Block::Table { name: "rows".into() });
        assert!(matches!(&message.blocks[2], Block::List { items } if items.len() == 2));
        assert_eq!(message.blocks[3], Block::Details { rows: vec![("IBAN".into(), "FR :: 76".into())] });
        assert_eq!(message.blocks[4], Block::Link { label: "Payer".into(), url: "https://x/?a=b".into() });
        assert_eq!(message.blocks[5], Block::Heading { text: "Fin".into() });
    }
}

//! Blocks as plain text: the text part of a mail, and the text of a letter kept for audit.

use std::collections::BTreeMap;

use crate::{
    blocks::{Block, Span},
    view::tables::Table,
    words::Words,
};

pub(crate) fn render(blocks: &[Block], tables: &BTreeMap<String, Table>, words: &Words) -> String {
    let parts: Vec<String> = blocks.iter().map(|block| one(block, tables, words)).filter(|part| !part.is_empty()).collect();
    parts.join("\n\n")
}

fn one(block: &Block, tables: &BTreeMap<String, Table>, words: &Words) -> String {
    let colon = &words.colon;
    match block {
        Block::Heading { text } => format!("{text}\n{}", "-".repeat(text.chars().count())),
        Block::Paragraph { spans } => joined(spans),
        Block::List { items } => lines(items.iter().map(|item| format!("- {}", joined(item)))),
        Block::Details { rows } => lines(rows.iter().map(|(label, value)| format!("{label}{colon}{value}"))),
        Block::Link { label, url } => format!("{label}{colon}{url}"),
        Block::Table { name } => tables.get(name).map(|rows| table(rows, words)).unwrap_or_default(),
    }
}

fn joined(spans: &[Span]) -> String {
    spans.iter().map(|span| span.text.as_str()).collect()
}

fn lines(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join("\n")
}

/// A row a paragraph, each figure named: it reads in any width and aloud.
fn table(table: &Table, words: &Words) -> String {
    let colon = &words.colon;
    let mut out: Vec<String> = Vec::new();
    for row in &table.rows {
        let cells: Vec<(&str, &str)> =
            table.columns.iter().map(|column| column.title.as_str()).zip(row.cells.iter().map(String::as_str)).collect();
        match cells.as_slice() {
            [] => {}
            [(_, item), (_, amount)] => out.push(format!("* {item}{colon}{amount}")),
            [(title, first), rest @ ..] => {
                let between = if *title == words.column_invoice { " " } else { colon };
                out.push(format!("* {title}{between}{first}"));
                let named: Vec<String> =
                    rest.iter().filter(|(_, cell)| !cell.is_empty()).map(|(title, cell)| format!("{title}{colon}{cell}")).collect();
                out.push(format!("  {}", named.join(" | ")));
            }
        }
        out.extend(row.notes.iter().map(|note| format!("  {note}")));
    }
    if !table.totals.is_empty() {
        out.push(String::new());
        out.extend(table.totals.iter().map(|(label, amount)| format!("{label}{colon}{amount}")));
    }
    out.join("\n")
}

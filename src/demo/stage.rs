//! The cast: documents read, the newest payable euro invoices staged, the others listed with the reason.

use anyhow::Context;
use chrono::{Duration, NaiveDate};
use relance_ingest::{DocumentKind, Extracted, parse};

/// At most so many invoices on the stage: a story has to stay readable.
const MOST: usize = 8;

/// Days the clock stands before the first due date: before the earliest step of any preset.
const DAYS_BEFORE: i64 = 12;

/// A document as a file.
pub struct Paper {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// A document that was read, or the reason why not.
pub struct Reading {
    pub paper: Paper,
    pub outcome: Result<Extracted, String>,
}

/// A document on the stage.
pub struct Staged {
    pub paper: Paper,
    pub read: Extracted,
    pub due_on: NaiveDate,
}

/// The invoices of the story, oldest due date first.
pub struct Cast(pub Vec<Staged>);

impl Cast {
    pub fn first_due_on(&self) -> NaiveDate {
        self.0.first().map(|staged| staged.due_on).unwrap_or_default()
    }

    /// Where the clock begins.
    pub fn begins_at(&self) -> String {
        format!("{}T06:00:00Z", self.first_due_on() - Duration::days(DAYS_BEFORE))
    }
}

/// The two that come along.
pub fn own_papers() -> Vec<Paper> {
    vec![
        Paper { name: "boulangerie-dupont.ubl.xml".to_owned(), bytes: include_bytes!("documents/boulangerie-dupont.ubl.xml").to_vec() },
        Paper { name: "menuiserie-martin.cii.xml".to_owned(), bytes: include_bytes!("documents/menuiserie-martin.cii.xml").to_vec() },
    ]
}

/// Reads every document.
pub fn read(papers: Vec<Paper>) -> Vec<Reading> {
    papers
        .into_iter()
        .map(|paper| {
            let outcome = parse(&paper.bytes).map_err(|refusal| format!("{} ({})", refusal.code.as_str(), refusal.detail));
            Reading { paper, outcome }
        })
        .collect()
}

/// Says what was read and what was refused.
pub fn tell(readings: &[Reading]) {
    println!("Documents:");
    for reading in readings {
        match &reading.outcome {
            Ok(read) => println!(
                "  read     {:<55} {} {} {} {}, due {}",
                reading.paper.name,
                if read.kind == DocumentKind::Invoice { "invoice" } else { "credit note" },
                read.number,
                read.payable,
                read.currency,
                read.due().map_or("not stated".to_owned(), |(day, _)| day.to_string())
            ),
            Err(why) => println!("  refused  {:<55} {why}", reading.paper.name),
        }
    }
}

fn due_on(read: &Extracted) -> NaiveDate {
    read.due().map_or(read.issued_on + Duration::days(30), |(day, _)| day)
}

/// The newest payable euro invoices whose due dates lie within twelve months.
pub fn choose(readings: Vec<Reading>) -> anyhow::Result<Cast> {
    let mut staged: Vec<Staged> = readings
        .into_iter()
        .filter_map(|reading| {
            let read = reading.outcome.ok()?;
            let payable = read.kind == DocumentKind::Invoice && read.payable > rust_decimal::Decimal::ZERO && !read.already_paid;
            let due_on = due_on(&read);
            (payable && read.currency == "EUR" && !read.direct_debit && !read.buyer.name.is_empty()).then_some(Staged {
                paper: reading.paper,
                read,
                due_on,
            })
        })
        .collect();
    staged.sort_by_key(|staged| (staged.due_on, staged.read.number.clone()));
    let newest = staged.last().context("no payable euro invoice among the documents: name some with --documents")?.due_on;
    staged.retain(|staged| staged.due_on > newest - Duration::days(365));
    let surplus = staged.len().saturating_sub(MOST);
    staged.drain(..surplus);
    println!(
        "On stage: {}",
        staged
            .iter()
            .map(|staged| format!("{} ({})", staged.read.number, staged.read.buyer.name.replace('\n', " ")))
            .collect::<Vec<_>>()
            .join(", ")
    );
    if surplus > 0 {
        println!("  {surplus} more payable invoices stay off it, so that the story stays readable");
    }
    Ok(Cast(staged))
}

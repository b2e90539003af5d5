//! The statement of account on paper: the same figures as its JSON, in the letter's frame.

use std::collections::BTreeMap;

use chrono::Datelike;
use relance_domain::{
    charges::Imputation,
    customer::CustomerDetails,
    ids::InvoiceId,
    ledger::Origin,
    money::{Currency, Money},
    records::Picture,
    settings::Settings,
    statement::{Statement, StatementInvoice},
};

use super::{Drawn, RenderedLetter, Sheet, checked, finish};
use crate::{
    blocks::{Block, Span},
    context::{Amount, Creditor, Recipient},
    error::RenderError,
    format::{self, Lang},
    typography::{clean, clean_option},
    view::{
        parties::{self, CreditorView},
        tables::{Column, Table, TableRow},
    },
    words::{Words, fill, fill_named},
};

/// Lays a statement out. `language` is the reader's.
///
/// # Errors
/// When the creditor has no name, or no font has a letter of it.
pub fn render_statement(
    statement: &Statement,
    (settings, logo): (&Settings, Option<&Picture>),
    customer: &CustomerDetails,
    language: &str,
) -> Result<RenderedLetter, RenderError> {
    with_sheet(statement, (settings, logo), customer, language, finish)
}

/// Can it be laid out? Found out without laying it out.
pub(crate) fn statement_is_printable(statement: &Statement, settings: &Settings, customer: &CustomerDetails, language: &str) -> bool {
    with_sheet(statement, (settings, None), customer, language, |sheet, _| checked(sheet)).is_ok()
}

/// The sheet of a statement and what identifies its document, used.
fn with_sheet<T>(
    statement: &Statement,
    (settings, logo): (&Settings, Option<&Picture>),
    customer: &CustomerDetails,
    language: &str,
    then: impl FnOnce(&Sheet<'_>, &str) -> Result<T, RenderError>,
) -> Result<T, RenderError> {
    let lang = Lang::of(language);
    let words = Words::of(lang)?;
    let creditor = crate::from_records::creditor(settings);
    if creditor.legal_name.trim().is_empty() {
        return Err(RenderError::Missing { template: "statement".to_owned(), fact: "creditor.legal_name" });
    }
    let (blocks, tables) = Page { statement, words, lang }.body();
    let recipient = crate::from_records::reader(customer, settings, None);
    let day = format::plain_day(statement.on, lang);
    let object = fill(&words.statement_object, &day);
    let body = Body { lang, words, day: &day, object: &object, blocks: &blocks, tables: &tables };
    then(&Sheet { logo: Drawn::of(logo), ..sheet(&creditor, &recipient, statement, &body) }, &object)
}

struct Body<'a> {
    lang: Lang,
    words: &'a Words,
    day: &'a str,
    object: &'a str,
    blocks: &'a [Block],
    tables: &'a BTreeMap<String, Table>,
}

fn sheet<'a>(creditor: &Creditor, recipient: &Recipient, statement: &Statement, body: &Body<'a>) -> Sheet<'a> {
    let Body { lang, words, day, object, blocks, tables } = *body;
    let view = CreditorView::of(creditor, lang, words);
    let reach = [view.contact_name.clone(), view.phone.as_ref().map(|phone| format!("{} {phone}", words.phone)), view.email.clone()];
    let place = parties::town(&view.address);
    let on = statement.on;
    Sheet {
        lang: lang.code(),
        date: [on.year(), on.month().cast_signed(), on.day().cast_signed()],
        logo: None,
        sender: std::iter::once(view.legal_name.clone()).chain(view.address.clone()).collect(),
        reach: reach.into_iter().flatten().collect(),
        addressee: std::iter::once(clean(&recipient.name)).chain(parties::lines(&recipient.address_lines)).collect(),
        place_date: match place {
            Some(place) => fill_named(&words.place_date, &[("place", &place), ("date", day)]),
            None => fill_named(&words.date_only, &[("date", day)]),
        },
        tracking: None,
        reference: clean_option(recipient.siren.as_ref()).map(|raw| fill(&words.customer_siren, &format::siren(&raw))),
        object,
        title: &words.statement_title,
        blocks,
        tables,
        signature: vec![view.legal_name.clone()],
        enclosures: &[],
        privacy: None,
        identity: [view.legal_name, view.identity].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", "),
        words,
    }
}

struct Page<'a> {
    statement: &'a Statement,
    words: &'a Words,
    lang: Lang,
}

impl Page<'_> {
    fn body(&self) -> (Vec<Block>, BTreeMap<String, Table>) {
        let words = self.words;
        let sections = [
            ("invoices", &words.statement_invoices, self.invoices()),
            ("credits", &words.statement_credits, self.credits()),
            ("payments", &words.statement_payments, self.payments()),
            ("allocations", &words.statement_allocations, self.allocations()),
            ("charges", &words.statement_charges, self.charges()),
            ("sum", &words.statement_sum, self.sum()),
        ];
        let mut blocks = Vec::new();
        let mut tables = BTreeMap::new();
        for (name, title, table) in sections {
            if table.rows.is_empty() {
                continue;
            }
            blocks.push(Block::Heading { text: title.clone() });
            blocks.push(Block::Table { name: name.to_owned() });
            tables.insert(name.to_owned(), table);
        }
        if let Some(claimant) = self.statement.claimant.filter(|_| tables.contains_key("charges")) {
            let order = match claimant.terms.imputation {
                Imputation::PrincipalFirst => &words.statement_principal_first,
                Imputation::InterestFirst => &words.statement_interest_first,
                Imputation::InterestFeePrincipal => &words.statement_interest_fee_first,
            };
            blocks.push(paragraph(order.clone()));
        }
        if let Some(until) = self.statement.interest_until_on {
            blocks.push(paragraph(fill(&words.statement_until, &format::plain_day(until, self.lang))));
        }
        if blocks.is_empty() {
            blocks.push(paragraph(words.statement_nothing.clone()));
        }
        (blocks, tables)
    }

    fn money(&self, currency: Currency, minor: i64) -> String {
        format::amount(&Amount::new(currency.code(), minor, currency.exponent()), self.lang)
    }

    fn of(&self, money: &Money) -> String {
        self.money(money.currency, money.minor)
    }

    fn day(&self, on: chrono::NaiveDate) -> String {
        format::table_day(on, self.lang)
    }

    fn number(&self, id: InvoiceId) -> String {
        let found = self.statement.invoices.iter().find(|row| row.invoice.id == id);
        found.map(|row| clean(&row.invoice.number)).unwrap_or_default()
    }

    fn invoices(&self) -> Table {
        let words = self.words;
        let columns = [
            (&words.column_invoice, false),
            (&words.column_issued, false),
            (&words.column_due, false),
            (&words.column_total, true),
            (&words.column_credited, true),
            (&words.column_paid, true),
            (&words.column_left, true),
        ];
        table(&columns, self.statement.invoices.iter().map(|row| self.invoice(row)))
    }

    fn invoice(&self, row: &StatementInvoice) -> TableRow {
        let StatementInvoice { invoice, balance, days_overdue, .. } = row;
        let money = |minor: i64| self.money(balance.currency, minor);
        let some = |minor: i64| if minor == 0 { String::new() } else { money(minor) };
        let late = match days_overdue {
            ..=0 => None,
            1 => Some(self.words.overdue_one.clone()),
            days => Some(fill(&self.words.overdue_many, &days.to_string())),
        };
        TableRow {
            cells: vec![
                clean(&invoice.number),
                self.day(invoice.issued_on),
                self.day(invoice.due_on),
                money(balance.payable),
                some(balance.credited),
                some(balance.paid),
                money(balance.amount_due),
            ],
            notes: late.into_iter().collect(),
        }
    }

    fn credits(&self) -> Table {
        let words = self.words;
        let rows = self
            .statement
            .credits
            .iter()
            .map(|(credit, number)| cells(vec![clean(number), self.day(credit.issued_on), self.money(credit.currency, credit.total)]));
        table(&[(&words.column_credit_note, false), (&words.column_issued, false), (&words.column_amount, true)], rows)
    }

    fn payments(&self) -> Table {
        let words = self.words;
        let rows = self.statement.payments.iter().map(|payment| TableRow {
            cells: vec![
                clean_option(payment.reference.as_ref()).unwrap_or_default(),
                self.day(payment.paid_on),
                self.money(payment.currency, payment.amount),
            ],
            notes: payment
                .reversed_on
                .filter(|on| *on <= self.statement.on)
                .map(|on| fill(&words.taken_back, &self.day(on)))
                .into_iter()
                .collect(),
        });
        table(&[(&words.column_reference, false), (&words.column_issued, false), (&words.column_amount, true)], rows)
    }

    fn allocations(&self) -> Table {
        let words = self.words;
        let rows = self.statement.allocations.iter().map(|one| {
            let currency = self.statement.invoices.iter().find(|row| row.invoice.id == one.invoice).map(|row| row.balance.currency);
            let amount = currency.map(|currency| self.money(currency, one.amount)).unwrap_or_default();
            cells(vec![self.origin(one.origin, one.on), self.number(one.invoice), amount])
        });
        table(&[(&words.column_origin, false), (&words.column_invoice, false), (&words.column_amount, true)], rows)
    }

    fn origin(&self, origin: Origin, on: chrono::NaiveDate) -> String {
        match origin {
            Origin::CreditNote(id) => {
                let number = self.statement.credits.iter().find(|(credit, _)| credit.id == id).map(|(_, number)| clean(number));
                fill(&self.words.from_credit, &number.unwrap_or_default())
            }
            Origin::Payment(_) => fill(&self.words.from_payment, &self.day(on)),
        }
    }

    /// Interest line by line: from, to, days, principal, rate; then each fixed compensation.
    fn charges(&self) -> Table {
        let words = self.words;
        let mut rows = Vec::new();
        for row in &self.statement.invoices {
            let Some(charges) = &row.charges else { continue };
            let number = clean(&row.invoice.number);
            for line in charges.reckoning.iter().flat_map(|done| &done.lines) {
                rows.push(cells(vec![
                    number.clone(),
                    self.day(line.from),
                    self.day(line.to),
                    line.days.to_string(),
                    self.money(charges.currency, line.principal),
                    format::rate(&line.rate.to_string(), self.lang),
                    self.money(charges.currency, line.interest),
                ]));
            }
            if let Some(fixed) = &charges.compensation {
                let blank = String::new;
                let mut row = cells(vec![number, blank(), blank(), blank(), blank(), blank(), self.of(fixed)]);
                row.notes.push(words.charge_fixed_plain.clone());
                rows.push(row);
            }
        }
        let columns = [
            (&words.column_invoice, false),
            (&words.column_from, false),
            (&words.column_until, false),
            (&words.column_days, true),
            (&words.column_base, true),
            (&words.column_rate, true),
            (&words.column_amount, true),
        ];
        table(&columns, rows.into_iter())
    }

    /// Sums, one currency after the other.
    fn sum(&self) -> Table {
        let words = self.words;
        let mut rows = Vec::new();
        let mut totals = Vec::new();
        for sum in &self.statement.totals {
            let parts = [
                (&words.charge_principal, sum.amount_due),
                (&words.statement_interest, sum.interest_due),
                (&words.charge_fixed_plain, sum.fixed_compensation_due),
            ];
            for (label, minor) in parts.into_iter().filter(|(_, minor)| *minor != 0) {
                rows.push(cells(vec![label.clone(), self.money(sum.currency, minor)]));
            }
            totals.push((words.statement_total_due.clone(), self.money(sum.currency, sum.total_due)));
            if sum.unapplied != 0 {
                // beside the sum, not in it
                totals.push((words.statement_unapplied.clone(), self.money(sum.currency, sum.unapplied)));
            }
        }
        let mut table = table(&[(&words.column_item, false), (&words.column_amount, true)], rows.into_iter());
        table.totals = totals;
        table
    }
}

fn table(columns: &[(&String, bool)], rows: impl Iterator<Item = TableRow>) -> Table {
    let columns = columns.iter().map(|(title, amount)| Column { title: (*title).clone(), amount: *amount }).collect();
    Table { columns, rows: rows.collect(), totals: Vec::new() }
}

fn cells(cells: Vec<String>) -> TableRow {
    TableRow { cells, notes: Vec::new() }
}

fn paragraph(text: String) -> Block {
    Block::Paragraph { spans: vec![Span { text, bold: false }] }
}

//! Tables of invoices, late charges and instalments, the same for mail, plain text and letter.

use chrono::NaiveDate;
use serde::Serialize;

use crate::{
    context::{Amount, Charges, MessageContext, PlanFacts, RenderChannel, Row},
    error::RenderError,
    format::{self, Lang},
    sums,
    typography::{clean, clean_option},
    words::{Words, fill, fill_named},
};

/// A table with its sums; amounts are in the columns marked so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Table {
    pub columns: Vec<Column>,
    pub rows: Vec<TableRow>,
    /// Label and amount, one line a currency.
    pub totals: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Column {
    pub title: String,
    /// Right-aligned, never broken.
    pub amount: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct TableRow {
    pub cells: Vec<String>,
    /// Small lines below the first cell.
    pub notes: Vec<String>,
}

/// What the tables need to know of the message around them.
pub(crate) struct Frame<'a> {
    pub lang: Lang,
    pub words: &'a Words,
    /// A sheet is wide: deductions get columns of their own. A phone is not.
    pub wide: bool,
    pub public: bool,
    /// "Échue depuis 25 jours" is for the later, factual steps.
    pub says_delay: bool,
}

impl<'a> Frame<'a> {
    pub fn of(ctx: &MessageContext, words: &'a Words) -> Self {
        Self {
            lang: ctx.lang(),
            words,
            wide: ctx.channel == RenderChannel::Letter,
            public: ctx.is_public(),
            says_delay: matches!(
                ctx.effective_template(),
                "second_reminder" | "final_reminder" | "formal_notice" | "formal_notice_consumer" | "public_reminder" | "public_demand"
            ),
        }
    }

    /// Rows with their sum by currency.
    pub fn invoices(&self, rows: &[Row]) -> Result<Table, RenderError> {
        let totals = sums::of_rows(rows)?;
        let credited = self.wide && rows.iter().any(|row| is_some_amount(row.credited.as_ref()));
        let paid = self.wide && rows.iter().any(|row| is_some_amount(row.paid.as_ref()));
        let words = self.words;
        let mut columns = vec![plain(&words.column_invoice), plain(&words.column_issued), plain(&words.column_due)];
        columns.extend(self.wide.then(|| money(&words.column_total)));
        columns.extend(credited.then(|| money(&words.column_credited)));
        columns.extend(paid.then(|| money(&words.column_paid)));
        columns.push(money(&words.column_left));
        let rows = rows.iter().map(|row| self.invoice(row, credited, paid)).collect();
        Ok(Table { columns, rows, totals: self.total_lines(&totals) })
    }

    fn invoice(&self, row: &Row, credited: bool, paid: bool) -> TableRow {
        let mut cells = vec![clean(&row.number), format::table_day(row.issued_on, self.lang), format::table_day(row.due_on, self.lang)];
        cells.extend(self.wide.then(|| self.money(&row.total)));
        cells.extend(credited.then(|| self.deducted(row.credited.as_ref())));
        cells.extend(paid.then(|| self.deducted(row.paid.as_ref())));
        cells.push(self.money(&row.amount_due));
        TableRow { cells, notes: self.notes(row) }
    }

    fn notes(&self, row: &Row) -> Vec<String> {
        let words = self.words;
        let facts = &row.facts;
        let text = |pattern: &str, value: Option<&String>| clean_option(value).map(|value| fill(pattern, &value));
        let day = |pattern: &str, on: Option<NaiveDate>| on.map(|on| fill(pattern, &format::plain_day(on, self.lang)));
        let order = if self.public {
            text(&words.commitment, facts.commitment_number.as_ref().or(row.purchase_order.as_ref()))
        } else {
            text(&words.order, row.purchase_order.as_ref())
        };
        let days = row.days_overdue;
        let overdue = match days {
            _ if !self.says_delay || days < 1 => None,
            1 => Some(words.overdue_one.clone()),
            _ => Some(fill(&words.overdue_many, &days.to_string())),
        };
        [
            clean_option(row.origin.as_ref()),
            order,
            text(&words.service_code, facts.service_code.as_ref()),
            text(&words.portal_number, facts.portal_number.as_ref()),
            day(&words.deposited_on, facts.deposited_on),
            day(&words.delivered_on, facts.delivered_on),
            day(&words.received_on, facts.received_on),
            facts.payment_term_days.map(|days| fill(&words.term, &days.to_string())),
            overdue,
            self.deductions_note(row),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// "Montant de la facture : 1 500,00 €, règlements déduits : 265,44 €", where columns are few.
    fn deductions_note(&self, row: &Row) -> Option<String> {
        let credited = row.credited.as_ref().filter(|amount| !amount.is_zero());
        let paid = row.paid.as_ref().filter(|amount| !amount.is_zero());
        if self.wide || (credited.is_none() && paid.is_none()) {
            return None;
        }
        let mut parts = vec![fill(&self.words.note_total, &self.money(&row.total))];
        parts.extend(credited.map(|amount| fill(&self.words.note_credited, &self.money(amount))));
        parts.extend(paid.map(|amount| fill(&self.words.note_paid, &self.money(amount))));
        Some(parts.join(", "))
    }

    /// Principal, interest by invoice and period, fixed compensation, and what they make together.
    pub fn claim(&self, principal: &[Amount], charges: &Charges) -> Result<Table, RenderError> {
        let words = self.words;
        let mut rows: Vec<TableRow> = principal.iter().map(|sum| self.item(words.charge_principal.clone(), sum)).collect();
        let pattern = if self.public { &words.charge_interest_public } else { &words.charge_interest };
        for interest in &charges.interest {
            let text = fill_named(
                pattern,
                &[
                    ("number", &clean(&interest.invoice_number)),
                    ("from", &format::table_day(interest.from_on, self.lang)),
                    ("until", &format::table_day(interest.until_on, self.lang)),
                    ("days", &interest.days.to_string()),
                    ("rate", &format::rate(&clean(&interest.rate_percent), self.lang)),
                ],
            );
            rows.push(self.item(text, &interest.amount));
        }
        if let Some(fixed) = &charges.fixed_compensation {
            rows.push(self.item(self.fixed_label(fixed, charges.fixed_count), fixed));
        }
        let amounts = principal.iter().chain(charges.interest.iter().map(|interest| &interest.amount)).chain(&charges.fixed_compensation);
        let totals = sums::by_currency(amounts)?;
        Ok(Table { columns: vec![plain(&words.column_item), money(&words.column_amount)], rows, totals: self.total_lines(&totals) })
    }

    fn fixed_label(&self, fixed: &Amount, count: u32) -> String {
        let count = i64::from(count);
        if count == 0 || fixed.minor % count != 0 {
            return self.words.charge_fixed_plain.clone();
        }
        let unit = Amount::new(fixed.currency.as_str(), fixed.minor / count, fixed.exponent);
        fill_named(&self.words.charge_fixed, &[("unit", &format::round_amount(&unit, self.lang)), ("count", &count.to_string())])
    }

    /// Every instalment and their sum.
    pub fn instalments(&self, plan: &PlanFacts) -> Result<Table, RenderError> {
        let with_method = plan.instalments.iter().any(|part| part.method.is_some());
        let mut columns = vec![plain(&self.words.column_instalment)];
        columns.extend(with_method.then(|| plain(&self.words.column_method)));
        columns.push(money(&self.words.column_amount));
        let row = |part: &crate::context::Instalment| {
            let mut cells = vec![format::long_day(part.due_on, self.lang)];
            cells.extend(with_method.then(|| clean_option(part.method.as_ref()).unwrap_or_default()));
            cells.push(self.money(&part.amount));
            TableRow { cells, notes: Vec::new() }
        };
        let rows = plan.instalments.iter().map(row).collect();
        let totals = sums::by_currency(plan.instalments.iter().map(|part| &part.amount))?;
        Ok(Table { columns, rows, totals: self.total_lines(&totals) })
    }

    fn item(&self, text: String, amount: &Amount) -> TableRow {
        TableRow { cells: vec![text, self.money(amount)], notes: Vec::new() }
    }

    fn money(&self, value: &Amount) -> String {
        format::amount(value, self.lang)
    }

    fn deducted(&self, value: Option<&Amount>) -> String {
        value.filter(|amount| !amount.is_zero()).map(|amount| self.money(amount)).unwrap_or_default()
    }

    fn total_lines(&self, totals: &[Amount]) -> Vec<(String, String)> {
        let label = |sum: &Amount| if totals.len() > 1 { fill(&self.words.total_in, &sum.currency) } else { self.words.total.clone() };
        totals.iter().map(|sum| (label(sum), self.money(sum))).collect()
    }
}

fn is_some_amount(value: Option<&Amount>) -> bool {
    value.is_some_and(|amount| !amount.is_zero())
}

fn plain(title: &str) -> Column {
    Column { title: title.to_owned(), amount: false }
}

fn money(title: &str) -> Column {
    Column { title: title.to_owned(), amount: true }
}

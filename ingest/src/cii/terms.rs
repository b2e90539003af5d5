//! Payment terms of a CII document: several in EXTENDED, one of them perhaps a cash discount (trap 1).

use chrono::NaiveDate;
use roxmltree::Node;
use rust_decimal::Decimal;

use crate::extracted::Instalment;
use crate::normalise;
use crate::refusal::Refusal;
use crate::terms as words;
use crate::trail::Trail;
use crate::xml;

const DISCOUNT: &str = "ApplicableTradePaymentDiscountTerms";

/// What the terms of one document come to.
pub(super) struct Terms {
    pub(super) due_on: Option<NaiveDate>,
    pub(super) texts: Vec<String>,
    pub(super) instalments: Vec<Instalment>,
}

struct Term<'a, 'i> {
    node: Node<'a, 'i>,
    due_on: Option<NaiveDate>,
    part: Option<Decimal>,
    discount: bool,
}

pub(super) fn read(settlement: Node<'_, '_>, issued_on: NaiveDate, trail: &mut Trail) -> Result<Terms, Refusal> {
    let mut terms = Vec::new();
    for node in xml::all(settlement, "SpecifiedTradePaymentTerms") {
        terms.push(Term::read(node, issued_on, trail)?);
    }
    Ok(Terms {
        due_on: due_on(&terms, trail),
        texts: trail.texts("payment_terms", "BT-20", settlement, "SpecifiedTradePaymentTerms/Description"),
        instalments: terms
            .iter()
            .filter(|term| !term.discount)
            .filter_map(|term| Some(Instalment { due_on: term.due_on, amount: term.part? }))
            .collect(),
    })
}

/// The latest date among terms that are neither a discount nor an instalment, else the last instalment's.
fn due_on(terms: &[Term<'_, '_>], trail: &mut Trail) -> Option<NaiveDate> {
    let latest = |instalments: bool| {
        terms
            .iter()
            .filter(|term| !term.discount && term.part.is_some() == instalments)
            .filter_map(|term| Some((term, term.due_on?)))
            .max_by_key(|(_, date)| *date)
    };
    let found = latest(false).or_else(|| latest(true));
    match found {
        Some((term, date)) => {
            trail.seen("due_on_stated", "BT-9", term.node);
            Some(date)
        }
        None => {
            if terms.iter().any(|term| term.due_on.is_some()) {
                trail.rule("due_on_stated", "every date stated is a cash discount's: none taken");
            }
            None
        }
    }
}

impl<'a, 'i> Term<'a, 'i> {
    fn read(node: Node<'a, 'i>, issued_on: NaiveDate, trail: &mut Trail) -> Result<Self, Refusal> {
        let due_on =
            xml::first(node, "DueDateDateTime/DateTimeString|DateTime|Date").and_then(|node| trail.date("due_on_stated", "BT-9", node));
        let text = xml::text_at(node, "Description").unwrap_or_default();
        let parts = xml::all(node, "PartialPaymentAmount");
        Ok(Self {
            node,
            due_on,
            part: trail.amount("instalments", "", &parts)?.filter(|part| !part.is_zero()),
            discount: due_on
                .is_some_and(|due_on| structured_discount(node, issued_on, due_on) || words::is_discount_date(due_on, issued_on, &text)),
        })
    }
}

/// A date beside a structured discount is the discount's, unless the discount has a period of its own that ends before.
fn structured_discount(node: Node<'_, '_>, issued_on: NaiveDate, due_on: NaiveDate) -> bool {
    let number = |node: Node<'_, '_>| xml::text(node).and_then(|text| normalise::amount(&text));
    xml::all(node, DISCOUNT).into_iter().any(|discount| {
        let worth = xml::all(discount, "CalculationPercent|ActualDiscountAmount");
        if !worth.is_empty() && worth.into_iter().all(|node| number(node).is_some_and(|value| value.is_zero())) {
            return false;
        }
        let days = xml::first(discount, "BasisPeriodMeasure")
            .filter(|node| xml::attribute(*node, "unitCode").is_none_or(|unit| unit == "DAY"))
            .and_then(number)
            .and_then(|days| u64::try_from(days.trunc()).ok());
        let end = days.and_then(|days| issued_on.checked_add_days(chrono::Days::new(days)));
        end.is_none_or(|end| due_on <= end)
    })
}

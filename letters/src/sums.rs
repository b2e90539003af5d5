//! Sums by currency, and the refusal of contexts whose figures contradict each other.

use crate::{
    context::{Amount, MessageContext, Row},
    error::RenderError,
};

/// One sum per currency, in order of first appearance.
pub(crate) fn by_currency<'a>(amounts: impl IntoIterator<Item = &'a Amount>) -> Result<Vec<Amount>, RenderError> {
    let mut sums: Vec<Amount> = Vec::new();
    for amount in amounts {
        match sums.iter_mut().find(|sum| sum.currency == amount.currency) {
            Some(sum) if sum.exponent != amount.exponent => {
                return Err(RenderError::ExponentsDiffer { currency: amount.currency.clone() });
            }
            Some(sum) => sum.minor = sum.minor.checked_add(amount.minor).ok_or(RenderError::AmountOverflow)?,
            None => sums.push(amount.clone()),
        }
    }
    Ok(sums)
}

pub(crate) fn of_rows(rows: &[Row]) -> Result<Vec<Amount>, RenderError> {
    by_currency(rows.iter().map(|row| &row.amount_due))
}

/// What is due: the step's rows and the younger ones.
pub(crate) fn of_due(ctx: &MessageContext) -> Result<Vec<Amount>, RenderError> {
    by_currency(ctx.step_rows.iter().chain(&ctx.other_rows).map(|row| &row.amount_due))
}

/// What the message carries in all, also what is not due yet.
fn of_message(ctx: &MessageContext) -> Result<Vec<Amount>, RenderError> {
    by_currency(ctx.step_rows.iter().chain(&ctx.other_rows).chain(&ctx.upcoming_rows).map(|row| &row.amount_due))
}

/// A total that is not the sum of what stands above it would be a wrong demand.
pub(crate) fn check_totals(ctx: &MessageContext) -> Result<(), RenderError> {
    if ctx.totals.is_empty() || ctx.step_rows.is_empty() {
        return Ok(());
    }
    let step = of_rows(&ctx.step_rows)?;
    let all = of_message(ctx)?;
    let given = by_currency(&ctx.totals)?;
    match (first_difference(&given, &step), first_difference(&given, &all)) {
        (None, _) | (_, None) => Ok(()),
        (_, Some((currency, given, summed))) => Err(RenderError::TotalsDiffer { currency, given, summed }),
    }
}

/// The instalments of a plan are what was acknowledged, to the cent.
pub(crate) fn check_plan(ctx: &MessageContext) -> Result<(), RenderError> {
    let Some(plan) = &ctx.event.plan else { return Ok(()) };
    let summed = by_currency(plan.instalments.iter().map(|part| &part.amount))?;
    match first_difference(std::slice::from_ref(&plan.total), &summed) {
        None => Ok(()),
        Some((currency, given, summed)) => Err(RenderError::TotalsDiffer { currency, given, summed }),
    }
}

fn first_difference(given: &[Amount], summed: &[Amount]) -> Option<(String, i64, i64)> {
    let minor = |sums: &[Amount], currency: &str| sums.iter().find(|sum| sum.currency == currency).map_or(0, |sum| sum.minor);
    let currencies = given.iter().chain(summed).map(|sum| sum.currency.as_str());
    currencies
        .map(|currency| (currency.to_owned(), minor(given, currency), minor(summed, currency)))
        .find(|(_, given, summed)| given != summed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(minor: i64) -> Row {
        Row { number: "F".into(), amount_due: Amount::new("EUR", minor, 2), ..Row::default() }
    }

    #[test]
    fn totals_are_those_of_the_step_or_of_the_message() {
        let mut ctx = MessageContext {
            step_rows: vec![row(100)],
            other_rows: vec![row(15)],
            upcoming_rows: vec![row(5)],
            ..MessageContext::default()
        };
        for (total, right) in [(100, true), (120, true), (121, false), (115, false)] {
            ctx.totals = vec![Amount::new("EUR", total, 2)];
            assert_eq!(check_totals(&ctx).is_ok(), right, "{total}");
        }
    }

    #[test]
    fn sums_do_not_wrap() {
        let rows = [row(i64::MAX), row(1)];
        assert!(matches!(of_rows(&rows), Err(RenderError::AmountOverflow)));
        let rows = [row(1), Row { amount_due: Amount::new("EUR", 1, 3), ..row(1) }];
        assert!(matches!(of_rows(&rows), Err(RenderError::ExponentsDiffer { .. })));
    }
}

//! Reference rates: those that come with the program, and those that operators entered. The law's, so the same for
//! every tenant.

use relance_domain::charges::{PublishedRate, RateBook, Series};
use sea_orm::{ConnectionTrait, EntityTrait};

use crate::{
    StoreError,
    batch::{self, OnConflict},
    entity::reference_rates::{Entity, Model},
    time::{day, day_text},
};

const TABLE: &str = "reference_rates";

/// What entering rates did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Entered {
    /// Half-years that had no rate.
    pub added: usize,
    /// Half-years whose rate is another now.
    pub changed: usize,
    /// Half-years that had this rate already: they keep their source.
    pub unchanged: usize,
}

/// Every rate that is known.
///
/// # Errors
/// The database's, or a row that does not read.
pub async fn book<C: ConnectionTrait>(c: &C) -> Result<RateBook, StoreError> {
    let rows = Entity::find().all(c).await?;
    let entered: Vec<PublishedRate> = rows.iter().map(record).collect::<Result<_, _>>()?;
    Ok(RateBook::built_in().with(entered))
}

/// Enters rates. What is known with the same figure stays as it was.
///
/// # Errors
/// The database's.
pub async fn enter<C: ConnectionTrait>(c: &C, rates: &[PublishedRate]) -> Result<Entered, StoreError> {
    let known = book(c).await?;
    let (mut done, mut rows) = (Entered::default(), Vec::new());
    for rate in rates {
        match known.rate(rate.series, rate.half_year) {
            Ok(there) if there.micro() == rate.rate.micro() => {
                done.unchanged += 1;
                continue;
            }
            Ok(_) => done.changed += 1,
            Err(_) => done.added += 1,
        }
        rows.push(Model {
            series: rate.series.as_str().to_owned(),
            half_year: rate.half_year.to_string(),
            rate: rate.rate.to_string(),
            source: rate.source.clone(),
            entered_on: day_text(rate.entered_on),
        });
    }
    batch::insert::<Entity, _>(c, &rows, OnConflict::Replace).await?;
    Ok(done)
}

fn record(row: &Model) -> Result<PublishedRate, StoreError> {
    let broken = |what: &str| StoreError::inconsistent(TABLE, format!("{what} of {} {}", row.series, row.half_year));
    Ok(PublishedRate {
        series: Series::of(&row.series).ok_or_else(|| broken("series"))?,
        half_year: row.half_year.parse().map_err(|_| broken("half-year"))?,
        rate: row.rate.parse().map_err(|_| broken("rate"))?,
        source: row.source.clone(),
        entered_on: day(TABLE, &row.entered_on)?,
    })
}

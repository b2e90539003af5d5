//! Days and hours: holidays by region, business days, zones and the sending window.
//!
//! Pure: the day and the instant always come in as arguments. No function here panics or runs
//! without bound, whatever zone, window or day it is given.

mod business_days;
mod easter;
mod elsewhere;
mod holidays;
mod region;
mod window;
mod zone;

#[cfg(test)]
mod tests;

/// A zone, as [`parse_zone`] reads it.
pub use chrono_tz::Tz as Zone;

pub use business_days::{
    add_business_days, is_business_day, next_business_day, pay_before, plain_letter_arrival, registered_letter_deadline,
};
pub use easter::easter;
pub use region::Region;
pub use window::SendingCalendar;
pub use zone::{local_day, local_instant, parse_zone, start_of_day};

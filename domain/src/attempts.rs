//! How often somebody dials for one call: at most three attempts, on three days (`presets.md` §1 rule 4).

use chrono::NaiveDate;

/// Attempts of one call, at most.
pub const MOST_ATTEMPTS: usize = 3;

/// Why a call is not tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAgain {
    /// It was tried three times.
    Enough,
    /// It was tried on that day.
    SameDay,
}

/// May a call that was tried on `days` be tried on `on`?
///
/// # Errors
/// Why not.
pub fn may_dial(days: &[NaiveDate], on: NaiveDate) -> Result<(), NotAgain> {
    if days.len() >= MOST_ATTEMPTS {
        Err(NotAgain::Enough)
    } else if days.contains(&on) {
        Err(NotAgain::SameDay)
    } else {
        Ok(())
    }
}

/// Is the call done once it was tried so often and nobody answered?
pub fn is_exhausted(attempts: usize) -> bool {
    attempts >= MOST_ATTEMPTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_tried_three_times_on_three_days() {
        let day = |text: &str| -> NaiveDate { text.parse().unwrap() };
        let days: Vec<NaiveDate> = ["2026-10-19", "2026-10-20", "2026-10-21"].map(day).into();
        assert_eq!(may_dial(&[], day("2026-10-19")), Ok(()));
        assert_eq!(may_dial(&days[..1], day("2026-10-19")), Err(NotAgain::SameDay));
        assert_eq!(may_dial(&days[..2], day("2026-10-21")), Ok(()));
        assert_eq!(may_dial(&days, day("2026-10-22")), Err(NotAgain::Enough));
        assert_eq!([1, 2, 3].map(is_exhausted), [false, false, true]);
    }
}

//! When messages may leave: the policy's window in the customer's zone and region.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;

use super::{
    Region, local_day, local_instant, start_of_day,
    zone::{day_after, later_local_instant, local_time},
};
use crate::policy::{Channel, Window};

/// How many days a search looks ahead before it gives up: more than a year, so that only a
/// window that never opens is given up.
const SEARCH_DAYS: u32 = 400;

/// A policy's window in the zone and region of a customer.
#[derive(Debug, Clone, Copy)]
pub struct SendingCalendar<'a> {
    /// Days and hours.
    pub window: &'a Window,
    /// Whose holidays.
    pub region: Region,
    /// Whose clock.
    pub zone: Tz,
}

impl SendingCalendar<'_> {
    /// A weekday of the window and, if it skips them, no public holiday.
    pub fn is_sending_day(&self, day: NaiveDate) -> bool {
        let holiday = self.window.skip_public_holidays && self.region.is_holiday(day);
        self.window.weekdays.contains(&day.weekday()) && !holiday
    }

    /// The day itself if it is a sending day, else the next one. A window without one gives the
    /// day at which the search ends, which is no sending day.
    pub fn next_sending_day(&self, day: NaiveDate) -> NaiveDate {
        let mut at = day;
        for _ in 0..SEARCH_DAYS {
            if self.is_sending_day(at) {
                return at;
            }
            at = day_after(at);
        }
        at
    }

    /// The hours of a channel, from (inclusive) and to (exclusive), wall clock.
    pub fn ranges(&self, channel: Channel) -> Vec<(NaiveTime, NaiveTime)> {
        let own = self.window.by_channel.iter().find(|(of, _)| *of == channel);
        own.map_or_else(|| vec![(self.window.from, self.window.to)], |(_, ranges)| ranges.clone())
    }

    /// May a message leave over this channel right now? By the wall clock; of an hour that comes
    /// twice in a day only the first passage of a range's end counts.
    pub fn is_open(&self, channel: Channel, at: DateTime<Utc>) -> bool {
        let local = local_time(at, self.zone);
        let within = |(from, to): &(NaiveTime, NaiveTime)| *from <= local.time() && at < local_instant(local.date(), *to, self.zone);
        self.is_sending_day(local.date()) && self.ranges(channel).iter().any(within)
    }

    /// The end of the last hours of the local day of `at`: what has not left by then leaves on another day.
    pub fn closes_at(&self, channel: Channel, at: DateTime<Utc>) -> DateTime<Utc> {
        let day = local_day(at, self.zone);
        self.ranges(channel).iter().map(|(_, to)| local_instant(day, *to, self.zone)).max().unwrap_or(at)
    }

    /// The earliest instant on this local day, not before `not_before`, at which the window is
    /// open; none when the day is no sending day or its hours are over.
    pub fn slot_on(&self, channel: Channel, day: NaiveDate, not_before: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if !self.is_sending_day(day) {
            return None;
        }
        let starts = self
            .ranges(channel)
            .into_iter()
            .flat_map(|(from, _)| [local_instant(day, from, self.zone), later_local_instant(day, from, self.zone)]);
        std::iter::once(not_before)
            .chain(starts.filter(|start| *start >= not_before))
            .filter(|at| local_day(*at, self.zone) == day && self.is_open(channel, *at))
            .min()
    }

    /// The earliest instant, not before `not_before`, at which the window is open. A window that
    /// never opens gives an instant over a year away at which it is closed, so that the look
    /// before every send still refuses.
    pub fn first_slot(&self, channel: Channel, not_before: DateTime<Utc>) -> DateTime<Utc> {
        let mut day = local_day(not_before, self.zone);
        for _ in 0..SEARCH_DAYS {
            if let Some(slot) = self.slot_on(channel, day, not_before) {
                return slot;
            }
            day = day_after(day);
        }
        start_of_day(day, self.zone).max(not_before)
    }
}

//! The sending window and the pauses of the year.

use chrono::{Datelike, NaiveDate, NaiveTime, Weekday};

use super::{
    super::{
        Channel, Pause, Window,
        document::{PauseDocument, WindowDocument},
    },
    faults::Faults,
    words,
};

/// A range of the day, from (inclusive) and to (exclusive).
type Range = (NaiveTime, NaiveTime);

const WORKING_WEEK: [Weekday; 5] = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];

/// When messages may leave; without a word Monday to Friday, 08:30 to 18:00, no public holiday.
pub(super) fn window(stated: Option<&WindowDocument>, faults: &mut Faults) -> Window {
    let (from, to) = hours(stated, faults);
    Window {
        weekdays: weekdays(stated.and_then(|stated| stated.weekdays.as_deref()), faults),
        from,
        to,
        skip_public_holidays: stated.and_then(|stated| stated.skip_public_holidays).unwrap_or(true),
        by_channel: by_channel(stated, faults),
    }
}

fn weekdays(stated: Option<&[String]>, faults: &mut Faults) -> Vec<Weekday> {
    let Some(stated) = stated else { return WORKING_WEEK.to_vec() };
    if stated.is_empty() {
        faults.add("/window/weekdays", "out_of_range", "at least one day of the week");
    }
    faults.words("/window/weekdays", stated, &words::WEEKDAYS)
}

fn hours(stated: Option<&WindowDocument>, faults: &mut Faults) -> Range {
    let from = stated.and_then(|stated| stated.from.as_deref());
    let to = stated.and_then(|stated| stated.to.as_deref());
    // The defaults are read like what is stated: 08:30 to 18:00.
    let range = (faults.time("/window/from", from.unwrap_or("08:30")), faults.time("/window/to", to.unwrap_or("18:00")));
    let (Some(opens), Some(closes)) = range else { return Range::default() };
    if opens >= closes {
        let pointer = if to.is_some() { "/window/to" } else { "/window/from" };
        faults.add(pointer, "out_of_order", "must begin before it ends");
    }
    (opens, closes)
}

fn by_channel(stated: Option<&WindowDocument>, faults: &mut Faults) -> Vec<(Channel, Vec<Range>)> {
    let Some(stated) = stated.and_then(|stated| stated.by_channel.as_ref()) else { return Vec::new() };
    let mut found = Vec::new();
    for (word, ranges) in stated {
        let pointer = format!("/window/by_channel/{}", word.replace('~', "~0").replace('/', "~1"));
        let channel = faults.word(&pointer, word, &words::channels());
        if ranges.is_empty() {
            faults.add(&pointer, "out_of_range", "at least one range");
        }
        let ranges = ordered_ranges(&pointer, ranges, faults);
        found.extend(channel.map(|channel| (channel, ranges)));
    }
    found
}

/// Ranges that are not empty and follow one another.
fn ordered_ranges(pointer: &str, stated: &[(String, String)], faults: &mut Faults) -> Vec<Range> {
    let mut ranges = Vec::new();
    let mut last_end = NaiveTime::MIN;
    for (n, (from, to)) in stated.iter().enumerate() {
        let range = (faults.time(format!("{pointer}/{n}/0"), from), faults.time(format!("{pointer}/{n}/1"), to));
        let (Some(from), Some(to)) = range else { continue };
        if from >= to {
            faults.add(format!("{pointer}/{n}/1"), "out_of_order", "must begin before it ends");
        }
        if from < last_end {
            faults.add(format!("{pointer}/{n}/0"), "out_of_order", "must not begin before the range before it ends");
        }
        last_end = last_end.max(to);
        ranges.push((from, to));
    }
    ranges
}

/// Pauses of the year.
pub(super) fn pauses(stated: &[PauseDocument], faults: &mut Faults) -> Vec<Pause> {
    let mut pauses = Vec::new();
    for (n, pause) in stated.iter().enumerate() {
        let mut day = |field: &str, text: &str| {
            day_of_year(text).unwrap_or_else(|| {
                faults.add(format!("/pauses/{n}/{field}"), "malformed", "must be a day of the year, MM-DD");
                (1, 1)
            })
        };
        let (from, until) = (day("from", &pause.from), day("until", &pause.until));
        let pointer = format!("/pauses/{n}/channels");
        if pause.channels.is_empty() {
            faults.add(&pointer, "out_of_range", "at least one channel");
        }
        faults.words(&pointer, &pause.channels, &words::channels());
        pauses.push(Pause { from, until, channels: pause.channels.iter().filter_map(|word| Channel::parse(word)).collect() });
    }
    pauses
}

/// (month, day) of `MM-DD`, 29 February included.
fn day_of_year(text: &str) -> Option<(u32, u32)> {
    let day = NaiveDate::parse_from_str(&format!("2024-{text}"), "%Y-%m-%d").ok();
    day.filter(|_| text.len() == 5).map(|day| (day.month(), day.day()))
}

//! Pictures as inline SVG: whole numbers only, colours by class, so that one picture serves light and dark.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate};
use relance_openapi::simulation::SimulatedDay;
use serde::Serialize;

/// Beyond so many days a bar is a week.
const MOST_DAYS: i64 = 130;
/// Size of the drawing area, in units of the picture.
const WIDTH: i64 = 940;
const HEIGHT: i64 = 220;
/// Its left and upper edge.
const LEFT: i64 = 50;
const TOP: i64 = 10;

/// A piece of a bar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Piece {
    pub x: i64,
    pub y: i64,
    pub width: i64,
    pub height: i64,
    /// Class: the channel.
    pub class: String,
    /// What a pointer is told.
    pub title: String,
}

/// A mark at an axis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mark {
    pub at: i64,
    pub text: String,
}

/// A picture of stacked bars, with the table behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bars {
    /// `day` or `week`.
    pub each: &'static str,
    pub pieces: Vec<Piece>,
    pub down: Vec<Mark>,
    pub across: Vec<Mark>,
    pub channels: Vec<String>,
    /// Day and counts in the order of the channels.
    pub rows: Vec<(String, Vec<i64>)>,
}

/// Stacks what is done on each day (or in each week, over long periods) by channel; only channels that `wanted` takes.
pub fn bars(days: &[SimulatedDay], wanted: impl Fn(&str) -> bool) -> Bars {
    let counts = counts(days, &wanted);
    let (first, last) = (counts.keys().next().copied(), counts.keys().next_back().copied());
    let weekly = first.zip(last).is_some_and(|(first, last)| last.signed_duration_since(first).num_days() > MOST_DAYS);
    let counts = if weekly { by_week(counts) } else { counts };
    let channels = channels(&counts);
    let most = counts.values().map(|day| day.values().sum::<i64>()).max().unwrap_or_default().max(1);
    let step = if weekly { 7 } else { 1 };
    let slots = match (counts.keys().next(), counts.keys().next_back()) {
        (Some(first), Some(last)) => last.signed_duration_since(*first).num_days() / step + 1,
        _ => 1,
    };
    let place = |on: &NaiveDate| {
        let slot = counts.keys().next().map_or(0, |first| on.signed_duration_since(*first).num_days() / step);
        (LEFT + WIDTH * slot / slots, (WIDTH * (slot + 1) / slots - WIDTH * slot / slots - 1).max(1))
    };
    let mut pieces = Vec::new();
    for (on, day) in &counts {
        let (x, width) = place(on);
        let mut below = 0;
        for channel in &channels {
            let count = day.get(channel).copied().unwrap_or_default();
            let (from, to) = (HEIGHT * below / most, HEIGHT * (below + count) / most);
            below += count;
            if count > 0 {
                let title = format!("{on}: {count} {channel}");
                pieces.push(Piece { x, y: TOP + HEIGHT - to, width, height: (to - from).max(1), class: channel.clone(), title });
            }
        }
    }
    let months = counts
        .keys()
        .filter(|on| on.day() <= u32::try_from(step).unwrap_or(1))
        .map(|on| Mark { at: place(on).0, text: on.format("%Y-%m").to_string() });
    Bars {
        each: if weekly { "week" } else { "day" },
        pieces,
        down: thinned(months.collect()),
        across: [0, most / 2, most]
            .into_iter()
            .map(|count| Mark { at: TOP + HEIGHT - HEIGHT * count / most, text: count.to_string() })
            .collect(),
        rows: counts
            .iter()
            .map(|(on, day)| (on.to_string(), channels.iter().map(|channel| day.get(channel).copied().unwrap_or_default()).collect()))
            .collect(),
        channels,
    }
}

type Counts = BTreeMap<NaiveDate, BTreeMap<String, i64>>;

fn counts(days: &[SimulatedDay], wanted: &impl Fn(&str) -> bool) -> Counts {
    let mut counts = Counts::new();
    for day in days {
        let Ok(on) = day.on.parse() else { continue };
        for one in day.by_channel.iter().filter(|one| wanted(&one.channel)) {
            *counts.entry(on).or_default().entry(one.channel.clone()).or_default() += one.count;
        }
    }
    counts
}

fn by_week(counts: Counts) -> Counts {
    let mut weeks = Counts::new();
    for (on, day) in counts {
        let monday = on.checked_sub_days(Days::new(on.weekday().num_days_from_monday().into())).unwrap_or(on);
        for (channel, count) in day {
            *weeks.entry(monday).or_default().entry(channel).or_default() += count;
        }
    }
    weeks
}

/// The channels in use, in the order of a ladder.
fn channels(counts: &Counts) -> Vec<String> {
    let used = |word: &str| counts.values().any(|day| day.contains_key(word));
    relance_domain::policy::Channel::ALL.iter().map(|channel| channel.as_str()).filter(|word| used(word)).map(str::to_owned).collect()
}

/// At most a dozen marks.
fn thinned(marks: Vec<Mark>) -> Vec<Mark> {
    let every = marks.len().div_ceil(12).max(1);
    marks.into_iter().step_by(every).collect()
}

#[cfg(test)]
mod tests {
    use relance_openapi::simulation::SimulatedChannel;

    use super::*;

    fn day(on: &str, counts: &[(&str, i64)]) -> SimulatedDay {
        let by_channel = counts.iter().map(|(channel, count)| SimulatedChannel { channel: (*channel).to_owned(), count: *count }).collect();
        SimulatedDay { on: on.to_owned(), reminders: 0, tasks: 0, by_channel, storm: false }
    }

    #[test]
    fn bars_stack_to_the_highest_day() {
        let days = [day("2026-10-01", &[("email", 3), ("sms", 1), ("phone_task", 9)]), day("2026-10-03", &[("email", 2)])];
        let bars = bars(&days, |channel| channel != "phone_task");
        assert_eq!((bars.each, bars.channels.as_slice()), ("day", ["email".to_owned(), "sms".to_owned()].as_slice()));
        assert_eq!(bars.rows, [("2026-10-01".to_owned(), vec![3, 1]), ("2026-10-03".to_owned(), vec![2, 0])]);
        let heights: Vec<i64> = bars.pieces.iter().map(|piece| piece.height).collect();
        assert_eq!(heights, [HEIGHT * 3 / 4, HEIGHT / 4, HEIGHT / 2]);
        assert!(bars.pieces.iter().all(|piece| piece.y >= TOP && piece.x >= LEFT && piece.x + piece.width <= LEFT + WIDTH));
    }

    #[test]
    fn a_long_period_is_shown_by_weeks_and_an_empty_one_is_empty() {
        let days = [day("2025-01-01", &[("email", 1)]), day("2025-01-03", &[("email", 1)]), day("2026-12-31", &[("email", 5)])];
        let bars = bars(&days, |_| true);
        assert_eq!((bars.each, bars.rows.len()), ("week", 2));
        assert_eq!(bars.rows[0], ("2024-12-30".to_owned(), vec![2]));
        assert!(super::bars(&[], |_| true).pieces.is_empty());
    }
}

//! How often a customer may be written to: over all channels, whatever the number of invoices.

use chrono::NaiveDate;

use super::context::{next_day, plus_days};
use crate::{dunning::snapshot::ContactMade, law::Cap, policy::Pacing};

/// The first day, from `from` on, on which another message keeps the pacing; and the rule that moved it.
/// No policy is laxer than `caps`, the law's.
pub(super) fn first_day(caps: &[Cap], pacing: &Pacing, made: &[ContactMade], from: NaiveDate) -> (NaiveDate, Option<&'static str>) {
    let mut day = from;
    let mut rule = None;
    // every turn moves on by a day at least, and thirty days after the last contact nothing is broken
    while let Some((why, next)) = broken(caps, pacing, made, day) {
        rule = Some(why);
        day = next.max(next_day(day));
    }
    (day, rule)
}

fn broken(caps: &[Cap], pacing: &Pacing, made: &[ContactMade], day: NaiveDate) -> Option<(&'static str, NaiveDate)> {
    let gap = i64::from(pacing.min_days_between_messages);
    let last = made.iter().filter(|contact| contact.is_message()).map(|contact| contact.on).max();
    if let Some(last) = last.filter(|last| plus_days(*last, gap) > day) {
        return Some(("policy.pacing.min_days_between_messages", plus_days(last, gap)));
    }
    let own = [(7, pacing.max_per_7_days, "policy.pacing.max_per_7_days"), (30, pacing.max_per_30_days, "policy.pacing.max_per_30_days")];
    let caps = caps.iter().map(|cap| (i64::from(cap.days), cap.most, cap.rule));
    for (days, most, rule) in own.into_iter().chain(caps) {
        let mut inside: Vec<NaiveDate> = made.iter().map(|contact| contact.on).filter(|on| *on > plus_days(day, -days)).collect();
        inside.sort_unstable();
        let spare = inside.len().checked_sub(usize::from(most));
        if let Some(first_out) = spare.and_then(|surplus| inside.get(surplus)) {
            return Some((rule, plus_days(*first_out, days)));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law;

    fn first_day(pacing: &Pacing, made: &[ContactMade], from: NaiveDate) -> (NaiveDate, Option<&'static str>) {
        super::first_day(&law::pack(Some("FR"), from).caps, pacing, made, from)
    }

    #[test]
    fn no_policy_is_laxer_than_the_law() {
        let lax = Pacing { min_days_between_messages: 0, max_per_7_days: 100, max_per_30_days: 400 };
        let cases = [
            (vec![("2026-10-05", "email")], "2026-10-05", "2026-10-06", "law.contact.max_per_day"),
            (vec![("2026-10-05", "email"), ("2026-10-06", "phone")], "2026-10-07", "2026-10-12", "law.contact.max_per_7_days"),
        ];
        for (contacts, from, expected, rule) in cases {
            assert_eq!(first_day(&lax, &made(&contacts), day(from)), (day(expected), Some(rule)), "{contacts:?}");
        }
        let days = ["09-01", "09-02", "09-08", "09-09", "09-15", "09-16", "09-22", "09-23"].map(|on| format!("2026-{on}"));
        let eight: Vec<(&str, &str)> = days.iter().map(|on| (on.as_str(), "email")).collect();
        assert_eq!(first_day(&lax, &made(&eight), day("2026-09-29")), (day("2026-10-01"), Some("law.contact.max_per_30_days")));
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn made(list: &[(&str, &str)]) -> Vec<ContactMade> {
        list.iter().map(|(on, channel)| ContactMade { on: day(on), channel: (*channel).to_owned(), step_key: None }).collect()
    }

    #[test]
    fn the_gap_is_between_messages_and_the_caps_count_calls_too() {
        let pacing = Pacing { min_days_between_messages: 5, max_per_7_days: 2, max_per_30_days: 6 };
        let cases = [
            (vec![], "2026-10-22", "2026-10-22"),
            (vec![("2026-10-21", "phone")], "2026-10-22", "2026-10-22"),
            (vec![("2026-10-20", "email")], "2026-10-22", "2026-10-25"),
            (vec![("2026-10-21", "phone"), ("2026-10-22", "sms")], "2026-10-27", "2026-10-28"),
            (vec![("2026-10-20", "phone"), ("2026-10-21", "phone"), ("2026-10-22", "phone")], "2026-10-23", "2026-10-28"),
        ];
        for (contacts, from, expected) in cases {
            assert_eq!(first_day(&pacing, &made(&contacts), day(from)).0, day(expected), "{contacts:?}");
        }
    }

    #[test]
    fn no_more_than_so_many_in_thirty_days() {
        let pacing = Pacing { min_days_between_messages: 1, max_per_7_days: 7, max_per_30_days: 2 };
        let contacts = made(&[("2026-10-01", "email"), ("2026-10-10", "email")]);
        assert_eq!(first_day(&pacing, &contacts, day("2026-10-12")), (day("2026-10-31"), Some("policy.pacing.max_per_30_days")));
    }
}

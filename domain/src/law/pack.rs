//! Contact: how often, and when, whatever a policy says. Dated data; a new rule is a new entry, an old one is never edited.

use chrono::{NaiveDate, NaiveTime};

/// At most `most` contacts in `days` days, over all channels and whatever the number of invoices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cap {
    /// Days, the day of the contact included.
    pub days: u16,
    /// Contacts.
    pub most: u16,
    /// The rule, as decisions name it.
    pub rule: &'static str,
}

/// Hours at which a consumer's telephone may ring or buzz: Monday to Saturday, no public holiday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContactHours {
    /// First minute.
    pub from: NaiveTime,
    /// First minute after.
    pub to: NaiveTime,
    /// The rule, as decisions name it.
    pub rule: &'static str,
    /// Article.
    pub citation: &'static str,
}

/// The rules of contact of one country from a day on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pack {
    /// `FR`; the empty text: everywhere else in Europe.
    pub country: &'static str,
    /// First day on which it is used.
    pub valid_from: NaiveDate,
    /// Harassment begins above these.
    pub caps: [Cap; 3],
    /// Article behind the caps.
    pub caps_citation: &'static str,
    /// A consumer's hours.
    pub consumer_hours: ContactHours,
}

const fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    match NaiveDate::from_ymd_opt(year, month, day) {
        Some(day) => day,
        None => NaiveDate::MIN,
    }
}

const fn hour(hour: u32) -> NaiveTime {
    match NaiveTime::from_hms_opt(hour, 0, 0) {
        Some(time) => time,
        None => NaiveTime::MIN,
    }
}

/// One contact a day, two in seven days, eight in thirty: the law counts none, two calls were enough (Crim. 4 March 2003).
const CAPS: [Cap; 3] = [
    Cap { days: 1, most: 1, rule: "law.contact.max_per_day" },
    Cap { days: 7, most: 2, rule: "law.contact.max_per_7_days" },
    Cap { days: 30, most: 8, rule: "law.contact.max_per_30_days" },
];

/// Every pack, the newest of a country last.
const PACKS: [Pack; 2] = [
    Pack {
        country: "",
        valid_from: day(2007, 12, 12),
        caps: CAPS,
        caps_citation: "Directive 2005/29/EC art. 8, 9; CJEU C-357/16",
        consumer_hours: ContactHours {
            from: hour(8),
            to: hour(20),
            rule: "law.contact.consumer_hours",
            citation: "Directive 2005/29/EC art. 8, 9",
        },
    },
    Pack {
        country: "FR",
        valid_from: day(2014, 8, 6),
        caps: CAPS,
        caps_citation: "C. pén. 222-33-2-2, 222-16; C. conso. L121-6",
        consumer_hours: ContactHours {
            from: hour(8),
            to: hour(20),
            rule: "law.fr.contact.consumer_hours",
            citation: "C. conso. L121-6, L121-7",
        },
    },
];

/// The pack of a country on a day.
pub fn pack(country: Option<&str>, on: NaiveDate) -> &'static Pack {
    let in_force = |pack: &&Pack| pack.valid_from <= on && (pack.country.is_empty() || Some(pack.country) == country);
    PACKS.iter().rev().find(in_force).unwrap_or(&PACKS[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_its_article_and_its_day() {
        for pack in &PACKS {
            assert!(pack.valid_from > NaiveDate::MIN && !pack.caps_citation.is_empty());
            assert!(pack.consumer_hours.from < pack.consumer_hours.to && !pack.consumer_hours.citation.is_empty());
            assert!(pack.caps.is_sorted_by_key(|cap| cap.days) && pack.caps.is_sorted_by_key(|cap| cap.most));
        }
    }

    #[test]
    fn the_pack_is_that_of_the_country_on_the_day() {
        let today = day(2026, 10, 5);
        assert_eq!(pack(Some("FR"), today).caps_citation, "C. pén. 222-33-2-2, 222-16; C. conso. L121-6");
        assert_eq!(pack(Some("BE"), today).country, "");
        assert_eq!(pack(None, today).country, "");
        assert_eq!(pack(Some("FR"), day(2010, 1, 1)).country, "");
    }
}

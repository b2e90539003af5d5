//! The holiday region of a customer (`contract.md` §2).

use chrono::NaiveDate;

use super::{elsewhere, holidays};

/// Whose public holidays count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Region {
    /// Metropolitan France.
    Fr,
    /// Bas-Rhin, Haut-Rhin, Moselle.
    FrAlsaceMoselle,
    /// Guadeloupe.
    Gp,
    /// Martinique.
    Mq,
    /// Guyane.
    Gf,
    /// La Réunion.
    Re,
    /// Mayotte.
    Yt,
    /// Saint-Barthélemy.
    Bl,
    /// Saint-Martin.
    Mf,
    /// Another country by its ISO 3166-1 alpha-2 code, in capitals.
    Country([u8; 2]),
}

/// The regions of France with their words.
const FRENCH: [(&str, Region); 9] = [
    ("FR", Region::Fr),
    ("FR-AM", Region::FrAlsaceMoselle),
    ("GP", Region::Gp),
    ("MQ", Region::Mq),
    ("GF", Region::Gf),
    ("RE", Region::Re),
    ("YT", Region::Yt),
    ("BL", Region::Bl),
    ("MF", Region::Mf),
];

impl Region {
    /// Reads `FR`, `FR-AM`, `GP`… or a country's two letters, in either case.
    pub fn parse(text: &str) -> Option<Self> {
        let word = text.trim().to_ascii_uppercase();
        if let Some((_, region)) = FRENCH.iter().find(|(known, _)| *known == word) {
            return Some(*region);
        }
        let letters: [u8; 2] = word.as_bytes().try_into().ok()?;
        letters.iter().all(u8::is_ascii_uppercase).then_some(Self::Country(letters))
    }

    /// The region stated, else that of the address. A region we cannot read counts as not stated,
    /// a missing country as France.
    pub fn resolve(region: Option<&str>, country: Option<&str>, postcode: Option<&str>) -> Self {
        if let Some(stated) = region.and_then(Self::parse) {
            return stated;
        }
        match country.map_or(Some(Self::Fr), Self::parse) {
            Some(Self::Fr) | None => Self::of_french_postcode(postcode.unwrap_or_default()),
            Some(elsewhere) => elsewhere,
        }
    }

    /// Departments 57, 67 and 68, and overseas; anything else is metropolitan France.
    fn of_french_postcode(postcode: &str) -> Self {
        let digits: String = postcode.chars().filter(char::is_ascii_digit).collect();
        if digits.len() != 5 {
            return Self::Fr;
        }
        let starts = |prefix: &str| digits.starts_with(prefix);
        match digits.as_str() {
            "97133" => Self::Bl,
            "97150" => Self::Mf,
            _ if starts("57") || starts("67") || starts("68") => Self::FrAlsaceMoselle,
            _ if starts("971") => Self::Gp,
            _ if starts("972") => Self::Mq,
            _ if starts("973") => Self::Gf,
            _ if starts("974") => Self::Re,
            _ if starts("976") => Self::Yt,
            _ => Self::Fr,
        }
    }

    /// Is it a public holiday there? Weekends are not asked here.
    pub fn is_holiday(&self, day: NaiveDate) -> bool {
        self.holiday_name(day).is_some()
    }

    /// The name of the public holiday there, in a language of the place.
    pub fn holiday_name(&self, day: NaiveDate) -> Option<&'static str> {
        let own = match self {
            Self::Fr => &[],
            Self::FrAlsaceMoselle => holidays::ALSACE_MOSELLE,
            Self::Gp => holidays::GUADELOUPE,
            Self::Mq => holidays::MARTINIQUE,
            Self::Gf => holidays::GUYANE,
            Self::Re => holidays::REUNION,
            Self::Yt => holidays::MAYOTTE,
            Self::Bl => holidays::SAINT_BARTHELEMY,
            Self::Mf => holidays::SAINT_MARTIN,
            Self::Country(code) => return holidays::name_on(elsewhere::holidays_of(*code), day),
        };
        holidays::name_on(holidays::FRANCE, day).or_else(|| holidays::name_on(own, day))
    }

    /// The word used on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Country(code) => std::str::from_utf8(code).unwrap_or_default(),
            french => FRENCH.iter().find(|(_, region)| region == french).map_or("FR", |(word, _)| word),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_comes_from_what_is_stated_then_from_the_address() {
        for (region, country, postcode, expected) in [
            (Some("FR-AM"), Some("FR"), Some("75001"), "FR-AM"),
            (Some("FR"), Some("FR"), Some("67000"), "FR"),
            (Some("fr-am"), None, None, "FR-AM"),
            (Some("Alsace"), Some("FR"), Some("68100"), "FR-AM"),
            (None, Some("FR"), Some("57000"), "FR-AM"),
            (None, Some("FR"), Some("67 000"), "FR-AM"),
            (None, Some("FR"), Some("5700"), "FR"),
            (None, Some("FR"), Some("69001"), "FR"),
            (None, Some("FR"), Some("97110"), "GP"),
            (None, Some("FR"), Some("97133"), "BL"),
            (None, Some("FR"), Some("97150"), "MF"),
            (None, Some("FR"), Some("97200"), "MQ"),
            (None, Some("FR"), Some("97300"), "GF"),
            (None, Some("FR"), Some("97400"), "RE"),
            (None, Some("FR"), Some("97600"), "YT"),
            (None, Some("FR"), Some("97500"), "FR"),
            (None, Some("RE"), Some("97400"), "RE"),
            (None, Some("DE"), Some("67059"), "DE"),
            (None, Some("de"), None, "DE"),
            (None, Some("Germany"), None, "FR"),
            (None, None, Some("67000"), "FR-AM"),
            (None, None, None, "FR"),
        ] {
            let found = Region::resolve(region, country, postcode);
            assert_eq!(found.as_str(), expected, "{region:?} {country:?} {postcode:?}");
        }
    }

    #[test]
    fn a_region_reads_back_as_written_and_nonsense_does_not() {
        for word in ["FR", "FR-AM", "GP", "MQ", "GF", "RE", "YT", "BL", "MF", "DE", "ZZ"] {
            assert_eq!(Region::parse(word).unwrap().as_str(), word);
        }
        for word in ["", "F", "FRA", "FR-75", "É", "12", "D1"] {
            assert_eq!(Region::parse(word), None, "{word:?}");
        }
    }
}

//! Why something was done or withheld: codes of closed lists, with sentences in French and English.
//!
//! What is kept is a code and its parameters, never prose: it is put into words when it is read. Adding a
//! reason is one entry in [`codes`], adding something that would change a decision one in [`changes`].

mod changes;
mod codes;
mod list;
mod params;
#[cfg(test)]
mod tests;
mod words;

pub use changes::Change;
pub use codes::{Basis, Why};
pub(crate) use list::told;
pub(crate) use params::params;
pub use params::{Param, Params};

/// A language that reasons are told in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// French.
    French,
}

impl Language {
    /// Every language, in the order in which they are documented.
    pub const ALL: [Self; 2] = [Self::English, Self::French];

    /// The word used on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
        }
    }

    /// The language of a tag such as `fr`, `fr-CA` or `en_GB`; `None` when reasons are not told in it.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| primary.eq_ignore_ascii_case(language.as_str()))
    }

    /// The language that a header `Accept-Language` (RFC 9110 §12.5.4) likes best; English when it likes none of ours.
    pub fn preferred(header: &str) -> Self {
        let wish = |range: &str| {
            let mut parts = range.split(';').map(str::trim);
            let language = Self::of_tag(parts.next()?)?;
            let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1000), thousandths)?;
            (weight > 0).then_some((weight, language))
        };
        let wishes: Vec<(u32, Self)> = header.split(',').filter_map(wish).collect();
        let most = wishes.iter().map(|(weight, _)| *weight).max();
        wishes.into_iter().find(|(weight, _)| Some(*weight) == most).map_or(Self::English, |(_, language)| language)
    }
}

/// A quality value in thousandths: `0.8` is 800.
fn thousandths(text: &str) -> Option<u32> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let padded = format!("{whole}{decimals:0<3}");
    (decimals.len() <= 3).then(|| padded.parse().ok()).flatten().filter(|weight| *weight <= 1000)
}

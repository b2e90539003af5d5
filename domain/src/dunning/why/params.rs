//! What a reason speaks of: typed, so that it can be told in any language.

use std::{borrow::Cow, collections::BTreeMap};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{Change, Language, Why, words};
use crate::{dunning::HoldScope, money::Money, policy::Channel};

/// One thing a reason speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Param {
    /// As it stands, e.g. the number of an invoice or the key of a step.
    Text(String),
    /// A word of a closed list that has a name in every language, e.g. a channel.
    Word(String),
    /// A civil day.
    Day(NaiveDate),
    /// An instant, told in UTC.
    At(DateTime<Utc>),
    /// An amount.
    Money(Money),
    /// A count.
    Number(i64),
}

impl Param {
    /// The parameter in words.
    pub fn told(&self, language: Language) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Word(word) => words::told(word, language),
            Self::Day(day) => words::day(*day, language),
            Self::At(at) => words::instant(*at, language),
            Self::Money(money) => format!("{} {}", words::amount(money, language), money.currency),
            Self::Number(number) => number.to_string(),
        }
    }
}

impl From<&str> for Param {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Param {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<NaiveDate> for Param {
    fn from(day: NaiveDate) -> Self {
        Self::Day(day)
    }
}

impl From<DateTime<Utc>> for Param {
    fn from(at: DateTime<Utc>) -> Self {
        Self::At(at)
    }
}

impl From<Money> for Param {
    fn from(money: Money) -> Self {
        Self::Money(money)
    }
}

impl From<u16> for Param {
    fn from(number: u16) -> Self {
        Self::Number(number.into())
    }
}

impl From<usize> for Param {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<Channel> for Param {
    fn from(channel: Channel) -> Self {
        Self::Word(channel.as_str().to_owned())
    }
}

impl From<HoldScope> for Param {
    fn from(scope: HoldScope) -> Self {
        Self::Word(scope.as_str().to_owned())
    }
}

impl From<Why> for Param {
    fn from(why: Why) -> Self {
        Self::Word(why.as_str().to_owned())
    }
}

impl From<Change> for Param {
    fn from(change: Change) -> Self {
        Self::Word(change.as_str().to_owned())
    }
}

/// What a reason speaks of, by the names of its sentence.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Params(BTreeMap<Cow<'static, str>, Param>);

impl Params {
    /// Parameters by name; [`params!`](crate::dunning) spells them `name = value`.
    pub fn new(list: impl IntoIterator<Item = (&'static str, Param)>) -> Self {
        Self(list.into_iter().map(|(name, param)| (Cow::Borrowed(name), param)).collect())
    }

    /// The parameter of this name.
    pub fn get(&self, name: &str) -> Option<&Param> {
        self.0.get(name)
    }

    /// The names there are, in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(AsRef::as_ref)
    }

    /// The sentence with each `{name}` told; a name that is not there stays as it is spelt.
    pub fn fill(&self, sentence: &str, language: Language) -> String {
        let mut told = sentence.to_owned();
        for (name, param) in &self.0 {
            told = told.replace(&format!("{{{name}}}"), &param.told(language));
        }
        told
    }
}

/// `params![step = &step.key, day = day]`: what a reason speaks of.
macro_rules! params {
    ($($name:ident = $value:expr),* $(,)?) => {
        $crate::dunning::Params::new([$((stringify!($name), $crate::dunning::Param::from($value))),*])
    };
}
pub(crate) use params;

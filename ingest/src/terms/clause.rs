//! One clause of payment terms, and the date it gives.

use chrono::{Months, NaiveDate};

use super::span::{Span, Unit, after_days, day_of_next_month, last_of_month, unit};
use super::token::{Percent, Token};
use super::words;

/// What stands between two commas.
#[derive(Debug, Clone)]
pub(super) struct Clause {
    pub(super) tokens: Vec<Token>,
    pub(super) discount: bool,
    /// Whether the sentence goes on after this clause.
    pub(super) continues: bool,
}

impl Clause {
    /// The due date this clause gives.
    pub(super) fn due(&self, issued_on: NaiveDate) -> Option<NaiveDate> {
        if self.has(words::PENALTY) || self.has(words::DEBIT) || self.has(words::ELSEWHERE) {
            return None;
        }
        if self.discount {
            let days = self.net_days().filter(|_| self.month_end_phrase().is_none());
            return days.and_then(|days| after_days(issued_on, days));
        }
        if self.has(words::CONDITION) || self.is_part() {
            return None;
        }
        if self.has(words::LIMIT)
            && let Some(date) = self.limit_date()
        {
            return Some(date);
        }
        if !self.speaks_of_payment() {
            return None;
        }
        self.counted(issued_on).or_else(|| self.end_of_month(issued_on)).or_else(|| self.at_once().then_some(issued_on))
    }

    /// The dates at which a discount of this clause ends.
    pub(super) fn discount_ends(&self, issued_on: NaiveDate) -> Vec<NaiveDate> {
        if !self.discount {
            return Vec::new();
        }
        let dates = self.tokens.iter().filter_map(|token| match token {
            Token::Date(date) => Some(*date),
            _ => None,
        });
        dates.chain(self.counted(issued_on)).collect()
    }

    fn words(&self) -> impl Iterator<Item = &str> {
        self.tokens.iter().filter_map(|token| match token {
            Token::Word(word) => Some(word.as_str()),
            _ => None,
        })
    }

    fn has(&self, list: &str) -> bool {
        self.words().any(|word| words::is(word, list))
    }

    pub(super) fn offers_discount(&self) -> bool {
        let worth = self.tokens.contains(&Token::Percent(Percent::Rate));
        let nothing = self.tokens.contains(&Token::Percent(Percent::Zero)) || self.has(words::NONE);
        if self.has(words::DISCOUNT) {
            return worth || !nothing || self.has(words::CONDITION);
        }
        worth && !self.has(words::PENALTY)
    }

    pub(super) fn has_time(&self) -> bool {
        self.tokens.iter().any(|token| matches!(token, Token::Date(_))) || self.span().is_some()
    }

    pub(super) fn is_net(&self) -> bool {
        self.has(words::NET) || (self.has(words::NONE) && self.has(words::DISCOUNT))
    }

    /// "50 % …": a part of the sum, or a sentence about something else.
    fn is_part(&self) -> bool {
        self.tokens.iter().any(|token| matches!(token, Token::Percent(Percent::Rate | Percent::Share)))
    }

    fn speaks_of_payment(&self) -> bool {
        self.has(words::PAYMENT)
            || self.tokens.iter().all(|token| match token {
                Token::Word(word) => {
                    words::is(word, words::FILLER)
                        || unit(word).is_some()
                        || words::is(word, words::RECEIPT)
                        || words::is(word, words::AT_ONCE)
                        || words::number(word).is_some()
                }
                Token::Number(_) => true,
                _ => false,
            })
    }

    /// The latest date of the clause that is not another document's.
    fn limit_date(&self) -> Option<NaiveDate> {
        let mut before: Option<&Token> = None;
        let mut latest = None;
        for token in &self.tokens {
            if let Token::Date(date) = token {
                let dated = matches!(before, Some(Token::Word(word)) if words::is(word, words::DATED));
                if !dated {
                    latest = latest.max(Some(*date));
                }
            }
            before = Some(token);
        }
        latest
    }

    /// A number and its unit, with the position behind them.
    fn span(&self) -> Option<(Span, usize)> {
        self.tokens
            .windows(2)
            .enumerate()
            .filter_map(|(at, pair)| match pair {
                [Token::Number(count), Token::Word(word)] => unit(word).map(|of| (Span { count: *count, of }, at + 2)),
                [Token::Word(number), Token::Word(word)] => {
                    let count = words::number(number)?;
                    unit(word).map(|of| (Span { count, of }, at + 2))
                }
                _ => None,
            })
            // A clause with two spans says more than is understood here: the longer is taken.
            .max_by_key(|(span, _)| span.days())
    }

    /// "30 jours", "net 30", "30 jours fin de mois le 10", "within one month".
    fn counted(&self, issued_on: NaiveDate) -> Option<NaiveDate> {
        let net = |count| {
            let of = Unit::Days;
            (Span { count, of }, 0)
        };
        let (span, behind) = self.span().or_else(|| self.net_days().map(net))?;
        let (date, end) = match self.month_end_phrase() {
            None => (span.after(issued_on)?, behind),
            Some((start, end, french)) => {
                let then_end = span.after(issued_on).and_then(last_of_month);
                let from_end = last_of_month(issued_on).and_then(|end| span.after(end));
                let date = match (self.counts_from_end(start, behind), french) {
                    (true, _) => from_end,
                    (false, true) => then_end,
                    // Abroad both ways are meant by the same words: the later one.
                    (false, false) => then_end.max(from_end),
                };
                (date?, end)
            }
        };
        // "le 10": on the tenth of the month after.
        match self.tokens.get(end..) {
            Some([Token::Word(le), Token::Number(day), ..]) if le == "le" && (1..=31).contains(day) => day_of_next_month(date, *day),
            _ => Some(date),
        }
    }

    /// "à compter de la fin du mois", or the end of the month named before the days.
    fn counts_from_end(&self, start: usize, behind: usize) -> bool {
        const FROM: &str = "compter apres depuis suivant after from ab nach";
        let between = self.tokens.get(behind..start).unwrap_or_default();
        start < behind || between.iter().any(|token| matches!(token, Token::Word(word) if words::is(word, FROM)))
    }

    /// Where "fin de mois", "end of month", "EOM" stands, and whether it is said in French.
    fn month_end_phrase(&self) -> Option<(usize, usize, bool)> {
        const PHRASES: [(&[&str], bool); 9] = [
            (&["fin", "de", "mois"], true),
            (&["fin", "du", "mois"], true),
            (&["fin", "mois"], true),
            (&["fdm"], true),
            (&["end", "of", "month"], false),
            (&["end", "of", "the", "month"], false),
            (&["eom"], false),
            (&["monatsende"], false),
            (&["ende", "des", "monats"], false),
        ];
        PHRASES.iter().find_map(|(phrase, french)| {
            let at = self.tokens.windows(phrase.len()).position(|window| {
                window.iter().zip(*phrase).all(|(token, wanted)| matches!(token, Token::Word(word) if word == wanted))
            })?;
            Some((at, at + phrase.len(), *french))
        })
    }

    /// The end of the month of issue, or of the next one.
    fn end_of_month(&self, issued_on: NaiveDate) -> Option<NaiveDate> {
        self.month_end_phrase()?;
        let next = self.has("suivant prochain next following folgenden");
        let month = if next { issued_on.checked_add_months(Months::new(1))? } else { issued_on };
        last_of_month(month)
    }

    /// Days said to be net: "net 30", "30 days net", "n/30" beside a discount.
    fn net_days(&self) -> Option<u32> {
        let net = |token: &Token| matches!(token, Token::Word(word) if words::is(word, words::NET));
        let days = |token: &Token| matches!(token, Token::Word(word) if words::is(word, words::DAYS));
        let mut found = None;
        for (at, window) in self.tokens.windows(2).enumerate() {
            let after = self.tokens.get(at + 2);
            let count = match window {
                [first, Token::Number(count)] if net(first) => after
                    .is_none_or(
                        |token| matches!(token, Token::Word(word) if words::is(word, words::FILLER) || words::is(word, words::DAYS)),
                    )
                    .then_some(*count),
                [Token::Number(count), second] if days(second) && after.is_some_and(net) => Some(*count),
                [Token::Word(n), Token::Number(count)] if n == "n" => Some(*count),
                _ => None,
            };
            found = found.max(count.filter(|count| (1..=365).contains(count)));
        }
        found
    }

    /// "sofort", "comptant", "à réception", "due on receipt".
    fn at_once(&self) -> bool {
        self.has(words::AT_ONCE) || self.has(words::RECEIPT)
    }
}

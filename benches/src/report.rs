//! Lines of the report: baseline, product, ratio, CPU, and the verdict.

use crate::load::Measured;

/// What a ratio must reach.
#[derive(Debug, Clone, Copy)]
pub enum Target {
    AtLeast(f64),
    AtMost(f64),
    /// Measured, nothing promised.
    Open,
}

impl Target {
    fn verdict(self, ratio: f64) -> &'static str {
        let met = match self {
            Self::AtLeast(least) => ratio >= least,
            Self::AtMost(most) => ratio <= most,
            Self::Open => return "",
        };
        if met { "met" } else { "missed" }
    }

    fn text(self) -> String {
        match self {
            Self::AtLeast(least) => format!("≥ {least}"),
            Self::AtMost(most) => format!("≤ {most}"),
            Self::Open => "–".to_owned(),
        }
    }
}

/// One line. CPU is µs an item, of the application and of PostgreSQL.
#[derive(Debug, Clone)]
pub struct Line {
    pub row: &'static str,
    pub what: String,
    pub unit: &'static str,
    pub baseline: f64,
    pub product: f64,
    pub ratio: f64,
    pub baseline_cpu: Option<(f64, f64)>,
    pub product_cpu: Option<(f64, f64)>,
    pub target: Target,
    /// Counted in the database afterwards: as many as were answered?
    pub truth: Result<String, String>,
}

impl Line {
    /// A line about one value against a fixed anchor.
    pub fn value(row: &'static str, what: impl Into<String>, unit: &'static str, anchor: f64, value: f64, target: Target) -> Self {
        Self {
            row,
            what: what.into(),
            unit,
            baseline: anchor,
            product: value,
            ratio: value / anchor,
            baseline_cpu: None,
            product_cpu: None,
            target,
            truth: Ok("–".to_owned()),
        }
    }

    pub fn with_truth(mut self, expected: u64, found: u64) -> Self {
        self.truth = if expected == found { Ok(format!("{found} = {found}")) } else { Err(format!("{found}, not {expected}")) };
        self
    }

    pub fn true_to_count(&self) -> bool {
        self.truth.is_ok()
    }

    /// What the raw stages cost over what we cost.
    fn cpu_ratio(&self) -> Option<f64> {
        let (base, product) = (self.baseline_cpu?, self.product_cpu?);
        Some((base.0 + base.1) / (product.0 + product.1).max(0.001))
    }
}

/// Rounds A B A B of one row.
#[derive(Debug, Default)]
pub struct Rounds {
    pub baseline: Vec<Measured>,
    pub product: Vec<Measured>,
}

impl Rounds {
    pub fn add(&mut self, baseline: Measured, product: Measured) {
        self.baseline.push(baseline);
        self.product.push(product);
    }

    pub fn items(&self) -> u64 {
        self.product.iter().map(|round| round.items).sum()
    }

    /// Medians of `pick`, and the median of the ratios of each round.
    fn compare(&self, pick: impl Fn(&Measured) -> f64) -> (f64, f64, f64) {
        let of = |rounds: &[Measured]| median(rounds.iter().map(&pick).collect());
        let ratios = self.baseline.iter().zip(&self.product).map(|(a, b)| pick(b) / pick(a).max(f64::MIN_POSITIVE)).collect();
        (of(&self.baseline), of(&self.product), median(ratios))
    }

    fn cpu(rounds: &[Measured]) -> Option<(f64, f64)> {
        let of = |pick: fn(&Measured) -> f64| median(rounds.iter().map(pick).collect());
        Some((of(|round| round.app_cpu), of(|round| round.pg_cpu)))
    }

    fn line(&self, row: &'static str, what: String, unit: &'static str, found: (f64, f64, f64), target: Target) -> Line {
        let mut line = Line::value(row, what, unit, found.0, found.1, target);
        line.ratio = found.2;
        line.baseline_cpu = Self::cpu(&self.baseline);
        line.product_cpu = Self::cpu(&self.product);
        line
    }

    /// A line about rates.
    pub fn rates(&self, row: &'static str, what: impl Into<String>, unit: &'static str, target: Target) -> Line {
        self.line(row, what.into(), unit, self.compare(|round| round.rate), target)
    }

    /// A line about the 99th percentile.
    pub fn p99(&self, row: &'static str, what: impl Into<String>, target: Target) -> Line {
        self.line(row, what.into(), "ms p99", self.compare(|round| round.p99_ms), target)
    }
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

fn figure(value: f64) -> String {
    match value.abs() {
        big if big >= 10_000.0 => format!("{:.1} k", value / 1000.0),
        big if big >= 100.0 => format!("{value:.0}"),
        big if big >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

fn cells(line: &Line) -> [String; 11] {
    let cpu = |pair: Option<(f64, f64)>| pair.map_or("–".to_owned(), |(app, pg)| format!("{} + {}", figure(app), figure(pg)));
    [
        line.row.to_owned(),
        line.what.clone(),
        line.unit.to_owned(),
        figure(line.baseline),
        figure(line.product),
        format!("{:.2}", line.ratio),
        line.target.text(),
        line.target.verdict(line.ratio).to_owned(),
        cpu(line.baseline_cpu),
        match (cpu(line.product_cpu), line.cpu_ratio()) {
            (text, Some(ratio)) => format!("{text} ({ratio:.2})"),
            (text, None) => text,
        },
        match &line.truth {
            Ok(text) => text.clone(),
            Err(text) => format!("**WRONG: {text}**"),
        },
    ]
}

const HEAD: &str = "\
| | workload | unit | baseline | Relance | ratio | min | | CPU µs an item, baseline (app + pg) | CPU µs an item, Relance (baseline ÷ ours) | counted |
|---|---|---|--:|--:|--:|--:|---|--:|--:|---|";

/// The whole table, as Markdown.
pub fn table(lines: &[Line]) -> String {
    let rows: Vec<String> = lines.iter().map(|line| format!("| {} |", cells(line).join(" | "))).collect();
    format!("{HEAD}\n{}\n", rows.join("\n"))
}

/// One line while the run goes on.
pub fn plain(line: &Line) -> String {
    cells(line).join("  ")
}

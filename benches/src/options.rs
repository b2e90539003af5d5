//! The command line.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context, Result, bail};

pub const USAGE: &str = "\
relance-benches ROW… [options]      ROW: a1 a2 a3 a4 a5 b1 b2 c1 c2 d1 d2 d3 d4 e1 e2 g1 g2 g3, or all; or `bare`: the baselines alone

  --relance PATH     the release binary (default: ../target/release/relance)
  --postgres URL     a server of yours (a superuser's URL, to a database of its own is not needed);
                     default: a throw-away one with fsync on. CPU of PostgreSQL needs --postmaster PID then
  --postmaster PID   the postmaster behind --postgres
  --sqlite           only what runs on SQLite
  --scale F          size of b1, b2, c1, c2, d1, e1, e2, g1 against the book (default 0.1)
  --seconds S        length of a phase (default 3)
  --rounds N         rounds A B (default 3)
  --statements       what PostgreSQL was asked, by time (costs a little)
  --markdown FILE    the table once more, as Markdown";

/// What was asked for.
#[derive(Debug, Clone)]
pub struct Options {
    pub rows: Vec<String>,
    pub relance: PathBuf,
    pub postgres: Option<String>,
    pub postmaster: Option<u32>,
    pub sqlite_only: bool,
    pub scale: f64,
    pub span: Duration,
    pub rounds: usize,
    pub statements: bool,
    pub markdown: Option<PathBuf>,
}

impl Options {
    pub fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self> {
        let mut options = Self {
            rows: Vec::new(),
            relance: PathBuf::from("../target/release/relance"),
            postgres: None,
            postmaster: None,
            sqlite_only: false,
            scale: 0.1,
            span: Duration::from_secs(3),
            rounds: 3,
            statements: false,
            markdown: None,
        };
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().with_context(|| format!("{argument} wants a value"));
            match argument.as_str() {
                "--relance" => options.relance = value()?.into(),
                "--postgres" => options.postgres = Some(value()?),
                "--postmaster" => options.postmaster = Some(value()?.parse()?),
                "--sqlite" => options.sqlite_only = true,
                "--statements" => options.statements = true,
                "--scale" => options.scale = value()?.parse()?,
                "--seconds" => options.span = Duration::from_secs_f64(value()?.parse()?),
                "--rounds" => options.rounds = value()?.parse::<usize>()?.max(1),
                "--markdown" => options.markdown = Some(value()?.into()),
                "--help" | "-h" => bail!("{USAGE}"),
                row if !row.starts_with('-') => options.rows.push(row.to_owned()),
                other => bail!("unknown option {other}\n{USAGE}"),
            }
        }
        if options.rows.is_empty() {
            bail!("{USAGE}");
        }
        Ok(options)
    }

    pub fn wants(&self, row: &str) -> bool {
        self.rows.iter().any(|asked| asked == row || asked == "all")
    }

    /// `full` times the scale, `least` at least.
    pub fn scaled(&self, full: u64, least: u64) -> u64 {
        ((full as f64 * self.scale) as u64).max(least)
    }
}

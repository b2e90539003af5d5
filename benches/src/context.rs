//! What all rows share: options, the cluster, the lines of the report.

use anyhow::{Context, Result};

use crate::{
    database::Db,
    load::Meters,
    options::Options,
    postgres::{self, Cluster},
    raw,
    report::{self, Line},
    statements,
};

/// One run.
#[derive(Debug)]
pub struct Bench {
    pub options: Options,
    cluster: Option<Cluster>,
    lines: Vec<Line>,
}

impl Bench {
    pub async fn begin(options: Options) -> Result<Self> {
        let cluster = if options.sqlite_only { None } else { Some(Cluster::begin(&options).await?) };
        Ok(Self { options, cluster, lines: Vec::new() })
    }

    pub fn cluster(&self) -> Result<&Cluster> {
        self.cluster.as_ref().context("this row needs PostgreSQL: leave --sqlite away")
    }

    pub fn has_postgres(&self) -> bool {
        self.cluster.is_some()
    }

    /// A database with the tables of the bare drivers.
    pub async fn raw_database(&self, name: &str) -> Result<String> {
        let url = self.cluster()?.database(&format!("raw_{name}")).await?;
        postgres::connect(&url).await?.batch_execute(raw::pg::SCHEMA).await?;
        Ok(url)
    }

    /// Reads the CPU of `app` and of PostgreSQL, if there is one.
    pub fn meters(&self, app: Option<u32>) -> Meters {
        Meters { app, pg: self.cluster.as_ref().and_then(|cluster| cluster.postmaster) }
    }

    /// With `--statements`: counts from here on.
    pub async fn begin_statements(&self, db: &Db) -> Result<()> {
        if let (Db::Postgres(url), true) = (db, self.options.statements) {
            statements::reset(&postgres::connect(url).await?).await?;
        }
        Ok(())
    }

    /// Says what was asked since.
    pub async fn end_statements(&self, db: &Db, items: u64) -> Result<()> {
        if let (Db::Postgres(url), true) = (db, self.options.statements) {
            let seen = statements::seen(&postgres::connect(url).await?).await?;
            statements::tell(&seen, items);
        }
        Ok(())
    }

    pub fn add(&mut self, line: Line) {
        eprintln!("{}", report::plain(&line));
        self.lines.push(line);
    }

    /// Prints the table, and writes it where it was asked for.
    pub fn finish(&self) -> Result<bool> {
        println!("{}", report::table(&self.lines));
        if let Some(path) = &self.options.markdown {
            std::fs::write(path, report::table(&self.lines))?;
        }
        Ok(self.lines.iter().all(Line::true_to_count))
    }
}

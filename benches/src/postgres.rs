//! PostgreSQL for the benches: a throw-away cluster that really writes (fsync and synchronous_commit on),
//! or a server named on the command line.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use tokio_postgres::{Client, NoTls};

use crate::options::Options;

/// A server that databases can be made on.
#[derive(Debug)]
pub struct Cluster {
    /// Without a database name.
    base: String,
    /// Whose CPU is PostgreSQL's.
    pub postmaster: Option<u32>,
    child: Option<Child>,
    folder: Option<PathBuf>,
}

impl Cluster {
    pub async fn begin(options: &Options) -> Result<Self> {
        match &options.postgres {
            Some(url) => {
                let base = url.rsplit_once('/').map_or(url.as_str(), |(base, _)| base).to_owned();
                Ok(Self { base, postmaster: options.postmaster, child: None, folder: None })
            }
            None => Self::start().await,
        }
    }

    async fn start() -> Result<Self> {
        let bin = binaries().context("no PostgreSQL here: apt-get install postgresql")?;
        let folder = std::env::temp_dir().join(format!("relance-bench-pg-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        if root() {
            // the server refuses root
            Command::new("chown").arg("postgres").arg(&folder).status()?;
        }
        let data = folder.join("data");
        let made = as_postgres(&bin.join("initdb")).args(["-A", "trust", "-U", "postgres", "-E", "UTF8", "-D"]).arg(&data).output()?;
        if !made.status.success() {
            bail!("initdb: {}", String::from_utf8_lossy(&made.stderr));
        }
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let settings = [
            format!("port={port}"),
            "listen_addresses=127.0.0.1".to_owned(),
            "unix_socket_directories=".to_owned(),
            "fsync=on".to_owned(),
            "synchronous_commit=on".to_owned(),
            "max_connections=200".to_owned(),
            "shared_buffers=512MB".to_owned(),
            "max_wal_size=4GB".to_owned(),
            "shared_preload_libraries=pg_stat_statements".to_owned(),
        ];
        let log = std::fs::File::create(folder.join("log"))?;
        let child = as_postgres(&bin.join("postgres"))
            .arg("-D")
            .arg(&data)
            .args(settings.iter().flat_map(|setting| ["-c", setting]))
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()?;
        let cluster = Self {
            base: format!("postgres://postgres@127.0.0.1:{port}"),
            postmaster: Some(child.id()),
            child: Some(child),
            folder: Some(folder),
        };
        let deadline = Instant::now() + Duration::from_secs(30);
        while let Err(error) = connect(&cluster.url("postgres")).await {
            if Instant::now() > deadline {
                return Err(error).context("PostgreSQL did not come up");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(cluster)
    }

    fn url(&self, database: &str) -> String {
        format!("{}/{database}", self.base)
    }

    /// A fresh database; its URL.
    pub async fn database(&self, name: &str) -> Result<String> {
        let admin = connect(&self.url("postgres")).await?;
        let name = format!("bench_{name}_{}", std::process::id());
        admin.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await?;
        admin.batch_execute(&format!("CREATE DATABASE {name}")).await?;
        Ok(self.url(&name))
    }

    pub async fn drop(&self, url: &str) -> Result<()> {
        let name = url.rsplit('/').next().unwrap_or_default();
        connect(&self.url("postgres")).await?.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await?;
        Ok(())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // SIGINT is PostgreSQL's fast shutdown
            let _ = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
            let _ = child.wait();
        }
        if let Some(folder) = &self.folder {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

/// One connection.
pub async fn connect(url: &str) -> Result<Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

fn binaries() -> Option<PathBuf> {
    let mut found: Vec<PathBuf> =
        std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path().join("bin")).collect();
    found.sort();
    found.into_iter().rev().find(|bin| bin.join("initdb").exists())
}

fn root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout.starts_with(b"0\n"))
}

/// Ends with us, however we end.
fn as_postgres(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    if root() {
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
    }
    command.args(["--pdeathsig", "INT"]).arg(program).current_dir("/tmp");
    command
}

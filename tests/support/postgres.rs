//! A throw-away PostgreSQL: from Debian's package, installed when it is missing and we may.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
    time::{Duration, Instant},
};

use super::dependents;

static CLUSTER: OnceLock<Result<u16, String>> = OnceLock::new();

/// URL of a fresh database, or why there is none. In CI a missing PostgreSQL is a failure.
pub fn database(name: &str) -> Option<String> {
    match CLUSTER.get_or_init(start) {
        Ok(port) => {
            let made = psql(*port, "postgres", &format!("CREATE DATABASE {name}"));
            assert!(made.is_ok(), "database {name}: {made:?}");
            Some(format!("postgres://postgres@127.0.0.1:{port}/{name}"))
        }
        Err(why) => {
            assert!(std::env::var_os("CI").is_none(), "PostgreSQL tests must run in CI: {why}");
            eprintln!("skipped: no PostgreSQL ({why}); apt-get install postgresql");
            None
        }
    }
}

/// What the database at `url` answers to one statement.
pub fn ask(url: &str, sql: &str) -> String {
    let (address, database) = url.rsplit_once('/').unwrap();
    psql(address.rsplit_once(':').unwrap().1.parse().unwrap(), database, sql).unwrap()
}

/// Runs one statement and gives its output back.
pub fn psql(port: u16, database: &str, sql: &str) -> Result<String, String> {
    let bin = binaries().ok_or("no psql")?;
    let out = Command::new(bin.join("psql"))
        .args(["-h", "127.0.0.1", "-p", &port.to_string(), "-U", "postgres", "-d", database, "-v", "ON_ERROR_STOP=1", "-Atc", sql])
        .output()
        .map_err(|error| error.to_string())?;
    if out.status.success() {
        Ok(String::from_utf8_lossy(&out.stdout).trim().to_owned())
    } else {
        Err(String::from_utf8_lossy(&out.stderr).into_owned())
    }
}

fn binaries() -> Option<PathBuf> {
    let mut found: Vec<PathBuf> =
        std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path().join("bin")).collect();
    found.sort();
    found.reverse();
    let path = std::env::var_os("PATH").unwrap_or_default();
    found.extend(std::env::split_paths(&path));
    found.into_iter().find(|bin| bin.join("initdb").exists() && bin.join("postgres").exists())
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout.starts_with(b"0\n"))
}

fn start() -> Result<u16, String> {
    if binaries().is_none() && is_root() {
        let install = "apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql >/dev/null";
        Command::new("sh").args(["-c", install]).status().map_err(|error| error.to_string())?;
    }
    let bin = binaries().ok_or("no initdb on this machine")?;
    let folder = std::env::temp_dir().join(format!("relance-pg-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let data = folder.join("data");
    if is_root() {
        // the server refuses root
        run(Command::new("sh").args(["-c", "id postgres >/dev/null 2>&1 || useradd --system postgres"]))?;
        run(Command::new("chown").arg("postgres").arg(&folder))?;
    }
    run(as_postgres(&bin.join("initdb")).args(["-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync", "-D"]).arg(&data))?;
    let port = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).map_err(|error| error.to_string())?.port();
    let settings = format!(
        "port={port}\nlisten_addresses='127.0.0.1'\nunix_socket_directories=''\nfsync=off\nsynchronous_commit=off\nmax_connections=200\nshared_preload_libraries='pg_stat_statements'\n"
    );
    let child = as_postgres(&bin.join("postgres"))
        .arg("-D")
        .arg(&data)
        .args(settings.lines().flat_map(|line| ["-c".to_owned(), line.replace('\'', "")]))
        .stdout(Stdio::null())
        .stderr(std::fs::File::create(folder.join("log")).map(Stdio::from).unwrap_or_else(|_| Stdio::null()))
        .spawn()
        .map_err(|error| error.to_string())?;
    dependents::end_with_us(&child, Some(&folder));
    wait_ready(port, &folder)?;
    Ok(port)
}

fn as_postgres(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program).current_dir("/tmp");
    command
}

fn run(command: &mut Command) -> Result<(), String> {
    let out = command.stdout(Stdio::null()).output().map_err(|error| error.to_string())?;
    if out.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&out.stderr).into_owned()) }
}

fn wait_ready(port: u16, folder: &Path) -> Result<(), String> {
    let deadline = Instant::now() + Duration::from_secs(60);
    while psql(port, "postgres", "SELECT 1").is_err() {
        if Instant::now() > deadline {
            return Err(std::fs::read_to_string(folder.join("log")).unwrap_or_default());
        }
        std::thread::yield_now();
    }
    Ok(())
}

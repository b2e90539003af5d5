//! The guides do what they say: their commands are run, their links lead somewhere.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::support::{Database, server};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")
}

/// The blocks of a guide that begin with ```` ```sh run ````, in order, as one script.
fn script(guide: &str) -> String {
    let text = std::fs::read_to_string(docs().join(guide)).unwrap();
    let blocks = text.split("```sh run\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    blocks.collect()
}

fn run(guide: &str, database: Database) {
    let Some(url) = server::fresh_url(database) else { return };
    let server = server::start(&url, &[]);
    let commands = script(guide).replace("http://127.0.0.1:8080", &server.base);
    assert!(commands.contains(&server.base), "{guide} calls the server");
    let binary = env!("CARGO_BIN_EXE_relance");
    let script = format!("set -euo pipefail\nrelance() {{ {binary} \"$@\"; }}\n{commands}");
    let folder = tempfile::tempdir().unwrap();
    let mut shell = Command::new("bash")
        .current_dir(folder.path())
        .env("RELANCE_DATABASE_URL", &url)
        .env("RELANCE_SECRET_KEY", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
        .env("no_proxy", "*")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    shell.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    let out = shell.wait_with_output().unwrap();
    assert!(out.status.success(), "{guide}: {}\n{}", String::from_utf8_lossy(&out.stderr), String::from_utf8_lossy(&out.stdout));
}

#[test]
fn the_quick_start_runs_on_sqlite() {
    run("quickstart.md", Database::Sqlite);
}

#[test]
fn the_quick_start_runs_on_postgres() {
    run("quickstart.md", Database::Postgres);
}
#[test]
fn every_link_of_a_guide_leads_somewhere() {
    let mut links = 0;
    for guide in
        std::fs::read_dir(docs()).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|end| end == "md"))
    {
        let text = std::fs::read_to_string(&guide).unwrap();
        for (at, _) in text.match_indices("](") {
            let target = text[at + 2..].split(')').next().unwrap().split('#').next().unwrap();
            if target.is_empty() || target.contains("://") {
                continue;
            }
            links += 1;
            assert!(docs().join(target).exists(), "{} leads to {target}, which is not there", guide.display());
        }
    }
    assert!(links > 10, "{links} links");
}

//! The binary: commands, the system clock and the wiring. Reads as a list.

mod cli;
mod clock;
mod commands;
mod demo;
mod egress;
mod inbox;
mod listen;
mod logging;
mod secrets;
mod service;
mod simulate;

use clap::Parser;
use cli::{Cli, Command};

fn main() -> std::process::ExitCode {
    let cli = Cli::parse();
    let usual = if matches!(cli.command, Command::Demo(_) | Command::Listen(_) | Command::Simulate(_)) { "error" } else { "info" };
    logging::start(cli.log.as_deref().unwrap_or(usual));
    let done = runtime().and_then(|runtime| runtime.block_on(run(cli)));
    match done {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("relance: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    let installed = rustls::crypto::ring::default_provider().install_default();
    anyhow::ensure!(installed.is_ok(), "the TLS provider was installed twice");
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

async fn run(cli: Cli) -> anyhow::Result<()> {
    match cli.command {
        Command::Serve(serve) => commands::serve::run(&cli.database, serve).await,
        Command::Demo(demo) => commands::demo::run(demo).await,
        Command::Migrate { action } => commands::migrate::run(&cli.database, action).await,
        Command::Tenant { action } => commands::tenant::run(&cli.database, action).await,
        Command::Key { action } => commands::key::run(&cli.database, action).await,
        Command::Secrets { action } => commands::secrets::run(&cli.database, action).await,
        Command::Audit { action } => commands::audit::run(&cli.database, action).await,
        Command::Rates { action } => commands::rates::run(&cli.database, action).await,
        Command::Openapi(openapi) => commands::openapi::run(&openapi),
        Command::Doctor { egress_allow } => commands::doctor::run(&cli.database, &egress_allow).await,
        Command::Listen(args) => listen::run(args).await,
        Command::Simulate(args) => simulate::run(&args),
        Command::Backup { file } => commands::backup::run(&cli.database, &file).await,
    }
}

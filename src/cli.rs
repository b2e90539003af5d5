//! The command line; `--help` is the reference. Every flag has an environment twin.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Relance gets invoices paid: facts in over REST, the right reminder out, a signed webhook back.
///
/// Start with `relance demo`. Then `relance serve`, `relance tenant create --name "My firm" --mode test`,
/// and read the API at http://127.0.0.1:8080/docs/.
#[derive(Debug, Parser)]
#[command(name = "relance", version, max_term_width = 110)]
pub struct Cli {
    #[command(flatten)]
    pub database: DatabaseArgs,

    /// What to log: error, warn, info, debug, or a filter such as `info,sqlx=warn`.
    ///
    /// JSON lines when not on a terminal; never an address, a number, a body or a secret.
    /// Without it: `info` for servers, `error` for the demo.
    #[arg(long, env = "RELANCE_LOG", global = true)]
    pub log: Option<String>,

    #[command(subcommand)]
    pub command: Command,
}

/// Which database, and the key that seals secrets in it.
#[derive(Debug, Clone, Args)]
pub struct DatabaseArgs {
    /// `sqlite://FILE` (made when missing) or `postgres://user@host/database`.
    #[arg(long, env = "RELANCE_DATABASE_URL", default_value = "sqlite://./relance.db", global = true, hide_env_values = true)]
    pub database_url: String,

    /// Seals secrets at rest: 32 bytes in base64, e.g. of `openssl rand -base64 32`.
    ///
    /// Without it, on SQLite, a key file (mode 0600) is made beside the database; on PostgreSQL it is required.
    #[arg(long, env = "RELANCE_SECRET_KEY", global = true, hide_env_values = true)]
    pub secret_key: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the API and work: one process by default.
    Serve(ServeArgs),
    /// See what would come of a policy on a ledger in a file: what leaves when, what is withheld and why.
    ///
    /// Needs no database and no network, and sends nothing.
    Simulate(SimulateArgs),
    /// See the main job, start to end, on an embedded database: no network, no set-up.
    Demo(DemoArgs),
    /// Bring the schema up to date, take the newest step back, or say where it stands.
    Migrate {
        #[arg(value_enum, default_value = "up")]
        action: MigrateAction,
    },
    /// Tenants: who is owed.
    Tenant {
        #[command(subcommand)]
        action: TenantAction,
    },
    /// API keys.
    Key {
        #[command(subcommand)]
        action: KeyAction,
    },
    /// Secrets at rest: seal them anew, or change the key that opens them.
    Secrets {
        #[command(subcommand)]
        action: SecretsAction,
    },
    /// The log of who did what.
    Audit {
        #[command(subcommand)]
        action: AuditAction,
    },
    /// Reference rates of late-payment interest: enter them once they are published, or list what is known.
    Rates {
        #[command(subcommand)]
        action: RatesAction,
    },
    /// Print the OpenAPI description; needs no database.
    Openapi(OpenapiArgs),
    /// Print the event feed of a tenant as it comes; on a terminal as lines, else as JSON lines.
    Listen(ListenArgs),
    /// Check database, migrations, clock, rates and the channels of every tenant, and say what to do.
    Doctor {
        /// Networks that providers may be reached in although special-purpose.
        #[arg(long, env = "RELANCE_EGRESS_ALLOW", default_value = "")]
        egress_allow: String,
    },
    /// Write a consistent copy of the SQLite database while it runs.
    Backup {
        /// The copy; must not exist.
        file: PathBuf,
    },
}

#[derive(Debug, Args)]
pub struct ServeArgs {
    /// What this process does.
    #[arg(long, env = "RELANCE_ROLE", value_enum, default_value = "all")]
    pub role: Role,

    /// Where the API listens.
    #[arg(long, env = "RELANCE_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: String,

    /// Where `/livez`, `/readyz` and `/metrics` listen: keep it private.
    #[arg(long, env = "RELANCE_ADMIN_LISTEN", default_value = "127.0.0.1:8081")]
    pub admin_listen: String,

    /// The address that the outside reaches the API under.
    #[arg(long, env = "RELANCE_PUBLIC_URL")]
    pub public_url: Option<String>,

    /// Enables `POST` and `GET /v1/tenants` with this bearer key; off without it.
    #[arg(long, env = "RELANCE_OPERATOR_KEY", hide_env_values = true)]
    pub operator_key: Option<String>,

    /// Proxies in front of the API, e.g. `10.0.0.0/8`: only their word about the client's address and scheme counts.
    #[arg(long, env = "RELANCE_TRUSTED_PROXIES", default_value = "")]
    pub trusted_proxies: String,

    /// Identity providers whose tokens are taken beside API keys: `issuer=…;jwks=…;audience=…`, or a JSON list.
    ///
    /// Further members: `tenant_claim` (default `relance_tenant`) or `tenant` for one tenant only, `scope_claim` (default
    /// `scope`). RS256, ES256 and EdDSA; keys are fetched through the guarded client.
    #[arg(long, env = "RELANCE_JWT_ISSUERS", default_value = "")]
    pub jwt_issuers: String,

    /// Networks that webhooks and providers may reach although special-purpose, e.g. `127.0.0.0/8,10.1.0.0/16`.
    #[arg(long, env = "RELANCE_EGRESS_ALLOW", default_value = "")]
    pub egress_allow: String,

    /// Folder that printed letters are written to, beside the database.
    #[arg(long, env = "RELANCE_LETTERS_DIR")]
    pub letters_dir: Option<PathBuf>,

    /// Calls to providers of messages at the same time.
    #[arg(long, env = "RELANCE_SEND_CALLS", default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub send_calls: u16,

    /// Requests a minute that a tenant may send to this process; 0 for no limit.
    #[arg(long, env = "RELANCE_RATE_LIMIT", default_value_t = relance_api::state::REQUESTS_A_MINUTE)]
    pub rate_limit: u32,

    /// Origins whose pages may call the API from a browser, e.g. `https://erp.example.com`, divided by commas.
    ///
    /// Without it no page of another origin may. A key in a page is a key in public: give it few scopes.
    #[arg(long, env = "RELANCE_CORS_ORIGINS", value_delimiter = ',')]
    pub cors_origins: Vec<String>,

    /// Run pending migrations at the start (PostgreSQL; on SQLite it always happens).
    #[arg(long, env = "RELANCE_AUTO_MIGRATE")]
    pub auto_migrate: bool,
}

/// What a process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// API and workers.
    All,
    /// API only.
    Api,
    /// Workers only.
    Worker,
}

impl Role {
    pub fn serves(self) -> bool {
        self != Self::Worker
    }

    pub fn works(self) -> bool {
        self != Self::Api
    }
}

#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Real e-invoices (UBL or CII XML) instead of the two that come along.
    #[arg(long, num_args = 1.., value_name = "PATH")]
    pub documents: Vec<PathBuf>,

    /// Leave the server running at the end.
    #[arg(long)]
    pub keep: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MigrateAction {
    /// Apply what is pending.
    Up,
    /// Take the newest step back.
    Down,
    /// Say what is applied and what waits.
    Status,
}

#[derive(Debug, Subcommand)]
pub enum TenantAction {
    /// Make a tenant with the built-in policies and a key of all scopes.
    Create {
        /// Its name.
        #[arg(long)]
        name: String,
        /// A live tenant works on real time; a test tenant has its own clock and sends nothing by itself.
        #[arg(long, value_enum, default_value = "live")]
        mode: Mode,
        /// Where a test tenant's clock stands, RFC 3339; else now.
        #[arg(long, value_name = "RFC3339")]
        clock: Option<String>,
        /// Answer in JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    Live,
    Test,
}

#[derive(Debug, Subcommand)]
pub enum KeyAction {
    /// Make a key; it is shown once.
    Create {
        /// The tenant's id.
        #[arg(long)]
        tenant: String,
        /// Scopes, e.g. `facts:write,read`; all without.
        #[arg(long, value_delimiter = ',')]
        scopes: Vec<String>,
        /// Until when it is in force, RFC 3339.
        #[arg(long, value_name = "RFC3339")]
        expires: Option<String>,
        /// Networks that it is taken from, e.g. `203.0.113.0/24`; everywhere without.
        #[arg(long, value_delimiter = ',', value_name = "CIDR")]
        allow_network: Vec<String>,
        /// Answer in JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum SecretsAction {
    /// Make new data keys and seal every secret anew under them; broken off, it goes on where it was.
    ///
    /// With a new key it wraps the data keys for that one instead: then start every process with it.
    Rotate {
        /// File with the new key (32 bytes in base64); or put it into `RELANCE_SECRET_KEY_NEW`.
        #[arg(long, value_name = "FILE")]
        new_key: Option<PathBuf>,
        /// The new key itself.
        #[arg(long, env = "RELANCE_SECRET_KEY_NEW", hide = true, hide_env_values = true)]
        new_key_text: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub enum RatesAction {
    /// Enter the rates of a file, each with its source and today's date: all of them, or none when one is wrong.
    ///
    /// JSON: `{"rates": [{"series": "ecb_mro", "half_year": "2027S1", "rate": "2.65", "source": "ECB, 17 December 2026"}]}`,
    /// or a table by half-years: `{"half_years": [{"half_year", "ecb_mro_at_start", "legal_particuliers", "legal_autres"}]}`.
    Import {
        /// The file.
        file: PathBuf,
        /// Where the rates were read, for those that the file gives no source of; else the file's name.
        #[arg(long)]
        source: Option<String>,
    },
    /// List every rate that is known.
    List {
        /// JSON lines.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum AuditAction {
    /// Check that nothing in a tenant's log was changed, left out or cut off; name the first place where it was.
    Verify {
        /// The tenant's id; all without.
        #[arg(long)]
        tenant: Option<String>,
    },
}

#[derive(Debug, Args)]
pub struct ListenArgs {
    /// An API key with the scope `read`.
    #[arg(long, env = "RELANCE_API_KEY", hide_env_values = true)]
    pub key: String,

    /// Where the API is.
    #[arg(long, env = "RELANCE_API_URL", default_value = "http://127.0.0.1:8080")]
    pub url: String,

    /// Begin after this event; without it, with the next one that happens.
    #[arg(long, value_name = "EVENT_ID", conflicts_with = "from_start")]
    pub after: Option<String>,

    /// Begin with the oldest event kept.
    #[arg(long)]
    pub from_start: bool,

    /// Only these types, e.g. `invoice.overdue,reminder.sent`.
    #[arg(long, value_delimiter = ',')]
    pub types: Vec<String>,

    /// JSON lines on a terminal too.
    #[arg(long)]
    pub json: bool,

    /// Post a signed copy of each event there, e.g. to a receiver under development.
    #[arg(long, value_name = "URL")]
    pub forward_to: Option<String>,

    /// The secret that signs the copies (`whsec_…`); made up and shown when absent.
    #[arg(long, env = "RELANCE_FORWARD_SECRET", hide_env_values = true, requires = "forward_to")]
    pub secret: Option<String>,
}

#[derive(Debug, Args)]
pub struct OpenapiArgs {
    /// For SDK generators: without `webhooks`.
    #[arg(long, conflicts_with = "v3_0")]
    pub sdk: bool,
    /// As OpenAPI 3.0.
    #[arg(long = "v3.0")]
    pub v3_0: bool,
}

#[derive(Debug, Args)]
pub struct SimulateArgs {
    /// The ledger: a JSON object of `customers`, `invoices`, `payments`, `credit_notes` and `events`, or CloudEvents,
    /// one on each line.
    #[arg(long, value_name = "FILE")]
    pub ledger: PathBuf,

    /// The policy, in JSON; without it, the built-in ones.
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,

    /// A policy to compare with; without it, the built-in ones.
    #[arg(long, value_name = "FILE", requires = "policy")]
    pub compare: Option<PathBuf>,

    /// First day; without it, that of the ledger.
    #[arg(long, value_name = "DATE")]
    pub from: Option<String>,

    /// Last day; without it, 120 days after that of the ledger.
    #[arg(long, value_name = "DATE")]
    pub until: Option<String>,

    /// Write a report there: one HTML file with its pictures.
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,

    /// What the policy does with what is overdue on the first day: begin at its first step, at the one that fits the age, or
    /// leave it alone.
    #[arg(long, value_name = "PLAN", requires = "policy", value_parser = ["first_step", "by_age", "skip"], default_value = "first_step")]
    pub backlog: String,

    /// The first looks at it are spread over so many days.
    #[arg(long, value_name = "DAYS", requires = "policy", default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=60))]
    pub spread_days: u16,

    /// Nobody approves anything; else it is done at once.
    #[arg(long)]
    pub without_approvals: bool,

    /// Nobody calls; else it is done when asked for, and nobody answers.
    #[arg(long)]
    pub without_calls: bool,

    /// Messages on a day above which it is a storm; without it three times the median day, and 20 at least.
    #[arg(long, value_name = "N")]
    pub storm_above: Option<usize>,

    /// Most differences that are listed.
    #[arg(long, value_name = "N", default_value_t = 500)]
    pub differences: usize,

    /// Everything in JSON instead of the table.
    #[arg(long)]
    pub json: bool,
}

//! `relance demo`: the main job, start to end, on an embedded database.

use anyhow::Context;

use crate::{
    cli::DemoArgs,
    demo::{self, stage::Paper},
};

pub async fn run(args: DemoArgs) -> anyhow::Result<()> {
    let papers = if args.documents.is_empty() { demo::stage::own_papers() } else { read(&args.documents)? };
    demo::play(papers, args.keep).await
}

fn read(paths: &[std::path::PathBuf]) -> anyhow::Result<Vec<Paper>> {
    let one = |path: &std::path::PathBuf| {
        let bytes = std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
        let name = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
        Ok(Paper { name, bytes })
    };
    paths.iter().map(one).collect()
}

//! `relance openapi`: the description of the served routes, without a database.

use relance_api::docs;

use crate::cli::OpenapiArgs;

pub fn run(args: &OpenapiArgs) -> anyhow::Result<()> {
    let document = docs::document()?;
    let document = if args.sdk {
        docs::without_webhooks(document)
    } else if args.v3_0 {
        docs::three_dot_zero(document)
    } else {
        document
    };
    println!("{}", serde_json::to_string_pretty(&document)?);
    Ok(())
}

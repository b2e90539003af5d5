//! Writes every message in every form, to be looked at:
//! `cargo run -p relance-letters --example preview -- FOLDER [TEMPLATE…]`; `LOGO=picture.png` puts a logo on them.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a tool for its authors")]

use std::path::Path;

use relance_domain::records::Picture;
use relance_letters::{
    sample::{full, kind_for, minimal},
    *,
};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().expect("the folder to write to");
    let wanted: Vec<String> = arguments.collect();
    std::fs::create_dir_all(&folder).unwrap();
    for name in template_names().iter().filter(|name| wanted.is_empty() || wanted.iter().any(|wanted| wanted == *name)) {
        for language in ["fr", "en", "de", "es", "it", "nl"] {
            for (size, ctx) in [("full", full(name, language, kind_for(name))), ("least", minimal(name, language, kind_for(name)))] {
                write(Path::new(&folder), &format!("{name}.{language}.{size}"), &ctx);
            }
            let tu = MessageContext { formality: Formality::Tu, variant_seed: 1, ..full(name, language, kind_for(name)) };
            write(Path::new(&folder), &format!("{name}.{language}.tu"), &tu);
        }
    }
}

/// The logo that `LOGO` names.
fn logo() -> Option<Picture> {
    let data = std::fs::read(std::env::var_os("LOGO")?).unwrap();
    Some(Picture { logo: read_logo(&data).unwrap(), data: data.into() })
}

fn write(folder: &Path, stem: &str, ctx: &MessageContext) {
    let ctx = &MessageContext { logo: logo(), ..ctx.clone() };
    let file = |end: &str, bytes: &[u8]| std::fs::write(folder.join(format!("{stem}.{end}")), bytes).unwrap();
    let mail = render_email(ctx).unwrap();
    file("html", mail.html.as_bytes());
    file("txt", format!("{}\n\n{}", mail.subject, mail.text).as_bytes());
    file("pdf", &render_letter(ctx).unwrap().pdf);
}

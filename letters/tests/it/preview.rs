//! `RELANCE_PREVIEW=/tmp/out cargo test -p relance-letters preview -- --ignored` writes every
//! message in every form, to be looked at.

use relance_letters::*;

use crate::fixtures::{full, kind_for, minimal};

#[test]
#[ignore = "writes files to look at"]
fn preview() {
    let folder = std::path::PathBuf::from(std::env::var("RELANCE_PREVIEW").expect("RELANCE_PREVIEW names a folder"));
    std::fs::create_dir_all(&folder).unwrap();
    for name in template_names() {
        for language in ["fr", "en"] {
            for (size, ctx) in [("full", full(name, language, kind_for(name))), ("least", minimal(name, language, kind_for(name)))] {
                let write =
                    |end: &str, bytes: &[u8]| std::fs::write(folder.join(format!("{name}.{language}.{size}.{end}")), bytes).unwrap();
                let mail = render_email(&ctx).unwrap();
                write("html", mail.html.as_bytes());
                write("txt", format!("{}\n\n{}", mail.subject, mail.text).as_bytes());
                write("pdf", &render_letter(&ctx).unwrap().pdf);
            }
        }
    }
}

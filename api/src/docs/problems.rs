//! The page of each code of a problem: what happened and what to do. No key, no network.

use actix_web::{
    HttpResponse,
    web::{Path, ServiceConfig, get, resource},
};
use relance_openapi::problem::Code;

use crate::problem::{Answer, Refusal};

/// Serves `/problems` and `/problems/{code}`.
pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/problems").route(get().to(all))).service(resource("/problems/{code}").route(get().to(one)));
}

async fn all() -> HttpResponse {
    let items: String = Code::ALL.iter().map(|code| section(*code, "h2")).collect();
    page("Problems", &items)
}

async fn one(code: Path<String>) -> Answer<HttpResponse> {
    let code = Code::ALL.iter().find(|known| known.as_str() == code.as_str()).ok_or_else(Refusal::not_found)?;
    Ok(page(code.as_str(), &section(*code, "h1")))
}

fn section(code: Code, heading: &str) -> String {
    format!(
        "<section id=\"{word}\"><{heading}><code>{word}</code></{heading}><p><strong>{status}</strong> · {title}.</p><p>{advice}</p></section>",
        word = code.as_str(),
        status = code.status(),
        title = escape(code.title()),
        advice = in_code(&escape(code.advice())),
    )
}

/// What stands between backticks is code.
fn in_code(text: &str) -> String {
    let pieces = text.split('`').enumerate();
    pieces.map(|(at, piece)| if at % 2 == 1 { format!("<code>{piece}</code>") } else { piece.to_owned() }).collect()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn page(title: &str, body: &str) -> HttpResponse {
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title} – Relance</title>\
         <style>body{{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}}code{{background:#f2f2f2;padding:0 .2em}}\
         </style></head><body>{body}<p><a href=\"/problems\">All problems</a> · <a href=\"/docs\">API</a></p></body></html>"
    );
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header(("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'"))
        .body(html)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_says_what_to_do() {
        for code in Code::ALL {
            assert!(code.advice().len() > 30 && code.advice().ends_with(['.', ')']), "{}", code.as_str());
            assert_eq!(code.advice().matches('`').count() % 2, 0, "{}", code.as_str());
        }
        assert!(section(Code::MoneyPrecision, "h1").contains("<code>&quot;1250.00&quot;</code>"));
    }

    /// The guide has the same list.
    #[test]
    fn the_guide_lists_every_code() {
        let guide = include_str!("../../../docs/errors.md");
        for code in Code::ALL {
            let row = format!(
                "| `{}` | {} | {} {} |",
                code.as_str(),
                code.status(),
                format_args!("{}.", code.title()),
                code.advice().replace('|', "\\|")
            );
            assert!(guide.contains(&row), "docs/errors.md lacks the row\n{row}");
        }
    }
}

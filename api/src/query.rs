//! Query parameters and path ids, read strictly.

use std::{collections::BTreeMap, str::FromStr};

use actix_web::{HttpRequest, web};
use chrono::{DateTime, NaiveDate, Utc};
use relance_domain::ids::TenantId;
use relance_openapi::{limits, problem::Code};

use crate::{
    body::Faults,
    page::Paging,
    problem::{Answer, Refusal},
};

/// Rows of a page unless told otherwise.
const DEFAULT_LIMIT: u64 = 50;
/// Most rows of a page; more is silently cut to this.
const MOST: u64 = 200;
/// Largest number that may be asked for.
pub(crate) const WHOLE: u64 = i32::MAX as u64;

/// The query of a request: every name is known, none stands twice.
#[derive(Debug)]
pub struct Query {
    path: String,
    values: BTreeMap<String, String>,
}

impl Query {
    /// Reads the query; only the names in `known` may stand there.
    ///
    /// # Errors
    /// 400 `unknown_parameter`, 422 when a name stands twice.
    pub fn read(req: &HttpRequest, known: &[&str]) -> Answer<Self> {
        let pairs: Vec<(String, String)> = web::Query::from_query(req.query_string())
            .map(web::Query::into_inner)
            .map_err(|_| Refusal::new(Code::ValidationFailed, "The query string does not read."))?;
        let mut values = BTreeMap::new();
        for (name, value) in pairs {
            if !known.contains(&name.as_str()) {
                let detail = format!(
                    "There is no parameter {name}; known: {}.",
                    if known.is_empty() { "none".to_owned() } else { known.join(", ") }
                );
                return Err(Refusal::field(Code::UnknownParameter, format!("query:{name}"), detail));
            }
            if value.chars().count() > limits::lengths("query", &name).1 {
                return Err(invalid(&name, "The parameter is too long."));
            }
            if values.insert(name.clone(), value).is_some() {
                return Err(invalid(&name, "The parameter stands twice; give several values as a,b."));
            }
        }
        Ok(Self { path: req.path().to_owned(), values })
    }

    /// The text of a parameter.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// Words separated by commas, each from a closed list; empty when the parameter is absent.
    ///
    /// # Errors
    /// 422 at another word.
    pub fn words(&self, name: &str, known: &[&str]) -> Answer<Vec<String>> {
        let Some(text) = self.text(name) else { return Ok(Vec::new()) };
        let words: Vec<String> = text.split(',').map(|word| word.trim().to_owned()).collect();
        match words.iter().find(|word| !known.contains(&word.as_str())) {
            Some(_) => Err(invalid(name, &format!("This must be one or more of: {}.", known.join(", ")))),
            None => Ok(words),
        }
    }

    /// One word of a closed list.
    ///
    /// # Errors
    /// 422 at another word.
    pub fn word(&self, name: &str, known: &[&str]) -> Answer<Option<&str>> {
        match self.text(name) {
            Some(word) if !known.contains(&word) => Err(invalid(name, &format!("This must be one of: {}.", known.join(", ")))),
            word => Ok(word),
        }
    }

    /// A civil date.
    ///
    /// # Errors
    /// 422 when it is none.
    pub fn day(&self, name: &str) -> Answer<Option<NaiveDate>> {
        self.with(name, |faults, text| faults.day(&format!("query:{name}"), text))
    }

    /// An instant.
    ///
    /// # Errors
    /// 422 when it is none.
    pub fn at(&self, name: &str) -> Answer<Option<DateTime<Utc>>> {
        self.with(name, |faults, text| faults.at(&format!("query:{name}"), text))
    }

    /// An id of one kind.
    ///
    /// # Errors
    /// 422 when it is none.
    pub fn id<T: FromStr>(&self, name: &str) -> Answer<Option<T>> {
        self.with(name, |faults, text| faults.id(&format!("query:{name}"), text))
    }

    fn with<T>(&self, name: &str, read: impl FnOnce(&mut Faults, &str) -> Option<T>) -> Answer<Option<T>> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let mut faults = Faults::default();
        let value = read(&mut faults, text);
        faults.some(value).map(Some)
    }

    /// `true` or `false`; false when absent.
    ///
    /// # Errors
    /// 422 at another word.
    pub fn flag(&self, name: &str) -> Answer<bool> {
        match self.text(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(invalid(name, "This must be true or false.")),
        }
    }

    /// `limit` and `cursor`; the cursor must come from the same list with the same filters.
    ///
    /// # Errors
    /// 422 for a limit below 1, 400 `cursor_mismatch`.
    pub fn paging(&self, tenant: TenantId) -> Answer<Paging> {
        let limit = match self.text("limit").map(str::parse::<u64>) {
            None => DEFAULT_LIMIT,
            Some(Ok(limit)) if (1..=WHOLE).contains(&limit) => limit.min(MOST),
            Some(_) => return Err(invalid("limit", "The limit must be a whole number from 1 to 200.")),
        };
        let filters = self.values.iter().filter(|(name, _)| *name != "limit" && *name != "cursor");
        Paging::new(limit, &format!("{tenant}\n{}\n{:?}", self.path, filters.collect::<Vec<_>>()), self.text("cursor"))
    }
}

fn invalid(name: &str, detail: &str) -> Refusal {
    Refusal::field(Code::ValidationFailed, format!("query:{name}"), detail)
}

/// No parameter at all is known here.
///
/// # Errors
/// 400 `unknown_parameter`.
pub fn none(req: &HttpRequest) -> Answer<()> {
    if req.query_string().is_empty() { Ok(()) } else { Query::read(req, &[]).map(drop) }
}

/// A write knows `dry_run` only.
///
/// # Errors
/// 400 `unknown_parameter`, 422 when it is neither true nor false.
pub fn dry_run(req: &HttpRequest) -> Answer<bool> {
    Query::read(req, &["dry_run"])?.flag("dry_run")
}

/// An id in the path; text that cannot be one is not there.
///
/// # Errors
/// 404.
pub fn path_id<T: FromStr>(text: &str) -> Answer<T> {
    text.parse().map_err(|_| Refusal::not_found())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn query(uri: &str) -> Answer<Query> {
        Query::read(&TestRequest::with_uri(uri).to_http_request(), &["status", "limit", "cursor", "dry_run"])
    }

    #[test]
    fn an_unknown_parameter_is_refused_by_name() {
        let refusal = query("/v1/x?statsu=a").unwrap_err();
        assert_eq!((refusal.code, refusal.errors[0].pointer.as_str()), (Code::UnknownParameter, "query:statsu"));
        assert_eq!(query("/v1/x?status=a&status=b").unwrap_err().code, Code::ValidationFailed);
    }

    #[test]
    fn limits_above_two_hundred_are_two_hundred() {
        let tenant = TenantId(uuid::Uuid::nil());
        for (uri, limit) in [("/v1/x", 50), ("/v1/x?limit=7", 7), ("/v1/x?limit=900", 200)] {
            assert_eq!(query(uri).unwrap().paging(tenant).unwrap().limit, limit);
        }
        for uri in ["/v1/x?limit=0", "/v1/x?limit=-1", "/v1/x?limit=ten"] {
            assert_eq!(query(uri).unwrap().paging(tenant).unwrap_err().code, Code::ValidationFailed);
        }
    }

    #[test]
    fn a_cursor_serves_only_the_list_it_came_from() {
        let (tenant, other) = (TenantId(uuid::Uuid::nil()), TenantId(uuid::Uuid::max()));
        let page = query("/v1/x?status=open&limit=1").unwrap().paging(tenant).unwrap();
        let (rows, next) = page.cut(vec!["b", "a"], |row| vec![(*row).to_owned()]);
        assert_eq!(rows, ["b"]);
        let cursor = next.unwrap();
        let again = query(&format!("/v1/x?status=open&limit=5&cursor={cursor}")).unwrap();
        assert_eq!(again.paging(tenant).unwrap().after(), Some(&["b".to_owned()][..]));
        assert_eq!(again.paging(other).unwrap_err().code, Code::CursorMismatch);
        let filtered = query(&format!("/v1/x?status=paid&cursor={cursor}")).unwrap();
        assert_eq!(filtered.paging(tenant).unwrap_err().code, Code::CursorMismatch);
        assert_eq!(query("/v1/x?cursor=!").unwrap().paging(tenant).unwrap_err().code, Code::CursorMismatch);
    }
}

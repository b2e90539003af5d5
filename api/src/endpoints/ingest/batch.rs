//! The items of a batch: from bytes to JSON values, and from outcomes to answers.

use relance_openapi::{
    ingest::{IngestItem, ResourceRef, WaitingForView},
    problem::Code,
};
use relance_store::facts::{FactOutcome, FactResult};
use serde_json::Value;

use crate::{
    caller::current_request_id,
    facts::refusal,
    problem::{Answer, Refusal},
};

/// Most events of a request.
const MOST: usize = 1_000;
/// Largest event, in bytes.
const LARGEST: usize = 256 * 1024;

/// In what form events come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// One.
    One,
    /// A JSON list.
    List,
    /// One on each line.
    Lines,
}

impl Form {
    /// By the media type.
    ///
    /// # Errors
    /// 415.
    pub fn of(media_type: &str) -> Answer<Self> {
        match media_type.to_ascii_lowercase().as_str() {
            "application/cloudevents+json" => Ok(Self::One),
            "application/cloudevents-batch+json" => Ok(Self::List),
            "application/x-ndjson" => Ok(Self::Lines),
            _ => Err(Refusal::new(
                Code::UnsupportedMediaType,
                "Send application/cloudevents+json, application/cloudevents-batch+json or application/x-ndjson.",
            )),
        }
    }

    /// The items of a body; a bad line spoils only itself.
    ///
    /// # Errors
    /// `malformed_json` when the whole does not read, `too_large` beyond 1,000 items.
    pub fn items(self, bytes: &[u8]) -> Answer<Vec<Answer<Value>>> {
        let items = match self {
            Self::One => vec![Ok(one(bytes)?)],
            Self::List => list(bytes)?,
            Self::Lines => lines(bytes).map(one).collect(),
        };
        if items.len() > MOST {
            return Err(Refusal::new(Code::TooLarge, format!("At most {MOST} events in a request; these are {}.", items.len())));
        }
        Ok(items)
    }
}

fn malformed(error: &serde_json::Error) -> Refusal {
    Refusal::new(Code::MalformedJson, format!("The event is not readable JSON: {error}."))
}

fn oversized() -> Refusal {
    Refusal::new(Code::TooLarge, format!("An event has at most {LARGEST} bytes."))
}

fn one(bytes: &[u8]) -> Answer<Value> {
    if bytes.len() > LARGEST {
        return Err(oversized());
    }
    serde_json::from_slice(bytes).map_err(|error| malformed(&error))
}

fn list(bytes: &[u8]) -> Answer<Vec<Answer<Value>>> {
    let all: Vec<Value> = serde_json::from_slice(bytes).map_err(|error| malformed(&error))?;
    let small = bytes.len() <= LARGEST; // then each is
    let fits = |event: &Value| small || event.to_string().len() <= LARGEST;
    Ok(all.into_iter().map(|event| if fits(&event) { Ok(event) } else { Err(oversized()) }).collect())
}

/// Lines with something on them: a byte order mark, CRLF and a last line without end are all fine.
fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty())
}

/// What is answered for one item.
pub(super) fn item(index: usize, id: Option<String>, result: Answer<FactResult>, dry_run: bool) -> IngestItem {
    let rejected = |id: Option<String>, refusal: &Refusal| IngestItem {
        index,
        id,
        result: "rejected".to_owned(),
        resource: None,
        problem: Some(refusal.body(&current_request_id())),
        waiting_for: Vec::new(),
    };
    let FactResult { outcome, resource, .. } = match result {
        Ok(result) => result,
        Err(refusal) => return rejected(id, &refusal),
    };
    let (word, waiting_for) = match &outcome {
        FactOutcome::Created | FactOutcome::Changed | FactOutcome::Unchanged => ("accepted", Vec::new()),
        FactOutcome::Duplicate => ("duplicate", Vec::new()),
        FactOutcome::Stale => ("stale", Vec::new()),
        FactOutcome::Parked(waiting) => ("parked", waiting.iter().map(WaitingForView::from).collect()),
        FactOutcome::VersionConflict | FactOutcome::EventIdConflict | FactOutcome::Rejected { .. } => {
            let refusal = refusal(&outcome).unwrap_or_else(|| Refusal::new(Code::ValidationFailed, "It was not taken."));
            return rejected(id, &refusal);
        }
    };
    let imagined = dry_run && outcome == FactOutcome::Created;
    let resource = resource.map(|(kind, id)| ResourceRef { kind: kind.to_owned(), id: (!imagined).then_some(id) });
    IngestItem { index, id, result: word.to_owned(), resource, problem: None, waiting_for }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_line_spoils_only_itself() {
        let body = "\u{feff}{\"a\":1}\r\n\r\n{bad\n{\"b\":2}";
        let items = Form::Lines.items(body.as_bytes()).unwrap();
        assert_eq!(items.iter().map(|item| item.is_ok()).collect::<Vec<_>>(), [true, false, true]);
    }

    #[test]
    fn too_many_and_too_large_are_refused() {
        let many = "{}\n".repeat(1_001);
        assert_eq!(Form::Lines.items(many.as_bytes()).unwrap_err().code, Code::TooLarge);
        let large = format!("[{{\"a\":\"{}\"}},{{}}]", "x".repeat(LARGEST));
        let items = Form::List.items(large.as_bytes()).unwrap();
        assert_eq!(items[0].as_ref().unwrap_err().code, Code::TooLarge);
        assert!(items[1].is_ok());
    }
}

//! Operations on their way out are marked so.

use utoipa::openapi::{Deprecated, OpenApi};

use crate::retired::{RETIRED, Retired};

/// Marks every operation of [`RETIRED`].
pub(super) fn mark(api: &mut OpenApi) {
    mark_all(api, RETIRED);
}

fn mark_all(api: &mut OpenApi, retired: &[Retired]) {
    for one in retired {
        let Some(item) = api.paths.paths.get_mut(one.path) else { continue };
        let operation = match one.method {
            "GET" => &mut item.get,
            "PUT" => &mut item.put,
            "POST" => &mut item.post,
            "PATCH" => &mut item.patch,
            _ => &mut item.delete,
        };
        if let Some(operation) = operation {
            operation.deprecated = Some(Deprecated::True);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::finish::operations, *};

    #[test]
    fn what_will_go_is_marked_and_nothing_else() {
        let mut api = super::super::routes();
        let path = "/v1/decisions";
        mark_all(&mut api, &[Retired { method: "GET", path, deprecated_on: (2026, 12, 1), sunset_on: (2027, 12, 1), instead: "/docs" }]);
        let marked: Vec<String> =
            operations(&mut api).into_iter().filter(|(_, one)| one.deprecated == Some(Deprecated::True)).map(|(path, _)| path).collect();
        assert_eq!(marked, [path]);
    }

    #[test]
    fn only_what_there_is_can_go() {
        let mut api = super::super::routes();
        let there: Vec<String> = operations(&mut api).into_iter().map(|(path, _)| path).collect();
        assert!(RETIRED.iter().all(|one| there.iter().any(|path| path == one.path)));
    }
}

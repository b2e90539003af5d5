//! The tree, and how to walk it by local name: prefixes vary, names do not.

use roxmltree::{Document, Error, Node, ParsingOptions};

use crate::guard::MAX_NODES;
use crate::refusal::Refusal;

/// Builds the tree of a text that passed the guard.
pub(crate) fn read(text: &str) -> Result<Document<'_>, Refusal> {
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).map_err(|error| match error {
        Error::DtdDetected => Refusal::dtd("the document has a type declaration (DTD)"),
        Error::NodesLimitReached | Error::AttributesLimitReached | Error::NamespacesLimitReached => {
            Refusal::too_large(format!("over a limit ({MAX_NODES} nodes): {error}"))
        }
        _ => Refusal::malformed(format!("not well-formed XML: {error}")),
    })
}

/// Child elements with a local name; `A|B` takes either.
pub(crate) fn children<'a, 'i>(node: Node<'a, 'i>, names: &str) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |child| child.is_element() && names.split('|').any(|name| name == child.tag_name().name()))
}

/// Every element at a path of local names (`A/B|C/D`), in document order.
pub(crate) fn all<'a, 'i>(node: Node<'a, 'i>, path: &str) -> Vec<Node<'a, 'i>> {
    path.split('/').fold(vec![node], |nodes, names| nodes.into_iter().flat_map(|node| children(node, names)).collect())
}

/// The first element at a path.
pub(crate) fn first<'a, 'i>(node: Node<'a, 'i>, path: &str) -> Option<Node<'a, 'i>> {
    all(node, path).into_iter().next()
}

/// An element's own text, trimmed; `None` when there is none. Comments between texts are skipped.
pub(crate) fn text(node: Node<'_, '_>) -> Option<String> {
    let joined: String = node.children().filter(Node::is_text).filter_map(|child| child.text()).collect();
    let trimmed = joined.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

/// The first text at a path that is not empty.
pub(crate) fn text_at(node: Node<'_, '_>, path: &str) -> Option<String> {
    all(node, path).into_iter().find_map(text)
}

/// Every text at a path that is not empty.
pub(crate) fn texts(node: Node<'_, '_>, path: &str) -> Vec<String> {
    all(node, path).into_iter().filter_map(text).collect()
}

/// An attribute by local name, trimmed, `None` when empty.
pub(crate) fn attribute(node: Node<'_, '_>, name: &str) -> Option<String> {
    node.attributes()
        .find(|attribute| attribute.name() == name)
        .map(|attribute| attribute.value().trim())
        .filter(|value| !value.is_empty())
        .map(str::to_owned)
}

/// The path of local names from the root to an element.
pub(crate) fn place(node: Node<'_, '_>) -> String {
    let mut names: Vec<&str> = node.ancestors().filter(Node::is_element).map(|element| element.tag_name().name()).collect();
    names.reverse();
    names.join("/")
}

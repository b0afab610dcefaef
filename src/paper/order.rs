//! The order of names.

/// Names sort as a Dutch reader looks for them.
pub(super) fn sort_name(name: &str) -> String {
    name.trim_start_matches("'s-").to_lowercase()
}

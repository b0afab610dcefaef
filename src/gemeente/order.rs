//! The order of names. In: a name. Out: what it sorts by, as a Dutch reader looks for it. Nothing fails.

/// Names sort as a Dutch reader looks for them.
pub fn sort_name(name: &str) -> String {
    name.trim_start_matches("'s-").to_lowercase()
}

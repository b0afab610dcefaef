//! `schema`: a JSON Schema per kind of file in `queries/`, from the types that read it.

use crate::failure::Failure;
use crate::pipeline::Project;
use crate::{fetch, files, query, verify};

/// Writes `queries/schema/<kind>.json`, all or the first that fails.
pub(super) fn run_schema(project: &Project) -> Result<(), Failure> {
    let folder = project.queries().join("schema");
    let others = [("fetch", fetch::schema()), ("numerals", verify::schema())];
    for (kind, schema) in query::schemas().into_iter().chain(others) {
        // a schema becomes JSON always
        let text = serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n";
        let path = folder.join(kind).with_extension("json");
        files::write(&path, text.as_bytes())?;
        eprintln!("wrote `{}`", path.display());
    }
    Ok(())
}

//! `schema`: a JSON Schema per kind of file in `queries/`, from the types that read it.

use crate::base::failure::Failure;
use crate::base::files;
use crate::base::project::Project;
use crate::source::fetch;
use crate::{query, verify};

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

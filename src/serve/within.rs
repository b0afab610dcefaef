//! From the path of a request to a file, and never to one outside the folder.
//!
//! In: a folder, and a path as a browser sends it. Out: a file or folder that lies within. Fails, as "not here", on whatever
//! leads out in any spelling, on links that do, and on hidden files. The peculiarity it answers: a folder that is being made
//! anew is exchanged at once, so that nothing of it is remembered between requests.

use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;

/// The parts of a path, decoded once; none when a part is empty, hidden, leads upwards, or is a path itself. The last may be
/// empty: that is how the path of a folder ends.
pub(super) fn parts(path: &str) -> Option<Vec<String>> {
    let parts: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
    let last = parts.len() - 1;
    let decode = |(place, part): (usize, &&str)| {
        let part = percent_decode_str(part).decode_utf8().ok()?.into_owned();
        let is_name = !part.starts_with('.') && !part.contains(is_foreign);
        (is_name && (!part.is_empty() || place == last)).then_some(part)
    };
    parts.iter().enumerate().map(decode).collect()
}

/// Signs that no name of a file has, or that part names on some system; a colon names a drive or a stream of a file.
fn is_foreign(sign: char) -> bool {
    matches!(sign, '/' | '\\' | ':') || sign.is_control()
}

/// The place of these parts in a folder, when something is there and, links followed, it still lies within.
pub(super) fn find(folder: &Path, parts: &[String]) -> Option<PathBuf> {
    let folder = folder.canonicalize().ok()?;
    let place = parts
        .iter()
        .filter(|part| !part.is_empty())
        .fold(folder.clone(), |place, part| place.join(part));
    let place = place.canonicalize().ok()?;
    place.starts_with(&folder).then_some(place)
}

/// What a file is, by the end of its name; what is not known is saved and not shown.
pub(super) fn content_type(path: &Path) -> &'static str {
    let end = path.extension().map(std::ffi::OsStr::to_ascii_lowercase);
    match end.as_deref().and_then(|end| end.to_str()) {
        Some("html" | "htm") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("json" | "geojson") => "application/json; charset=utf-8",
        Some("csv") => "text/csv; charset=utf-8",
        Some("txt" | "md" | "toml") => "text/plain; charset=utf-8",
        Some("xml") => "application/xml; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("pdf") => "application/pdf",
        Some("xlsx") => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Some("parquet") => "application/vnd.apache.parquet",
        Some("zip") => "application/zip",
        _ if path.file_name().is_some_and(|name| name == "SHA256SUMS") => {
            "text/plain; charset=utf-8"
        }
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_apart_and_nothing_leads_out() {
        let good = |path: &str, expected: &[&str]| {
            let found = parts(path);
            assert_eq!(
                found.as_deref(),
                Some(&expected.iter().map(ToString::to_string).collect::<Vec<_>>()[..]),
                "{path}"
            );
        };
        good("/", &[""]);
        good("/site/", &["site", ""]);
        good("/data/a%20b.csv", &["data", "a b.csv"]);
        // decoded once: this is a name with a percent sign in it
        good("/%252e%252e/x", &["%2e%2e", "x"]);
        for path in [
            "",
            "x",
            "//etc/passwd",
            "/a//b",
            "/..",
            "/../x",
            "/a/../../x",
            "/./x",
            "/%2e%2e/x",
            "/%2E./x",
            "/.%2e/x",
            "/..%2fx",
            "/a%2f..%2f..%2fx",
            "/..%5cx",
            "/..\\x",
            "/a%00.csv",
            "/%0a",
            "/C:/x",
            "/a%3astream",
            "/%ff",
            "/.paper/x",
            "/%2fetc/passwd",
        ] {
            assert_eq!(parts(path), None, "{path}");
        }
    }
}

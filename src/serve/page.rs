//! Pages of the server's own, and the script that every page gets.
//!
//! In: the folder, and how it stands. Out: HTML, in which every name and text is escaped. Nothing fails: what cannot be
//! listed is not listed.

use std::fmt::Write as _;
use std::path::Path;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::board::Notice;
use super::is_file;
use crate::base::files;
use crate::base::xml::escape;

/// Signs that are written otherwise in an address.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');

/// What loads a page anew, and shows an error in place.
pub(super) const SCRIPT: &str = include_str!("reload.js");

/// How the pages of the server's own look.
pub(super) const STYLE: &str = include_str!("page.css");

/// HTML with the script before the end of its body.
pub(super) fn with_script(mut html: Vec<u8>, version: u64) -> Vec<u8> {
    const END: &[u8] = b"</body>";
    let mut ends = html.windows(END.len());
    let end = ends.rposition(|end| end.eq_ignore_ascii_case(END));
    let end = end.unwrap_or(html.len());
    html.splice(end..end, script(version).into_bytes());
    html
}

/// A file and no text in the page: a page may forbid scripts that stand in it.
fn script(version: u64) -> String {
    format!("<script src=\"/-/reload.js\" data-version=\"{version}\"></script>\n")
}

/// The start page: what is there, and how it stands.
pub(super) fn start(folder: &Path, notice: &Notice) -> String {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let mut body = format!("<main>\n<h1>{}</h1>\n", escaped(&name));
    let state = match (notice.at_work, &notice.error) {
        (true, _) => "at work",
        (false, Some(_)) => "the last run failed; what was made before it still stands",
        (false, None) => "up to date",
    };
    let _ = writeln!(body, "<p role=\"status\" id=\"watch-state\">{state}</p>");
    let hidden = if notice.error.is_some() {
        ""
    } else {
        " hidden"
    };
    let error = escaped(notice.error.as_deref().unwrap_or_default());
    let _ = writeln!(
        body,
        "<pre id=\"watch-error\" role=\"alert\"{hidden}>{error}</pre>"
    );
    body.push_str(&listed(folder));
    if !notice.said.is_empty() {
        let _ = writeln!(
            body,
            "<h2>Last run</h2>\n<pre>{}</pre>",
            escaped(&notice.said)
        );
    }
    body.push_str("</main>\n");
    whole(&name, &body, notice.version)
}

/// A page around a PDF, which cannot load itself anew.
pub(super) fn around(name: &str, version: u64) -> String {
    let body = format!(
        "<iframe src=\"/{}\" title=\"{}\"></iframe>\n",
        address(name),
        escaped(name)
    );
    whole(name, &body, version)
}

fn whole(title: &str, body: &str, version: u64) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width\">\n<title>{}</title>\n<link rel=\"icon\" href=\"data:,\">\n<link rel=\"stylesheet\" \
         href=\"/-/page.css\">\n</head>\n<body>\n{body}{}</body>\n</html>\n",
        escaped(title),
        script(version)
    )
}

/// What lies in a folder: PDFs, pages, and files of the folder and those right below it.
fn listed(folder: &Path) -> String {
    let (mut papers, mut pages, mut rest) = (Vec::new(), Vec::new(), Vec::new());
    for name in names(folder) {
        let place = folder.join(&name);
        if is_file(&place) && place.extension().is_some_and(|end| end == "pdf") {
            papers.push((format!("-/pdf/{}", address(&name)), name));
        } else if is_file(&place) {
            rest.push((address(&name), name));
        } else if is_file(&place.join("index.html")) {
            pages.push((format!("{}/index.html", address(&name)), format!("{name}/")));
        } else {
            let files = names(&place).into_iter();
            let files = files.filter(|file| is_file(&place.join(file)));
            rest.extend(files.map(|file| {
                let to = format!("{}/{}", address(&name), address(&file));
                (to, format!("{name}/{file}"))
            }));
        }
    }
    [("Documents", papers), ("Pages", pages), ("Files", rest)]
        .iter()
        .fold(String::new(), |text, (title, links)| {
            text + &list(title, links)
        })
}

/// Links under a title; nothing where there are none.
fn list(title: &str, links: &[(String, String)]) -> String {
    if links.is_empty() {
        return String::new();
    }
    let items = links.iter().fold(String::new(), |text, (to, name)| {
        text + &format!("<li><a href=\"/{to}\">{}</a></li>\n", escaped(name))
    });
    format!("<h2>{title}</h2>\n<ul>\n{items}</ul>\n")
}

/// The names in a folder that are served, sorted.
fn names(folder: &Path) -> Vec<String> {
    let mut names = files::names(folder).unwrap_or_default();
    names.retain(|name| !name.starts_with('.'));
    names
}

/// A name as a part of an address.
fn address(name: &str) -> String {
    utf8_percent_encode(name, ENCODED).to_string()
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    escape(&mut out, text);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_stands_before_the_last_end_of_a_body() {
        let with = |html: &str| String::from_utf8(with_script(html.into(), 7)).unwrap_or_default();
        let script = script(7);
        assert_eq!(
            with("<body>&lt;/body> <pre></body></pre>x</BODY></html>"),
            format!("<body>&lt;/body> <pre></body></pre>x{script}</BODY></html>")
        );
        assert_eq!(with("<p>x"), format!("<p>x{script}"));
    }

    #[test]
    fn names_and_texts_never_become_markup() {
        let around = around("<b>\"%.pdf", 1);
        assert!(around.contains("src=\"/%3Cb%3E%22%25.pdf\""), "{around}");
        assert!(
            around.contains("<title>&lt;b&gt;&quot;%.pdf</title>"),
            "{around}"
        );
        let notice = Notice {
            version: 1,
            at_work: false,
            said: "<i>".to_owned(),
            error: Some("<script>".to_owned()),
        };
        let start = start(Path::new("/there/is/no/<u>"), &notice);
        assert!(
            start.contains("&lt;i&gt;")
                && start.contains("&lt;script&gt;")
                && start.contains("&lt;u&gt;"),
            "{start}"
        );
        assert!(!start.contains("<i>") && !start.contains("<u>"), "{start}");
    }
}

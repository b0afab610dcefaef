//! The web edition as its readers get it: a folder of pages from disk, with the numbers of the paper and of the open data.

// a test stops where something is wrong
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use support::{Project, differences, files};

/// A page with its text, signs as a reader sees them.
struct Page {
    path: String,
    html: String,
}

impl Page {
    /// What stands between a text and the next, each time.
    fn between<'a>(&'a self, before: &'a str, after: &'a str) -> impl Iterator<Item = &'a str> {
        let parts = self.html.split(before).skip(1);
        parts.map(move |part| part.split(after).next().unwrap())
    }

    fn ids(&self) -> BTreeSet<&str> {
        self.between(" id=\"", "\"").collect()
    }
}

fn ends_in(path: &str, end: &str) -> bool {
    Path::new(path).extension().is_some_and(|of| of == end)
}

fn plain(text: &str) -> String {
    let signs = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&nbsp;", "\u{a0}"),
        ("&amp;", "&"),
    ];
    signs.iter().fold(text.to_owned(), |text, (code, sign)| {
        text.replace(code, sign)
    })
}

fn pages(site: &Path) -> Vec<Page> {
    let all = files(site).into_iter();
    let pages = all.filter(|(path, _)| ends_in(path, "html"));
    let page = |(path, bytes): (String, Vec<u8>)| Page {
        path,
        html: plain(&String::from_utf8(bytes).unwrap()),
    };
    pages.map(page).collect()
}

/// The file that a link of a page leads to, by its path in the site.
fn target(page: &str, link: &str) -> String {
    let mut path = PathBuf::from(page);
    path.pop();
    for part in link.split('/') {
        match part {
            ".." => assert!(path.pop(), "{page}: `{link}` leaves the site"),
            part => path.push(part),
        }
    }
    path.to_str().unwrap().to_owned()
}

#[test]
fn the_site_stands_alone_and_prints_the_numbers_of_the_paper() {
    let project = Project::copy();
    let run = project.must(&["site", "--without-sheets"]);
    assert!(run.stderr.contains("no `address`"), "{}", run.stderr);
    let site = project.output("site");
    let pages = pages(&site);
    stands_alone(&site, &pages);
    let facts: Value =
        serde_json::from_str(&fs::read_to_string(project.output("feiten.json")).unwrap()).unwrap();
    let facts = facts["facts"].as_array().unwrap();
    prints_facts(&pages, facts);
    agrees_with_open_data(&project, &pages, facts);

    is_made_once(&project);

    // what is there is what the list of pages says, where it is known under which address they stand
    let address = "https://www.example.org/middelgroot/2026/";
    project.replace(
        "queries/editions.toml",
        "previous = ",
        &format!("address = \"{address}\"\nprevious = "),
    );
    project.must(&["site", "--without-sheets"]);
    let sitemap = fs::read_to_string(site.join("sitemap.xml")).unwrap();
    let listed = sitemap
        .split("<loc>")
        .skip(1)
        .map(|part| part.split('<').next().unwrap());
    let listed: BTreeSet<String> = listed
        .map(|page| page.strip_prefix(address).unwrap().to_owned())
        .collect();
    let there = self::pages(&site);
    let paths = there.iter().map(|page| {
        if page.path == "index.html" {
            ""
        } else {
            &page.path
        }
    });
    assert_eq!(listed, paths.map(str::to_owned).collect());
    for page in &there {
        let own = if page.path == "index.html" {
            ""
        } else {
            &page.path
        };
        assert!(
            page.html
                .contains(&format!("rel=\"canonical\" href=\"{address}{own}\"")),
            "{}",
            page.path
        );
    }
}

/// Nothing that has not changed is made again, and what was edited is.
fn is_made_once(project: &Project) {
    // with nothing changed nothing is made, and it stays beside a build that has nothing to do
    let before = files(&project.path("output"));
    let site_again = ["site", "--without-sheets"];
    for arguments in [&site_again[..], &["build"], &site_again] {
        project.must(arguments).says("is up to date");
        assert_eq!(
            differences(&before, &files(&project.path("output"))),
            [""; 0]
        );
    }
    // a page that was edited is made again
    fs::write(project.output("site/cijfers.html"), "anders").unwrap();
    let run = project.must(&site_again);
    assert!(
        run.stderr.contains("wrote ") && !run.stderr.contains("building"),
        "{}",
        run.stderr
    );
    assert_eq!(
        differences(&before, &files(&project.path("output"))),
        [""; 0]
    );
}

/// Every link leads to something in the folder, and nothing is asked of anyone else.
fn stands_alone(site: &Path, pages: &[Page]) {
    let ids: BTreeMap<&str, BTreeSet<&str>> =
        pages.iter().map(|page| (&*page.path, page.ids())).collect();
    assert!(pages.len() > 70, "{}", pages.len());
    for page in pages {
        let at = &page.path;
        for loaded in page.between(" src=\"", "\"") {
            assert!(site.join(target(at, loaded)).is_file(), "{at}: {loaded}");
        }
        for link in page.between("href=\"", "\"") {
            if link.starts_with("https://") || link == "data:," {
                continue;
            }
            let (file, id) = link.split_once('#').unwrap_or((link, ""));
            let file = if file.is_empty() {
                at.clone()
            } else {
                target(at, file)
            };
            assert!(site.join(&file).is_file(), "{at}: {link}");
            // what is chosen to compare is no place on a page
            let is_place = !id.is_empty() && !id.contains('=');
            assert!(!is_place || ids[&*file].contains(id), "{at}: {link}");
        }
        let is_own = |tag: &str| !tag.contains("https:") && !tag.contains("http:");
        for tag in [
            "<script",
            "<img",
            "<iframe",
            "<link rel=\"stylesheet\"",
            "<form",
        ] {
            assert!(page.between(tag, ">").all(is_own), "{at}: {tag}");
        }
        for needed in [
            "<html lang=\"nl\">",
            "<title>",
            "name=\"description\"",
            "<main id=\"inhoud\"",
            "property=\"og:image\"",
        ] {
            assert_eq!(page.html.matches(needed).count(), 1, "{at}: {needed}");
        }
        assert_eq!(page.html.matches("<h1").count(), 1, "{at}");
    }
    let style = fs::read_to_string(site.join("site.css")).unwrap();
    let asked: Vec<&str> = style
        .split("url(")
        .skip(1)
        .map(|rest| rest.split(')').next().unwrap())
        .collect();
    assert_eq!(asked, ["letters/400.ttf", "letters/700.ttf"]);
    assert!(!style.contains("@import"));
}

/// Each link to a fact says what the fact says, and each fact has its row.
fn prints_facts(pages: &[Page], facts: &[Value]) {
    let text = |fact: &'_ Value, name: &str| fact[name].as_str().unwrap().replace('\'', "\u{2019}");
    let known: BTreeMap<String, String> = facts
        .iter()
        .map(|fact| (text(fact, "label"), text(fact, "text")))
        .collect();
    let mut printed = BTreeSet::new();
    for page in pages {
        for link in page.between("feiten.html#", "</a>") {
            let Some((label, said)) = link.split_once("\">") else {
                continue;
            };
            assert_eq!(said, known[label], "{}: {label}", page.path);
            printed.insert(label);
        }
    }
    assert!(printed.len() > 200, "{}", printed.len());
    let all = pages
        .iter()
        .find(|page| page.path == "feiten.html")
        .unwrap();
    for (label, said) in &known {
        let row = all
            .html
            .split(&format!("id=\"{label}\""))
            .nth(1)
            .unwrap_or_else(|| panic!("{label}"));
        let cell = row.split("<td class=\"getal\">").nth(1).unwrap();
        assert_eq!(cell.split("</td>").next().unwrap(), said, "{label}");
    }
}

/// Every value of a group that is a fact is that of the open data, and stands on the page of its indicator.
fn agrees_with_open_data(project: &Project, pages: &[Page], facts: &[Value]) {
    let comparison = fs::read_to_string(project.output("data/vergelijking.csv")).unwrap();
    let mut values = BTreeMap::new();
    for line in comparison.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        values.insert((cells[0], cells[1], cells[2]), cells[3]);
    }
    let mut held = 0;
    for fact in facts {
        let (id, year) = (fact["id"].as_str().unwrap(), fact["year"].to_string());
        let (Some((indicator, group)), Some(value)) = (id.split_once('.'), fact["value"].as_f64())
        else {
            continue;
        };
        let Some(open) = values.get(&(indicator, &*year, group)) else {
            continue;
        };
        assert_eq!(
            open.parse::<f64>().unwrap().to_bits(),
            value.to_bits(),
            "{id}"
        );
        let path = format!("indicatoren/{indicator}.html");
        let page = pages.iter().find(|page| page.path == path).unwrap();
        let text = fact["text"].as_str().unwrap();
        // of those of this size that are no members the paper alone tells
        let is_shown = page
            .html
            .contains(&format!("<td class=\"getal\">{text}</td>"));
        assert!(is_shown || group.contains("-niet-"), "{id}: {text}");
        held += 1;
    }
    assert!(held > 80, "{held}");
}

/// A page without the values of attributes.
fn outside_values(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some((before, value)) = rest.split_once("=\"") {
        out += before;
        rest = value.split_once('"').map_or("", |(_, rest)| rest);
    }
    out + rest
}

#[test]
fn a_text_of_data_is_never_markup_nor_script() {
    let project = Project::copy();
    let theme = "queries/themes/veiligheid.toml";
    let text = project.text(theme);
    let definition = text
        .lines()
        .find(|line| line.starts_with("definition = "))
        .unwrap();
    let evil = "definition = \"Hoeveel \\\"></script><script>alert(name)</script><img src=x onerror=alert(name)> #panic() het zijn.\"";
    project.write(theme, &text.replacen(definition, evil, 1));
    project.must(&["site", "--without-sheets"]);
    let site = project.output("site");
    let mut told = 0;
    for (path, bytes) in files(&site) {
        let text = String::from_utf8_lossy(&bytes);
        // a value may hold `<`, and ends where a plain `"` stands
        let markup = match path.rsplit_once('.') {
            Some((_, "html")) => outside_values(&text),
            Some((_, "js")) => text.to_string(),
            _ => continue,
        };
        let is_safe = !markup.contains("<script>alert") && !markup.contains("<img src=x");
        assert!(is_safe, "{path}");
        told += usize::from(ends_in(&path, "html") && text.contains("alert(name)"));
    }
    assert!(told >= 2, "{told}");
}

#[test]
fn an_address_that_is_no_folder_on_the_web_is_refused() {
    let project = Project::copy();
    for address in [
        "http://www.example.org/",
        "https://www.example.org/a",
        "https:///",
        "https://a b/",
        "https://x/\\\"><script>/",
    ] {
        let text = project.text("queries/editions.toml");
        project.replace(
            "queries/editions.toml",
            "previous = ",
            &format!("address = \"{address}\"\nprevious = "),
        );
        project
            .run(&["site"])
            .ends(2)
            .says("is no address of a folder")
            .says("editions.toml");
        project.write("queries/editions.toml", &text);
    }
}

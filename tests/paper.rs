//! The PDF as law and archive want it, and nothing in it but what it was given: text from data stays text.
//!
//! The full check by a validator is part of what CI runs; here stands what must never be lost unnoticed.

// a test stops where something is wrong
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::sync::OnceLock;

use lopdf::{Dictionary, Document, Object};
use support::{Project, Sheet};

struct Built {
    project: Project,
    pdf: Document,
}

fn built() -> &'static Built {
    static BUILT: OnceLock<Built> = OnceLock::new();
    BUILT.get_or_init(|| {
        let project = Project::shared_by_tests_of("paper");
        project.must(&["build"]);
        let pdf = Document::load(project.path("output/2026/de-kracht-van-middelgroot-2026.pdf"))
            .expect("a PDF that can be read");
        Built { project, pdf }
    })
}

/// The object itself, where a reference to it stands.
fn resolve<'a>(pdf: &'a Document, object: &'a Object) -> &'a Object {
    pdf.dereference(object).expect("an object that is there").1
}

fn get<'a>(pdf: &'a Document, of: &'a Dictionary, key: &str) -> Option<&'a Object> {
    of.get(key.as_bytes())
        .ok()
        .map(|object| resolve(pdf, object))
}

fn dictionary<'a>(pdf: &'a Document, of: &'a Dictionary, key: &str) -> &'a Dictionary {
    get(pdf, of, key)
        .unwrap_or_else(|| panic!("no {key}"))
        .as_dict()
        .unwrap_or_else(|_| panic!("{key} is no dictionary"))
}

fn name(pdf: &Document, of: &Dictionary, key: &str) -> String {
    let bytes = get(pdf, of, key)
        .and_then(|object| object.as_name().ok())
        .unwrap_or_default();
    String::from_utf8_lossy(bytes).into_owned()
}

/// A text string of a PDF: UTF-16 with a mark in front, UTF-8 with one, or plain.
fn text(object: &Object) -> String {
    let bytes = object.as_str().expect("a text");
    if let Some(rest) = bytes.strip_prefix(b"\xfe\xff") {
        let units: Vec<u16> = rest
            .chunks(2)
            .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
            .collect();
        return String::from_utf16(&units).expect("UTF-16");
    }
    String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)).into_owned()
}

fn all_text(pdf: &Document) -> String {
    let pages: Vec<u32> = pdf.get_pages().into_keys().collect();
    pdf.extract_text(&pages).expect("text")
}

/// An element of the structure tree, with the elements in it.
struct Element<'a> {
    kind: String,
    dictionary: &'a Dictionary,
    children: Vec<Element<'a>>,
}

impl<'a> Element<'a> {
    fn read(pdf: &'a Document, dictionary: &'a Dictionary) -> Self {
        let children = match get(pdf, dictionary, "K") {
            Some(Object::Array(kids)) => kids.iter().map(|kid| resolve(pdf, kid)).collect(),
            Some(kid) => vec![kid],
            None => Vec::new(),
        };
        Self {
            kind: name(pdf, dictionary, "S"),
            dictionary,
            children: children
                .into_iter()
                .filter_map(|kid| {
                    kid.as_dict()
                        .ok()
                        .filter(|kid| kid.has(b"S"))
                        .map(|kid| Self::read(pdf, kid))
                })
                .collect(),
        }
    }

    fn all<'b>(&'b self, kind: &str) -> Vec<&'b Element<'a>> {
        let own = (self.kind == kind).then_some(self);
        own.into_iter()
            .chain(self.children.iter().flat_map(|child| child.all(kind)))
            .collect()
    }
}

fn structure(pdf: &Document) -> Element<'_> {
    Element::read(
        pdf,
        dictionary(pdf, pdf.catalog().expect("a catalog"), "StructTreeRoot"),
    )
}

#[test]
fn the_paper_is_tagged_in_dutch_and_shows_its_title() {
    let pdf = &built().pdf;
    let catalog = pdf.catalog().unwrap();
    assert_eq!(
        get(pdf, dictionary(pdf, catalog, "MarkInfo"), "Marked"),
        Some(&Object::Boolean(true))
    );
    let language = text(get(pdf, catalog, "Lang").expect("a language"));
    assert!(language == "nl" || language == "nl-NL", "{language}");
    let shown = get(
        pdf,
        dictionary(pdf, catalog, "ViewerPreferences"),
        "DisplayDocTitle",
    );
    assert_eq!(shown, Some(&Object::Boolean(true)));
}

#[test]
fn the_paper_says_that_it_is_accessible_and_archivable() {
    let pdf = &built().pdf;
    let Some(Object::Stream(metadata)) = get(pdf, pdf.catalog().unwrap(), "Metadata") else {
        panic!("no metadata");
    };
    let xmp = metadata
        .decompressed_content()
        .unwrap_or_else(|_| metadata.content.clone());
    let xmp = String::from_utf8(xmp).unwrap();
    for (key, value) in [
        ("pdfaid:part", "3"),
        ("pdfaid:conformance", "A"),
        ("pdfuaid:part", "1"),
    ] {
        assert!(
            xmp.contains(&format!("<{key}>{value}</{key}>")),
            "{key} is not {value}: {xmp}"
        );
    }
    assert!(
        xmp.contains("De Kracht van Middelgroot 2026"),
        "the title: {xmp}"
    );
    // the date is the edition's, not that of the day
    assert!(xmp.contains("2026-11-01"), "{xmp}");
}

#[test]
fn all_fonts_are_noto_sans_and_embedded() {
    let pdf = &built().pdf;
    let mut faces = BTreeSet::new();
    for object in pdf.objects.values() {
        let Ok(font) = object.as_dict() else { continue };
        if name(pdf, font, "Type") != "Font" {
            continue;
        }
        let face = name(pdf, font, "BaseFont");
        let (subset, plain) = face.split_once('+').unwrap_or(("", &face));
        assert!(
            plain == "NotoSans" || plain.starts_with("NotoSans-"),
            "{face}"
        );
        assert!(subset.len() == 6, "{face} is no subset");
        faces.insert(plain.trim_end_matches("-Identity-H").to_owned());
        if let Some(descriptor) = get(pdf, font, "FontDescriptor") {
            let descriptor = descriptor.as_dict().unwrap();
            assert!(
                descriptor.has(b"FontFile2") || descriptor.has(b"FontFile3"),
                "{face} is not embedded"
            );
        } else {
            assert_eq!(
                name(pdf, font, "Subtype"),
                "Type0",
                "{face} has no descriptor"
            );
        }
    }
    assert!(
        faces.contains("NotoSans") && faces.contains("NotoSans-Bold"),
        "{faces:?}"
    );
}

#[test]
fn the_number_of_pages_is_that_of_a_paper() {
    let pages = built().pdf.get_pages().len();
    assert!((15..=80).contains(&pages), "{pages} pages");
}

#[test]
fn tables_have_headers_and_rows_of_one_length() {
    let structure = structure(&built().pdf);
    let tables = structure.all("Table");
    assert!(tables.len() >= 3, "{} tables", tables.len());
    for table in tables {
        let rows = table.all("TR");
        assert!(
            rows.len() >= 2 && !table.all("TH").is_empty(),
            "a table without headers"
        );
        assert!(!table.all("TD").is_empty(), "a table without cells");
    }
}

#[test]
fn every_figure_has_an_alternative_text_and_every_chart_is_there() {
    let built = built();
    let structure = structure(&built.pdf);
    let texts: Vec<String> = structure
        .all("Figure")
        .iter()
        .map(|figure| text(get(&built.pdf, figure.dictionary, "Alt").expect("an alternative text")))
        .collect();
    assert!(texts.iter().all(|alt| alt.trim().len() > 20), "{texts:?}");
    let charts = support::files(&built.project.path("output/2026/charts")).len();
    assert!(
        charts > 10 && texts.len() >= charts,
        "{} texts for {charts} charts",
        texts.len()
    );
    // a text that stands twice describes one of its two charts wrongly
    assert_eq!(texts.iter().collect::<BTreeSet<_>>().len(), texts.len());
}

/// The levels of headings in reading order.
fn heading_levels(element: &Element<'_>, levels: &mut Vec<u32>) {
    if let Some(level) = element
        .kind
        .strip_prefix('H')
        .and_then(|level| level.parse().ok())
    {
        levels.push(level);
    }
    element
        .children
        .iter()
        .for_each(|child| heading_levels(child, levels));
}

#[test]
fn headings_go_down_one_level_at_a_time() {
    let structure = structure(&built().pdf);
    let mut levels = Vec::new();
    heading_levels(&structure, &mut levels);
    assert!(levels.len() > 10, "{levels:?}");
    assert_eq!(levels.first(), Some(&1));
    assert!(
        levels.windows(2).all(|pair| pair[1] <= pair[0] + 1),
        "{levels:?}"
    );
}

#[test]
fn the_outline_names_every_theme() {
    let built = built();
    let pdf = &built.pdf;
    let mut titles = Vec::new();
    let mut open = vec![dictionary(pdf, pdf.catalog().unwrap(), "Outlines")];
    while let Some(item) = open.pop() {
        titles.extend(get(pdf, item, "Title").map(text));
        open.extend(
            ["First", "Next"]
                .iter()
                .filter_map(|key| get(pdf, item, key))
                .filter_map(|next| next.as_dict().ok()),
        );
    }
    for theme in support::queries().themes {
        assert!(
            titles.iter().any(|title| title.contains(&theme.title)),
            "`{}` is not in {titles:?}",
            theme.title
        );
    }
}

#[test]
fn what_must_be_said_is_said() {
    let text = all_text(&built().pdf)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let number = "2.168.038";
    for words in [number, "37,25", "61 leden", "concept", "CC BY 4.0"] {
        assert!(text.contains(words), "`{words}` is not in the paper");
    }
}

/// What Typst, a spreadsheet and XML would each take for more than text.
const HOSTILE: &str = "#panic(\"x\") $a$ *b* <c> @d \\ `e` // f";

#[test]
fn text_from_data_is_never_markup() {
    let project = Project::copy();
    let quoted = format!("\"{}\"", HOSTILE.replace('"', "\"\""));
    // a gemeente that M50 counts, a source of a list, and the title of a table
    project.replace(
        "data/regions/gemeenten.csv",
        "GM0166,Kampen,",
        &format!("GM0166,{quoted},"),
    );
    let networks = project.text("data/networks.csv");
    let source = networks
        .lines()
        .find(|line| line.starts_with("M50,2019"))
        .unwrap()
        .rsplit_once(",true,")
        .unwrap()
        .1
        .to_owned();
    fs::write(
        project.path("data/networks.csv"),
        networks.replace(&source, &quoted),
    )
    .unwrap();
    let store = middelgroot::source::snapshot::Store::new(&project.path("data"));
    let release = store.lock().unwrap().tables["03759ned"].clone();
    let sidecar = format!("data/snapshots/03759ned/{release}/snapshot.toml");
    let title = project
        .text(&sidecar)
        .lines()
        .find(|line| line.starts_with("title = "))
        .unwrap()
        .to_owned();
    project.replace(&sidecar, &title, &format!("title = '{HOSTILE}'"));

    project.must(&["build"]);
    let pdf =
        Document::load(project.path("output/2026/de-kracht-van-middelgroot-2026.pdf")).unwrap();
    let without_space = |text: &str| text.split_whitespace().collect::<String>();
    let (paper, hostile) = (without_space(&all_text(&pdf)), without_space(HOSTILE));
    let found = paper.matches(&hostile).count();
    // at least in the table per gemeente, with the list, and in the sources
    assert!(found >= 3, "it stands in the paper {found} times as it is");
    let groups = Sheet::read(&project.path("output/2026/csv/groepen.csv"));
    let row = groups.one(&[("group", "M50"), ("region", "GM0166")]);
    assert_eq!(
        (groups.cell(row, "name"), groups.cell(row, "source")),
        (HOSTILE, HOSTILE)
    );
    // and in a chart it is text of XML
    for (name, svg) in support::files(&project.path("output/2026/charts")) {
        let svg = String::from_utf8(svg).unwrap();
        assert!(!svg.contains("<c>"), "{name}");
    }
}

#[test]
fn a_name_that_starts_like_a_formula_is_defused() {
    let project = Project::copy();
    project.replace(
        "data/regions/gemeenten.csv",
        "GM0166,Kampen,",
        "GM0166,\"=HYPERLINK(\"\"http://x\"\")\",",
    );
    project.must(&["build", "--data-only"]);
    for (file, key) in [("groepen.csv", "group"), ("gemeenten.csv", "indicator")] {
        let sheet = Sheet::read(&project.path(&format!("output/2026/csv/{file}")));
        let rows = sheet.of(&[("region", "GM0166")]);
        assert!(rows.len() > 1);
        for row in rows {
            assert_eq!(
                sheet.cell(row, "name"),
                "'=HYPERLINK(\"http://x\")",
                "{}",
                sheet.cell(row, key)
            );
        }
    }
}

//! The PDF as law and archive want it, and nothing in it but what it was given: text from data stays text.
//!
//! The full check by a validator is part of what CI runs; here stands what must never be lost unnoticed. The paper is that
//! of the figures in `data/`, with a text that tells of those; no number is asserted here.

// a test stops where something is wrong
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use lopdf::{Dictionary, Document, Object};
use middelgroot::verify::text::{Look, Place, Printed};
use support::{Project, Sheet};

struct Built {
    project: Project,
    pdf: Document,
}

fn built() -> &'static Built {
    static BUILT: OnceLock<Built> = OnceLock::new();
    BUILT.get_or_init(|| {
        let project = Project::shared_by_tests_of("paper", &support::root().join("data"));
        project.must(&["build"]);
        let pdf = Document::load(project.paper()).expect("a PDF that can be read");
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
    let edition = support::edition();
    assert!(xmp.contains(&edition.title), "the title: {xmp}");
    // the date is the edition's, not that of the day
    assert!(xmp.contains(&edition.date), "{xmp}");
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
fn refreshed_data_makes_a_paper_of_so_many_pages() {
    let pages = built().pdf.get_pages().len();
    assert!((15..=80).contains(&pages), "{pages} pages");
}

/// The frame of the text on a page, in points from below: what stands above or below it is head or foot.
const FRAME: (f64, f64) = (66.0, 776.0);
/// White that two things on a page have between them without looking apart.
const BREATH: f64 = 34.0;

/// A page as its reader sees it: where its text stands, from above, and what that is.
struct PageOf<'a> {
    number: usize,
    /// Height from below, place and words of each piece of text, from above.
    pieces: Vec<(f64, Place, &'a str)>,
}

impl PageOf<'_> {
    /// How much of the frame is white for nothing, as a share.
    fn white(&self) -> f64 {
        let mut at = FRAME.1;
        let mut white = 0.0;
        for height in self.pieces.iter().map(|(y, ..)| *y).chain([FRAME.0]) {
            white += (at - height - BREATH).max(0.0);
            at = height;
        }
        white / (FRAME.1 - FRAME.0)
    }
}

fn pages(printed: &Printed) -> Vec<PageOf<'_>> {
    (1..=printed.pages)
        .map(|number| {
            let blocks = printed.blocks.iter();
            let runs = blocks
                .filter(|block| block.place != Place::Artifact)
                .flat_map(|block| {
                    let runs = block.runs.iter().filter(|run| run.page == number);
                    runs.map(|run| (run.y, block.place, run.text.as_str()))
                });
            let mut pieces: Vec<_> = runs
                .filter(|(_, _, text)| !text.trim().is_empty())
                .collect();
            pieces.sort_by(|a, b| b.0.total_cmp(&a.0));
            PageOf { number, pieces }
        })
        .collect()
}

/// The chapters by the bookmarks of the PDF: title and page.
fn chapters(pdf: &Document) -> Vec<(String, usize)> {
    let bookmarks = pdf.get_toc().expect("bookmarks").toc;
    let chapters = bookmarks.into_iter().filter(|entry| entry.level == 1);
    chapters.map(|entry| (entry.title, entry.page)).collect()
}

#[test]
fn refreshed_paper_begins_chapters_on_pages_of_their_own_and_leaves_nothing_alone() {
    let built = built();
    for edition in ["2026", "2026-leden-2023", "2021"] {
        if edition != "2026" {
            built.project.must(&["build", "--edition", edition]);
        }
        let pdf = Document::load(built.project.paper_of(edition)).unwrap();
        let printed = Printed::read(&pdf, Look::Text).unwrap();
        let (pages, chapters) = (pages(&printed), chapters(&pdf));
        for (title, at) in &chapters {
            let (_, place, words) = pages[at - 1].pieces[0];
            assert_eq!(
                place,
                Place::Heading,
                "{edition}: `{title}` does not begin page {at}"
            );
            assert!(
                title.starts_with(words.trim()),
                "{edition}: page {at} begins with `{words}`, not `{title}`"
            );
        }
        let appendix = chapters
            .iter()
            .find(|(title, _)| title == "Tabel per gemeente");
        let (_, appendix) = appendix.expect("the appendices");
        assert!(
            *appendix <= 21,
            "{edition}: {} pages before the appendices",
            appendix - 1
        );
        for page in &pages[1..appendix - 1] {
            let at = page.number;
            let (_, last, words) = page.pieces[page.pieces.len() - 1];
            assert_ne!(
                last,
                Place::Heading,
                "{edition}: page {at} ends with the heading `{words}`"
            );
            assert!(
                page.white() <= 1.0 / 3.0,
                "{edition}: page {at} is white for {:.0}%",
                100.0 * page.white()
            );
        }
    }
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
    // a chart of another document, or for an edition that lacks the first choice of a page, stands alone too
    let charts = support::files(&built.project.output("figuren")).len();
    assert!(
        texts.len() > 10 && charts >= texts.len(),
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

/// All that draws on the pages of a PDF.
fn drawn(pdf: &Document) -> String {
    let pages = pdf.get_pages().into_values();
    let contents = pages.map(|page| pdf.get_page_content(page));
    let contents: Vec<Vec<u8>> = contents.collect();
    String::from_utf8_lossy(&contents.concat()).into_owned()
}

#[test]
fn the_house_style_is_in_one_file_and_a_logo_is_dropped_into_a_folder() {
    let project = Project::frozen();
    let old = "#12436D";
    let house = project.text("queries/house.toml");
    project.write("queries/house.toml", &house.replace(old, "#7A1F5C"));
    let folder = project.path("src/paper/beeld");
    fs::create_dir_all(&folder).unwrap();
    let logo = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"80\" height=\"40\"><rect width=\"80\" height=\"40\" fill=\"#00FF40\"/></svg>";
    fs::write(folder.join("logo.svg"), logo).unwrap();
    project.must(&["build"]);
    // components as a PDF has them
    let operands = |color: [u8; 3]| color.map(|part| (f64::from(part) / 255.0 * 1000.0).round());
    let (new, was) = (operands([0x7A, 0x1F, 0x5C]), operands([0x12, 0x43, 0x6D]));
    let (green, colors) = (
        operands([0x00, 0xFF, 0x40]),
        |text: &str| -> BTreeSet<[i64; 3]> {
            let words: Vec<&str> = text.split_whitespace().collect();
            let fills = words
                .windows(4)
                .filter(|four| matches!(four[3], "sc" | "scn" | "rg"));
            let part = |word: &str| (word.parse::<f64>().unwrap_or(-1.0) * 1000.0).round() as i64;
            fills
                .map(|four| [part(four[0]), part(four[1]), part(four[2])])
                .collect()
        },
    );
    let has =
        |all: &BTreeSet<[i64; 3]>, color: [f64; 3]| all.contains(&color.map(|part| part as i64));
    for name in ["de-kracht-van-middelgroot", "kernboodschap"] {
        let file = project.output(&format!("{name}-{}.pdf", support::edition().id));
        let all = colors(&drawn(&Document::load(file).unwrap()));
        assert!(has(&all, new) && !has(&all, was), "{name}: {all:?}");
        assert!(has(&all, green), "the logo is not in {name}");
    }
    let charts = support::files(&project.output("figuren"));
    let charts = charts
        .into_values()
        .map(|svg| String::from_utf8(svg).unwrap());
    let charts: String = charts.collect();
    assert!(charts.contains("#7A1F5C") && !charts.contains(old));
}

/// Noto Sans under another name, as a font of its own would come.
fn renamed(bytes: &[u8]) -> Vec<u8> {
    let wide = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_be_bytes).collect() };
    let names = [("Noto Sans", "Noto Sonz"), ("NotoSans", "NotoSonz")];
    names.iter().fold(bytes.to_vec(), |mut bytes, (old, new)| {
        let (old, new) = (wide(old), wide(new));
        for at in 0..bytes.len() - old.len() {
            if bytes[at..].starts_with(&old) {
                bytes[at..at + old.len()].copy_from_slice(&new);
            }
        }
        bytes
    })
}

#[test]
fn a_font_of_the_house_sets_paper_and_charts() {
    let project = Project::frozen();
    let font = "font = { regular = \"letter/a.ttf\", bold = \"letter/b.ttf\", italic = \"letter/c.ttf\", bold-italic = \"letter/d.ttf\" }";
    let accent = "accent = \"#F46A25\"";
    project.replace("queries/house.toml", accent, &format!("{accent}\n{font}"));
    project.run(&["build"]).ends(4).says("letter/a.ttf");
    let folder = project.path("src/paper/letter");
    fs::create_dir_all(&folder).unwrap();
    let styles = [
        ("a.ttf", ttf_noto_sans::REGULAR),
        ("b.ttf", ttf_noto_sans::BOLD),
        ("c.ttf", ttf_noto_sans::ITALIC),
        ("d.ttf", ttf_noto_sans::BOLD_ITALIC),
    ];
    for (name, bytes) in styles {
        fs::write(folder.join(name), renamed(bytes)).unwrap();
    }
    project.must(&["build"]);
    let paper = Document::load(project.paper()).unwrap();
    let fonts: BTreeSet<String> = paper
        .objects
        .values()
        .filter_map(|object| object.as_dict().ok())
        .filter(|of| of.has(b"BaseFont"))
        .map(|of| name(&paper, of, "BaseFont"))
        .collect();
    assert!(
        fonts.len() >= 2 && fonts.iter().all(|font| font.contains("NotoSonz")),
        "{fonts:?}"
    );
    for (name, svg) in support::files(&project.output("figuren")) {
        let svg = String::from_utf8(svg).unwrap();
        assert!(
            svg.contains("Noto Sonz") && !svg.contains("Noto Sans"),
            "{name}"
        );
    }
    // whether the letters look as they are read is told by the files of the font
    let (file, letters) = (project.paper(), folder.to_str().unwrap());
    let asked = ["verify", file.to_str().unwrap(), "--font", letters];
    project.must(&asked).says("`Noto Sonz`");
    project.run(&asked[..2]).ends(1);
    // four files of two families are none
    fs::write(folder.join("c.ttf"), ttf_noto_sans::ITALIC).unwrap();
    project
        .run(&["build"])
        .ends(2)
        .says("of the family `Noto Sans`, not `Noto Sonz`");
    fs::write(folder.join("c.ttf"), "no font").unwrap();
    project
        .run(&["build"])
        .ends(2)
        .says("c.ttf")
        .says("no TrueType font");
    project.replace("queries/house.toml", "letter/c.ttf", "../../geheim.ttf");
    project
        .run(&["build"])
        .ends(2)
        .says("is no file beside the chapters");
}

/// A document beside the paper of the default edition.
fn beside(project: &Project, name: &str) -> (PathBuf, Document) {
    let file = project.output(&format!("{name}-{}.pdf", support::edition().id));
    let document = Document::load(&file).expect("a PDF that can be read");
    (file, document)
}

/// Text and label of a fact of the paper.
fn fact(project: &Project, id: &str) -> (String, String) {
    let facts = fs::read_to_string(project.output("feiten.json")).unwrap();
    let facts: serde_json::Value = serde_json::from_str(&facts).unwrap();
    let mut all = facts["facts"].as_array().unwrap().iter();
    let fact = all.find(|fact| fact["id"] == id).expect("a fact");
    let field = |name: &str| fact[name].as_str().unwrap().to_owned();
    (field("text"), field("label"))
}

#[test]
fn what_goes_beside_the_paper_prints_its_figures_and_leads_to_it() {
    let project = &built().project;
    let (dutch, label) = fact(project, "aandeel-30-80.Nederland");
    let english = dutch.replace(',', ".");
    let edition = support::edition().id;
    let address = format!("de-kracht-van-middelgroot-{edition}.pdf#{label}");
    for (name, text, pages) in [("kernboodschap", &dutch, 2), ("summary", &english, 1)] {
        let (_, document) = beside(project, name);
        assert_eq!(document.get_pages().len(), pages, "{name}");
        let said = without_space(&all_text(&document));
        assert!(said.contains(text), "{name} prints no `{text}`");
        let mut objects = document.objects.values();
        let leads = |object: &Object| {
            let action = object.as_dict().ok().and_then(|of| get(&document, of, "A"));
            let action = action.or(Some(object)).and_then(|of| of.as_dict().ok());
            let uri = action.and_then(|of| get(&document, of, "URI"));
            uri.is_some_and(|uri| uri.as_str().is_ok_and(|uri| uri == address.as_bytes()))
        };
        assert!(objects.any(leads), "{name} does not lead to {address}");
    }
    let press = project.text(&format!("output/{edition}/persbericht.md"));
    assert!(press.contains(&dutch) && !press.contains('{'), "{press}");
}

#[test]
fn a_sheet_beside_the_paper_says_that_the_evidence_is_in_the_paper() {
    let project = &built().project;
    let (file, _) = beside(project, "kernboodschap");
    let file = file.to_str().unwrap();
    let run = project.run(&["verify", file]).ends(1);
    assert!(
        run.stdout.contains("carries no evidence of its own"),
        "{}",
        run.stdout
    );
    assert!(!run.stderr.contains("differs"), "{}", run.stderr);
    // whoever has the list of sums is told that it is the one, and of no fault
    let sums = Path::new(file).with_file_name("SHA256SUMS");
    let run = project.must(&["verify", file, "--sums", sums.to_str().unwrap()]);
    assert!(!run.stderr.contains("error"), "{}", run.stderr);
    run.says("is what was published as `kernboodschap-");
}

#[test]
fn an_amount_with_a_dated_source_is_asked_for_with_it() {
    let project = Project::frozen();
    let addressee = "addressee = \"Rijk (BZK) en VNG\"";
    let amount = "amount = { text = \"150 miljoen euro per jaar\", source = \"Ledenvergadering, 1 juni 2026\" }";
    project.replace(
        "queries/asks.toml",
        addressee,
        &format!("{amount}\n{addressee}"),
    );
    project.must(&["build"]);
    let text = without_space(&all_text(&Document::load(project.paper()).unwrap()));
    let asked =
        "Bedrag:150miljoeneuroperjaar(Ledenvergadering,1juni2026).Termijn:intevullendoorM50.";
    assert!(text.contains(asked), "the amount is not asked for");
}

#[test]
fn a_press_release_names_what_is_none_and_leaves_out_what_has_no_figure() {
    let project = Project::frozen();
    project.append(
        "src/paper/persbericht.md",
        "\nEr zijn {misdrijvens.M50} misdrijven.\n",
    );
    let line = project.text("src/paper/persbericht.md").lines().count();
    let run = project.run(&["build", "--data-only"]);
    run.ends(0);
    let run = project.run(&["build"]).ends(2);
    run.says(&format!("persbericht.md:{line}:"))
        .says("there is no indicator `misdrijvens`");
    project.replace(
        "src/paper/persbericht.md",
        "{misdrijvens.M50}",
        "{bewering bestaat-niet}",
    );
    project
        .run(&["build"])
        .ends(2)
        .says("`bestaat-niet` is no claim");
    project.replace(
        "src/paper/persbericht.md",
        "{bewering bestaat-niet}",
        "12,5% van de",
    );
    project.run(&["build"]).ends(1).says("`12,5%` is no fact");
}

/// A text without white space, which a line of a paper may break anywhere.
fn without_space(text: &str) -> String {
    text.split_whitespace().collect()
}

#[test]
fn what_must_be_said_is_said() {
    let Built { project, pdf } = built();
    let text = without_space(&all_text(pdf));
    // whom it is about, on which list, and under which licence
    let facts = project.output("feiten.json");
    let facts: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(facts).unwrap()).unwrap();
    let fact = |id: &str| {
        let mut all = facts["facts"].as_array().unwrap().iter();
        let fact = all.find(|fact| fact["id"] == id);
        fact.unwrap_or_else(|| panic!("no {id}"))["text"]
            .as_str()
            .unwrap()
    };
    for words in [
        fact("inwoners.M50"),
        fact("aandeel-30-80.Nederland"),
        &support::edition().note,
        "concept",
        "CC BY 4.0",
    ] {
        let words = without_space(words);
        assert!(text.contains(&words), "`{words}` is not in the paper");
    }
}

/// What Typst, a spreadsheet and XML would each take for more than text.
const HOSTILE: &str = "#panic(\"x\") $a$ *b* <c> @d \\ `e` // f";

#[test]
fn text_from_data_is_never_markup() {
    let project = Project::copy();
    let quoted = format!("\"{}\"", HOSTILE.replace('"', "\"\""));
    // a gemeente that the subject counts, the source of its list, and the title of a table
    let groups = Sheet::members(&built().project.output("data"));
    let member = groups.of(&[("group", "M50")])[0];
    let [code, name, source] = ["region", "name", "source"].map(|of| groups.cell(member, of));
    project.replace(
        "data/regions/gemeenten.csv",
        &format!("{code},{name},"),
        &format!("{code},{quoted},"),
    );
    let networks = project.text("data/networks.csv");
    let old = networks.lines().find_map(|line| {
        let (_, old) = line.split_once(",true,")?;
        (old.trim_matches('"') == source).then_some(old)
    });
    project.write(
        "data/networks.csv",
        &networks.replace(old.unwrap(), &quoted),
    );
    let release = project.store().lock().unwrap().tables["03759ned"].clone();
    let sidecar = format!("data/snapshots/03759ned/{release}/snapshot.toml");
    let title = project
        .text(&sidecar)
        .lines()
        .find(|line| line.starts_with("title = "))
        .unwrap()
        .to_owned();
    project.replace(&sidecar, &title, &format!("title = '{HOSTILE}'"));

    project.must(&["build"]);
    let pdf = Document::load(project.paper()).unwrap();
    let (paper, hostile) = (without_space(&all_text(&pdf)), without_space(HOSTILE));
    let found = paper.matches(&hostile).count();
    // at least in the table per gemeente, with the list, and in the sources
    assert!(found >= 3, "it stands in the paper {found} times as it is");
    let groups = Sheet::members(&project.output("data"));
    let row = groups.one(&[("group", "M50"), ("region", code)]);
    assert_eq!(
        (groups.cell(row, "name"), groups.cell(row, "source")),
        (HOSTILE, HOSTILE)
    );
    // and in a chart it is text of XML
    for (name, svg) in support::files(&project.output("figuren")) {
        let svg = String::from_utf8(svg).unwrap();
        assert!(!svg.contains("<c>"), "{name}");
    }
}

const CHAPTER: &str = "src/paper/chapters/03-veiligheid.typ";

/// Builds with something more in a chapter; the text of the paper without white space, and what the program said.
fn with_chapter(more: &str, edition: &str) -> (String, String) {
    let project = Project::frozen();
    project.append(CHAPTER, &format!("\n{more}\n"));
    let run = project.must(&["build", "--edition", edition]);
    let folder = project.path("output").join(edition);
    let pdf = Document::load(folder.join(format!("de-kracht-van-middelgroot-{edition}.pdf")));
    (without_space(&all_text(&pdf.unwrap())), run.stderr)
}

#[test]
fn a_chapter_prints_what_it_says() {
    // behind an address, over lines, under another name; not in comments or raw text
    let (text, _) = with_chapter(
        r#"De agenda staat op #link("https://example.org/agenda")[de website]; P10 telde #f("misdrijven.P10@-2") misdrijven per inwoner.

In P10 waren er per inwoner #keuze(
  "misdrijven.P10@-2", // eerst
  "misdrijven.G40@-2",
  "meer",
  "evenveel",
  "minder",
) misdrijven, namelijk #f(
  "misdrijven.P10@-1",
); in 's-Gravenhage, 't Gooi ('zo heet het') en de jaren '90 niet.

/* #f("bestaat-niet.M50") en #bewering("bestaat-niet") */
Zo verwijst u: `#f("ook-dit-niet.M50")`.

#let v = f
Dat is #v("misdrijven.P10@-3"), en de G40 #als("misdrijven.G40@-3")[#f("misdrijven.G40@-3")]."#,
        "2026",
    );
    for part in [
        "opdewebsite;P10telde25,7misdrijven",
        "perinwonermindermisdrijven,namelijk23,5;in’s-Gravenhage,’tGooi(‘zoheethet’)endejaren’90niet.",
        "Zoverwijstu:#f(\"ook-dit-niet.M50\").",
        "Datis25,0,endeG4048,6.",
    ] {
        assert!(text.contains(part), "`{part}` is not in the paper");
    }
}

#[test]
fn a_sentence_without_a_figure_is_left_out_and_listed_with_its_place() {
    let (text, said) = with_chapter(
        "Eerst dit. De gemeente begrootte #f(\"lasten.M50\") per inwoner; dat is #keuze(\"lasten.M50\", \"lasten.G40\", \
         \"meer dan\", \"gelijk aan\", \"minder dan\") elders. Dan dat.",
        "2021",
    );
    assert!(text.contains("Eerstdit.Dandat."), "{said}");
    assert!(!text.contains("niettevergelijken"));
    for part in [
        "03-veiligheid.typ:",
        "a sentence is not printed: `lasten.M50` has no figure",
        "claim `gemeentefonds-lager` is not printed",
        "claim `financien-kop` is not printed",
        "ask `jeugdbudget` is not printed",
        "chart `gemeentefonds` has no figures",
    ] {
        assert!(said.contains(part), "`{part}` is not in: {said}");
    }
}

#[test]
fn what_a_writer_should_look_at_is_told_with_file_and_line() {
    let project = Project::frozen();
    project.append(
        CHAPTER,
        "\nTwee op de drie zijn tevreden, een verdubbeling. Het is hier veel lager dan elders. In P10 \
         waren er #keuze(\"misdrijven.P10\", \"misdrijven.G40\", \"veel\", \"evenveel\", \"weinig\"). Er waren \
         #f(\"misdrijven.P10@-3\") en #f(\"misdrijven.P10\") per inwoner.\n",
    );
    let line = project.text(CHAPTER).lines().count();
    project.write("src/paper/chapters/99-los.typ", "Niemand leest dit.\n");
    let said = project.must(&["build", "--edition", "2026"]).stderr;
    let place = format!("03-veiligheid.typ:{line}: ");
    for part in [
        "`Twee op de drie` says a number",
        "`verdubbeling` says a number",
        "`lager` compares",
        "compares `misdrijven` and does not say that it is per 1.000 inwoners",
        "figures of different years and does not say 2021 and 2024",
    ] {
        let told = said
            .lines()
            .any(|said| said.contains(&place) && said.contains(part));
        assert!(told, "`{part}` with {place} is not in: {said}");
    }
    assert!(
        said.contains("99-los.typ: no document includes it"),
        "{said}"
    );
    // what is listed with a reason is told no more
    project.append(
        "queries/numerals.toml",
        "\n[[numeral]]\ntext = \"Twee op de drie\"\nreason = \"proef\"\n\n[[comparison]]\ntext = \"hier veel lager\"\nreason = \
         \"proef\"\n",
    );
    let said = project.must(&["build", "--edition", "2026"]).stderr;
    assert!(
        !said.contains("`Twee op de drie`") && !said.contains("`lager` compares"),
        "{said}"
    );
}

#[test]
fn a_number_typed_into_queries_stops_the_build_and_is_named_with_its_line() {
    for (file, old, new, number) in [
        (
            "queries/asks.toml",
            "text = \"",
            "text = \"M50 komt jaarlijks 250 miljoen euro tekort. ",
            "250",
        ),
        (
            "queries/asks.toml",
            "why = \"",
            "why = \"Van 12,5% is bekend dat het zo is. ",
            "12,5%",
        ),
        (
            "queries/themes/profiel.toml",
            "title = \"De leden van",
            "title = \"De 3 leden van",
            "3",
        ),
        (
            "queries/themes/veiligheid.toml",
            "definition = \"Misdrijven",
            "definition = \"Ruim 2000 misdrijven",
            "2000",
        ),
        (
            "queries/themes/veiligheid.toml",
            "sentence = \"Meer",
            "sentence = \"1.500 meer",
            "1.500",
        ),
        (
            "queries/editions.toml",
            "note = \"",
            "note = \"Er zijn 342 gemeenten. ",
            "342",
        ),
        (
            "queries/table.toml",
            "title = \"Inwoners\"",
            "title = \"Inwoners, 7e keer\"",
            "7e",
        ),
    ] {
        let project = Project::frozen();
        let before = project.text(file);
        project.replace(file, old, new);
        let line = 1 + before[..before.find(old).unwrap()].matches('\n').count();
        let place = format!("{}:{line}:", file.rsplit('/').next().unwrap());
        let run = project.run(&["build", "--edition", "2026"]).ends(1);
        let run = run.says(&format!("`{number}` is no fact")).says(&place);
        assert!(!project.path("output/2026").exists(), "{}", run.stderr);
    }
}

#[test]
fn a_year_that_counts_is_no_year() {
    let project = Project::frozen();
    project.append(
        CHAPTER,
        "\nIn 2019 kwamen er ruim 2000 arbeidsmigranten bij, en op 1950 zonnepanelen na is alles aangesloten. Het gaat om \
         1998 hectare. Sinds 2020 (zie figuur 3) is dat zo. Op 24 maart 2022 ging Weesp over.\n",
    );
    for year in ["In 2019 kwamen", "Sinds 2020 (zie"] {
        let listed = format!("\n[[year]]\ntext = \"{year}\"\nreason = \"of an event\"\n");
        project.append("queries/numerals.toml", &listed);
    }
    let said = project.run(&["build", "--edition", "2026"]).ends(1).stderr;
    let named: Vec<&str> = said
        .lines()
        .filter(|line| line.contains("is no fact"))
        .collect();
    assert_eq!(named.len(), 3, "{said}");
    for number in ["2000", "1950", "1998"] {
        assert!(
            named
                .iter()
                .any(|line| line.contains(&format!("`{number}`"))),
            "{said}"
        );
    }
}

#[test]
fn a_sign_that_the_font_lacks_is_named_with_where_it_comes_from() {
    let project = Project::frozen();
    project.append(CHAPTER, "\nDat is \u{5b57}.\n");
    let line = project.text(CHAPTER).lines().count();
    project.replace(
        "queries/themes/profiel.toml",
        "title = \"Inwoners\"",
        "title = \"Inwoners \u{5b58}\"",
    );
    let run = project.run(&["build", "--edition", "2026"]).ends(4);
    run.says(&format!("03-veiligheid.typ:{line}:8: `\u{5b57}` (U+5B57)"))
        .says("profiel.toml:")
        .says("`\u{5b58}` (U+5B58)");
}

#[test]
fn what_is_wrong_in_a_chapter_is_told_of_the_chapter() {
    let project = Project::frozen();
    let written = project.text(CHAPTER);
    let line = written.lines().count() + 2;
    for (more, exit, said) in [
        (
            "\n#f(\"misdrijven.\" + \"P11\")\n",
            4,
            format!("03-veiligheid.typ:{line}:"),
        ),
        (
            "\n#f(\"misdrijven.GM9999\")\n",
            2,
            format!("03-veiligheid.typ:{line}: fact `misdrijven.GM9999`"),
        ),
        (
            "\n#f(\n  \"misdrijvn.M50\",\n)\n",
            2,
            format!("03-veiligheid.typ:{}:4: there is no indicator", line + 1),
        ),
    ] {
        project.write(CHAPTER, &format!("{written}{more}"));
        let run = project
            .run(&["build", "--edition", "2026"])
            .ends(exit)
            .says(&said);
        for own in ["kracht.typ", "feiten.typ", "druk.typ", "web.typ"] {
            assert!(!run.stderr.contains(own), "{}", run.stderr);
        }
    }
    let mut bytes = written.into_bytes();
    bytes.extend(b"\n\xe9\n");
    fs::write(project.path(CHAPTER), bytes).unwrap();
    let run = project.run(&["build", "--edition", "2026"]).ends(4);
    run.says("03-veiligheid.typ`: line")
        .says("is not UTF-8")
        .says("hint: save it as UTF-8");
}

#[test]
fn an_ask_that_names_no_gemeente_has_a_line() {
    let project = Project::frozen();
    project.replace(
        "queries/asks.toml",
        "fact = [",
        "fact = [\"misdrijven.GM9999\", ",
    );
    project
        .run(&["build", "--edition", "2026"])
        .ends(2)
        .says("asks.toml:")
        .says("fact `misdrijven.GM9999` is of no gemeente");
}

#[cfg(unix)]
#[test]
fn a_typst_that_does_not_work_is_not_blamed_on_a_chapter() {
    use std::os::unix::fs::PermissionsExt as _;
    let project = Project::frozen();
    let program = project.path("typst");
    let typst = program.to_str().unwrap();
    for (does, said) in [
        ("echo oops >&2; exit 139", "and said: oops"),
        ("exit 0", "made no PDF"),
    ] {
        let script = format!(
            "#!/bin/sh\n[ \"$1\" = --version ] && echo 'typst 0.15.1 (x)' && exit 0\n{does}\n"
        );
        project.write("typst", &script);
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let run = project
            .run(&["build", "--edition", "2026", "--typst", typst])
            .ends(4);
        let run = run.says(said).says("--typst");
        assert!(!run.stderr.contains("mend the chapter"), "{}", run.stderr);
    }
}

#[test]
fn a_hostile_name_is_defused_and_a_hostile_address_is_no_link_and_the_paper_verifies() {
    let project = Project::frozen();
    let regions = "data/regions/gemeenten.csv";
    let (zeist, lochem) = ("GM0355,Zeist,", "GM0262,Lochem,");
    project.replace(regions, zeist, "GM0355,=Zeist+1,");
    // the member with the fewest crimes, whose name a fact prints
    project.replace(regions, lochem, "GM0262,@Lochem,");
    let release = project.store().lock().unwrap().tables["03759ned"].clone();
    let sidecar = format!("data/snapshots/03759ned/{release}/snapshot.toml");
    let told = project.text(&sidecar);
    let link = told
        .lines()
        .find(|line| line.starts_with("link = "))
        .unwrap();
    project.replace(&sidecar, link, "link = \"javascript:alert(1)\"");
    project.must(&["build", "--edition", "2026"]);
    let folder = project.path("output/2026");
    let pdf = folder.join("de-kracht-van-middelgroot-2026.pdf");
    project.must(&["verify", pdf.to_str().unwrap()]);
    let names = Sheet::members(&folder.join("data"));
    let row = names.one(&[("group", "M50"), ("region", "GM0355")]);
    assert_eq!(names.cell(row, "name"), "'=Zeist+1");
    let pdf = Document::load(pdf).unwrap();
    let targets: Vec<String> = pdf
        .objects
        .values()
        .filter_map(|object| object.as_dict().ok())
        .filter_map(|link| get(&pdf, link, "A")?.as_dict().ok())
        .filter_map(|action| get(&pdf, action, "URI").map(text))
        .collect();
    assert!(
        targets.len() > 10 && targets.iter().all(|target| target.starts_with("https://")),
        "{targets:?}"
    );
}

/// Addresses that links of a paper lead to.
fn links(pdf: &Document) -> BTreeSet<String> {
    let actions = pdf.objects.values();
    let actions =
        actions.filter_map(|object| get(pdf, object.as_dict().ok()?, "A")?.as_dict().ok());
    actions
        .filter_map(|action| get(pdf, action, "URI"))
        .map(text)
        .collect()
}

#[test]
fn what_networks_say_is_printed_as_it_stands_with_its_source() {
    let project = Project::frozen();
    let header = "theme,network,with,position,document,date,dated,source,quote,confidence\n";
    let rows = "financien,M50,G40 VNG,Samen: #f(1) *vet* 65.000 woningen en 150 miljoen.,Stuk 7,2021-02-12,2021-02-12 (ALV),\
                http://example.org/7,,high\n\
                financien,VNG,,De VNG telt auto's.,Blad,,ongedateerd,https://example.org/8,,low\n\
                overig,P10,,Rust.,Blad,2020,2020,https://example.org/9,,low\n";
    project.write("data/agendas.csv", &format!("{header}{rows}"));
    project.must(&["build", "--edition", "2026"]);
    let path = project.path("output/2026/de-kracht-van-middelgroot-2026.pdf");
    project.must(&["verify", path.to_str().unwrap()]);
    let pdf = Document::load(&path).unwrap();
    let printed = without_space(&all_text(&pdf));
    for part in [
        "M50S1Samen:#f(1)*vet*65.000woningenen150miljoen.SamenmetG40,VNG.Stuk712februari2021(ALV)http://example.org/7",
        "VNGS2DeVNGteltauto’s.Bladongedateerdhttps://example.org/8",
        "Nietgevondenopditthema:G4,G40,P10enK80.",
        "P10S3Rust.Blad2020https://example.org/9",
    ] {
        assert!(printed.contains(part), "`{part}` is not in the paper");
    }
    let links = links(&pdf);
    assert!(links.contains("https://example.org/8") && links.contains("https://example.org/9"));
    assert!(!links.contains("http://example.org/7"), "{links:?}");

    // a sign that no font has, and one that nobody sees
    for (new, status, said) in [
        ("auto\u{1F600}s", 4, "position of standpunt-2"),
        ("auto\u{7}s", 4, "agendas.csv:3: "),
    ] {
        project.write(
            "data/agendas.csv",
            &format!("{header}{}", rows.replace("auto's", new)),
        );
        project
            .run(&["build", "--edition", "2026"])
            .ends(status)
            .says(said);
    }
}

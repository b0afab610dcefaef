//! A PDF that carries its evidence, and a paper in which no number is typed by hand.
//!
//! A number that is typed into a chapter stops the build and is named with its page, also when a fact prints the same.
//! `verify` passes an untouched PDF anywhere, and finds a changed digit, a changed attachment and a removed one. The paper
//! is that of the figures in `data/`; what is changed in it is picked from its own facts.

// a test stops where something is wrong
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

#[path = "verify/elsewhere.rs"]
mod elsewhere;
mod forgeries;
#[path = "verify/hostile.rs"]
mod hostile;
#[path = "verify/letters.rs"]
mod letters;
#[path = "verify/places.rs"]
mod places;
#[path = "verify/rank.rs"]
mod rank;
#[path = "verify/sheet.rs"]
mod sheet;

use std::collections::BTreeSet;
use std::sync::OnceLock;

use forgeries::tools::{attached, change_attachment, change_digit, change_letter, mend_checksums};
use lopdf::Document;
use middelgroot::base::hands::in_parts;
use middelgroot::verify::text::{Look, Place, Printed};
use middelgroot::verify::{self, Verdict};
use serde_json::Value;
use support::{Project, Run, Sheet};

/// A project with its paper, and the facts in that.
struct Built {
    project: Project,
    facts: Vec<Value>,
}

fn built() -> &'static Built {
    static BUILT: OnceLock<Built> = OnceLock::new();
    BUILT.get_or_init(|| {
        let data = support::root().join("data");
        let project = Project::shared_by_tests_of("verify", &data);
        project.must(&["build"]);
        let facts = std::fs::read(project.output("feiten.json")).unwrap();
        let facts: Value = serde_json::from_slice(&facts).unwrap();
        let facts = facts["facts"].as_array().unwrap().clone();
        Built { project, facts }
    })
}

impl Built {
    /// The first fact that is like this, with its id and text.
    fn fact(&self, is_meant: impl Fn(&Value) -> bool) -> (&Value, &str, &str) {
        let fact = self.facts.iter().find(|fact| is_meant(fact)).unwrap();
        (
            fact,
            fact["id"].as_str().unwrap(),
            fact["text"].as_str().unwrap(),
        )
    }
}

/// What `verify` says of a paper after a change.
fn after(change: impl FnOnce(&mut Document)) -> Verdict {
    let mut document = Document::load(built().project.paper()).unwrap();
    change(&mut document);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("changed.pdf");
    document.save(&path).unwrap();
    verify::verify(&path).unwrap()
}

fn assert_found(verdict: &Verdict, what: &[&str]) {
    let said = verdict.differences.join("\n");
    for part in what {
        assert!(said.contains(part), "`{part}` is not in:\n{said}");
    }
}

#[test]
fn an_untouched_paper_verifies_without_its_project() {
    let folder = tempfile::tempdir().unwrap();
    let paper = built().project.paper();
    std::fs::copy(&paper, folder.path().join("paper.pdf")).unwrap();
    let mut command = support::program();
    command
        .args(["verify", "paper.pdf"])
        .current_dir(folder.path());
    let run = Run::of(&mut command).ends(0).says("agree");
    assert!(run.stdout.is_empty());
    let verdict = verify::verify(&paper).unwrap();
    assert_eq!(verdict.attachments, 9);
    assert!(verdict.facts > 100, "{}", verdict.facts);
}

#[test]
fn saving_it_anew_changes_nothing() {
    assert!(after(|_| ()).differences.is_empty());
}

#[test]
fn a_changed_digit_of_a_fact_is_found() {
    let texts = built()
        .facts
        .iter()
        .filter_map(|fact| fact["text"].as_str());
    let texts: BTreeSet<&str> = texts.filter(|text| text.contains(',')).collect();
    let mut changed = String::new();
    let verdict = after(|document| {
        changed = change_digit(document, 1, |text| texts.contains(text.trim()));
    });
    assert_found(&verdict, &["page 1", "is printed for `", changed.trim()]);
}

#[test]
fn a_changed_digit_in_the_table_per_gemeente_is_found() {
    // 12.345: a count of inhabitants, in the columns of the table alone
    let is_cell = |text: &str| text.len() == 6 && text.as_bytes()[2] == b'.';
    let printed = Printed::read(
        &Document::load(built().project.paper()).unwrap(),
        Look::Text,
    )
    .unwrap();
    let cell = printed
        .blocks
        .iter()
        .find(|block| block.place == Place::Cell && is_cell(&block.runs[0].text))
        .unwrap();
    let page = u32::try_from(cell.runs[0].page).unwrap();
    let verdict = after(|document| drop(change_digit(document, page, is_cell)));
    assert_found(&verdict, &[&format!("page {page}"), "is no fact"]);
}

#[test]
fn a_changed_row_of_an_attachment_is_found() {
    for name in [
        "bewijs.csv",
        "cellen.csv",
        "feiten.json",
        "vergelijking.csv",
    ] {
        let verdict = after(|document| {
            change_attachment(document, name, |text| text.replacen('7', "8", 1));
        });
        assert_found(&verdict, &[&format!("attachment `{name}` was changed")]);
    }
}

#[test]
fn a_changed_figure_is_found_when_its_checksum_is_mended() {
    // the numerator of the largest member of a group, made nothing
    let built = built();
    let of_m50 = |fact: &Value| {
        fact["derivation"]["kind"] == "ratio" && fact["derivation"]["group"] == "M50"
    };
    let (fact, id, _) = built.fact(of_m50);
    let groups = Sheet::read(&built.project.output("data/groepen.csv"));
    let members = groups.of(&[("group", "M50")]).into_iter();
    let members: BTreeSet<&str> = members.map(|row| groups.cell(row, "region")).collect();
    let proof = Sheet::read(&built.project.output("bewijs.csv"));
    let year = fact["derivation"]["year"].to_string();
    let rows = proof.of(&[
        ("indicator", fact["indicator"].as_str().unwrap()),
        ("year", &year),
    ]);
    let largest = rows
        .into_iter()
        .filter(|row| members.contains(proof.cell(row, "region")))
        .max_by(|a, b| {
            let num = |row| proof.number(row, "num").unwrap_or_default();
            num(a).total_cmp(&num(b))
        })
        .unwrap();
    let start = ["indicator", "year", "region"].map(|column| proof.cell(largest, column));
    let start = format!("{},", start.join(","));
    let num = proof.cell(largest, "num");
    let verdict = after(|document| {
        change_attachment(document, "bewijs.csv", |text| {
            let row = text.lines().find(|line| line.starts_with(&start)).unwrap();
            let changed = row.replacen(&format!(",{num},"), ",0,", 1);
            text.replacen(row, &changed, 1)
        });
        mend_checksums(document);
    });
    assert_found(&verdict, &[&format!("fact `{id}`: its derivation gives")]);
}

#[test]
fn a_changed_fact_is_found_when_its_checksum_is_mended() {
    // 37,25% becomes 97,25%, or 17,25%
    let is_percent = |fact: &Value| fact["text"].as_str().unwrap().ends_with('%');
    let (_, _, text) = built().fact(is_percent);
    let first = if text.starts_with('9') { "1" } else { "9" };
    let other = format!("{first}{}", &text[1..]);
    let verdict = after(|document| {
        change_attachment(document, "feiten.json", |json| {
            let [old, new] = [text, &other].map(|text| format!("\"text\":\"{text}\""));
            json.replacen(&old, &new, 1)
        });
        mend_checksums(document);
    });
    let derived = format!("its derivation gives `{text}`");
    assert_found(&verdict, &[&derived, "`teksten.json`"]);
}

#[test]
fn a_removed_attachment_is_found() {
    let verdict = after(|document| {
        let id = attached(document, "bewijs.csv");
        document.delete_object(id);
    });
    assert_found(&verdict, &["attachment `bewijs.csv` is missing"]);
}

#[test]
fn what_is_no_pdf_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("no.pdf");
    std::fs::write(&path, "no PDF").unwrap();
    assert!(verify::verify(&path).is_err());
}

#[test]
fn a_number_typed_into_a_chapter_stops_the_build() {
    let project = Project::copy();
    let chapter = "src/paper/chapters/03-veiligheid.typ";
    let written = project.text(chapter);
    let is_percent = |fact: &Value| fact["text"].as_str().unwrap().ends_with('%');
    let (_, _, percent) = built().fact(is_percent);
    let (_, id, near) = built().fact(|fact| {
        fact["indicator"] == "misdrijven" && fact["text"].as_str().unwrap().contains(',')
    });
    // the second is also the text of a fact, and the third of one that stands in the same paragraph
    for (typed, number) in [
        ("Het zijn er 81,7 per jaar.".to_owned(), "81,7"),
        (format!("Dat is {percent}."), percent),
        (
            format!("In M50 zijn het er #f(\"{id}\"), en dat is {near}."),
            near,
        ),
    ] {
        project.write(chapter, &format!("{written}\n{typed}\n"));
        let run = project.run(&["build"]).ends(1);
        run.says("page ").says(number).says("#f(");
        assert!(!project.paper().exists());
    }
}

#[test]
fn a_wrong_list_of_numerals_is_named_with_its_line() {
    let project = Project::copy();
    let list = "queries/numerals.toml";
    let text = project.text(list);
    let at = text.find("30.000 tot 80.000 inwoners").unwrap();
    let line = text[..at].matches('\n').count() + 1;
    project.replace(list, "30.000 tot 80.000 inwoners", "30.000");
    let run = project.run(&["build"]).ends(2);
    run.says(&format!("numerals.toml:{line}"));
}

#[test]
fn every_forgery_is_found_or_named() {
    let (paper, all) = (built().project.paper(), forgeries::all());
    let folder = tempfile::tempdir().unwrap();
    let missed = in_parts(
        all.len(),
        || (),
        |(), place| {
            let forgery = &all[place];
            let file = folder.path().join(format!("{place}.pdf"));
            let is_found = |write: fn(&std::path::Path, &forgeries::Forgery, &std::path::Path)| {
                write(&paper, forgery, &file);
                !verify::verify(&file).unwrap().differences.is_empty()
            };
            let (plain, sealed) = (
                is_found(forgeries::write),
                is_found(forgeries::write_sealed),
            );
            (plain, sealed) == (true, forgery.beyond.is_none())
        },
    );
    let missed: Vec<&str> = missed
        .iter()
        .zip(&all)
        .filter(|(right, _)| !*right)
        .map(|(_, of)| of.what)
        .collect();
    assert_eq!(missed, [""; 0]);
    assert!(all.len() > 75, "{}", all.len());
}

/// What `verify` says, with other questions, of a file that the project built or that was changed.
fn asked(file: &str, questions: &[&str]) -> Run {
    let mut arguments = vec!["verify", file];
    arguments.extend_from_slice(questions);
    built().project.run(&arguments)
}

#[test]
fn what_was_published_is_told_by_its_list_of_checksums() {
    let sums = built().project.output("SHA256SUMS");
    let sums = ["--sums", sums.to_str().unwrap()];
    for name in [
        "de-kracht-van-middelgroot-2026.pdf",
        "kernboodschap-2026.pdf",
    ] {
        let file = built().project.output(name);
        let file = file.to_str().unwrap();
        asked(file, &sums)
            .ends(0)
            .says(&format!("is what was published as `{name}`"));
        let folder = tempfile::tempdir().unwrap();
        let changed = folder.path().join(name);
        let mut bytes = std::fs::read(file).unwrap();
        bytes.push(b'\n');
        std::fs::write(&changed, bytes).unwrap();
        let run = asked(changed.to_str().unwrap(), &sums).ends(1);
        run.says(&format!("has another checksum for `{name}`"));
        let unknown = folder.path().join("iets.pdf");
        std::fs::rename(&changed, &unknown).unwrap();
        asked(unknown.to_str().unwrap(), &sums)
            .ends(1)
            .says("no file of that name");
    }
}

#[test]
fn what_the_project_makes_is_told_by_making_it_again() {
    let paper = built().project.paper();
    let handout = built().project.output("kernboodschap-2026.pdf");
    for file in [&paper, &handout] {
        asked(file.to_str().unwrap(), &["--rebuild"])
            .ends(0)
            .says("byte for byte");
    }
    let folder = tempfile::tempdir().unwrap();
    let all = forgeries::all();
    let of = |what: &str| all.iter().find(|of| of.what == what).unwrap();
    for (what, differs) in [
        (
            "a letter of a chapter is drawn as another",
            "is not the one that is made",
        ),
        (
            "another definition of an indicator",
            "attachment `controlesommen.txt` is not",
        ),
        ("another language", "what is told beside them"),
    ] {
        let file = folder.path().join("paper.pdf");
        forgeries::write_sealed(&paper, of(what), &file);
        let run = asked(file.to_str().unwrap(), &["--rebuild"]).ends(1);
        let run = run
            .says("agrees with itself")
            .says("is not what this project makes");
        run.says(differs);
    }
}

//! A rank is one among all networks that have a figure: a network more or less makes another one, also where the place stays.

use lopdf::Document;
use middelgroot::verify::{self, Verdict};
use serde_json::{Value, json};

use super::support::Project;
use super::{assert_found, change_attachment, mend_checksums};

const CHAPTER: &str = "src/paper/chapters/03-veiligheid.typ";

/// What `verify` says of a paper with a rank, of which the derivation was changed and all checksums and the seal were mended.
fn after(project: &Project, change: impl Fn(&mut Value)) -> Verdict {
    let mut document = Document::load(project.paper()).unwrap();
    change_attachment(&mut document, "feiten.json", |text| {
        let mut facts: Value = serde_json::from_str(text).unwrap();
        let mut all = facts["facts"].as_array_mut().unwrap().iter_mut();
        let rank = all.find(|of| of["id"] == "misdrijven.M50.rang").unwrap();
        change(&mut rank["derivation"]["of"]);
        facts.to_string()
    });
    mend_checksums(&mut document);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("changed.pdf");
    document.save(&path).unwrap();
    verify::seal_again(&path).unwrap();
    verify::verify(&path).unwrap()
}

#[test]
fn a_rank_is_among_all_networks_that_have_a_figure() {
    let project = Project::copy();
    let written = project.text(CHAPTER);
    let said = "In de rij van netwerken is dat plaats #f(\"misdrijven.M50.rang\").";
    project.write(CHAPTER, &format!("{written}\n{said}\n"));
    project.must(&["build"]);
    let verdict = verify::verify(&project.paper()).unwrap();
    assert_eq!(verdict.differences, [""; 0]);
    // M50 is below these, so that its place is the same without one that is lower still, and with the nation
    let lower = |of: &mut Value| {
        let of = of.as_object_mut().unwrap();
        assert!(of.remove("P10").is_some(), "{of:?}");
    };
    let more = |of: &mut Value| {
        let mut other = of["G40"].clone();
        other["group"] = json!("30-80");
        of["30-80"] = other;
    };
    for change in [lower as fn(&mut Value), more] {
        let verdict = after(&project, change);
        let what = "fact `misdrijven.M50.rang`: its rank is not among the networks";
        assert_found(&verdict, &[what]);
    }
}

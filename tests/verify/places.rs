//! Where sentences and figures stand: whatever a chapter does with them is noted as it is set, and what it only types stops the build.

use middelgroot::verify;
use serde_json::Value;

use super::built;
use super::support::Project;

const CHAPTER: &str = "src/paper/chapters/03-veiligheid.typ";

/// What `plaatsen.json` of a paper says.
fn places(project: &Project) -> Vec<Value> {
    let carried = verify::carried(&project.paper()).unwrap();
    let list: Value = serde_json::from_slice(&carried["plaatsen.json"]).unwrap();
    list.as_array().unwrap().clone()
}

/// A claim with its sentence, which holds no number and is no other's.
fn claim_in_words() -> (String, String) {
    let carried = verify::carried(&built().project.paper()).unwrap();
    let texts: Value = serde_json::from_slice(&carried["teksten.json"]).unwrap();
    let claims = texts["paper"]["claims"].as_object().unwrap();
    let in_words = claims.iter().find_map(|(id, claim)| {
        let [piece] = claim["segments"].as_array()?.as_slice() else {
            return None;
        };
        let text = piece["t"].as_str()?;
        let is_plain = text.len() > 40 && !text.contains(|sign: char| sign.is_numeric());
        is_plain.then(|| (id.clone(), text.to_owned()))
    });
    in_words.unwrap()
}

#[test]
fn a_claim_in_a_loop_is_noted_and_one_that_is_typed_or_hidden_stops_the_build() {
    let project = Project::copy();
    let written = project.text(CHAPTER);
    let (id, sentence) = claim_in_words();
    let behind = |text: &str| project.write(CHAPTER, &format!("{written}\n{text}\n"));
    behind(&format!(
        "#for _ in range(3) [#bewering(\"{id}\") En verder. ]"
    ));
    project.must(&["build"]);
    let count = |project: &Project| {
        let places = places(project);
        let of = places
            .iter()
            .filter(|of| of["sentence"] == sentence.as_str());
        of.count()
    };
    assert_eq!(count(&project), count(&built().project) + 3);
    assert_eq!(
        verify::verify(&project.paper()).unwrap().differences,
        [""; 0]
    );
    behind(&format!("Zo is het: {sentence}"));
    let run = project.run(&["build"]).ends(1);
    run.says("prints what the program did not print there")
        .says("#bewering(");
    behind(&format!("#hide[#bewering(\"{id}\")]"));
    let run = project.run(&["build"]).ends(1);
    run.says("does not print what the program printed there");
}

#[test]
fn figures_in_notes_floats_and_stacks_are_met_in_the_order_in_which_they_are_noted() {
    let project = Project::copy();
    let written = project.text(CHAPTER);
    let text = "#place(bottom, float: true)[Onder staat #f(\"misdrijven.G4\") voor de G4.]\n\n\
        Boven staat #f(\"misdrijven.G40\") #footnote[In #f(\"misdrijven.periode\").] voor de G40.\n\n\
        #stack(dir: btt, [Onder #f(\"misdrijven.Nederland\").], [Boven #f(\"misdrijven.M50\").])";
    project.write(CHAPTER, &format!("{written}\n{text}\n"));
    project.must(&["build"]);
    assert_eq!(
        verify::verify(&project.paper()).unwrap().differences,
        [""; 0]
    );
}

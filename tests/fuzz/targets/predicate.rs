//! Predicates and the sentences that they carry: read or refused with a place in the text, and read again the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use middelgroot::query::{FactId, Misread, Predicate, Queries, Template, Values};
use middelgroot_fuzz::tests;

thread_local! {
    static QUERIES: Queries = Queries::read(&tests().join("made/queries")).expect("queries");
}

/// Every other fact has no figure; the others have one that follows from the id.
struct Sample;

impl Values for Sample {
    fn value(&self, id: &FactId) -> Option<f64> {
        let text = id.to_string();
        (text.len() % 2 == 0).then(|| f64::from(text.bytes().map(u32::from).sum::<u32>()))
    }

    fn count(&self, id: &FactId, condition: &dyn Fn(f64) -> bool) -> Option<f64> {
        let values = [0.0, 1.0, self.value(id)?];
        Some(values.into_iter().filter(|value| condition(*value)).count() as f64)
    }

    fn is_none(&self, difference: &FactId) -> bool {
        difference.to_string().len() % 3 == 0
    }
}

/// Where it stops making sense lies within the text, between two characters.
fn is_within(wrong: &Misread, text: &str) {
    assert!(
        text.is_char_boundary(wrong.at),
        "byte {} of `{text}`",
        wrong.at
    );
    assert!(!wrong.message.is_empty() && !wrong.hint.is_empty());
}

fuzz_target!(|text: &str| QUERIES.with(|queries| {
    let names = queries.names();
    match Predicate::parse(text, &names) {
        Ok(predicate) => {
            assert_eq!(predicate.text(), text);
            let spaced = text.split_whitespace().collect::<Vec<_>>().join(" ");
            let again = Predicate::parse(&spaced, &names).expect("blanks part words");
            assert_eq!(predicate.facts(), again.facts());
            assert_eq!(predicate.holds(&Sample), again.holds(&Sample));
            let turned = Predicate::parse(&format!("not ( {text} )"), &names);
            if let Ok(turned) = turned {
                let holds = predicate.holds(&Sample).map(|holds| !holds);
                assert_eq!(turned.holds(&Sample), holds);
            }
        }
        Err(wrong) => is_within(&wrong, text),
    }
    match Template::parse(text, &names) {
        Ok(template) => {
            for fact in template.facts() {
                let again = FactId::parse(&fact.to_string(), &names).expect("a fact");
                assert_eq!(&again, fact);
            }
        }
        Err(wrong) => is_within(&wrong, text),
    }
}));

//! Forgeries of what a paper carries.

use lopdf::{Document, Object, Stream, dictionary};
use serde_json::{Value, json};

use super::tools::{attached, change_attachment};
use super::{Forgery, beyond, found};

pub fn all() -> Vec<Forgery> {
    vec![
        found("a figure in the rows of gemeenten", |of| {
            change_row(of, "bewijs.csv", |cells| {
                cells[6] = format!("1{}", cells[6]);
            });
        }),
        found("a numerator in the rows of gemeenten", |of| {
            change_row(of, "bewijs.csv", |cells| {
                cells[4] = format!("{}9", cells[4]);
            });
        }),
        found("a figure in the table of groups", |of| {
            change_row(of, "vergelijking.csv", |cells| {
                cells[3] = format!("1{}", cells[3]);
            });
        }),
        found("a difference in the table of groups", |of| {
            change_row(of, "vergelijking.csv", |cells| {
                "-5".clone_into(&mut cells[15]);
            });
        }),
        found("the derivation of another group", |of| {
            change_fact(of, "ratio", |fact| {
                fact["derivation"]["group"] = json!("G40");
            });
        }),
        found("the derivation of another year", |of| {
            change_fact(of, "ratio", |fact| fact["derivation"]["year"] = json!(2019));
        }),
        found("another factor in a derivation", |of| {
            change_fact(of, "ratio", |fact| fact["derivation"]["scale"] = json!(1.0));
        }),
        found("no derivation and a text of one's own", |of| {
            change_fact(of, "ratio", |fact| {
                fact["derivation"] = Value::Null;
                fact["value"] = Value::Null;
                fact["lacking"] = json!("de bron heeft geen cijfer");
            });
        }),
        found("fewer decimals", |of| {
            change_fact(of, "ratio", |fact| fact["decimals"] = json!(-1));
        }),
        found("another formula of a fact", |of| {
            change_fact(of, "ratio", |fact| {
                fact["formula"] = json!("geteld / gedeeld");
            });
        }),
        found("another text of a fact", |of| {
            change_fact(of, "ratio", |fact| fact["text"] = json!("99,9%"));
        }),
        found("a fact less", |of| {
            change_attachment(of, "feiten.json", |text| {
                let mut facts: Value = serde_json::from_str(text).unwrap();
                facts["facts"].as_array_mut().unwrap().remove(0);
                facts.to_string()
            });
        }),
        beyond(
            "another definition of an indicator",
            "no figure follows from a definition in words",
            |of| {
                change_attachment(of, "indicatoren.csv", |text| {
                    text.replacen("Aantal inwoners op 1 januari.", "Iets anders.", 1)
                });
            },
        ),
        found("a file that no list names", |of| {
            let mut file = Stream::new(dictionary! { "Type" => "EmbeddedFile" }, b"a;b".to_vec());
            file.allows_compression = false;
            of.add_object(file);
        }),
        found("a file more, in the list of files", |of| {
            let file = of.add_object(Stream::new(
                dictionary! { "Type" => "EmbeddedFile" },
                b"a;b".to_vec(),
            ));
            let file = of.add_object(dictionary! {
                "Type" => "Filespec", "F" => Object::string_literal("extra.csv"),
                "UF" => Object::string_literal("extra.csv"), "EF" => dictionary! { "F" => file },
            });
            let root = of.trailer.get(b"Root").unwrap().as_reference().unwrap();
            let list = of
                .get_dictionary(root)
                .unwrap()
                .get_deref(b"AF", of)
                .unwrap();
            let mut list = list.as_array().unwrap().clone();
            list.push(file.into());
            of.get_dictionary_mut(root).unwrap().set("AF", list);
        }),
        found("a second content under the same name", |of| {
            let other = of.add_object(Stream::new(
                dictionary! { "Type" => "EmbeddedFile" },
                b"a;b".to_vec(),
            ));
            change_spec(of, "bewijs.csv", |spec| {
                let mut streams = spec.get(b"EF").unwrap().as_dict().unwrap().clone();
                streams.set("UF", other);
                spec.set("EF", streams);
            });
        }),
        found("a second name of a file", |of| {
            change_spec(of, "bewijs.csv", |spec| {
                spec.set("F", Object::string_literal("ander.csv"));
            });
        }),
    ]
}

/// Changes the cells of a row in the middle of a table.
fn change_row(document: &mut Document, name: &str, change: fn(&mut Vec<String>)) {
    change_attachment(document, name, |text| {
        let mut lines: Vec<&str> = text.lines().collect();
        let is_full =
            |line: &str| line.split(',').count() > 6 && !line.contains('"') && !line.contains(",,");
        let from = lines.len() / 2;
        let place =
            (from..lines.len()).find(|place| is_full(lines[*place]) || name.starts_with('v'));
        let place = place.unwrap();
        let mut cells: Vec<String> = lines[place].split(',').map(str::to_owned).collect();
        change(&mut cells);
        let changed = cells.join(",");
        lines[place] = &changed;
        lines.join("\n") + "\n"
    });
}

/// Changes the first fact of a kind of derivation that is of M50 in a percentage.
fn change_fact(document: &mut Document, kind: &str, change: fn(&mut Value)) {
    change_attachment(document, "feiten.json", |text| {
        let mut facts: Value = serde_json::from_str(text).unwrap();
        let list = facts["facts"].as_array_mut().unwrap();
        let fact = list.iter_mut().find(|fact| {
            fact["derivation"]["kind"] == kind
                && fact["derivation"]["group"] == "M50"
                && fact["unit"] == "%"
        });
        change(fact.unwrap());
        facts.to_string()
    });
}

fn change_spec(document: &mut Document, name: &str, change: impl FnOnce(&mut lopdf::Dictionary)) {
    let stream = attached(document, name);
    let specs = document
        .objects
        .iter()
        .filter(|(_, of)| of.as_dict().is_ok_and(|of| of.has_type(b"Filespec")));
    let is_of = |of: &Object| {
        let streams = of
            .as_dict()
            .and_then(|of| of.get(b"EF"))
            .and_then(Object::as_dict);
        streams.is_ok_and(|of| of.get(b"F").and_then(Object::as_reference).ok() == Some(stream))
    };
    let ids: Vec<_> = specs
        .filter(|(_, of)| is_of(of))
        .map(|(id, _)| *id)
        .collect();
    change(document.get_dictionary_mut(ids[0]).unwrap());
}

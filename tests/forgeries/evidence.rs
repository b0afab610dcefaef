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
        found("another rank in the table of groups", |of| {
            change_cell(of, "vergelijking.csv", ("group", "M50"), "rank", |rank| {
                if rank == "1" { "2" } else { "1" }.to_owned()
            });
        }),
        found("a figure of a group that is told to be withheld", |of| {
            change_cell(of, "vergelijking.csv", ("group", "G40"), "value", |_| {
                String::new()
            });
            change_cell(of, "vergelijking.csv", ("group", "G40"), "missing", |_| {
                "withheld-coverage".to_owned()
            });
        }),
        found("a network that is called something else", |of| {
            change_attachment(of, "groepen.csv", |text| {
                let (of, to) = (",G40,network,", ",G40,size-class,");
                text.replace(of, to)
            });
        }),
        found("a network less", |of| {
            change_attachment(of, "groepen.csv", |text| {
                let lines = text.lines().filter(|line| !line.starts_with("G4,"));
                lines.map(|line| line.to_owned() + "\n").collect()
            });
        }),
        found("another name of a group", |of| {
            change_attachment(of, "groepen.csv", |text| {
                text.replace(",G40,network,", ",G4,network,")
            });
        }),
        found("another way to turn a word", |of| {
            change_texts(of, |texts| {
                let signs = texts["paper"]["signs"].as_object_mut().unwrap();
                let turned = signs.values_mut().find(|sign| **sign != 0).unwrap();
                *turned = json!(-turned.as_i64().unwrap());
            });
        }),
        found("another text of a fact in English", |of| {
            change_texts(of, |texts| {
                let facts = texts["paper"]["facts"].as_object_mut().unwrap();
                facts["inwoners.M50"]["english"] = json!("9,999,999");
            });
        }),
        found("another formula of a fact in the appendix", |of| {
            change_texts(of, |texts| {
                texts["paper"]["facts_table"][0]["formula"] = json!("geteld / gedeeld");
            });
        }),
        found("another family of letters", |of| {
            change_texts(of, |texts| {
                texts["paper"]["house"]["font"] = json!("Noto Sanz");
            });
        }),
        found("a cell of the table per gemeente, as it was given", |of| {
            change_texts(of, |texts| {
                texts["paper"]["table"]["rows"][0]["cells"][0] = json!("99.999");
            });
        }),
        found("a figure of the edition before, as it was given", |of| {
            change_texts(of, |texts| {
                texts["paper"]["changes"]["rows"][0]["old"] = json!("9,9% (2021)");
            });
        }),
        found("an outcome of a claim, as it was given", |of| {
            change_texts(of, |texts| {
                let claims = texts["paper"]["claims"].as_object_mut().unwrap();
                let wrong = claims
                    .values_mut()
                    .find(|of| of["state_text"] == "klopt niet");
                wrong.unwrap()["state_text"] = json!("klopt");
            });
        }),
        found("a source less", |of| {
            change_texts(of, |texts| {
                let sources = texts["paper"]["sources"].as_array_mut().unwrap();
                sources.retain(|of| of["table"] != "70072ned");
            });
        }),
        found("a place less, where a sentence stands", |of| {
            change_attachment(of, "plaatsen.json", |text| {
                let mut places: Value = serde_json::from_str(text).unwrap();
                let list = places.as_array_mut().unwrap();
                let place = list.iter().position(|of| of.get("sentence").is_some());
                list.remove(place.unwrap());
                places.to_string()
            });
        }),
        found("cells that are not there", |of| {
            change_fact(of, "ratio", |fact| fact["cells"] = json!([9_999_999]));
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

/// Changes a cell of the first row that has a value and another cell like this.
fn change_cell(
    document: &mut Document,
    name: &str,
    (key, meant): (&str, &str),
    column: &str,
    change: fn(&str) -> String,
) {
    change_attachment(document, name, |text| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let heads: Vec<String> = lines[0].split(',').map(str::to_owned).collect();
        let place = |name: &str| heads.iter().position(|head| head == name).unwrap();
        let (key, column, missing) = (place(key), place(column), place("missing"));
        let is_meant = |line: &&mut String| {
            let cells: Vec<&str> = line.split(',').collect();
            // the second change of a forgery meets the row of the first
            cells[key] == meant
                && !line.contains('"')
                && (cells[missing] == "none" && (!cells[column].is_empty() || column == missing))
        };
        let line = lines.iter_mut().skip(1).find(is_meant).unwrap();
        let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        cells[column] = change(&cells[column]);
        *line = cells.join(",");
        lines.join("\n") + "\n"
    });
}

fn change_texts(document: &mut Document, change: fn(&mut Value)) {
    change_attachment(document, "teksten.json", |text| {
        let mut texts: Value = serde_json::from_str(text).unwrap();
        change(&mut texts);
        texts.to_string()
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

//! Regions, herindelingen, borders and networks, each into the project's own small format.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::{Error, Imported, Source};
use crate::base::csv::for_each_row;
use crate::base::files;
use crate::gemeente::{Gemeente, Geometry, Herindelingen, Networks, RegionId, Regions, region_in};

pub(super) fn import(folder: &Path, data: &Path) -> Result<Imported, Error> {
    let source = Source::read(folder)?;
    let gemeenten = read_gemeenten(&folder.join("gemeenten.csv"))?;
    let herindelingen = read_herindelingen(&folder.join("herindelingen.csv"), &gemeenten)?;

    let place = data.join("regions");
    let new = files::NewFolder::beside(&place)?;
    files::write(
        &new.path().join("gemeenten.csv"),
        &list(folder, &gemeenten)?,
    )?;
    files::write(
        &new.path().join("herindelingen.csv"),
        herindelingen.as_bytes(),
    )?;
    files::write(
        &new.path().join("source.toml"),
        sidecar(&source, "gemeenten per jaar, herindelingen").as_bytes(),
    )?;
    // what was written must read back before it replaces anything
    Regions::read(&new.path().join("gemeenten.csv"))?;
    Herindelingen::read(&new.path().join("herindelingen.csv"))?;
    new.finish()?;
    Ok(Imported::Files(vec![
        place.join("gemeenten.csv"),
        place.join("herindelingen.csv"),
    ]))
}

/// Gemeenten by code, from a list with a line for each year that they exist.
fn read_gemeenten(path: &Path) -> Result<BTreeMap<RegionId, Gemeente>, Error> {
    let mut gemeenten: BTreeMap<RegionId, Gemeente> = BTreeMap::new();
    for_each_row(path, &["year", "code", "name", "province_code"], |row| {
        let [year, code, name, province] = row.cells();
        let year: i32 = row.number(year, "a year")?;
        let gemeente = gemeenten
            .entry(region_in(&row, code)?)
            .or_insert_with(|| Gemeente {
                name: name.to_owned(),
                province: province.to_owned(),
                from: year,
                to: year,
            });
        if gemeente.to + 1 < year {
            return Err(row.wrong(
                format!("`{code}` is back after {}", gemeente.to),
                "years without a gap",
            ));
        }
        gemeente.to = year;
        // a gemeente may change province with a herindeling: the last one counts
        province.clone_into(&mut gemeente.province);
        Ok(())
    })?;
    Ok(gemeenten)
}

/// The herindelingen between these gemeenten, as the project writes them.
fn read_herindelingen(
    path: &Path,
    gemeenten: &BTreeMap<RegionId, Gemeente>,
) -> Result<String, Error> {
    let mut log = String::from("date,kind,from,to,inhabitants,dwellings\n");
    let header = [
        "date",
        "kind",
        "from_code",
        "from_name",
        "to_code",
        "to_name",
        "hectare",
        "dwellings",
        "inhabitants",
    ];
    for_each_row(path, &header, |row| {
        let [date, kind, from, _, to, _, _, dwellings, inhabitants] = row.cells();
        // GM0998 is foreign territory: no one lives in what moves there
        let knows =
            |code: &str| region_in(&row, code).map(|region| gemeenten.contains_key(&region));
        if knows(from)? && knows(to)? {
            log.push_str(&[date, kind, from, to, inhabitants, dwellings].join(","));
            log.push('\n');
        }
        Ok(())
    })?;
    Ok(log)
}

/// The list of gemeenten, as the project writes it.
fn list(folder: &Path, gemeenten: &BTreeMap<RegionId, Gemeente>) -> Result<Vec<u8>, Error> {
    let mut list = csv::Writer::from_writer(Vec::new());
    let csv_error =
        |error: csv::Error| Error::wrong(folder, 0, error.to_string(), "names that fit a CSV file");
    list.write_record(["code", "name", "province", "from", "to"])
        .map_err(csv_error)?;
    for (code, gemeente) in gemeenten {
        let years = [gemeente.from.to_string(), gemeente.to.to_string()];
        list.write_record([
            &code.to_string(),
            &gemeente.name,
            &gemeente.province,
            &years[0],
            &years[1],
        ])
        .map_err(csv_error)?;
    }
    list.into_inner()
        .map_err(|error| Error::wrong(folder, 0, error.to_string(), "memory"))
}

pub(super) fn import_networks(path: &Path, data: &Path) -> Result<Imported, Error> {
    let mut lists = csv::Writer::from_writer(Vec::new());
    let csv_error =
        |error: csv::Error| Error::wrong(path, 0, error.to_string(), "names that fit a CSV file");
    lists
        .write_record(["network", "list_date", "code", "name", "complete", "source"])
        .map_err(csv_error)?;
    for_each_row(
        path,
        &["network", "list_date", "name", "code", "complete", "source"],
        |row| {
            let [network, date, name, code, complete, source] = row.cells();
            lists
                .write_record([network, date, code, name, complete, source])
                .map_err(|error| row.wrong(error.to_string(), "names that fit a CSV file"))
        },
    )?;
    let bytes = lists
        .into_inner()
        .map_err(|error| Error::wrong(path, 0, error.to_string(), "memory"))?;
    let beside = files::NewFolder::beside(&data.join("networks"))?;
    let trial = beside.path().join("networks.csv");
    files::write(&trial, &bytes)?;
    let regions = Regions::read(&data.join("regions/gemeenten.csv"))?;
    Networks::read(&trial, &regions)?;
    let place = data.join("networks.csv");
    files::write(&place, &bytes)?;
    Ok(Imported::Files(vec![place]))
}

pub(super) fn import_geometry(folder: &Path, data: &Path) -> Result<Imported, Error> {
    #[derive(Deserialize)]
    struct Borders {
        year: i32,
        regions: BTreeMap<String, Vec<Vec<(f64, f64)>>>,
    }
    let source = Source::read(folder)?;
    let place = data.join("geometry");
    let new = files::NewFolder::beside(&place)?;
    let mut written = Vec::new();
    for (name, file) in &source.files {
        let path = folder.join(name);
        let borders: Borders =
            serde_json::from_str(&files::read_text(&path)?).map_err(|error| {
                Error::wrong(
                    &path,
                    error.line() as u64,
                    error.to_string(),
                    "regions with rings of points in metres",
                )
            })?;
        let geometry = Geometry {
            valid_for: file.valid_for.clone(),
            source: source.publisher.clone(),
            license: source.license.clone(),
            regions: borders
                .regions
                .into_iter()
                .map(|(code, rings)| {
                    (
                        code,
                        rings.iter().map(|ring| Geometry::pack(ring)).collect(),
                    )
                })
                .collect(),
        };
        let name = format!("{}.json", borders.year);
        let json = serde_json::to_vec(&geometry)
            .map_err(|error| Error::wrong(&path, 0, error.to_string(), "borders that fit JSON"))?;
        files::write(&new.path().join(&name), &json)?;
        written.push(place.join(&name));
    }
    if written.is_empty() {
        return Err(Error::Nothing {
            folder: folder.to_owned(),
        });
    }
    files::write(
        &new.path().join("source.toml"),
        sidecar(&source, "gemeentegrenzen").as_bytes(),
    )?;
    new.finish()?;
    Ok(Imported::Files(written))
}

/// Source and licence beside files that are no table.
fn sidecar(source: &Source, title: &str) -> String {
    let title = if source.title.is_empty() {
        title
    } else {
        &source.title
    };
    let mut table = toml::Table::new();
    for (key, value) in [
        ("title", title),
        ("publisher", &source.publisher),
        ("license", &source.license),
        ("link", &source.statline_url),
    ] {
        table.insert(key.to_owned(), value.into());
    }
    table.insert("caveats".to_owned(), source.caveats.clone().into());
    table.to_string()
}

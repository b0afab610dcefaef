//! Regions, herindelingen, borders and networks, each into the project's own small format.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{Error, GeometryFile, Imported, Source};
use crate::base::csv::for_each_row;
use crate::base::files;
use crate::gemeente::{
    Gemeente, Geometry, Herindelingen, NETWORK_COLUMNS, Networks, RegionId, Regions, gemeente_in,
    is_no_gemeente, region_in, year_in,
};

/// A gemeente of a folder, with the lines of `gemeenten.csv` that name it, by year.
struct Listed {
    gemeente: Gemeente,
    lines: BTreeMap<i32, u64>,
}

pub(super) fn import(folder: &Path, data: &Path) -> Result<Imported, Error> {
    let source = Source::read(folder)?;
    let path = folder.join("gemeenten.csv");
    let listed = read_gemeenten(&path)?;
    let of_lists = listed
        .iter()
        .map(|(region, of)| (*region, of.gemeente.clone()));
    let gemeenten: BTreeMap<RegionId, Gemeente> = of_lists.collect();
    let regions = Regions::new(gemeenten.clone());
    let log_path = folder.join("herindelingen.csv");
    let (herindelingen, log) = read_herindelingen(&log_path, &regions)?;
    herindelingen.fits(&log_path, &regions)?;
    lists_follow(&path, &listed, &regions, &herindelingen)?;

    let place = data.join("regions");
    let new = files::NewFolder::beside(&place)?;
    files::write(
        &new.path().join("gemeenten.csv"),
        &list(folder, &gemeenten)?,
    )?;
    files::write(&new.path().join("herindelingen.csv"), log.as_bytes())?;
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

/// Gemeenten by code, from a list with a line for each year that they exist, in any order. Name and province are those
/// of the last year: a gemeente may change both.
fn read_gemeenten(path: &Path) -> Result<BTreeMap<RegionId, Listed>, Error> {
    let mut all: BTreeMap<RegionId, Listed> = BTreeMap::new();
    for_each_row(path, &["year", "code", "name", "province_code"], |row| {
        let [year, code, name, province] = row.cells();
        let region = gemeente_in(&row, [code, name, province])?;
        let year = year_in(&row, year)?;
        let listed = all.entry(region).or_insert_with(|| Listed {
            gemeente: Gemeente {
                name: String::new(),
                province: String::new(),
                from: year,
                to: year,
            },
            lines: BTreeMap::new(),
        });
        if listed.lines.insert(year, row.line()).is_some() {
            let message = format!("`{code}` is on the list of {year} twice");
            return Err(row.wrong(message, "one line per gemeente and year"));
        }
        let gemeente = &mut listed.gemeente;
        gemeente.from = gemeente.from.min(year);
        if gemeente.to <= year {
            gemeente.to = year;
            name.clone_into(&mut gemeente.name);
            province.clone_into(&mut gemeente.province);
        }
        Ok(())
    })?;
    if all.is_empty() {
        return Err(Error::wrong(
            path,
            1,
            "no gemeente",
            "a line per gemeente and year",
        ));
    }
    for (region, listed) in &all {
        let years = listed.lines.keys().zip(listed.lines.iter().skip(1));
        for (before, (year, line)) in years {
            if before + 1 < *year {
                let message = format!("`{region}` is back in {year} after {before}");
                return Err(Error::wrong(path, *line, message, "years without a gap"));
            }
        }
    }
    Ok(all)
}

/// The herindelingen between these gemeenten, also as the project writes them.
fn read_herindelingen(path: &Path, regions: &Regions) -> Result<(Herindelingen, String), Error> {
    let mut log = String::from("date,kind,from,to,inhabitants,dwellings\n");
    let mut herindelingen = Herindelingen::default();
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
        let knows = |code: &str| region_in(&row, code).map(|region| regions.get(region).is_some());
        let both_known = knows(from)? && knows(to)?;
        // no one lives in what moves abroad, and no figure is of before the first list or after the last
        let is_abroad = is_no_gemeente(from) || is_no_gemeente(to);
        let [first, last] =
            [regions.first_year(), regions.last_year()].map(|year| format!("{year}-01-01"));
        let cells = [date, kind, from, to, inhabitants, dwellings];
        if both_known {
            herindelingen.add(&row, cells)?;
            log.push_str(&cells.join(","));
            log.push('\n');
        } else {
            row.date(date)?;
            if !is_abroad && date > first.as_str() && date <= last.as_str() {
                let message = format!("`{from}` or `{to}` is on no list of gemeenten");
                return Err(row.wrong(message, "codes of `gemeenten.csv`"));
            }
        }
        Ok(())
    })?;
    Ok((herindelingen, log))
}

/// Tests that each list of gemeenten follows from the one before by the herindelingen: without them a gemeente that
/// begins has no past, and one that ends no successor.
fn lists_follow(
    path: &Path,
    listed: &BTreeMap<RegionId, Listed>,
    regions: &Regions,
    herindelingen: &Herindelingen,
) -> Result<(), Error> {
    let on_list =
        |year| -> BTreeSet<RegionId> { regions.in_year(year).map(|(region, _)| region).collect() };
    for year in regions.first_year()..regions.last_year() {
        let (mut follows, is) = (on_list(year), on_list(year + 1));
        herindelingen.replay(&mut follows, year);
        let Some(region) = follows.symmetric_difference(&is).next() else {
            continue;
        };
        let (what, at) = if is.contains(region) {
            ("begins", year + 1)
        } else {
            ("ends", year)
        };
        let (name, line) = listed.get(region).map_or(("", 0), |of| {
            let line = of.lines.get(&at).copied();
            (of.gemeente.name.as_str(), line.unwrap_or_default())
        });
        let message = format!(
            "`{region}` ({name}) {what} between the lists of {year} and {}, and no herindeling says so",
            year + 1
        );
        let expected = "a line of `herindelingen.csv` for each gemeente that begins or ends";
        return Err(Error::wrong(path, line, message, expected));
    }
    Ok(())
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

/// Puts lists of members in the place of those of the same network and date; all others stay.
pub(super) fn import_networks(path: &Path, data: &Path) -> Result<Imported, Error> {
    // what another import adds meanwhile must stay
    let _lock = files::FolderLock::wait_for(&data.join("regions"))?;
    let regions = Regions::read(&data.join("regions/gemeenten.csv"))?;
    let new = Networks::read(path, &regions)?;
    if new.is_empty() {
        return Err(Error::wrong(
            path,
            1,
            "no list of members",
            "a line per member",
        ));
    }
    for_each_row(path, &NETWORK_COLUMNS, |row| {
        let [_, _, code, name, _, _] = row.cells();
        let region = region_in(&row, code)?;
        match regions.get(region).filter(|of| !of.is_named(name)) {
            None => Ok(()),
            Some(of) => Err(row.wrong(
                format!("`{code}` is {}, not `{name}`", of.name),
                "the name in the list of gemeenten, with or without what stands in brackets",
            )),
        }
    })?;
    let place = data.join("networks.csv");
    let mut all = if place.exists() {
        Networks::read(&place, &regions)?
    } else {
        Networks::default()
    };
    all.replace(new);
    let mut lists = csv::Writer::from_writer(Vec::new());
    let header = NETWORK_COLUMNS.map(str::to_owned);
    for row in std::iter::once(&header).chain(all.rows()) {
        lists.write_record(row).map_err(|error| {
            Error::wrong(path, 0, error.to_string(), "names that fit a CSV file")
        })?;
    }
    let bytes = lists
        .into_inner()
        .map_err(|error| Error::wrong(path, 0, error.to_string(), "memory"))?;
    files::write(&place, &bytes)?;
    Ok(Imported::Files(vec![place]))
}

/// Puts borders in the place of those that were made for the same year; all others stay.
pub(super) fn import_geometry(folder: &Path, data: &Path) -> Result<Imported, Error> {
    let source = Source::read(folder)?;
    // what another import adds meanwhile must stay
    let _lock = files::FolderLock::wait_for(&data.join("regions"))?;
    let regions = Regions::read(&data.join("regions/gemeenten.csv"))?;
    let place = data.join("geometry");
    let new = files::NewFolder::beside(&place)?;
    let mut written = Vec::new();
    for (name, file) in &source.files {
        let (year, geometry) = borders(folder.join(name), &source, file)?;
        let (path, name) = (&geometry.path, format!("{year}.json"));
        if file.valid_for.is_empty() || written.contains(&place.join(&name)) {
            let message = format!("borders of {year} serve no year, or come twice");
            let expected = "`valid_for` in `source.toml`, and a file for each year";
            return Err(Error::wrong(path, 0, message, expected));
        }
        for year in &file.valid_for {
            geometry.fits(&regions, *year)?;
        }
        let json = serde_json::to_vec(&geometry)
            .map_err(|error| Error::wrong(path, 0, error.to_string(), "borders that fit JSON"))?;
        files::write(&new.path().join(&name), &json)?;
        written.push(place.join(&name));
    }
    if written.is_empty() {
        return Err(Error::Nothing {
            folder: folder.to_owned(),
        });
    }
    let sidecar = sidecar(&source, "gemeentegrenzen");
    files::write(&new.path().join("source.toml"), sidecar.as_bytes())?;
    keep_others(&place, new.path())?;
    new.finish()?;
    Ok(Imported::Files(written))
}

/// The coordinates of the Dutch grid.
const RD: &str = "EPSG:28992";

/// Borders as they come, with the year they were made for.
fn borders(path: PathBuf, source: &Source, file: &GeometryFile) -> Result<(i32, Geometry), Error> {
    #[derive(Deserialize)]
    struct Borders {
        year: i32,
        crs: String,
        regions: BTreeMap<String, Vec<Vec<(f64, f64)>>>,
    }
    let Borders { year, crs, regions } =
        serde_json::from_str(&files::read_text(&path)?).map_err(|error| {
            let line = error.line() as u64;
            let expected = "regions with rings of points in metres";
            Error::wrong(&path, line, error.to_string(), expected)
        })?;
    if crs != RD {
        let message = format!("the borders are in `{crs}`");
        return Err(Error::wrong(
            &path,
            0,
            message,
            format!("`crs` to be `{RD}`: metres in RD"),
        ));
    }
    let pack = |rings: Vec<Vec<_>>| rings.iter().map(|ring| Geometry::pack(ring)).collect();
    let regions = regions.into_iter();
    let geometry = Geometry {
        valid_for: file.valid_for.clone(),
        path,
        source: source.publisher.clone(),
        license: source.license.clone(),
        regions: regions.map(|(code, rings)| (code, pack(rings))).collect(),
    };
    Ok((year, geometry))
}

/// Copies the files of a folder into the one that takes its place, where that has none of the name.
fn keep_others(old: &Path, new: &Path) -> Result<(), Error> {
    if !old.exists() {
        return Ok(());
    }
    for entry in files::at("read", old, std::fs::read_dir(old))? {
        let path = files::at("read", old, entry)?.path();
        let copy = path.file_name().map(|name| new.join(name));
        if let Some(copy) = copy.filter(|copy| path.is_file() && !copy.exists()) {
            files::at("copy", &path, std::fs::copy(&path, copy))?;
        }
    }
    Ok(())
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

//! Regions, herindelingen, borders and networks, each into the project's own small format.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{Error, GeometryFile, Imported, Source};
use crate::base::csv::for_each_row;
use crate::base::files;
use crate::gemeente::{Geometry, NETWORK_COLUMNS, Networks, Regions, region_in};
use crate::source::regions::Lists;

pub(super) fn import(folder: &Path, data: &Path) -> Result<Imported, Error> {
    let source = Source::read(folder)?;
    let files = ["gemeenten.csv", "herindelingen.csv"].map(|name| {
        let path = folder.join(name);
        let bytes = files::at("read", &path, std::fs::read(&path));
        bytes.map(|bytes| (path, bytes))
    });
    let [gemeenten, log] = files;
    let lists = Lists::checked(&gemeenten?, &log?)?;
    let sidecar = sidecar(&source, "gemeenten per jaar, herindelingen");
    let _lock = files::FolderLock::wait_for(data)?;
    Ok(Imported::Files(lists.write(data, &sidecar)?))
}

/// Puts lists of members in the place of those of the same network and date; all others stay.
pub(super) fn import_networks(path: &Path, data: &Path) -> Result<Imported, Error> {
    // what another import adds meanwhile must stay
    let _lock = files::FolderLock::wait_for(data)?;
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
    let _lock = files::FolderLock::wait_for(data)?;
    let regions = Regions::read(&data.join("regions/gemeenten.csv"))?;
    let place = data.join("geometry");
    let new = files::NewFolder::beside(&place)?;
    let mut written = Vec::new();
    for (key, said) in [
        ("publisher", &source.publisher),
        ("license", &source.license),
    ] {
        if said.trim().is_empty() {
            let message = format!("it does not name the {key} of the borders");
            return Err(source.wrong(
                key,
                message,
                "who made them and under which licence: maps print it",
            ));
        }
    }
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

//! `dcat.jsonld`: the open data as a dataset of a catalogue, in DCAT-AP 3, which data.overheid.nl harvests.
//!
//! In: what the data are called, and their files. Out: JSON-LD. Cannot fail. Addresses of files are relative to where this
//! one is put.

use serde_json::{Value, json};

use super::ground::Ground;
use super::identity::{Identity, LICENCE, WORKBOOK};
use super::package::Written;

/// Lists of the European Union from which words are taken.
const LISTS: &str = "http://publications.europa.eu/resource/authority";

/// `dcat.jsonld`.
pub(super) fn dcat(identity: &Identity, ground: &Ground<'_>, files: &[Written]) -> Value {
    let licence = json!({"@id": LICENCE.2});
    let distributions = files.iter().filter_map(|file| distribution(file, &licence));
    let iri = format!("urn:uuid:{}", identity.uuid);
    let agent = json!({"@type": "foaf:Organization", "foaf:name": identity.publisher});
    let derived = ground.releases.values().filter_map(|of| of.link());
    let mut derived: Vec<&str> = derived.collect();
    derived.sort_unstable();
    derived.dedup();
    let derived: Vec<Value> = derived
        .into_iter()
        .map(|link| json!({"@id": link}))
        .collect();
    let (from, to) = identity.periods;
    let date = |date: String| json!({"@type": "xsd:date", "@value": date});
    json!({
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
            "prov": "http://www.w3.org/ns/prov#",
            "spdx": "http://spdx.org/rdf/terms#",
            "vcard": "http://www.w3.org/2006/vcard/ns#",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
            "adms": "http://www.w3.org/ns/adms#",
        },
        "@id": iri,
        "@type": "dcat:Dataset",
        "dct:identifier": iri,
        "dct:title": [{"@language": "nl", "@value": identity.title}],
        "dct:description": [
            {"@language": "en", "@value": identity.descriptions[0]},
            {"@language": "nl", "@value": identity.descriptions[1]},
        ],
        "dct:publisher": agent,
        "dct:creator": agent,
        "dcat:contactPoint": {"@type": "vcard:Organization", "vcard:fn": identity.publisher},
        "dcat:keyword": identity.keywords.iter().map(|word| json!({"@language": "nl", "@value": word})).collect::<Vec<_>>(),
        "dcat:theme": [
            {"@id": format!("{LISTS}/data-theme/GOVE")},
            {"@id": format!("{LISTS}/data-theme/SOCI")},
            {"@id": format!("{LISTS}/data-theme/REGI")},
        ],
        "dcat:version": identity.version,
        "dct:issued": date(identity.date.clone()),
        "dct:modified": date(identity.date.clone()),
        "dct:language": {"@id": format!("{LISTS}/language/NLD")},
        "dct:accessRights": {"@id": format!("{LISTS}/access-right/PUBLIC")},
        "dct:accrualPeriodicity": {"@id": format!("{LISTS}/frequency/ANNUAL")},
        "dct:license": licence,
        "dct:spatial": {"@id": format!("{LISTS}/country/NLD")},
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": date(format!("{from}-01-01")),
            "dcat:endDate": date(format!("{to}-12-31")),
        },
        "adms:status": {"@id": format!("{LISTS}/dataset-status/COMPLETED")},
        "dct:conformsTo": {"@id": "https://datapackage.org/profiles/2.0/datapackage.json"},
        "prov:wasDerivedFrom": derived,
        "dcat:distribution": distributions.collect::<Vec<_>>(),
    })
}

/// A file as a distribution; what only describes others is none.
fn distribution(file: &Written, licence: &Value) -> Option<Value> {
    let extension = file.path.rsplit_once('.')?.1;
    let (kind, media) = match extension {
        "csv" => ("CSV", "text/csv"),
        "parquet" => ("PARQUET", "application/vnd.apache.parquet"),
        "xlsx" if file.path == WORKBOOK => (
            "XLSX",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        _ => return None,
    };
    Some(json!({
        "@id": format!("#{}", file.path),
        "@type": "dcat:Distribution",
        "dct:title": {"@language": "nl", "@value": file.path},
        "dcat:accessURL": {"@id": file.path},
        "dcat:downloadURL": {"@id": file.path},
        "dct:format": {"@id": format!("{LISTS}/file-type/{kind}")},
        "dcat:mediaType": {"@id": format!("http://www.iana.org/assignments/media-types/{media}")},
        "dct:license": licence,
        "dcat:byteSize": {"@type": "xsd:nonNegativeInteger", "@value": file.bytes.to_string()},
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": {"@type": "xsd:hexBinary", "@value": file.sha256},
        },
    }))
}

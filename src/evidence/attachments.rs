//! What is attached to the PDF, so that it carries its own evidence: `bijlagen.typ` attaches what [`ALL`] lists, and
//! `verify` expects the same.

use serde::Serialize;

/// The folder beside `main.typ`.
pub const FOLDER: &str = "bijlagen";
/// The list of checksums.
pub const CHECKSUMS: &str = "controlesommen.txt";
/// What the program gave the paper to print.
pub const TEXTS: &str = "teksten.json";
/// Where it stands, as Typst tells it once all pages are set; no sheet has it.
pub const PLACES: &str = "plaatsen.json";

/// One attached file.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Attachment {
    /// Name in the PDF.
    pub name: &'static str,
    /// Path beside `main.typ`.
    pub path: &'static str,
    /// MIME type.
    pub mime: &'static str,
    /// Relationship to the paper, as PDF/A-3 names them.
    pub relationship: &'static str,
    /// What it is, in Dutch.
    pub description: &'static str,
}

macro_rules! attachment {
    ($name:literal, $mime:literal, $relationship:literal, $description:literal) => {
        Attachment {
            name: $name,
            path: concat!("bijlagen/", $name),
            mime: $mime,
            relationship: $relationship,
            description: $description,
        }
    };
}

/// Every attached file, by name.
pub const ALL: [Attachment; 9] = [
    attachment!(
        "bewijs.csv",
        "text/csv",
        "data",
        "Teller, noemer en waarde per gemeente waar de feiten op rusten"
    ),
    attachment!(
        "cellen.csv",
        "text/csv",
        "data",
        "De oorspronkelijke cellen van CBS achter die regels"
    ),
    attachment!(
        "controlesommen.txt",
        "text/plain",
        "supplement",
        "SHA-256 van de andere bijlagen"
    ),
    attachment!(
        "feiten.json",
        "application/json",
        "data",
        "Elk feit met waarde, tekst, afleiding en cellen"
    ),
    attachment!("groepen.csv", "text/csv", "data", "De leden van elke groep"),
    attachment!(
        "indicatoren.csv",
        "text/csv",
        "data",
        "Definitie, eenheid en berekening van elk cijfer"
    ),
    attachment!(
        "plaatsen.json",
        "application/json",
        "supplement",
        "Op welke bladzijde elke zin, elk getal en elke grafiek van het programma staat"
    ),
    attachment!(
        "teksten.json",
        "application/json",
        "supplement",
        "Wat het programma aan tekst voor dit stuk heeft geleverd"
    ),
    attachment!(
        "vergelijking.csv",
        "text/csv",
        "data",
        "De groepen vergeleken, voor de cijfers en jaren in dit stuk"
    ),
];

/// What a sheet of one gemeente carries, by name: what is about that gemeente. Groups are proven by the paper and the open
/// data that it names.
pub const OF_SHEET: [&str; 5] = ["bewijs.csv", "cellen.csv", CHECKSUMS, "feiten.json", TEXTS];

/// The attachments of a sheet, by name.
pub fn of_sheet() -> impl Iterator<Item = Attachment> {
    let is_of_sheet = |of: &Attachment| OF_SHEET.contains(&of.name);
    ALL.into_iter().filter(is_of_sheet)
}

//! Small tables with every peculiarity, and a table of any size, computed.

use super::model::{Cell, Kind, Member, ServedTable};

/// Population: two totals to fix, padded regions, a gemeente that does not exist yet, a secret and an absent cell.
pub fn population() -> ServedTable {
    let cells = |at: &[usize], topic: usize| match (at[1], at[2], topic) {
        (_, 0, _) => Cell::Value(17_000_000.0 + at[3] as f64),
        (_, 4, 0) if at[3] == 0 => Cell::Empty("Impossible"),
        (_, 3, 1) if at[3] == 1 => Cell::Empty("Confidential"),
        (_, 3, 1) if at[3] == 2 => Cell::Absent,
        (sex, region, topic) => Cell::Value(
            (1_000 * region + 100 * at[3] + 10 * sex + topic) as f64 + 0.5 * topic as f64,
        ),
    };
    let mut table = ServedTable::new("03759ned", "Bevolking; geslacht, leeftijd en regio", cells)
        .dim("Leeftijd", Kind::Dimension, &[("10000", "Totaal")])
        .dim(
            "Geslacht",
            Kind::Dimension,
            &[("T001038", "Totaal mannen en vrouwen"), ("3000", "Mannen")],
        )
        .dim("RegioS", Kind::GeoDimension, &regions())
        .dim(
            "Perioden",
            Kind::TimeDimension,
            &[
                ("2019JJ00", "2019"),
                ("2020JJ00", "2020"),
                ("2021JJ00", "2021*"),
            ],
        )
        .topic(
            "BevolkingOp1Januari_1",
            "M000352",
            "Bevolking > Bevolking op 1 januari",
            "aantal",
        )
        .topic(
            "GemiddeldeBevolking_2",
            "M000365",
            "Bevolking > Gemiddelde bevolking",
            "aantal",
        );
    table.dims[3].members[2].status = Some("Voorlopig".into());
    table.topics[1].datatype = "Double".into();
    table.topics[1].decimals = 1;
    table
}

fn regions() -> [(&'static str, &'static str); 6] {
    [
        ("NL01", "Nederland"),
        ("PV20", "Groningen (PV)"),
        ("GM0363", "Amsterdam"),
        ("GM0599", "Rotterdam"),
        ("GM1992", "Voorne aan Zee"),
        ("GM0999", "Gemeente onbekend"),
    ]
}

/// Kerncijfers wijken en buurten: no periods, `NL00`, a detail dimension of width ten, defaults of every kind, a text.
pub fn kwb(id: &str, year: u16) -> ServedTable {
    let cells = |at: &[usize], topic: usize| match (topic, at[0]) {
        (0, 0) => Cell::Text("Nederland".into()),
        (0, _) => Cell::Text("Aa en Hunze".into()),
        (_, 1) => Cell::Absent,
        (topic, region) => Cell::Value((region * 100 + topic) as f64),
    };
    let regions = [
        ("NL00", "Nederland"),
        ("GM1680", "Aa en Hunze"),
        ("WK168000", "Wijk 00 Annen"),
        ("BU16800000", "Annen"),
    ];
    let mut table = ServedTable::new(id, &format!("Kerncijfers wijken en buurten {year}"), cells)
        .dim("WijkenEnBuurten", Kind::GeoDetail, &regions)
        .topic(
            "Gemeentenaam_1",
            "G000001",
            "Regioaanduiding > Gemeentenaam",
            "",
        )
        .topic(
            "AantalInwoners_5",
            "T001036",
            "Bevolking > Aantal inwoners",
            "aantal",
        )
        .topic("Appartement_48", "A000048", "Prijs > Appartement", "euro")
        .topic("Appartement_56", "A000056", "Gas > Appartement", "euro")
        .topic(
            "Woningvoorraad_60",
            "M000297",
            "Wonen > Woningvoorraad",
            "aantal",
        );
    table.map_year = Some(year);
    table.topics[0].datatype = "String".into();
    for (topic, default) in table.topics.iter_mut().skip(1).zip([
        Some("Zero"),
        Some("Impossible"),
        Some("Missing"),
        None,
    ]) {
        topic.default = default.map(Into::into);
    }
    table
}

/// Registered crime of a third party: members of a dimension become topics.
pub fn crime() -> ServedTable {
    let cells = |at: &[usize], _: usize| Cell::Value((at[0] * 1_000 + at[1] * 10 + at[2]) as f64);
    let mut table = ServedTable::new(
        "47022NED",
        "Geregistreerde misdrijven; soort misdrijf, regio",
        cells,
    )
    .dim(
        "SoortMisdrijf",
        Kind::Dimension,
        &[
            ("0.0.0", "Totaal misdrijven"),
            ("1.1.1", "Diefstal woning"),
            ("1.4.4", "Moord"),
        ],
    )
    .dim(
        "WijkenEnBuurten",
        Kind::GeoDetail,
        &[
            ("NL00", "Nederland"),
            ("GM0363", "Amsterdam"),
            ("WK036300", "Wijk 00"),
        ],
    )
    .dim(
        "Perioden",
        Kind::TimeDimension,
        &[
            ("2023JJ00", "2023"),
            ("2023MM01", "2023 januari"),
            ("2024JJ00", "2024"),
        ],
    )
    .topic(
        "GeregistreerdeMisdrijven_1",
        "M1",
        "Geregistreerde misdrijven",
        "aantal",
    );
    table.catalog = "Politie".into();
    table.v4 = false;
    table
}

/// So many gemeenten and years, computed cell by cell.
pub fn big(gemeenten: usize, years: usize) -> ServedTable {
    let mut table = ServedTable::new("99999NED", "Grote tabel", |at, topic| {
        Cell::Value((at[0] * 31 + at[1] * 7 + topic) as f64 / 2.0)
    })
    .dim("RegioS", Kind::GeoDimension, &[])
    .dim("Perioden", Kind::TimeDimension, &[])
    .topic("Getal_1", "M000001", "Getal", "aantal");
    let member = |key: String, status: Option<String>| Member {
        title: key.clone(),
        key,
        status,
    };
    table.dims[0].members = (1..=gemeenten)
        .map(|number| member(format!("GM{number:04}"), None))
        .collect();
    let years = 0..years;
    table.dims[1].members = years
        .map(|year| member(format!("{}JJ00", 1000 + year), Some("Definitief".into())))
        .collect();
    table.dense = true;
    // halves
    table.topics[0].decimals = 1;
    table
}

/// So many gemeenten, years and topics, with figures that no door takes for a mistake.
pub fn wide(gemeenten: usize, years: usize, topics: usize) -> ServedTable {
    let mut table = big(gemeenten, years);
    table.topics.clear();
    for number in 1..=topics {
        let (key, code) = (format!("GetalNummer_{number}"), format!("M{number:06}"));
        table = table.topic(&key, &code, &format!("Getal {number}"), "aantal");
    }
    table.cells = std::sync::Arc::new(|at, topic| {
        // sizes in no order, that hardly change from year to year
        let size = 5_000 + at[0] * 7_919 % 6_151 * 15;
        Cell::Value((size * (10 + topic) / 10 + at[1] * (1 + at[0] % 7) + topic) as f64)
    });
    table
}

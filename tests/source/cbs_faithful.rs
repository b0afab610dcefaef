//! The test server is faithful: Python's `cbsodata` package, which knows only CBS, reads tables from it unchanged.
//!
//! Needs `python3` with `cbsodata`; without them it says so and passes.

use std::process::Command;

use crate::cbs_server::Server;
use crate::cbs_server::samples::{big, kwb, population};

const SCRIPT: &str = r#"
import sys, json, cbsodata
cbsodata.options.use_https = False
cbsodata.options.catalog_url = sys.argv[1]
tables = cbsodata.get_table_list(filters="Identifier eq '03759ned'")
assert [table["Identifier"] for table in tables] == ["03759ned"], tables
assert cbsodata.get_info("03759ned")["Title"].startswith("Bevolking")
assert {row["odata.type"] for row in cbsodata.get_meta("03759ned", "DataProperties")} >= {"Cbs.OData.Topic", "Cbs.OData.TopicGroup"}
rows = cbsodata.get_data("03759ned", filters="Geslacht eq 'T001038' and substringof('GM',RegioS)",
                         select=["RegioS", "Perioden", "BevolkingOp1Januari_1"])
print(json.dumps(rows[:2] + [len(rows)]))
print(len(cbsodata.get_data("99999NED")))
rows = cbsodata.get_data("84799NED")
print(json.dumps([rows[0]["WijkenEnBuurten"], rows[1]["Gemeentenaam_1"], rows[1]["AantalInwoners_5"], rows[2]["AantalInwoners_5"]]))
try:
    cbsodata.get_info("03759NED")
except Exception as error:
    print("404" in str(error))
"#;

#[test]
fn pythons_cbsodata_reads_tables_unchanged() {
    let ready = Command::new("python3")
        .args(["-c", "import cbsodata"])
        .output()
        .is_ok_and(|run| run.status.success());
    if !ready {
        eprintln!("passed over: python3 with cbsodata is not there");
        return;
    }
    let server = Server::start(vec![population(), big(10, 4), kwb("84799NED", 2020)])
        .with(|options| options.feed_page = 7);
    let run = Command::new("python3")
        .args(["-c", SCRIPT, &server.host()])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(
        run.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&run.stderr)
    );
    let expected = [
        r#"[{"RegioS": "Amsterdam", "Perioden": "2019", "BevolkingOp1Januari_1": 2000}, {"RegioS": "Amsterdam", "Perioden": "2020", "BevolkingOp1Januari_1": 2100}, 12]"#,
        "40",
        r#"["Nederland", "Aa en Hunze", null, 201]"#,
        "True",
    ];
    assert_eq!(said.lines().collect::<Vec<_>>(), expected);
}

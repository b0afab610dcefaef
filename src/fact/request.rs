//! The OData request for one cell, for anyone to paste into a browser.
//!
//! CBS's own tables answer by v4 where the topic is a v4 measure code; by v3 where it is a v3 key (the figures of the
//! neighbourhood tables), as do all tables of third parties. v3 pads its keys with spaces to a width of its own, so the
//! request trims before it compares; the neighbourhood tables call Nederland `NL00` and have no periods.

use crate::gemeente::NEDERLAND;
use crate::query::{Service, Table};

/// The address that asks for one topic of one region and period; `None` for a table that is not in OData.
pub fn request(table: &Table, key: &str, region: &str, period: &str) -> Option<String> {
    if table.service == Service::File {
        return None;
    }
    let own = table.catalog == "CBS";
    // a key of several parts is a member of a further dimension with a topic
    let (member, topic) = match key.split_once(':') {
        Some((member, topic)) => (Some(member), topic),
        None => (None, key),
    };
    let mut conditions = Vec::new();
    if own && member.is_none() && is_measure(topic) {
        conditions.push(format!("Measure eq '{topic}'"));
        conditions.push(format!("RegioS eq '{region}'"));
        conditions.push(format!("Perioden eq '{period}'"));
        conditions.extend(fixed(table, str::to_owned));
        return Some(encoded(&format!(
            "https://datasets.cbs.nl/odata/v1/CBS/{}/Observations?$filter={}",
            table.id,
            conditions.join(" and ")
        )));
    }
    let host = if own { "opendata" } else { "dataderden" };
    let mut columns = Vec::new();
    let neighbourhoods = table.family.as_deref() == Some("kwb");
    if neighbourhoods {
        let region = if region == NEDERLAND { "NL00" } else { region };
        conditions.push(format!("trim(WijkenEnBuurten) eq '{region}'"));
        columns.push("WijkenEnBuurten");
    } else {
        if let Some(member) = member {
            conditions.push(format!("trim(SoortMisdrijf) eq '{member}'"));
        }
        conditions.push(format!("trim(RegioS) eq '{region}'"));
        conditions.push(format!("trim(Perioden) eq '{period}'"));
        columns.extend(["RegioS", "Perioden"]);
    }
    conditions.extend(fixed(table, |dimension| format!("trim({dimension})")));
    columns.push(topic);
    Some(encoded(&format!(
        "https://{host}.cbs.nl/ODataApi/odata/{}/TypedDataSet?$format=json&$filter={}&$select={}",
        table.id,
        conditions.join(" and "),
        columns.join(",")
    )))
}

fn fixed(table: &Table, name: impl Fn(&str) -> String) -> Vec<String> {
    table
        .fixed
        .iter()
        .map(|(dimension, member)| format!("{} eq '{member}'", name(dimension)))
        .collect()
}

/// Whether a key is a code of v4: letters and then digits (`M000352`), where v3 has a title and a number.
fn is_measure(key: &str) -> bool {
    let digits = key.trim_start_matches(|c: char| c.is_ascii_uppercase());
    digits.len() < key.len()
        && !digits.is_empty()
        && digits.chars().all(|c| c.is_ascii_digit() || c == '_')
}

fn encoded(address: &str) -> String {
    address.replace(' ', "%20").replace('\'', "%27")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn table(id: &str, catalog: &str) -> Table {
        Table {
            place: 0,
            id: id.to_owned(),
            level: crate::query::Level::Gemeente,
            has_buurten: false,
            family: None,
            period: None,
            service: Service::Auto,
            catalog: catalog.to_owned(),
            fixed: BTreeMap::new(),
            fixed_where_there: BTreeMap::new(),
            sum_months: false,
            optional: false,
            all_zero_is_not_delivered: false,
        }
    }

    #[test]
    fn v4_for_a_measure_of_cbs() {
        let mut table = table("03759ned", "CBS");
        table
            .fixed
            .insert("Geslacht".to_owned(), "T001038".to_owned());
        assert_eq!(
            request(&table, "M000352", "GM0363", "2024JJ00").unwrap(),
            "https://datasets.cbs.nl/odata/v1/CBS/03759ned/Observations?$filter=Measure%20eq%20%27M000352%27%20and%20\
             RegioS%20eq%20%27GM0363%27%20and%20Perioden%20eq%20%272024JJ00%27%20and%20Geslacht%20eq%20%27T001038%27"
        );
    }

    #[test]
    fn v3_for_third_parties_and_for_v3_keys() {
        let address = request(
            &table("47022NED", "Politie"),
            "0.0.0:GeregistreerdeMisdrijven_1",
            "GM0363",
            "2024JJ00",
        );
        assert_eq!(
            address.unwrap(),
            "https://dataderden.cbs.nl/ODataApi/odata/47022NED/TypedDataSet?$format=json&$filter=trim(SoortMisdrijf)\
             %20eq%20%270.0.0%27%20and%20trim(RegioS)%20eq%20%27GM0363%27%20and%20trim(Perioden)%20eq%20%272024JJ00%27\
             &$select=RegioS,Perioden,GeregistreerdeMisdrijven_1"
        );
        let mut kwb = table("85984NED", "CBS");
        kwb.family = Some("kwb".to_owned());
        let address = request(&kwb, "AantalInwoners_5", NEDERLAND, "2024JJ00").unwrap();
        assert!(
            address.starts_with("https://opendata.cbs.nl/")
                && address.contains("NL00")
                && !address.contains("Perioden"),
            "{address}"
        );
    }

    #[test]
    fn a_file_has_no_request() {
        let mut file = table("iv3-2025-begroting", "CBS");
        file.service = Service::File;
        assert_eq!(request(&file, "0.1:lasten", "GM0363", "2025JJ00"), None);
    }
}

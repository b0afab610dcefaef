//! dump
fn main() {
    let queries = middelgroot::query::Queries::read(std::path::Path::new("queries")).unwrap();
    println!("{queries:#?}");
}

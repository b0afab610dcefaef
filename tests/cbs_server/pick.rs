//! The rows of a cube that meet a filter, found without looking at every row where the filter allows.

use super::filter::{Expr, Value};

/// Members per dimension, or single combinations where a filter speaks of several columns at once.
pub struct Picked {
    members: Vec<Vec<usize>>,
    single: Option<Vec<Vec<usize>>>,
}

impl Picked {
    /// `names` and `keys` of the dimensions; `other` gives the value of any other column.
    pub fn new(
        filter: Option<&str>,
        v4: bool,
        names: &[&str],
        keys: &[Vec<String>],
        other: &dyn Fn(&str, &[usize]) -> Option<Value>,
    ) -> Result<Self, String> {
        let conditions = filter
            .map(|text| Expr::parse(text, v4))
            .transpose()?
            .map(Expr::all)
            .unwrap_or_default();
        let mut members: Vec<Vec<usize>> =
            keys.iter().map(|keys| (0..keys.len()).collect()).collect();
        let mut rest = Vec::new();
        for condition in conditions {
            let columns = condition.columns();
            let first = columns
                .first()
                .and_then(|column| names.iter().position(|name| name == column));
            match first {
                Some(dim) if columns.iter().all(|column| *column == names[dim]) => {
                    members[dim]
                        .retain(|at| condition.holds(&|_| Value::Text(keys[dim][*at].clone())));
                }
                _ => rest.push(condition),
            }
        }
        let mut picked = Self {
            members,
            single: None,
        };
        let unknown = rest.iter().flat_map(Expr::columns).find(|column| {
            !names.contains(column) && other(column, &vec![0; names.len()]).is_none()
        });
        if let Some(unknown) = unknown {
            return Err(format!("Could not find a property named '{unknown}'."));
        }
        if !rest.is_empty() {
            let holds = |coords: &Vec<usize>| {
                rest.iter().all(|condition| {
                    condition.holds(
                        &|column| match names.iter().position(|name| *name == column) {
                            Some(dim) => Value::Text(keys[dim][coords[dim]].clone()),
                            None => other(column, coords).unwrap_or(Value::Null),
                        },
                    )
                })
            };
            picked.single = Some(
                (0..picked.count())
                    .map(|at| picked.coords(at))
                    .filter(holds)
                    .collect(),
            );
        }
        Ok(picked)
    }

    pub fn count(&self) -> usize {
        self.single
            .as_ref()
            .map_or_else(|| self.members.iter().map(Vec::len).product(), Vec::len)
    }

    /// The combination with this number; the last dimension runs fastest.
    pub fn coords(&self, mut at: usize) -> Vec<usize> {
        if let Some(single) = &self.single {
            return single[at].clone();
        }
        let mut coords = vec![0; self.members.len()];
        for (coord, members) in coords.iter_mut().zip(&self.members).rev() {
            *coord = members[at % members.len()];
            at /= members.len();
        }
        coords
    }
}

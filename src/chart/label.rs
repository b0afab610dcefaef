//! Where labels go. In: positions along one axis and texts. Out: places without overlap: `pins` lays labels as little flags
//! beside upright leaders, `spread` moves labels at line ends apart. Nothing fails: the layout asks for the height it
//! needs. The peculiarity it answers: the groups' values often differ by a tenth, so their labels always compete.

use super::text::{self, Weight};
use super::theme;

/// Side of its leader on which a flag stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Right,
}

/// A label to be tied to a position.
#[derive(Debug, Clone)]
pub(crate) struct Pin {
    /// Position of the leader.
    pub x: f64,
    pub text: String,
    pub size: f64,
    pub weight: Weight,
    /// Half the width of the marker at the top of the leader.
    pub reach: f64,
}

/// A flag with its place.
#[derive(Debug, Clone)]
pub(crate) struct Flag {
    pub lines: Vec<String>,
    pub side: Side,
    /// Lines of label height between the base and the flag.
    pub level: usize,
}

/// All flags, in the order of the pins, and the number of levels they take.
#[derive(Debug, Clone, Default)]
pub(crate) struct Flags {
    pub flags: Vec<Flag>,
    pub levels: usize,
}

/// White between a leader's marker and its text.
pub(crate) const GAP: f64 = 2.2;
/// White between a flag and whatever stands beside it.
const APART: f64 = 4.0;
/// Combinations of sides are tried one by one up to this number of pins.
const MOST_TRIED: usize = 8;

/// Gives every pin a side and a level between `low` and `high`, so that texts overlap neither texts nor markers and
/// leaders pass beside the texts of others.
pub(crate) fn pins(pins: &[Pin], low: f64, high: f64) -> Flags {
    let options: Vec<[Option<Zone>; 2]> = pins.iter().map(|pin| zones(pin, low, high)).collect();
    let tried = if pins.len() <= MOST_TRIED {
        1_usize << pins.len()
    } else {
        0
    };
    let mut best: Option<(usize, Stack)> = None;
    for sides in 0..tried {
        // A combination with a side that has no room is none.
        let zones = options
            .iter()
            .enumerate()
            .map(|(i, o)| o[sides >> i & 1].as_ref());
        let Some(zones) = zones.collect::<Option<Vec<&Zone>>>() else {
            continue;
        };
        let stack = Stack::new(zones);
        let cost = stack.cost() + sides.count_ones() as usize;
        if best.as_ref().is_none_or(|(least, _)| cost < *least) {
            // Nothing is better than all flags side by side, so the rest need not be tried.
            let done = stack.crossings == 0 && stack.height() <= 1;
            best = Some((cost, stack));
            if done {
                break;
            }
        }
    }
    let first = || {
        Stack::new(
            options
                .iter()
                .filter_map(|o| o[0].as_ref().or(o[1].as_ref()))
                .collect(),
        )
    };
    best.map_or_else(first, |(_, stack)| stack).flags()
}

/// What one flag covers on one side of its leader.
#[derive(Debug, Clone)]
struct Zone {
    lead: f64,
    /// The text with white around it: no leader of another pin may pass here.
    text: (f64, f64),
    /// Text and marker: nothing of another pin may stand here.
    all: (f64, f64),
    lines: Vec<String>,
    side: Side,
}

/// The zones right and left of the leader; `None` where the text does not fit. One of them always is there: a text too long
/// for both sides is wrapped on the roomier one.
fn zones(pin: &Pin, low: f64, high: f64) -> [Option<Zone>; 2] {
    let offset = pin.reach + GAP;
    let room = [high - pin.x - offset, pin.x - offset - low];
    let whole = text::width(&text::clean(&pin.text), pin.size, pin.weight);
    let zone = |side: Side, room: f64| {
        let lines = text::wrap(&pin.text, pin.size, pin.weight, room.max(0.0), 2);
        let width = lines
            .iter()
            .map(|l| text::width(l, pin.size, pin.weight))
            .fold(0.0, f64::max);
        let (text, all) = match side {
            Side::Right => (
                (pin.x + offset, pin.x + offset + width),
                (pin.x - pin.reach, pin.x + offset + width),
            ),
            Side::Left => (
                (pin.x - offset - width, pin.x - offset),
                (pin.x - offset - width, pin.x + pin.reach),
            ),
        };
        Zone {
            lead: pin.x,
            text: (text.0 - 1.2, text.1 + 1.2),
            all,
            lines,
            side,
        }
    };
    let fits = [whole <= room[0], whole <= room[1]];
    let roomier = usize::from(room[1] > room[0]);
    let allowed = |i: usize| fits[i] || (!fits[1 - i] && i == roomier);
    [
        allowed(0).then(|| zone(Side::Right, room[0])),
        allowed(1).then(|| zone(Side::Left, room[1])),
    ]
}

/// Zones with fixed sides, the level of each, and how many leaders had to cross a text.
struct Stack<'a> {
    zones: Vec<&'a Zone>,
    levels: Vec<usize>,
    crossings: usize,
}

impl<'a> Stack<'a> {
    fn new(zones: Vec<&'a Zone>) -> Self {
        let crosses =
            |i: usize, j: usize| zones[j].lead > zones[i].text.0 && zones[j].lead < zones[i].text.1;
        let overlap = |i: usize, j: usize| {
            zones[i].all.0 < zones[j].all.1 + APART && zones[j].all.0 < zones[i].all.1 + APART
        };
        let mut levels: Vec<Option<usize>> = vec![None; zones.len()];
        let mut crossings = 0;
        for _ in 0..zones.len() {
            // A flag comes after every pin whose leader would pass through it: it must stand above those.
            let open = |i: &usize| levels[*i].is_none();
            let waits = |i: usize| {
                (0..zones.len())
                    .filter(|j| *j != i && open(j) && crosses(i, *j))
                    .count()
            };
            let Some(i) = (0..zones.len())
                .filter(open)
                .min_by_key(|i| (waits(*i), *i))
            else {
                break;
            };
            crossings += waits(i);
            let others = || (0..zones.len()).filter(move |j| *j != i);
            let height = zones[i].lines.len();
            let mut level = 0;
            // Rising past one flag may bring it beside another, so look again until nothing is in the way.
            while let Some(above) = others().find_map(|j| {
                let at = levels[j]?;
                let top = at + zones[j].lines.len();
                let beside = overlap(i, j) && level < top && at < level + height;
                let under = crosses(i, j) && level < top;
                (beside || under).then_some(top)
            }) {
                level = above;
            }
            levels[i] = Some(level);
            crossings += others()
                .filter(|j| crosses(*j, i) && levels[*j].is_some_and(|at| at < level))
                .count();
        }
        let levels = levels.into_iter().map(Option::unwrap_or_default).collect();
        Self {
            zones,
            levels,
            crossings,
        }
    }

    /// Levels in use.
    fn height(&self) -> usize {
        self.levels
            .iter()
            .zip(&self.zones)
            .map(|(level, zone)| level + zone.lines.len())
            .max()
            .unwrap_or(0)
    }

    /// Crossed texts weigh most, then the height, then long leaders.
    fn cost(&self) -> usize {
        self.crossings * 10_000 + self.height() * 100 + self.levels.iter().sum::<usize>() * 4
    }

    fn flags(self) -> Flags {
        let flag = |(zone, level): (&&Zone, &usize)| Flag {
            lines: zone.lines.clone(),
            side: zone.side,
            level: *level,
        };
        let flags = self.zones.iter().zip(&self.levels).map(flag).collect();
        Flags {
            flags,
            levels: self.height(),
        }
    }
}

/// Centres for labels of the given heights, as near to the wanted ones as order and room allow; where the heights fit
/// between `low` and `high` none overlaps and none leaves that range.
pub(crate) fn spread(wanted: &[f64], heights: &[f64], low: f64, high: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len().min(heights.len())).collect();
    order.sort_by(|a, b| wanted[*a].total_cmp(&wanted[*b]));
    // Blocks of touching labels, each at the mean of what its labels want (isotonic regression).
    let mut blocks: Vec<(f64, usize, f64)> = Vec::new(); // sum of wanted tops, members, height
    for &i in &order {
        let mut block = (wanted[i] - heights[i] / 2.0, 1, heights[i]);
        while let Some(&(sum, count, height)) = blocks.last() {
            if sum / count as f64 + height <= block.0 / block.1 as f64 {
                break;
            }
            blocks.pop();
            block = (
                sum + block.0 - block.1 as f64 * height,
                count + block.1,
                height + block.2,
            );
        }
        blocks.push(block);
    }
    let mut tops: Vec<f64> = Vec::with_capacity(order.len());
    for (sum, count, _) in blocks {
        let mut top = sum / count as f64;
        for _ in 0..count {
            let height = heights[order[tops.len()]];
            tops.push(top);
            top += height;
        }
    }
    let mut floor = high;
    for (top, i) in tops.iter_mut().zip(&order).rev() {
        *top = top.min(floor - heights[*i]);
        floor = *top;
    }
    let mut ceiling = low;
    for (top, i) in tops.iter_mut().zip(&order) {
        *top = top.max(ceiling);
        ceiling = *top + heights[*i];
    }
    let mut centres = vec![0.0; wanted.len()];
    for (top, i) in tops.iter().zip(&order) {
        centres[*i] = top + heights[*i] / 2.0;
    }
    centres
}

/// Offsets across the axis that keep dots of radius `theme::DOT` apart, within `most` points either way: the nearest
/// free place to the axis for each, in order of position. Too many equal values are pressed together, never dropped.
pub(crate) fn swarm(xs: &[f64], most: f64) -> Vec<f64> {
    let apart = theme::DOT * 2.0 + 0.3;
    let mut order: Vec<usize> = (0..xs.len()).collect();
    order.sort_by(|a, b| xs[*a].total_cmp(&xs[*b]));
    let mut offsets = vec![0.0_f64; xs.len()];
    for (n, &i) in order.iter().enumerate() {
        let near: Vec<(f64, f64)> = order[..n]
            .iter()
            .rev()
            .take_while(|j| xs[i] - xs[**j] < apart)
            .map(|j| (xs[i] - xs[*j], offsets[*j]))
            .collect();
        let free = |y: f64| {
            near.iter()
                .all(|(dx, at)| dx * dx + (y - at) * (y - at) >= apart * apart - 1e-6)
        };
        let touching = near.iter().flat_map(|(dx, at)| {
            let dy = (apart * apart - dx * dx).max(0.0).sqrt();
            [at - dy, at + dy]
        });
        let nearest = touching
            .chain([0.0])
            .filter(|y| free(*y))
            .min_by(|a, b| a.abs().total_cmp(&b.abs()).then(a.total_cmp(b)));
        offsets[i] = nearest.unwrap_or(0.0);
    }
    let widest = offsets.iter().fold(0.0_f64, |w, y| w.max(y.abs()));
    if widest > most {
        for y in &mut offsets {
            *y *= most / widest;
        }
    }
    offsets
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pin(x: f64, text: &str) -> Pin {
        Pin {
            x,
            text: text.to_owned(),
            size: 8.0,
            weight: Weight::Regular,
            reach: 3.5,
        }
    }

    #[test]
    fn equal_positions_become_a_staircase_on_both_sides() {
        let same: Vec<Pin> = (0..6).map(|i| pin(200.0, &format!("groep {i}"))).collect();
        let flags = pins(&same, 0.0, 400.0);
        assert_eq!(
            flags.levels, 6,
            "markers at one place stand above each other"
        );
        let near: Vec<Pin> = (0..6)
            .map(|i| pin(200.0 + 12.0 * f64::from(i), &format!("groep {i}")))
            .collect();
        assert_eq!(
            pins(&near, 0.0, 400.0).levels,
            3,
            "left and right flags share levels"
        );
        assert_eq!(pins(&[], 0.0, 1.0).levels, 0);
    }

    #[test]
    fn a_flag_without_room_turns_or_wraps() {
        let flags = pins(&[pin(190.0, "een lang label")], 0.0, 200.0);
        assert_eq!(flags.flags[0].side, Side::Left);
        let flags = pins(
            &[pin(60.0, "een werkelijk veel te lang label hier")],
            0.0,
            120.0,
        );
        assert_eq!(flags.flags[0].lines.len(), 2);
    }

    #[test]
    fn spread_keeps_order_room_and_distance() {
        let mut seed = 7_u64;
        for n in 0..40 {
            let wanted: Vec<f64> = (0..n % 9).map(|_| next(&mut seed) * 100.0).collect();
            let heights: Vec<f64> = (0..n % 9).map(|_| 5.0 + next(&mut seed) * 6.0).collect();
            let at = spread(&wanted, &heights, 0.0, 100.0);
            let mut order: Vec<usize> = (0..at.len()).collect();
            order.sort_by(|a, b| at[*a].total_cmp(&at[*b]));
            for pair in order.windows(2) {
                assert!(
                    at[pair[1]] - at[pair[0]]
                        >= f64::midpoint(heights[pair[0]], heights[pair[1]]) - 1e-9
                );
                assert!(wanted[pair[0]] <= wanted[pair[1]]);
            }
            assert!(
                at.iter()
                    .zip(&heights)
                    .all(|(y, h)| y - h / 2.0 >= -1e-9 && y + h / 2.0 <= 100.0 + 1e-9)
            );
        }
        assert_eq!(spread(&[50.0], &[10.0], 0.0, 100.0), [50.0]);
    }

    #[test]
    fn dots_do_not_hide_each_other() {
        let mut seed = 11_u64;
        let xs: Vec<f64> = (0..61).map(|_| next(&mut seed) * 300.0).collect();
        let ys = swarm(&xs, 40.0);
        for i in 0..xs.len() {
            for j in 0..i {
                assert!((xs[i] - xs[j]).hypot(ys[i] - ys[j]) > theme::DOT * 2.0 - 1e-6);
            }
        }
        let equal = swarm(&[5.0; 61], 12.0);
        let mut sorted = equal.clone();
        sorted.sort_by(f64::total_cmp);
        assert!(sorted.windows(2).all(|p| p[1] - p[0] > 0.1) && sorted[0] >= -12.0 - 1e-9);
    }

    fn next(seed: &mut u64) -> f64 {
        *seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (*seed >> 33) as f64 / f64::from(1_u32 << 31)
    }
}

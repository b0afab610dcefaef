//! The numbers of the edition of 2026, against a separate computation.
//!
//! The expected numbers were computed in plain Python from the raw tables, by the rules of the design and with nothing
//! of this program. One deviation is meant: for tables that come as files (Iv3, gemeentefonds, Kiesraad) Nederland is
//! computed over all gemeenten, because their compiler's own total counts who did not deliver as zero.

// numbers stand as they were computed
#![allow(clippy::unreadable_literal)]

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::support::{Project, Sheet, close, frozen};

/// Indicator, year, group, value (none when it is distribution only), members with a figure, members, coverage in
/// percent, minimum, first quartile, median, third quartile, maximum, unweighted mean, year of the weight where that is
/// an earlier one.
type Expected = (
    &'static str,
    i32,
    &'static str,
    Option<f64>,
    u32,
    u32,
    f64,
    [f64; 6],
    Option<i32>,
);

/// Plain sums, shares of the Netherlands, and growth.
#[rustfmt::skip]
const SUMS: &[Expected] = &[
    ("inwoners", 2026, "M50", Some(2_168_038.0), 40, 40, 100.0, [29_289.0, 45_359.25, 52_917.0, 61_537.5, 91_411.0, 54_200.95], None),
    ("inwoners", 2026, "30-80", Some(6_753_710.0), 144, 144, 100.0, [30_068.0, 35_763.5, 45_597.5, 54_638.0, 78_916.0, 46_900.76388888889], None),
    ("inwoners", 2026, "Nederland", Some(18_130_208.0), 342, 342, 100.0, [972.0, 23_189.25, 33_186.5, 53_283.25, 941_927.0, 53_012.304093567254], None),
    ("aandeel-nederland", 2026, "M50", Some(11.958152934594022), 40, 40, 100.0, [0.161548063872185, 0.2501860430944863, 0.29187199617345816, 0.33941971322116105, 0.5041916783304417, 0.2989538233648505], None),
    ("aandeel-nederland", 2026, "30-80-niet-M50", Some(26.42886391595728), 107, 107, 100.0, [0.16584476030280512, 0.18901051769510863, 0.23224223351436452, 0.28021465611425966, 0.43113129204033396, 0.24699872818651672], None),
    ("inwoners-per-gemeente", 2026, "M50", Some(54_200.95), 40, 40, 100.0, [29_289.0, 45_359.25, 52_917.0, 61_537.5, 91_411.0, 54_200.95], None),
    ("inwoners-per-gemeente", 2026, "Nederland", Some(53_012.304093567254), 342, 342, 100.0, [972.0, 23_189.25, 33_186.5, 53_283.25, 941_927.0, 53_012.304093567254], None),
    ("bevolkingsgroei", 2026, "M50", Some(5.280998669025166), 40, 40, 100.0, [-0.07122948281201502, 2.8446863700603906, 4.843104837220025, 6.4413987105023125, 15.691922120186291, 5.031998275799884], None),
    ("bevolkingsgroei", 2026, "G4", Some(6.027245972770572), 4, 4, 100.0, [4.52942645674031, 5.5438096116768705, 6.32009524226595, 6.857966815230668, 7.157107797294145, 6.081681184641589], None),
    ("bevolkingsgroei", 2026, "Nederland", Some(4.907053590456243), 342, 342, 100.0, [-2.8951990632318427, 2.1168370900083815, 4.1706206189576776, 6.0058993566177605, 25.519141121627342, 4.397869777006818], None),
    ("bevolkingsindex", 2026, "M50", Some(109.23615476268003), 40, 40, 100.0, [96.09932052680145, 104.42700700233488, 108.89600361798881, 112.23711527725882, 132.53556736372985, 108.88078208391592], None),
    ("bevolkingsindex", 2026, "G40", Some(110.47799357065453), 41, 41, 100.0, [97.07905042890292, 106.32144634827432, 109.70540598702019, 113.04828043241153, 123.62829506802721, 109.61018598482129], None),
];

/// Ratios: sum of numerators over sum of denominators.
#[rustfmt::skip]
const RATIOS: &[Expected] = &[
    ("grijze-druk", 2020, "M50", Some(33.380499450025006), 40, 40, 100.0, [22.72777501519421, 30.647819469481497, 33.614265220774165, 36.3655657367447, 48.607413475322545, 33.821912405730465], None),
    ("grijze-druk", 2020, "P10", Some(38.07825372919415), 23, 23, 100.0, [30.198532179149417, 35.02771622963097, 39.21529175050302, 41.479386083641515, 48.879747943287235, 39.068544242285945], None),
    ("bevolkingsdichtheid", 2024, "M50", Some(566.2699892368191), 40, 40, 100.0, [120.64773226165953, 407.6261005812, 795.1562031666092, 1_493.0096949256051, 4_266.237482117311, 1_149.143575049568], None),
    ("bevolkingsdichtheid", 2024, "Nederland", Some(533.2665422978355), 342, 342, 100.0, [22.641509433962266, 248.80362866467755, 479.09024597174704, 1_194.4426965764767, 6_868.279961183892, 917.6390724237588], None),
    ("misdrijven", 2024, "M50", Some(37.430083327923846), 40, 40, 100.0, [21.23129866721106, 29.544929777594493, 35.595502867275925, 40.88531245613479, 69.34132328004873, 36.96017357172091], None),
    ("misdrijven", 2024, "G4", Some(78.85918909425743), 4, 4, 100.0, [67.13374911152796, 68.10792012115344, 74.69141173908955, 82.81377747156432, 88.4045708248058, 76.23028585362822], None),
    ("misdrijven", 2024, "Nederland", Some(44.660234648253336), 342, 342, 100.0, [15.69810902848916, 24.471509690912026, 30.280313686943323, 38.88395742057822, 88.4045708248058, 33.478142677066494], None),
    ("geweldsmisdrijven", 2015, "M50", Some(4.4783685488684135), 40, 40, 100.0, [2.246893999471319, 2.963539655916909, 4.224225261197857, 5.512938902816418, 9.029265442699574, 4.4200126897394965], None),
    ("geweldsmisdrijven", 2015, "G40", Some(6.66321267572181), 41, 41, 100.0, [4.072875794497603, 5.4815147472559405, 6.855158125647431, 7.610350076103501, 9.363421725826466, 6.566909512910444], None),
    ("bedrijfsvestigingen", 2021, "M50", Some(114.02973384481392), 40, 40, 100.0, [72.90304337068326, 102.47613994680086, 108.44461970298605, 125.1519919944024, 174.5437769120361, 113.72812646545226], None),
    ("bedrijfsvestigingen", 2021, "P10", Some(116.37988170344178), 23, 23, 100.0, [91.24899848660198, 109.64335852253556, 112.33935472274648, 129.978159303567, 144.42976662263322, 117.34576353247762], None),
    ("opkomst-tweede-kamer", 2021, "M50", Some(79.52133137829607), 40, 40, 100.0, [68.1106124221804, 77.1638961792026, 79.01788305496814, 82.22034865010592, 88.07022442497644, 79.58812089044474], None),
    ("opkomst-tweede-kamer", 2021, "Nederland", Some(78.77221452966114), 342, 342, 100.0, [63.45437120647428, 78.33147983170821, 81.24077918524209, 83.86048296503493, 115.54140127388534, 81.01232650061522], None),
    ("autos-per-huishouden", 2021, "M50", Some(1.158189392662762), 40, 40, 100.0, [0.9416380578715057, 1.100004643440207, 1.1672482730513503, 1.2372749135536862, 1.3671306877207563, 1.167207657222253], None),
    ("autos-per-huishouden", 2021, "G4", Some(0.6433140114349357), 4, 4, 100.0, [0.5084367752953542, 0.6682284107919639, 0.7252172373261363, 0.7302852389385596, 0.7343143996699216, 0.6732964124043872], None),
    ("zonnestroom-vermogen", 2022, "M50", Some(1.1262923856765976), 40, 40, 100.0, [0.45986774904575023, 0.8805053643545372, 1.1298721040036137, 1.3827904203096362, 2.0196245733788394, 1.1579525981770156], None),
    ("zonnestroom-vermogen", 2022, "P10", Some(1.6177936582606995), 23, 23, 100.0, [1.1898528163034248, 1.485578246249502, 1.5916495450543, 1.7964379425526742, 2.0470692226948786, 1.634051388633834], None),
    ("wmo", 2021, "M50", Some(67.14548793127905), 39, 40, 98.16749897957125, [41.742579737552184, 54.40530523095663, 68.91941729669925, 74.88616168264313, 122.65851555764557, 68.5474460062063], None),
    ("wmo", 2021, "Nederland", Some(70.65915792187825), 325, 342, 96.31776984981472, [26.07184241019699, 56.162545524247655, 66.55197392249185, 77.77139574956922, 124.7086981167727, 67.53349990225526], None),
    ("opleiding-hoog", 2021, "M50", Some(28.404087724277925), 40, 40, 100.0, [17.52988047808765, 22.92435582224459, 26.202755736763443, 32.46471333737588, 47.238466536712146, 28.16830461975595], None),
    ("opleiding-hoog", 2021, "G4", Some(42.27498738920516), 4, 4, 100.0, [31.91191270201472, 35.32686122412392, 42.50435974637885, 49.771574169204385, 53.45567039302538, 42.59407564694945], None),
];

/// Published ratios, weighted.
#[rustfmt::skip]
const MEANS: &[Expected] = &[
    ("geboren-europa", 2023, "M50", Some(4.417202238660376), 40, 40, 100.0, [2.0, 3.0, 4.0, 5.0, 12.0, 4.375], None),
    ("geboren-europa", 2023, "30-80", Some(4.114231497909058), 144, 144, 100.0, [1.0, 3.0, 3.0, 5.0, 14.0, 4.048611111111111], None),
    ("aandeel-65-plus", 2024, "M50", Some(21.956298489841913), 40, 40, 100.0, [16.0791962991093, 20.03616460655769, 22.34379023658896, 23.70105635212917, 29.84047362127796, 22.184440020994973], None),
    ("aandeel-65-plus", 2024, "G4", Some(14.090451929245463), 4, 4, 100.0, [10.75812718109866, 12.87531550789941, 14.381551419611888, 15.320499069109637, 15.73582260926619, 13.814263157397157], None),
    ("nettoarbeidsparticipatie", 2021, "M50", Some(70.20803221541858), 40, 40, 100.0, [59.0, 69.0, 70.0, 72.25, 77.0, 70.13724498490178], Some(2020)),
    ("nettoarbeidsparticipatie", 2021, "Nederland", Some(69.27532670194073), 342, 342, 100.0, [54.0, 68.0, 71.0, 73.0, 81.0, 70.41837197844141], Some(2020)),
    ("woz-waarde", 2024, "M50", Some(382.4250232573991), 40, 40, 100.0, [200.0, 340.75, 361.0, 428.25, 578.0, 381.6], Some(2022)),
    ("woz-waarde", 2024, "G4", Some(418.8153368527765), 4, 4, 100.0, [334.0, 355.0, 406.5, 462.75, 498.0, 411.25], Some(2022)),
    ("verkoopprijs", 2025, "M50", Some(483_763.074831498), 40, 40, 100.0, [270_119.0, 418_546.25, 456_584.0, 534_503.75, 729_588.0, 481_337.7], Some(2022)),
    ("verkoopprijs", 2025, "Nederland", Some(479_527.0), 342, 342, 100.0, [270_119.0, 422_034.75, 468_840.5, 536_253.25, 1_105_604.0, 486_797.20175438595], Some(2022)),
    ("aardgasverbruik", 2021, "M50", Some(1_354.8633945665365), 40, 40, 100.0, [590.0, 1_270.0, 1_365.0, 1_505.0, 1_780.0, 1_375.8409571130971], None),
    ("aardgasverbruik", 2021, "P10", Some(1_637.3813076307272), 23, 23, 100.0, [1_380.0, 1_580.0, 1_660.0, 1_725.0, 1_880.0, 1_654.3478260869565], None),
    ("afstand-treinstation", 2021, "M50", Some(5.358519555909029), 40, 40, 100.0, [1.6, 2.1, 3.25, 5.45, 26.43494377228118, 5.041492439582737], None),
    ("afstand-treinstation", 2021, "G40", Some(2.6914102235597888), 41, 41, 100.0, [1.600021800509187, 2.1, 2.5, 3.0, 6.3999999999999995, 2.6975615073294925], None),
    ("jeugdzorg", 2021, "M50", Some(10.997413828524682), 40, 40, 100.0, [7.5, 9.75, 10.75, 11.95, 19.0, 11.057014876196908], Some(2020)),
    ("jeugdzorg", 2021, "Nederland", Some(10.494720304141048), 342, 342, 100.0, [4.6, 9.2, 10.350000000000001, 11.7, 19.0, 10.479454422824112], Some(2020)),
    ("goede-gezondheid", 2024, "M50", Some(73.19332550008197), 40, 40, 100.0, [62.1, 71.175, 73.45, 75.175, 78.2, 73.1125], None),
    ("goede-gezondheid", 2024, "30-80", Some(73.36402510276955), 144, 144, 100.0, [62.1, 71.6, 74.0, 75.725, 78.8, 73.51805555555559], None),
    ("besteedbaar-inkomen", 2024, "M50", Some(63.549730927508705), 40, 40, 100.0, [46.5, 58.525, 61.599999999999994, 68.775, 85.9, 63.61000000000003], None),
    ("besteedbaar-inkomen", 2024, "Nederland", Some(60.2), 337, 342, 99.92735813649406, [42.3, 57.9, 63.2, 68.5, 219.3, 64.42700296735907], None),
    ("woninginbraken", 2018, "M50", Some(2.8942168439482265), 40, 40, 100.0, [1.0, 2.0, 3.0, 3.0, 6.0, 2.8452282596945406], None),
    ("woninginbraken", 2018, "G4", Some(4.1344039235342045), 4, 4, 100.0, [3.0, 3.75, 4.0, 4.244518113958639, 4.978072455834557, 3.994518113958639], None),
];

/// Sums of taakvelden and clusters; a gemeente that did not deliver counts in no sum.
#[rustfmt::skip]
const FINANCE: &[Expected] = &[
    ("lasten", 2025, "M50", Some(3_755.4873983955395), 39, 40, 97.96874072314908, [2_801.2467034284346, 3_336.1890097029464, 3_631.2684785080737, 4_160.890068051891, 5_184.749121550733, 3_773.772402565179], None),
    ("lasten", 2025, "30-80-niet-M50", Some(3_806.669814421643), 105, 107, 97.97390996041179, [2_605.740346277787, 3_225.684210526316, 3_456.178960722885, 4_064.8226064768314, 6_873.557316664806, 3_719.040870287274], None),
    ("lasten", 2025, "Nederland", Some(4_450.708434507988), 338, 342, 99.1569952760545, [2_570.864675653534, 3_176.0747812111863, 3_462.7835892313524, 4_222.946819544883, 13_546.858908341916, 3_813.6049852363685], None),
    ("lasten-sociaal", 2025, "M50", Some(1_552.5175748255774), 39, 40, 97.96874072314908, [888.9825551388363, 1_289.3129658405126, 1_511.0987172336866, 1_695.3304788910336, 2_496.286565957662, 1_572.0504576936914], None),
    ("lasten-sociaal", 2025, "G4", Some(2_697.3231113415854), 4, 4, 100.0, [2_016.0342077254038, 2_369.3966825942443, 2_590.499503274652, 2_835.679642437387, 3_261.2740727532096, 2_614.5768217569794], None),
    ("lasten-ruimte", 2025, "M50", Some(128.46951298037226), 39, 40, 97.96874072314908, [64.78369916233628, 91.94729086404809, 118.10161738278059, 154.46474588928052, 299.97211377579475, 129.2227554500488], None),
    ("lasten-ruimte", 2025, "Nederland", Some(150.68605009581142), 338, 342, 99.1569952760545, [7.689445615775766, 95.93913617594612, 119.56238384097664, 157.95596780947636, 3_547.8887744593203, 152.6948110779146], None),
    ("realisatie", 2023, "M50", Some(11.768870955617587), 39, 40, 96.5237475360189, [-9.731490113340854, 8.07211691846993, 12.158630891745133, 17.32661992953939, 26.833625156965752, 12.013071431654835], None),
    ("realisatie", 2023, "Nederland", Some(10.274371826407886), 340, 342, 99.24768507796543, [-9.731490113340854, 7.455064168325652, 11.405965242777405, 16.513046842651622, 104.70111448834851, 12.46299401157359], None),
    ("saldo", 2023, "M50", Some(96.72909300579603), 40, 40, 100.0, [-141.46844553673307, 19.137662618414627, 104.93962578504154, 158.23283016412262, 423.4224655786508, 99.73831616495845], None),
    ("saldo", 2023, "G40", Some(101.30699357534684), 41, 41, 100.0, [-179.57903058451504, 40.1756075386833, 96.1984237366713, 179.8894773755109, 460.1764576939939, 101.14251662824839], None),
    ("saldo", 2023, "Nederland", Some(97.62203077768261), 341, 342, 99.66284308083002, [-436.1459521094641, 22.184402245312313, 113.66084420451897, 218.5972748163252, 975.9468438538206, 139.65791347965396], None),
    ("gemeentefonds", 2025, "M50", Some(2_003.0387178649885), 40, 40, 100.0, [1_419.4665554141004, 1_826.070770018422, 1_984.5230564643446, 2_186.4237769626607, 2_724.4061332160913, 2_017.116660160133], None),
    ("gemeentefonds", 2025, "P10", Some(2_045.208446557572), 23, 23, 100.0, [1_813.9062655395326, 1_913.6241019470317, 2_051.188924430228, 2_222.935534602887, 2_363.2651526545346, 2_060.1063149609363], None),
    ("gemeentefonds", 2025, "Nederland", Some(2_193.2881853923186), 342, 342, 100.0, [1_288.2156152097796, 1_716.1204881975757, 1_910.0008351089384, 2_191.521908097608, 3_501.427280197206, 1_972.9388524800936], None),
    ("gf-overig", 2025, "M50", Some(0.0), 40, 40, 100.0, [0.0, 0.0, 0.0, 0.0, 0.0, 0.0], None),
    ("gf-overig", 2025, "G4", Some(57.77330341518133), 4, 4, 100.0, [0.0, 0.0, 29.297980563480742, 72.858249664644, 115.64511527769157, 43.560269101163264], None),
    ("ozb-per-woning", 2025, "M50", Some(362.1832003058358), 39, 40, 97.88560714685505, [270.1665434315693, 325.74351677588334, 351.7082862596907, 391.47322218084855, 648.8432859601045, 366.5881742094025], Some(2022)),
    ("ozb-per-woning", 2025, "Nederland", Some(385.6877961506368), 338, 342, 99.20453217791632, [181.37254901960785, 342.8188557892296, 395.6246232581228, 473.5472554439686, 1_103.2315096748846, 420.9007159591421], Some(2022)),
];

/// Figures that are never combined.
#[rustfmt::skip]
const DISTRIBUTIONS: &[Expected] = &[
    ("stedelijkheid", 2024, "M50", None, 40, 40, 100.0, [1.0, 2.0, 3.0, 3.0, 4.0, 2.725], None),
    ("stedelijkheid", 2024, "G4", None, 4, 4, 100.0, [1.0, 1.0, 1.0, 1.0, 1.0, 1.0], None),
    ("mediaan-vermogen", 2021, "M50", None, 38, 40, 92.35548149071325, [32.9, 83.5, 110.15, 182.1, 236.4, 125.40789473684211], None),
    ("mediaan-vermogen", 2021, "Nederland", None, 336, 342, 92.59959777779241, [10.4, 94.5, 143.5, 191.2, 513.4, 147.77261904761906], None),
    ("stadsverwarming", 2021, "M50", None, 5, 40, 13.182505050345855, [4.0, 7.0, 8.0, 11.0, 53.0, 16.6], None),
    ("stadsverwarming", 2021, "Nederland", None, 52, 342, 33.62103274800627, [3.0, 5.0, 8.0, 16.5, 60.0, 13.384615384615385], None),
];

/// Seats: where there was no election in 2026, those of 2022.
#[rustfmt::skip]
const SEATS: &[Expected] = &[
    ("inwoners-per-raadszetel", 2026, "M50", Some(1_800.6960132890365), 40, 40, 100.0, [1_394.7142857142858, 1_579.2844827586207, 1_707.0, 1_896.524193548387, 2_470.5675675675675, 1_772.2127937957334], None),
    ("inwoners-per-raadszetel", 2026, "30-80", Some(1_674.1968269707486), 144, 144, 100.0, [1_307.304347826087, 1_467.8773913043478, 1_590.0406896551724, 1_762.516129032258, 2_254.7428571428572, 1_645.2287350137992], None),
    ("inwoners-per-raadszetel", 2026, "Nederland", Some(2_105.7152148664345), 342, 342, 100.0, [108.0, 1_212.0507518796992, 1_429.2321739130434, 1_739.4218576195772, 20_931.71111111111, 1_765.7582301407408], None),
];
/// The open data of the edition, built once for all tests.
struct Built {
    groups: Sheet,
    gemeenten: Sheet,
    standings: Sheet,
    series: Sheet,
    indicators: Sheet,
}

fn built() -> &'static Built {
    static BUILT: OnceLock<Built> = OnceLock::new();
    BUILT.get_or_init(|| {
        let project = Project::shared_by_tests_of("figures", &frozen());
        project.must(&["build", "--data-only", "--edition", "2026"]);
        let read = |name: &str| Sheet::read(&project.path(&format!("output/2026/data/{name}.csv")));
        Built {
            groups: read("vergelijking"),
            gemeenten: read("gemeenten"),
            standings: read("standen"),
            series: read("reeksen"),
            indicators: read("indicatoren"),
        }
    })
}

/// The value of a group.
fn group(indicator: &str, year: i32, group: &str) -> f64 {
    let sheet = &built().groups;
    let row = sheet.one(&[
        ("indicator", indicator),
        ("period", &year.to_string()),
        ("group", group),
    ]);
    sheet
        .number(row, "value")
        .unwrap_or_else(|| panic!("{indicator} {year} {group} has no value"))
}

fn check(expected: &[Expected]) {
    let sheet = &built().groups;
    for (indicator, year, group, value, n, members, coverage, spread, weight_year) in expected {
        let what = format!("{indicator} {year} {group}");
        let row = sheet.one(&[
            ("indicator", indicator),
            ("period", &year.to_string()),
            ("group", group),
        ]);
        let same = |column: &str, expected: f64| {
            let found = sheet
                .number(row, column)
                .unwrap_or_else(|| panic!("{what} has no {column}"));
            assert!(
                close(found, expected),
                "{what}: {column} is {found}, not {expected}"
            );
        };
        match value {
            Some(value) => same("value", *value),
            None => assert_eq!(
                (sheet.cell(row, "value"), sheet.cell(row, "missing")),
                ("", "distribution-only"),
                "{what}"
            ),
        }
        same("n", f64::from(*n));
        same("members", f64::from(*members));
        same("coverage", *coverage);
        for (column, expected) in ["min", "q1", "median", "q3", "max", "mean"]
            .into_iter()
            .zip(spread)
        {
            same(column, *expected);
        }
        if let Some(weight_year) = weight_year {
            let series = &built().series;
            let of = [("indicator", *indicator), ("period", &year.to_string())];
            let weight = series.number(series.one(&of), "weight_period");
            assert_eq!(weight, Some(f64::from(*weight_year)), "{what}");
        }
    }
}

#[test]
fn sums_shares_and_growth() {
    check(SUMS);
    // 2 168 038 of 18 130 208
    assert_eq!(
        group("inwoners", 2026, "M50").to_bits(),
        2_168_038_f64.to_bits()
    );
    assert!(close(
        group("aandeel-nederland", 2026, "M50"),
        2_168_038.0 / 18_130_208.0 * 100.0
    ));
}

#[test]
fn the_share_of_people_in_gemeenten_of_30_to_80_thousand_is_on_the_boundaries_of_each_year() {
    let sheet = &built().groups;
    // 2019: 135 of 355 gemeenten; 2026: 144 of 342, with 6 753 710 of 18 130 208 people
    for (year, percent, gemeenten, of) in
        [(2019, "36.20", "135", "355"), (2026, "37.25", "144", "342")]
    {
        let rows = sheet.of(&[
            ("indicator", "aandeel-30-80"),
            ("period", &year.to_string()),
        ]);
        assert_eq!(rows.len(), 1, "{year}: of the Netherlands only");
        let row = rows[0];
        assert_eq!(sheet.cell(row, "group"), "Nederland");
        assert_eq!(
            format!("{:.2}", sheet.number(row, "value").unwrap()),
            percent
        );
        assert_eq!(
            (sheet.cell(row, "n"), sheet.cell(row, "members")),
            (gemeenten, of),
            "{year}"
        );
    }
    assert!(close(
        group("aandeel-30-80", 2026, "Nederland"),
        6_753_710.0 / 18_130_208.0 * 100.0
    ));
    assert!(close(group("inwoners", 2026, "30-80"), 6_753_710.0));
}

#[test]
fn ratios_are_sums_over_sums() {
    check(RATIOS);
}

#[test]
fn published_ratios_are_weighted() {
    check(MEANS);
}

#[test]
fn finance() {
    check(FINANCE);
    // De Bilt, Midden-Drenthe, Landsmeer and Vijfheerenlanden delivered no budget for 2025
    let row = built().groups.one(&[
        ("indicator", "lasten"),
        ("period", "2025"),
        ("group", "Nederland"),
    ]);
    assert_eq!(&row[built().groups.column("n")], "338");
}

#[test]
fn what_cannot_be_combined_is_a_distribution_only() {
    check(DISTRIBUTIONS);
}

#[test]
fn seats_of_the_latest_election() {
    check(SEATS);
    let sheet = &built().gemeenten;
    let cell = |code: &str| {
        let row = sheet.one(&[
            ("indicator", "inwoners-per-raadszetel"),
            ("region", code),
            ("period", "2026"),
        ]);
        (
            sheet.number(row, "value").unwrap(),
            sheet.cell(row, "denominator_period"),
        )
    };
    // no election in 2026: the seats of 2022, 37 in Hilversum and 19 in Wijdemeren
    for (code, people, seats) in [("GM0402", 94_595.0, 37.0), ("GM1696", 24_672.0, 19.0)] {
        let (value, year) = cell(code);
        assert!(close(value, people / seats), "{code}: {value}");
        assert_eq!(year, "2022", "{code}");
    }
    let of_2026 = sheet.of(&[
        ("indicator", "inwoners-per-raadszetel"),
        ("period", "2026"),
        ("denominator_period", "2026"),
    ]);
    assert_eq!(of_2026.len(), 340, "everyone else voted in 2026");
}

#[test]
fn nederland_is_what_cbs_published_where_it_did() {
    let sheet = &built().groups;
    let method = |indicator: &str, year: &str| {
        sheet.cell(
            sheet.one(&[
                ("indicator", indicator),
                ("period", year),
                ("group", "Nederland"),
            ]),
            "method",
        )
    };
    assert_eq!(method("verkoopprijs", "2025"), "published");
    assert_eq!(method("besteedbaar-inkomen", "2024"), "published");
    // files have no row of CBS's own
    assert_eq!(method("lasten", "2025"), "ratio-of-sums");
    assert_eq!(method("gemeentefonds", "2025"), "ratio-of-sums");
    for group in ["M50", "G4", "G40", "P10", "30-80", "30-80-niet-M50"] {
        assert!(
            sheet
                .of(&[("group", group), ("method", "published")])
                .is_empty(),
            "{group}"
        );
    }
}

#[test]
fn too_little_coverage_withholds_a_value_and_says_so() {
    let (groups, indicators) = (&built().groups, &built().indicators);
    let withheld = groups.of(&[("missing", "withheld-coverage")]);
    assert!(!withheld.is_empty());
    let minimum: BTreeMap<&str, f64> = indicators
        .rows
        .iter()
        .map(|row| {
            (
                indicators.cell(row, "indicator"),
                indicators.number(row, "coverage_minimum").unwrap(),
            )
        })
        .collect();
    for row in &withheld {
        assert_eq!(groups.cell(row, "value"), "");
    }
    for row in &groups.rows {
        let enough = minimum[groups.cell(row, "indicator")];
        if groups.cell(row, "missing") == "none" && groups.cell(row, "method") != "published" {
            let coverage = groups.number(row, "coverage").unwrap();
            assert!(coverage >= enough, "{row:?}");
        }
    }
}

#[test]
fn a_newer_year_with_too_little_coverage_is_held_back_and_named() {
    // the budget of 2025 covers 97.97 % of the inhabitants of M50, because De Bilt did not deliver; that of 2024 all
    let project = Project::frozen();
    project.replace(
        "queries/themes/financien.toml",
        "title = \"Begrote lasten per inwoner\"",
        "title = \"Begrote lasten per inwoner\"\ncoverage = 99",
    );
    project.must(&["build", "--data-only", "--edition", "2026"]);
    let sheet = Sheet::read(&project.path("output/2026/data/indicatoren.csv"));
    let row = sheet.one(&[("indicator", "lasten")]);
    assert_eq!(
        (
            sheet.cell(row, "period"),
            sheet.cell(row, "newer_period_held_back")
        ),
        ("2024", "2025")
    );
    assert_eq!(
        sheet.cell(row, "why"),
        "Begrote lasten per inwoner heeft in 2025 cijfers voor 98% van M50 en 99% van Nederland, nodig is 99%"
    );
    let groups = Sheet::read(&project.path("output/2026/data/vergelijking.csv"));
    let row = groups.one(&[
        ("indicator", "lasten"),
        ("period", "2025"),
        ("group", "M50"),
    ]);
    assert_eq!(
        (
            groups.cell(row, "value"),
            groups.cell(row, "missing"),
            groups.cell(row, "n")
        ),
        ("", "withheld-coverage", "39")
    );
}

#[test]
fn differences_are_from_m50() {
    let sheet = &built().groups;
    let of_m50: BTreeMap<(&str, &str), Option<f64>> = sheet
        .of(&[("group", "M50")])
        .into_iter()
        .map(|row| {
            (
                (sheet.cell(row, "indicator"), sheet.cell(row, "period")),
                sheet.number(row, "value"),
            )
        })
        .collect();
    let mut compared = 0;
    for row in &sheet.rows {
        let m50 = of_m50
            .get(&(sheet.cell(row, "indicator"), sheet.cell(row, "period")))
            .copied()
            .flatten();
        let expected = sheet.number(row, "value").zip(m50);
        let difference = sheet.number(row, "diff_abs");
        assert_eq!(difference.is_some(), expected.is_some(), "{row:?}");
        if let (Some(found), Some((value, m50))) = (difference, expected) {
            assert!(close(found, value - m50), "{row:?}");
            let percent = sheet.number(row, "diff_pct");
            // nothing can be said in percent of nothing
            assert_eq!(percent.is_none(), m50 == 0.0, "{row:?}");
            if let Some(percent) = percent {
                assert!(close(percent, (value - m50) / m50.abs() * 100.0), "{row:?}");
            }
            compared += 1;
        }
    }
    assert!(compared > 2000, "{compared}");
}

#[test]
fn ranks_are_among_the_four_networks_and_ties_share_one() {
    let (sheet, indicators) = (&built().groups, &built().indicators);
    let decimals: BTreeMap<&str, i32> = indicators
        .rows
        .iter()
        .map(|row| {
            (
                indicators.cell(row, "indicator"),
                indicators.cell(row, "decimals").parse().unwrap(),
            )
        })
        .collect();
    let mut printed: BTreeMap<(&str, &str), Vec<(f64, &str)>> = BTreeMap::new();
    for row in &sheet.rows {
        let (indicator, group) = (sheet.cell(row, "indicator"), sheet.cell(row, "group"));
        let rank = sheet.cell(row, "rank");
        match sheet.number(row, "value") {
            Some(value) if ["M50", "G4", "G40", "P10"].contains(&group) => {
                let value = (value * 10_f64.powi(decimals[indicator])).round();
                printed
                    .entry((indicator, sheet.cell(row, "period")))
                    .or_default()
                    .push((value, rank));
            }
            _ => assert_eq!(rank, "", "{row:?}"),
        }
    }
    let mut ties = 0;
    for (which, values) in &printed {
        for (value, rank) in values {
            let above = values.iter().filter(|(other, _)| other > value).count();
            assert_eq!(*rank, (above + 1).to_string(), "{which:?}: {values:?}");
            ties += values
                .iter()
                .filter(|(other, _)| other.to_bits() == value.to_bits())
                .count()
                - 1;
        }
    }
    assert!(ties > 0, "some printed values are the same");
}

#[test]
fn a_gemeente_has_its_place() {
    let (sheet, figures) = (&built().standings, &built().gemeenten);
    let of_year = [("indicator", "misdrijven"), ("period", "2024")];
    let rows = sheet.of(&of_year);
    assert_eq!(rows.len(), 342);
    let values: BTreeMap<&str, f64> = figures
        .of(&of_year)
        .into_iter()
        .map(|row| {
            let value = figures.number(row, "value").unwrap();
            (figures.cell(row, "region"), (value * 10.0).round())
        })
        .collect();
    let printed = |row: &csv::StringRecord| values[sheet.cell(row, "region")];
    let of_m50 = group("misdrijven", 2024, "M50");
    let mut members = 0;
    for row in &rows {
        let above = |others: &[&&csv::StringRecord]| {
            others
                .iter()
                .filter(|other| printed(other) > printed(row))
                .count()
        };
        let all: Vec<_> = rows.iter().collect();
        assert_eq!(
            sheet.cell(row, "rank_nederland"),
            (above(&all) + 1).to_string(),
            "{row:?}"
        );
        let in_m50: Vec<_> = rows
            .iter()
            .filter(|other| !sheet.cell(other, "rank_M50").is_empty())
            .collect();
        if !sheet.cell(row, "rank_M50").is_empty() {
            members += 1;
            assert_eq!(
                sheet.cell(row, "rank_M50"),
                (above(&in_m50) + 1).to_string(),
                "{row:?}"
            );
        }
        let side = match printed(row).total_cmp(&(of_m50 * 10.0).round()) {
            std::cmp::Ordering::Less => "lower",
            std::cmp::Ordering::Equal => "equal",
            std::cmp::Ordering::Greater => "higher",
        };
        assert_eq!(sheet.cell(row, "vs_M50"), side, "{row:?}");
    }
    assert_eq!(members, 40);
}

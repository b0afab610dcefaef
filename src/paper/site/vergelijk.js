// Compare: who and what is chosen stands in the address, so that it can be shared. Texts of figures come from `cijfers/`.
"use strict";
(function () {
  const m = window.middelgroot;
  const { maak, namen } = m;
  const plek = document.getElementById("vergelijker");
  const ids = new Set(namen.cijfers.map(([id]) => id));
  const groep = new Map(namen.groepen.map(([id], n) => [id, n]));
  const gemeente = new Map(namen.gemeenten.map(([code], n) => [code, n]));
  const KLEUREN = ["#12436d", "#a83c08", "#156e67", "#6a48a8", "#7a5b00", "#9c2a5f"];
  const STREPEN = ["", "6 3", "2 2", "9 3 2 3"];
  const MEEST = 60;

  const keuze = lees();
  if (keuze.wie.length === 0) keuze.wie = [namen.groepen[0][0], namen.groepen[namen.groepen.length - 1][0]];
  if (keuze.wat.length === 0) keuze.wat = [namen.cijfers[0][0], namen.cijfers[1][0]];

  function lees() {
    const vraag = new URLSearchParams(location.hash.slice(1));
    const lijst = (naam) => [...new Set((vraag.get(naam) || "").split(","))];
    return {
      wie: lijst("wie").filter((wie) => groep.has(wie) || gemeente.has(wie)).slice(0, MEEST),
      wat: lijst("wat").filter((wat) => ids.has(wat)),
      jaren: vraag.get("jaren") === "1",
    };
  }

  function bewaar() {
    history.replaceState(null, "", "#wie=" + keuze.wie.join(",") + "&wat=" + keuze.wat.join(",") + (keuze.jaren ? "&jaren=1" : ""));
    teken();
  }

  function naam(wie) {
    return groep.has(wie) ? namen.groepen[groep.get(wie)][1] : namen.gemeenten[gemeente.get(wie)][1];
  }

  function zet(lijst, wat, aan) {
    const plek = lijst.indexOf(wat);
    if (aan && plek < 0) lijst.push(wat);
    if (!aan && plek >= 0) lijst.splice(plek, 1);
  }

  function vinkje(tekst, aan, bij) {
    const hokje = maak("input", { type: "checkbox" });
    hokje.checked = aan;
    hokje.addEventListener("change", () => bij(hokje.checked));
    return maak("label", {}, hokje, maak("span", {}, tekst));
  }

  // ---- the form

  const gekozen = maak("div", { class: "gekozen" });
  const melding = maak("p", { role: "status", class: "klein" });
  const uitkomst = maak("div", { id: "uitkomst" });
  const groepVakjes = maak("div", { class: "vinkjes" });
  const veld = maak("input", { type: "search", id: "erbij" });
  const soort = maak("select", { id: "soort" }, maak("option", { value: "" }, "Kies een soort of netwerk"));
  namen.groepen.forEach(function ([, titel], n) {
    const aantal = namen.gemeenten.filter((of) => of[3].includes(n)).length;
    if (aantal > 0 && aantal <= MEEST) soort.append(maak("option", { value: "g" + n }, "Alle leden van " + titel + " (" + aantal + ")"));
  });
  namen.soorten.forEach(function (titel, n) {
    const aantal = namen.gemeenten.filter((of) => of[4] === n).length;
    if (aantal > 0 && aantal <= MEEST) soort.append(maak("option", { value: "s" + n }, titel + " (" + aantal + ")"));
  });
  const voegToe = maak("button", { type: "button" }, "Voeg toe");
  voegToe.addEventListener("click", function () {
    if (soort.value === "") return;
    const n = Number(soort.value.slice(1));
    const erin = (of) => (soort.value[0] === "g" ? of[3].includes(n) : of[4] === n);
    namen.gemeenten.filter(erin).forEach((of) => zet(keuze.wie, of[0], true));
    bewaar();
  });

  function groepenOpnieuw() {
    groepVakjes.replaceChildren(...namen.groepen.map(([id, titel]) => vinkje(titel, keuze.wie.includes(id), (aan) => { zet(keuze.wie, id, aan); bewaar(); })));
  }

  const themas = new Map();
  namen.cijfers.forEach(([id, titel, thema]) => themas.set(thema, (themas.get(thema) || []).concat([[id, titel]])));
  const cijferVak = maak("div", {}, ...[...themas].map(function ([thema, cijfers]) {
    const titel = namen.themas[thema] || thema;
    const vak = maak("details", {}, maak("summary", {}, titel), maak("div", { class: "vinkjes", role: "group", "aria-label": titel }, ...cijfers.map(([id, naam]) => vinkje(naam, keuze.wat.includes(id), (aan) => { zet(keuze.wat, id, aan); bewaar(); }))));
    vak.open = cijfers.some(([id]) => keuze.wat.includes(id));
    return vak;
  }));
  const vorm = maak("div", { class: "vinkjes" }, vinkje("Toon alle jaren", keuze.jaren, (aan) => { keuze.jaren = aan; bewaar(); }));

  plek.append(
    maak("fieldset", {}, maak("legend", {}, "Wie"), groepVakjes,
      maak("p", { class: "filter" }, maak("label", { for: "erbij" }, "Gemeente erbij"), maak("span", { class: "zoekvak" }, veld)),
      maak("p", { class: "filter" }, maak("label", { for: "soort" }, "Soort of netwerk erbij"), soort, voegToe),
      gekozen),
    maak("fieldset", {}, maak("legend", {}, "Welke cijfers"), cijferVak, vorm),
    melding, uitkomst);
  m.aanvuller(veld, async (vraag) => m.zoek(vraag, ["gemeenten"]), function (keus) {
    zet(keuze.wie, keus.code, true);
    veld.value = "";
    bewaar();
  });
  plek.hidden = false;
  document.getElementById("zonder-script").hidden = true;
  addEventListener("hashchange", function () {
    Object.assign(keuze, lees());
    teken();
  });

  // ---- the outcome

  function tekst(cijfer, wie, n) {
    const rij = groep.has(wie) ? cijfer.groepen[groep.get(wie)] : cijfer.gemeenten[gemeente.get(wie)];
    return rij[n] || ".";
  }

  function tabel(titel, koppen, rijen) {
    const cel = (inhoud, n) => maak(n === 0 ? "th" : "td", n === 0 ? { scope: "row" } : { class: "getal" }, inhoud);
    const tafel = maak("table", {}, maak("caption", {}, titel),
      maak("thead", {}, maak("tr", {}, ...koppen.map((kop, n) => maak("th", { scope: "col", class: n > 0 ? "getal" : null }, kop)))),
      maak("tbody", {}, ...rijen.map((rij) => maak("tr", {}, ...rij.map(cel)))));
    return maak("div", { class: "tabel", role: "region", tabindex: "0", "aria-label": titel }, tafel);
  }

  /** Bars from zero, the highest first. */
  function staven(titel, rijen) {
    const met = rijen.filter((rij) => rij.getal !== null).sort((a, b) => b.getal - a.getal);
    if (met.length === 0) return null;
    const laag = Math.min(0, ...met.map((rij) => rij.getal));
    const hoog = Math.max(0, ...met.map((rij) => rij.getal));
    const [links, breed, rij] = [210, 300, 24];
    const x = (waarde) => links + ((waarde - laag) / (hoog - laag || 1)) * breed;
    const beeld = maak("svg:svg", { class: "staven", viewBox: "0 0 640 " + (met.length * rij + 4), role: "img", "aria-label": titel + ": staven, de cijfers staan in de tabel" });
    met.forEach(function (of, n) {
      const y = n * rij + 4;
      beeld.append(
        maak("svg:text", { x: links - 8, y: y + 14, "text-anchor": "end" }, of.naam.length > 28 ? of.naam.slice(0, 27) + "…" : of.naam),
        maak("svg:rect", { class: "staaf", x: Math.min(x(0), x(of.getal)), y, width: Math.max(1, Math.abs(x(of.getal) - x(0))), height: 17 }),
        maak("svg:text", { x: Math.max(x(0), x(of.getal)) + 6, y: y + 14 }, of.tekst));
    });
    return maak("div", { class: "beweegt", tabindex: "0", role: "group", "aria-label": "Grafiek: " + titel }, beeld);
  }

  /** Lines over the years, named at their ends; a year without a figure is a gap. */
  function lijnen(titel, cijfer, rijen) {
    const alle = rijen.flatMap((rij) => rij.getallen).filter((of) => of !== null);
    if (alle.length === 0 || rijen.length > 12 || cijfer.jaren.length < 2) return null;
    const [laag, hoog] = [Math.min(...alle), Math.max(...alle)];
    const [eerste, laatste] = [cijfer.jaren[0], cijfer.jaren[cijfer.jaren.length - 1]];
    const x = (jaar) => 10 + ((jaar - eerste) / (laatste - eerste)) * 400;
    const y = (of) => 250 - ((of - laag) / (hoog - laag || 1)) * 230;
    const beeld = maak("svg:svg", { class: "lijnen", viewBox: "0 0 640 290", role: "img", "aria-label": titel + ": lijnen van " + eerste + " tot " + laatste + ", de cijfers staan in de tabel" });
    beeld.append(maak("svg:text", { x: 10, y: 280 }, String(eerste)), maak("svg:text", { x: 410, y: 280, "text-anchor": "end" }, String(laatste)));
    const einden = [];
    rijen.forEach(function (rij, n) {
      const kleur = KLEUREN[n % KLEUREN.length];
      let pad = "";
      let los = true;
      rij.getallen.forEach(function (of, k) {
        if (of !== null) pad += (los ? "M" : "L") + x(cijfer.jaren[k]).toFixed(1) + " " + y(of).toFixed(1);
        los = of === null;
      });
      const einde = rij.getallen.findLastIndex((of) => of !== null);
      if (einde < 0) return;
      beeld.append(maak("svg:path", { d: pad, fill: "none", stroke: kleur, class: "lijn", "stroke-width": 2.5, "stroke-dasharray": STREPEN[Math.floor(n / KLEUREN.length) % STREPEN.length] || null }));
      beeld.append(maak("svg:circle", { cx: x(cijfer.jaren[einde]), cy: y(rij.getallen[einde]), r: 3.5, fill: kleur }));
      einden.push({ y: y(rij.getallen[einde]), tekst: rij.naam + " " + rij.teksten[einde], van: [x(cijfer.jaren[einde]), y(rij.getallen[einde])] });
    });
    einden.sort((a, b) => a.y - b.y);
    einden.forEach((of, n) => { if (n > 0) of.y = Math.max(of.y, einden[n - 1].y + 17); });
    const over = Math.max(0, (einden.at(-1)?.y || 0) - 255);
    for (const of of einden) {
      of.y -= over;
      beeld.append(maak("svg:path", { d: "M" + (of.van[0] + 5) + " " + of.van[1] + "L424 " + of.y, stroke: "currentColor", "stroke-width": 0.7, fill: "none" }), maak("svg:text", { x: 428, y: of.y + 4 }, of.tekst));
    }
    const uiterste = (waarde) => rijen.flatMap((rij) => rij.teksten.filter((_, n) => rij.getallen[n] === waarde))[0];
    const as = maak("p", { class: "klein" }, "Van onder naar boven loopt de grafiek van " + uiterste(laag) + " tot " + uiterste(hoog) + ".");
    return maak("div", { class: "beweegt", tabindex: "0", role: "group", "aria-label": "Grafiek: " + titel }, beeld, as);
  }

  let beurt = 0;
  async function teken() {
    beurt += 1;
    const eigen = beurt;
    groepenOpnieuwAls();
    gekozen.replaceChildren(...keuze.wie.filter((wie) => gemeente.has(wie)).map(function (wie) {
      const knop = maak("button", { type: "button", "aria-label": "Haal " + naam(wie) + " weg" }, naam(wie));
      knop.addEventListener("click", () => { zet(keuze.wie, wie, false); bewaar(); veld.focus(); });
      return knop;
    }));
    await Promise.all(keuze.wat.filter((id) => !m.cijfers[id]).map((id) => m.laad("cijfers/" + id + ".js")));
    if (eigen !== beurt) return;
    melding.textContent = keuze.wie.length === 0 || keuze.wat.length === 0 ? "Kies ten minste één gemeente of groep en één cijfer." : keuze.wie.length + " gekozen, " + keuze.wat.length + " cijfers";
    const delen = [];
    const cijfers = keuze.wat.map((id) => m.cijfers[id]);
    if (!keuze.jaren && cijfers.length > 0 && keuze.wie.length > 0) {
      const gebruikt = (cijfer) => cijfer.jaren.indexOf(cijfer.gebruikt);
      const koppen = ["Gemeente of groep"].concat(cijfers.map((cijfer) => cijfer.titel + (cijfer.gebruikt ? ", " + cijfer.gebruikt : "")));
      delen.push(maak("h2", {}, "Naast elkaar"), tabel("Gekozen gemeenten, groepen en cijfers", koppen, keuze.wie.map((wie) => [naam(wie)].concat(cijfers.map((cijfer) => tekst(cijfer, wie, gebruikt(cijfer)))))));
      for (const cijfer of cijfers) {
        const rijen = keuze.wie.map((wie) => ({ naam: naam(wie), tekst: tekst(cijfer, wie, gebruikt(cijfer)), getal: m.getal(tekst(cijfer, wie, gebruikt(cijfer))) }));
        const beeld = staven(cijfer.titel, rijen);
        if (beeld) delen.push(maak("h3", {}, cijfer.titel + ", " + cijfer.gebruikt), beeld);
      }
    }
    if (keuze.jaren && keuze.wie.length > 0) {
      for (const cijfer of cijfers) {
        const rijen = keuze.wie.map(function (wie) {
          const teksten = cijfer.jaren.map((jaar, n) => tekst(cijfer, wie, n));
          return { naam: naam(wie), teksten, getallen: teksten.map(m.getal) };
        });
        delen.push(maak("h2", {}, cijfer.titel), lijnen(cijfer.titel, cijfer, rijen), tabel(cijfer.titel + " per jaar", ["Gemeente of groep"].concat(cijfer.jaren.map(String)), rijen.map((rij) => [rij.naam, ...rij.teksten])));
      }
    }
    uitkomst.replaceChildren(...delen.filter(Boolean));
  }

  // boxes stay as they are while one of them has the focus
  function groepenOpnieuwAls() {
    if (!groepVakjes.contains(document.activeElement)) groepenOpnieuw();
  }

  teken();
})();

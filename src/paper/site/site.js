// What pages add where scripts run: search by name, and tables that sort and filter. Without it everything is there to read.
"use strict";
window.middelgroot = { cijfers: {} };

(function () {
  const m = window.middelgroot;

  /** An element with its attributes and what is in it; texts are texts, never markup. */
  m.maak = function (soort, kenmerken, ...inhoud) {
    const knoop = soort.startsWith("svg:") ? document.createElementNS("http://www.w3.org/2000/svg", soort.slice(4)) : document.createElement(soort);
    for (const [naam, waarde] of Object.entries(kenmerken || {})) if (waarde !== null && waarde !== undefined) knoop.setAttribute(naam, waarde);
    knoop.append(...inhoud.filter((deel) => deel !== null && deel !== undefined));
    return knoop;
  };

  /** A name as it is looked for: without signs and capitals. */
  m.kaal = (naam) => naam.normalize("NFD").replace(/\p{M}/gu, "").replace(/[’']/g, "").toLowerCase();

  /** The number that a text prints; none where it prints none. */
  m.getal = function (tekst) {
    const cijfers = tekst.replace(/\u2212/g, "-").replace(/[^\d,-]/g, "").replace(",", ".");
    return /\d/.test(cijfers) ? Number(cijfers) : null;
  };

  const bezig = {};
  /** Loads a script of figures once; a page from disk may not read files otherwise. */
  m.laad = function (pad) {
    bezig[pad] = bezig[pad] || new Promise(function (klaar, mis) {
      const script = m.maak("script", { src: pad });
      script.onload = klaar;
      script.onerror = mis;
      document.head.append(script);
    });
    return bezig[pad];
  };

  /** A field that completes names: `vind` gives `[{naam, bij, doel}]`, `kies` takes one of them. */
  m.aanvuller = function (veld, vind, kies) {
    const lijst = m.maak("ul", { role: "listbox", id: veld.id + "-keuzes", class: "keuzes", "aria-label": "Gevonden", hidden: "" });
    const melding = m.maak("div", { role: "status", class: "alleen-hoorbaar" });
    veld.after(lijst, melding);
    for (const [naam, waarde] of [["role", "combobox"], ["aria-expanded", "false"], ["aria-controls", lijst.id], ["aria-autocomplete", "list"], ["autocomplete", "off"]]) veld.setAttribute(naam, waarde);
    let gevonden = [];
    let plek = -1;
    function sluit() {
      lijst.hidden = true;
      veld.setAttribute("aria-expanded", "false");
      veld.removeAttribute("aria-activedescendant");
      plek = -1;
    }
    function wijs(nieuw) {
      plek = gevonden.length === 0 ? -1 : (nieuw + gevonden.length) % gevonden.length;
      [...lijst.children].forEach((keuze, n) => keuze.setAttribute("aria-selected", String(n === plek)));
      if (plek >= 0) {
        veld.setAttribute("aria-activedescendant", lijst.children[plek].id);
        lijst.children[plek].scrollIntoView({ block: "nearest" });
      }
    }
    function neem(keuze) {
      sluit();
      kies(keuze);
    }
    async function toon() {
      const vraag = veld.value.trim();
      if (vraag === "") return sluit();
      const nieuw = await vind(m.kaal(vraag));
      if (veld.value.trim() !== vraag) return;
      gevonden = nieuw;
      lijst.replaceChildren(...gevonden.map(function (keuze, n) {
        const regel = m.maak("li", { role: "option", id: lijst.id + "-" + n, "aria-selected": "false" }, keuze.naam + (keuze.bij ? " (" + keuze.bij + ")" : ""));
        regel.addEventListener("mousedown", (e) => e.preventDefault());
        regel.addEventListener("click", () => neem(keuze));
        return regel;
      }));
      lijst.hidden = gevonden.length === 0;
      veld.setAttribute("aria-expanded", String(gevonden.length > 0));
      plek = -1;
      melding.textContent = gevonden.length === 0 ? "Niets gevonden" : gevonden.length + " gevonden";
    }
    veld.addEventListener("input", toon);
    veld.addEventListener("blur", sluit);
    veld.addEventListener("keydown", async function (e) {
      if (e.key === "ArrowDown" || e.key === "ArrowUp") {
        e.preventDefault();
        if (lijst.hidden) await toon();
        wijs(e.key === "ArrowDown" ? plek + 1 : plek < 0 ? -1 : plek - 1);
      } else if (e.key === "Escape" && !lijst.hidden) {
        e.preventDefault();
        sluit();
      } else if (e.key === "Enter") {
        e.preventDefault();
        if (lijst.hidden) await toon();
        const keuze = gevonden[Math.max(plek, 0)];
        if (keuze) neem(keuze);
      }
    });
    // what is typed leads to the first that is found, as a choice does
    return async function () {
      await toon();
      if (gevonden.length > 0 && veld.value.trim() !== "") neem(gevonden[0]);
    };
  };

  /** Finds by the start of a name first, then by a word in it; a gemeente that was leads to the one that it goes on in. */
  m.zoek = function (vraag, soorten) {
    const namen = m.namen;
    let alle = [];
    if (soorten.includes("gemeenten")) {
      alle = namen.gemeenten.map(([code, naam, pad]) => ({ naam, doel: pad, code }));
      alle = alle.concat(namen.vroeger.map(([oud, nu]) => ({ naam: oud, bij: "nu " + namen.gemeenten[nu][1], doel: namen.gemeenten[nu][2], code: namen.gemeenten[nu][0] })));
    }
    if (soorten.includes("cijfers")) alle = alle.concat(namen.cijfers.map(([code, naam, , pad]) => ({ naam, bij: "cijfer", doel: pad, code })));
    const begint = alle.filter((keuze) => m.kaal(keuze.naam).startsWith(vraag));
    const bevat = alle.filter((keuze) => !begint.includes(keuze) && m.kaal(keuze.naam).includes(vraag));
    return begint.concat(bevat).slice(0, 8);
  };

  const formulier = document.querySelector("form.zoek");
  if (formulier) {
    const veld = formulier.querySelector("input");
    const wortel = formulier.dataset.wortel;
    const namen = () => (m.namen ? Promise.resolve() : m.laad(wortel + "namen.js"));
    veld.addEventListener("focus", namen, { once: true });
    const neem = m.aanvuller(veld, (vraag) => namen().then(() => m.zoek(vraag, ["gemeenten", "cijfers"])), (keuze) => { location.href = wortel + keuze.doel; });
    formulier.addEventListener("submit", (e) => { e.preventDefault(); neem(); });
    const gevraagd = new URLSearchParams(location.search).get("naam");
    if (gevraagd) {
      veld.value = gevraagd;
      neem();
    }
  }

  /** Lets the heads of a table sort it, and a field above it keep the rows with a name. */
  m.sorteerbaar = function (tafel) {
    const rijen = [...tafel.tBodies[0].rows];
    const koppen = [...tafel.tHead.rows[0].cells];
    koppen.forEach(function (kop, n) {
      const knop = m.maak("button", { type: "button" }, ...kop.childNodes);
      kop.replaceChildren(knop);
      knop.addEventListener("click", function () {
        const op = kop.getAttribute("aria-sort") === "descending" || (n === 0 && kop.getAttribute("aria-sort") !== "ascending");
        koppen.forEach((ander) => ander.removeAttribute("aria-sort"));
        kop.setAttribute("aria-sort", op ? "ascending" : "descending");
        const sleutels = new Map(rijen.map((rij) => [rij, sleutel(rij.cells[n], kop)]));
        rijen.sort((a, b) => vergelijk(sleutels.get(a), sleutels.get(b), op ? 1 : -1));
        tafel.tBodies[0].append(...rijen);
      });
    });
    function sleutel(cel, kop) {
      const tekst = cel.textContent.trim();
      return kop.classList.contains("getal") ? m.getal(tekst) : tekst === "" ? null : m.kaal(tekst).replace(/^s-/, "");
    }
    // what has no figure comes last, whichever way it is sorted
    function vergelijk(a, b, kant) {
      if (a === null || b === null) return (a === null) - (b === null);
      return kant * (typeof a === "number" ? a - b : a.localeCompare(b, "nl"));
    }
    const id = "filter-" + document.querySelectorAll(".filter").length;
    const veld = m.maak("input", { type: "search", id });
    const aantal = m.maak("span", { role: "status" });
    veld.addEventListener("input", function () {
      const vraag = m.kaal(veld.value.trim());
      let over = 0;
      for (const rij of rijen) {
        rij.hidden = !m.kaal(rij.textContent).includes(vraag);
        if (!rij.hidden) over += 1;
      }
      aantal.textContent = vraag === "" ? "" : over + " van " + rijen.length + " rijen";
    });
    tafel.closest(".tabel").before(m.maak("p", { class: "filter" }, m.maak("label", { for: id }, "Toon alleen"), veld, aantal));
  };
  document.querySelectorAll("table[data-sorteren]").forEach(m.sorteerbaar);

  /** A picture that is wider than the screen can be moved with the keyboard. */
  function beweegbaar() {
    for (const plaat of document.querySelectorAll(".plaat")) {
      const is = plaat.scrollWidth > plaat.clientWidth + 1;
      for (const [naam, waarde] of [["tabindex", "0"], ["role", "group"], ["aria-label", "Grafiek, breder dan het scherm"]]) {
        if (is) plaat.setAttribute(naam, waarde);
        else plaat.removeAttribute(naam);
      }
    }
  }
  beweegbaar();
  addEventListener("resize", beweegbaar);
})();

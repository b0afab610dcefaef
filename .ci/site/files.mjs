// What can be said of the site without a browser: every page is valid, whole and complete, and every link leads somewhere.
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { dirname, join, posix, relative, sep } from "node:path";
import { HtmlValidate } from "html-validate";
import { parse } from "parse5";

/** Rules that are off, each with its reason; all others of the recommended ones hold. */
const OFF = {
  "long-title": "a title names the gemeente or the figure and the paper: short enough for a tab is not always true of both",
  "attribute-boolean-style": "Typst writes an attribute without a value with an empty one, which means the same",
  "no-inline-style": "drawings and Typst's own tables set a size or alignment where it is used",
  "no-trailing-whitespace": "whitespace within a line of generated text means nothing",
  "doctype-style": "Typst writes the doctype in capitals, which HTML allows",
  "tel-non-breaking": "there are no telephone numbers, and figures look like them",
  "no-redundant-role": "lists without bullets say `role=list`: Safari does not call them lists otherwise",
  "prefer-native-element": "the same lists, and a scrolling table that is a named region, have no native element that does so",
  "no-raw-characters": "an ampersand or quote that cannot be mistaken is valid",
  "void-style": "drawings come from SVG, where an element without contents is closed",
  "svg-focusable": "is for Internet Explorer",
};

/** Every file of a folder, by its path within it with `/`, sorted. */
export function filesOf(folder) {
  const names = readdirSync(folder, { recursive: true }).map((name) => name.split(sep).join("/"));
  return names.filter((name) => statSync(join(folder, name)).isFile()).sort();
}

/** A page taken apart: its elements with attributes and texts, in order. */
export function read(folder, path) {
  const text = readFileSync(join(folder, path), "utf8");
  const elements = [];
  const walk = (node, above) => {
    let own = above;
    if (node.tagName) {
      own = { tag: node.tagName, at: Object.fromEntries(node.attrs.map((at) => [at.prefix ? `${at.prefix}:${at.name}` : at.name, at.value])), text: "" };
      elements.push(own);
    }
    for (const child of (node.content ?? node).childNodes ?? []) walk(child, own);
    if (node.nodeName === "#text" && above) above.text += node.value;
    if (node.tagName && above) above.text += own.text;
  };
  walk(parse(text), null);
  return { path, elements };
}

/** Pages of a folder. */
export function pagesOf(folder) {
  return filesOf(folder).filter((path) => path.endsWith(".html")).map((path) => read(folder, path));
}

function all(page, tag) {
  return page.elements.filter((element) => element.tag === tag);
}

function meta(page, name) {
  return all(page, "meta").find((of) => of.at.name === name || of.at.property === name)?.at.content?.trim();
}

/** What html-validate finds, in the recommended rules but those that are off. */
export async function validity(folder, paths) {
  const rules = Object.fromEntries(Object.keys(OFF).map((rule) => [rule, "off"]));
  const validator = new HtmlValidate({ root: true, extends: ["html-validate:recommended"], rules });
  const failures = [];
  for (const path of paths) {
    const report = await validator.validateString(readFileSync(join(folder, path), "utf8"), path);
    for (const { messages } of report.results) {
      failures.push(...messages.map((of) => `${path}:${of.line}:${of.column}: ${of.ruleId}: ${of.message} ${of.selector ?? ""}`));
    }
  }
  return failures;
}

/** No id stands twice in a page. */
export function ids(pages) {
  return pages.flatMap((page) => {
    const seen = new Set();
    const twice = page.elements.map((element) => element.at.id).filter((id) => id !== undefined && (seen.has(id) || !seen.add(id)));
    return [...new Set(twice)].map((id) => `${page.path}: id \`${id}\` stands more than once`);
  });
}

/** Every address of a page, with what it is of. */
function addresses(page) {
  return page.elements.flatMap(({ tag, at }) => {
    const found = ["href", "src", "xlink:href", "poster", "action", "data"].filter((name) => at[name] !== undefined).map((name) => [at[name], `${tag} ${name}`]);
    const several = (at.srcset ?? "").split(",").map((of) => of.trim().split(/\s+/)[0]).filter(Boolean).map((of) => [of, `${tag} srcset`]);
    return found.concat(several);
  });
}

/** Every address leads to a file, and every fragment to an id. How many there are, and what leads nowhere. */
export function links(folder, pages) {
  const idsOf = new Map(pages.map((page) => [page.path, new Set(page.elements.flatMap(({ tag, at }) => [at.id, tag === "a" ? at.name : undefined]))]));
  const failures = new Set();
  let count = 0;
  for (const page of pages) {
    for (const [address, what] of addresses(page)) {
      count += 1;
      const is = (words) => failures.add(`${page.path}: ${what}="${address}" ${words}`);
      if (/^https:\/\/|^mailto:|^data:/i.test(address)) continue;
      if (/^[a-z][a-z+.-]*:|^\/|\\/i.test(address)) {
        is("is no path from the page");
        continue;
      }
      const [before, fragment] = address.split("#");
      const name = decodeURIComponent(before.split("?")[0]);
      const path = name === "" ? page.path : posix.join(posix.dirname(page.path), name);
      if (path.startsWith("../")) is("leads out of the site");
      else if (!existsSync(join(folder, path)) || !statSync(join(folder, path)).isFile()) is("leads to no file");
      // a fragment with `=` is what a page is to show, not a place in it
      else if (fragment && !fragment.includes("=") && idsOf.has(path) && !idsOf.get(path).has(decodeURIComponent(fragment))) is("leads to no id");
    }
  }
  for (const path of filesOf(folder).filter((path) => path.endsWith(".css"))) {
    for (const [, address] of readFileSync(join(folder, path), "utf8").matchAll(/url\(\s*["']?([^"')]+)/g)) {
      count += 1;
      if (!address.startsWith("data:") && !existsSync(join(folder, dirname(path), address))) failures.add(`${path}: url(${address}) leads to no file`);
    }
  }
  return { count, failures: [...failures] };
}

/** What every page must have. */
export function heads(folder, pages) {
  const titles = new Map();
  const failures = pages.flatMap((page) => {
    const faults = [];
    const title = all(page, "head").length && all(page, "title")[0]?.text.trim();
    if (!title) faults.push("has no title");
    else if (titles.has(title)) faults.push(`has the title of ${titles.get(title)}: ${title}`);
    else titles.set(title, page.path);
    if (!all(page, "html")[0]?.at.lang) faults.push("has no language");
    if (!meta(page, "description")) faults.push("has no description");
    const heads = page.elements.filter(({ tag }) => /^h[1-6]$/.test(tag));
    const ones = heads.filter(({ tag }) => tag === "h1").length;
    if (ones !== 1) faults.push(`has ${ones} h1`);
    heads.forEach(({ tag, text }, n) => {
      const before = n > 0 ? Number(heads[n - 1].tag[1]) : 0;
      if (Number(tag[1]) > before + 1) faults.push(`goes from h${before} to ${tag} at "${text.trim().slice(0, 60)}"`);
      if (text.trim() === "") faults.push(`has a ${tag} without words`);
    });
    const image = meta(page, "og:image");
    const canonical = all(page, "link").find(({ at }) => at.rel === "canonical")?.at.href;
    const local = image && canonical && image.startsWith("https://") ? imageBeside(image, canonical, page.path) : image;
    if (!image) faults.push("has no og:image");
    else if (local && !/^https?:/.test(local) && !existsSync(join(folder, posix.dirname(page.path), local))) faults.push(`has an og:image that is not there: ${image}`);
    for (const { at } of all(page, "img")) if (at.alt === undefined) faults.push(`has a picture without alt: ${at.src}`);
    return faults.map((fault) => `${page.path} ${fault}`);
  });
  return failures;
}

/** The path of a picture from a page, when both have full addresses. */
function imageBeside(image, canonical, path) {
  const root = canonical.slice(0, canonical.length - path.length);
  return canonical.endsWith(path) && image.startsWith(root) ? posix.relative(posix.dirname(path), image.slice(root.length)) : image;
}

/** The sitemap lists exactly the pages, each by its canonical address; where no address is configured there is neither. */
export function sitemap(folder, pages) {
  const canonical = new Map(pages.map((page) => [page.path, all(page, "link").find(({ at }) => at.rel === "canonical")?.at.href]));
  const path = join(folder, "sitemap.xml");
  const missing = [...canonical].filter(([, address]) => !address).map(([page]) => page);
  if (!existsSync(path)) return missing.length === pages.length ? [] : ["pages have canonical addresses, and there is no sitemap"];
  const listed = [...readFileSync(path, "utf8").matchAll(/<loc>([^<]+)<\/loc>/g)].map(([, address]) => address);
  const wanted = new Set(canonical.values());
  return [
    ...missing.map((page) => `${page} has no canonical address`),
    ...listed.filter((address, n) => !wanted.has(address) || listed.indexOf(address) !== n).map((address) => `sitemap.xml lists ${address}, which is no page or listed before`),
    ...[...wanted].filter((address) => address && !listed.includes(address)).map((address) => `sitemap.xml lacks ${address}`),
  ];
}

/** Number and bytes of files. */
export function weight(folder) {
  const files = filesOf(folder);
  return { files: files.length, bytes: files.reduce((sum, path) => sum + statSync(join(folder, path)).size, 0), inside: relative(".", folder) };
}

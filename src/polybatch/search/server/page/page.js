// The page: its state lies in the address after `#`, which no server sees; each change of it is a new search.
import { DEPTH, SHOWN, difference, mix, places, shared } from "./comparing.js";
import { element, marked, webAddress, words } from "./marking.js";

const $ = (id) => document.getElementById(id);
const MOST = 100; // hits that the server gives at most
const COLOURS = 8;

let indices = []; // as /languages gives them
let tongues = new Map(); // code: language, of all indices
let asked = null; // what stops the search under way

/* State: what the form says, and the address. */

const DEFAULTS = { q: "", in: "", view: "merged", a: "", b: "", by: "dense", balance: "", since: "", until: "" };

function fromAddress() {
  const given = new URLSearchParams(location.hash.slice(1));
  return Object.fromEntries(Object.keys(DEFAULTS).map((key) => [key, given.get(key) ?? DEFAULTS[key]]));
}

function toAddress(state) {
  const kept = Object.entries(state).filter(([key, value]) => value !== DEFAULTS[key]);
  return `#${new URLSearchParams(kept)}`;
}

function fromForm() {
  const first = indices[0].name;
  return {
    q: $("query").value.trim(),
    in: [...document.querySelectorAll("#languages :checked")].map((box) => box.value).join(","),
    view: document.querySelector("[name=view]:checked").value,
    a: $("a").value === first ? "" : $("a").value,
    b: $("b").value,
    by: $("method").value,
    balance: $("balance").checked ? "1" : "",
    since: $("since").value,
    until: $("until").value,
  };
}

function toForm(state) {
  const known = (name) => indices.some((index) => index.name === name);
  $("query").value = state.q;
  const chosen = state.in.split(",");
  for (const box of document.querySelectorAll("#languages input")) box.checked = chosen.includes(box.value);
  for (const radio of document.querySelectorAll("[name=view]")) radio.checked = radio.value === (state.view === "columns" ? "columns" : "merged");
  $("a").value = known(state.a) ? state.a : indices[0].name;
  $("b").value = known(state.b) && state.b !== $("a").value ? state.b : "";
  $("method").value = ["dense", "text", "hybrid"].includes(state.by) ? state.by : DEFAULTS.by;
  $("balance").checked = state.balance === "1";
  $("since").value = state.since;
  $("until").value = state.until;
  if (["by", "balance", "since", "until"].some((key) => state[key] !== DEFAULTS[key])) unfold(true);
  settle();
}

function unfold(open) {
  $("rest").hidden = !open;
  $("further").setAttribute("aria-expanded", String(open));
}

// Parts of the form that follow from others.
function settle() {
  $("all").setAttribute("aria-pressed", String(!document.querySelector("#languages :checked")));
  for (const option of $("b").options) option.disabled = option.value === $("a").value;
  if ($("b").value === $("a").value) $("b").value = "";
}

function go() {
  settle();
  const address = toAddress(fromForm());
  if (address === (location.hash || "#")) search();
  else location.hash = address; // the event that follows searches
}

/* Asking the server. */

async function ask(path, options = {}) {
  let answer;
  try {
    answer = await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The server does not answer.");
  }
  if (answer.ok) return answer.json();
  const told = await answer.json().catch(() => ({ faults: [] }));
  const lines = told.faults.map((fault) => `${fault.where}: ${fault.found}${fault.works ? `; ${fault.works}` : ""}`);
  throw new Error(lines.join("\n") || `The server answered ${answer.status}.`);
}

function request(state, index, more) {
  const body = { query: state.q, index, top: DEPTH, method: state.by, balance: state.balance === "1", ...more };
  if (state.in) body.languages = state.in.split(",");
  if (state.since) body.since = state.since;
  if (state.until) body.until = state.until;
  const options = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  return ask("search", { ...options, signal: asked.signal });
}

async function answers(state, index) {
  const codes = state.in ? state.in.split(",") : index.languages.map((one) => one.code);
  const all = request(state, index.name, {});
  if (state.view !== "columns") return { index, hits: (await all).hits, took: (await all).milliseconds };
  const top = Math.min(MOST, SHOWN * codes.length);
  const [merged, each] = await Promise.all([all, request(state, index.name, { balance: true, top })]);
  return { index, hits: merged.hits, took: merged.milliseconds, each: each.hits, codes };
}

async function search() {
  const state = fromAddress();
  toForm(state);
  asked?.abort();
  asked = new AbortController();
  const { signal } = asked;
  $("trouble").hidden = $("link").hidden = true;
  $("copy").hidden = !state.q;
  document.title = state.q ? `${state.q} – polybatch` : "Search – polybatch";
  if (!state.q) {
    $("results").replaceChildren();
    $("status").textContent = "";
    return;
  }
  $("results").classList.add("stale");
  try {
    const names = [$("a").value, $("b").value].filter(Boolean);
    const found = await Promise.all(
      names.map((name) => answers(state, indices.find((index) => index.name === name))),
    );
    show(fromForm(), found);
  } catch (error) {
    if (signal.aborted) return;
    $("results").replaceChildren();
    $("status").textContent = "";
    $("trouble").textContent = error.message;
    $("trouble").hidden = false;
  }
  $("results").classList.remove("stale");
}

/* Showing what was found. */

const nameOf = (code) => tongues.get(code)?.name ?? code;

function coloured(made, code) {
  const place = [...tongues.keys()].indexOf(code);
  if (place >= 0) made.style.setProperty("--l", `var(--l${place % COLOURS})`);
  return made;
}

function show(state, found) {
  const wanted = words(state.q);
  const columns = state.view === "columns";
  const sections = found.map((answer, number) => {
    const other = found[1 - number];
    const heads = [element("h2", {}, answer.index.name), element("p", { class: "soft about" }, about(answer.index))];
    const body = columns ? byLanguage(answer, wanted) : oneList(answer, other, wanted);
    return element("section", { "aria-label": `Results of ${answer.index.name}` }, ...heads, bars(answer), body);
  });
  const kinds = ["models", found.length > 1 && "two", columns && "columns"].filter(Boolean).join(" ");
  $("results").replaceChildren(element("div", { class: kinds }, ...sections));
  $("status").textContent = summary(found);
}

const about = (index) => [index.model === index.name ? "" : index.model, index.strategy].filter(Boolean).join(" · ");

function summary(found) {
  const told = found.map((answer) => {
    const parts = mix(answer.hits, [...tongues.keys()]).map(({ code, count }) => `${nameOf(code)} ${count}`);
    const first = Math.min(SHOWN, answer.hits.length);
    const name = found.length > 1 ? `${answer.index.name}: first` : "First";
    return answer.hits.length
      ? `${name} ${first}: ${parts.join(", ")} (${Math.round(answer.took)} ms).`
      : `${found.length > 1 ? `${answer.index.name}: n` : "N"}othing found.`;
  });
  if (found.length > 1) told.push(`${shared(found[0].hits, found[1].hits)} of the first ${SHOWN} are in both.`);
  return told.join(" ");
}

// The languages of the first hits, above those of the archive: where the two differ, a language is favoured.
function bars({ index, hits }) {
  const codes = index.languages.map((one) => one.code);
  const shown = mix(hits, codes);
  const held = index.languages.map((one) => ({ code: one.code, count: one.passages }));
  const draw = (parts, kind, says) => {
    const whole = parts.reduce((sum, part) => sum + part.count, 0);
    const label = `${says}: ${parts.map(({ code, count }) => `${nameOf(code)} ${count}`).join(", ") || "nothing"}`;
    const drawn = parts.map(({ code, count }) => {
      const [long, short] = [`${nameOf(code)} ${count}`, `${code} ${count}`];
      const texts = kind ? [] : [element("span", { class: "long" }, long), element("span", { class: "short" }, short)];
      const part = coloured(element("span", { class: "part", title: long }, ...texts), code);
      part.style.setProperty("--share", count / whole);
      return part;
    });
    return element("span", { class: `bar ${kind}`, role: "img", "aria-label": label }, ...drawn);
  };
  const top = `First ${Math.min(SHOWN, hits.length)}`;
  return element(
    "div", { class: "bars" },
    element("span", {}, top), draw(shown, "", top),
    element("span", { class: "soft" }, "Archive"), draw(held, "archive", "Archive"),
  );
}

function oneList(answer, other, wanted) {
  const elsewhere = other && places(other.hits);
  const badge = (hit) => elsewhere && difference(hit, elsewhere, other.index.name);
  const list = element("ol", { class: "hits" });
  const add = (hits) => list.append(...hits.map((hit) => item(hit, answer.index, wanted, badge(hit))));
  add(answer.hits.slice(0, SHOWN));
  const rest = answer.hits.slice(SHOWN);
  if (!rest.length) return list;
  const more = element("button", { type: "button", class: "rest" }, `Show ${rest.length} more`);
  more.addEventListener("click", () => {
    more.remove();
    add(rest);
    list.children[SHOWN].querySelector("h3 button").focus();
  });
  return element("div", {}, list, more);
}

// A column for each language; a badge says where a passage stands among those of all languages.
function byLanguage(answer, wanted) {
  const elsewhere = places(answer.hits);
  const badge = (hit) => {
    const place = elsewhere.get(hit.id);
    const says = place ? `${place} of all languages` : `not in the first ${DEPTH} of all languages`;
    return { kind: place && place <= SHOWN ? "higher" : place ? "same" : "only", says };
  };
  const columns = answer.codes.map((code) => {
    const hits = answer.each.filter((hit) => hit.language === code).slice(0, SHOWN);
    const items = hits.map((hit, number) => item({ ...hit, rank: number + 1, score: null }, answer.index, wanted, badge(hit)));
    const head = element("h3", {}, coloured(element("span", { class: "dot" }), code), nameOf(code));
    const body = items.length ? element("ol", { class: "hits" }, ...items) : element("p", { class: "soft" }, "Nothing found.");
    return element("section", { "aria-label": nameOf(code) }, head, body);
  });
  return element("div", { class: "tongues", tabindex: "0", role: "group", "aria-label": "Languages" }, ...columns);
}

function item(hit, index, wanted, badge) {
  const written = { lang: hit.language === "und" ? "" : hit.language, dir: "auto" };
  const text = element("p", { class: "text", ...written }, ...marked(hit.text, wanted));
  const title = element("button", { type: "button", "aria-expanded": "false", ...written }, ...marked(hit.title || hit.document, wanted));
  const meta = element(
    "p", { class: "meta" },
    element("b", {}, nameOf(hit.language)),
    hit.date && element("time", { datetime: hit.date }, hit.date),
    hit.source && element("bdi", {}, hit.source),
    hit.score !== null && element("span", { title: `found by ${hit.found_by.join(" and ")}` }, hit.score.toFixed(3)),
    badge && jump(badge, hit.id),
  );
  const body = element("div", {}, element("h3", {}, title), meta, text);
  const made = element("li", { class: "hit", "data-id": hit.id }, element("span", { class: "rank" }, String(hit.rank)), body);
  title.addEventListener("click", () => {
    const open = made.classList.toggle("open");
    title.setAttribute("aria-expanded", String(open));
    if (open && !body.querySelector(".more")) body.append(more(hit, index, text, wanted));
    const part = body.querySelector(".more");
    if (part) part.hidden = !open;
  });
  for (const event of ["pointerenter", "focusin"]) made.addEventListener(event, () => twins(hit.id));
  for (const event of ["pointerleave", "focusout"]) made.addEventListener(event, () => twins(null));
  return coloured(made, hit.language);
}

function same(id) {
  return [...document.querySelectorAll(".hit")].filter((hit) => hit.dataset.id === id);
}

// The same passage in both lists, lit together.
function twins(id) {
  const found = id === null ? [] : same(id);
  for (const hit of document.querySelectorAll(".hit.twin")) hit.classList.remove("twin");
  if (found.length > 1) for (const hit of found) hit.classList.add("twin");
}

function jump(badge, id) {
  const made = element("button", { type: "button", class: `badge ${badge.kind}` }, badge.says);
  made.addEventListener("click", () => {
    const here = made.closest(".hit");
    const target = same(id).find((hit) => hit !== here);
    target?.querySelector("h3 button").focus();
    target?.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
  return made;
}

function more(hit, index, text, wanted) {
  const url = webAddress(hit.url);
  const out = url && element("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, "Where it was published");
  const whole = element("button", { type: "button" }, "Whole document");
  whole.addEventListener("click", async () => {
    whole.disabled = true;
    try {
      const found = await ask(`documents?${new URLSearchParams({ id: hit.document, index: index.name })}`);
      whole.replaceWith(found.text === hit.text ? "This passage is the whole document." : "");
      text.replaceChildren(...marked(found.text, wanted));
    } catch (error) {
      whole.disabled = false;
      made.append(element("span", { role: "alert" }, error.message));
    }
  });
  const made = element("p", { class: "more" }, whole, out);
  return made;
}

/* The form, the keyboard, the link. */

function languageChips() {
  for (const index of indices) for (const one of index.languages) if (!tongues.has(one.code)) tongues.set(one.code, one);
  const chips = [...tongues.values()].map((one) => {
    const names = [one.name, one.own_name === one.name ? null : element("bdi", { lang: one.code }, one.own_name)];
    const dot = coloured(element("span", { class: "dot" }), one.code);
    const count = element("span", { class: "count" }, one.passages.toLocaleString("en"));
    const box = element("input", { type: "checkbox", value: one.code });
    return element("label", { class: "chip" }, box, dot, ...names, count);
  });
  $("languages").replaceChildren(...chips);
}

async function copyLink() {
  try {
    await navigator.clipboard.writeText(location.href);
    $("copy").textContent = "Copied";
    setTimeout(() => ($("copy").textContent = "Copy link"), 2000);
  } catch {
    // browsers let no page that came over plain HTTP from elsewhere write to the clipboard
    $("link").hidden = false;
    $("address").value = location.href;
    $("address").select();
  }
}

function keys(event) {
  const typing = event.target.closest("input:not([type=checkbox], [type=radio]), select, textarea");
  if (event.key === "Escape" && event.target === $("query")) $("query").blur();
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/") {
    event.preventDefault();
    $("query").select();
    $("query").focus();
  }
  if (event.key === "j" || event.key === "k") {
    const titles = [...document.querySelectorAll(".hit h3 button")];
    const at = titles.indexOf(document.activeElement.closest(".hit")?.querySelector("h3 button"));
    titles[at < 0 ? 0 : at + (event.key === "j" ? 1 : -1)]?.focus();
  }
}

async function start() {
  try {
    indices = (await ask("languages")).indices;
  } catch (error) {
    $("trouble").textContent = error.message;
    $("trouble").hidden = false;
    return;
  }
  languageChips();
  const options = () => indices.map((index) => element("option", { value: index.name }, index.name));
  $("a").replaceChildren(...options());
  $("b").replaceChildren(element("option", { value: "" }, "nothing"), ...options());
  $("model").hidden = $("beside").hidden = indices.length < 2;
  const most = Math.max(...indices.map((index) => index.passages));
  $("archive").textContent = `${most.toLocaleString("en")} passages in ${tongues.size} languages`;
  $("form").addEventListener("submit", (event) => (event.preventDefault(), go()));
  $("form").addEventListener("change", (event) => event.target !== $("query") && go());
  $("all").addEventListener("click", () => {
    for (const box of document.querySelectorAll("#languages input")) box.checked = false;
    go();
  });
  $("further").addEventListener("click", () => unfold($("rest").hidden));
  $("copy").addEventListener("click", copyLink);
  $("skip").addEventListener("click", (event) => (event.preventDefault(), $("results").focus()));
  addEventListener("hashchange", search);
  addEventListener("keydown", keys);
  $("form").inert = false;
  search();
  if (!$("query").value && matchMedia("(hover: hover)").matches) $("query").focus();
}

start();

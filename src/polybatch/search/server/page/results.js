// Lists of passages, merged or in a column for each language, with bars that show which languages come first.
import { DEPTH, SHOWN, difference, keyOf, mix, places, shared } from "./comparing.js";
import { coloured, nameOf, tongues } from "./languages.js";
import { element, words } from "./marking.js";
import { item } from "./passage.js";
import { say } from "./saying.js";

const $ = (id) => document.getElementById(id);

export function show(state, found) {
  const wanted = words(state.q);
  const columns = state.view === "columns";
  const sections = found.map((answer, number) => {
    const other = found[1 - number];
    const heads = [element("h2", {}, answer.index.name), element("p", { class: "soft about" }, about(answer.index))];
    const body = columns ? byLanguage(answer, wanted) : oneList(answer, other, wanted);
    return element("section", { "aria-label": say("results", { name: answer.index.name }) }, ...heads, bars(answer), body);
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
    const { name } = answer.index;
    if (!answer.hits.length) return say(found.length > 1 ? "nothingof" : "nothing", { name });
    return `${say(found.length > 1 ? "firstof" : "first", { name, count: first })}: ${parts.join(", ")} (${Math.round(answer.took)} ms).`;
  });
  if (found.length > 1) told.push(say("inboth", { shared: shared(found[0].hits, found[1].hits), count: SHOWN }));
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
  const top = say("first", { count: Math.min(SHOWN, hits.length) });
  return element(
    "div", { class: "bars" },
    element("span", {}, top), draw(shown, "", top),
    element("span", { class: "soft" }, say("held")), draw(held, "archive", say("held")),
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
  const more = element("button", { type: "button", class: "rest" }, say("showmore", { count: rest.length }));
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
    const place = elsewhere.get(keyOf(hit));
    const says = place ? say("ofall", { place }) : say("notofall", { depth: DEPTH });
    return { kind: place && place <= SHOWN ? "higher" : place ? "same" : "only", says };
  };
  const columns = answer.codes.map((code) => {
    const hits = answer.each.filter((hit) => hit.language === code).slice(0, SHOWN);
    const items = hits.map((hit, number) => item({ ...hit, rank: number + 1, score: null }, answer.index, wanted, badge(hit)));
    const head = element("h3", {}, coloured(element("span", { class: "dot" }), code), nameOf(code));
    const body = items.length ? element("ol", { class: "hits" }, ...items) : element("p", { class: "soft" }, say("nothing"));
    return element("section", { "aria-label": nameOf(code) }, head, body);
  });
  return element("div", { class: "tongues", tabindex: "0", role: "group", "aria-label": say("languages") }, ...columns);
}

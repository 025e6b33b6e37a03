// A passage in a list: its title opens it, its badge leads to where it stands in the other list.
import { ask } from "./asking.js";
import { keyOf } from "./comparing.js";
import { coloured, nameOf } from "./languages.js";
import { element, marked, webAddress } from "./marking.js";
import { say } from "./saying.js";

const WAYS = { dense: "meaning", text: "words" };

export function item(hit, index, wanted, badge) {
  const written = { lang: hit.language === "und" ? "" : hit.language, dir: "auto" };
  const text = element("p", { class: "text", ...written }, ...marked(hit.text, wanted));
  const title = element("button", { type: "button", "aria-expanded": "false", ...written }, ...marked(hit.title || hit.document, wanted));
  const meta = element(
    "p", { class: "meta" },
    element("b", {}, nameOf(hit.language)),
    hit.date && element("time", { datetime: hit.date }, hit.date),
    source(hit),
    hit.score !== null && element("span", { title: say("foundby", { ways: hit.found_by.map((way) => say(WAYS[way])).join(", ") }) }, hit.score.toFixed(3)),
    badge && jump(badge, keyOf(hit)),
  );
  const body = element("div", {}, element("h3", {}, title), meta, text, others(hit, written, wanted));
  const made = element("li", { class: "hit", "data-key": keyOf(hit) }, element("span", { class: "rank" }, String(hit.rank)), body);
  title.addEventListener("click", () => {
    const open = made.classList.toggle("open");
    title.setAttribute("aria-expanded", String(open));
    if (open && !body.querySelector(".more")) text.after(more(hit, index, text, wanted));
    const part = body.querySelector(".more");
    if (part) part.hidden = !open;
  });
  for (const event of ["pointerenter", "focusin"]) made.addEventListener(event, () => twins(keyOf(hit)));
  for (const event of ["pointerleave", "focusout"]) made.addEventListener(event, () => twins(null));
  return coloured(made, hit.language);
}

// Where it was published: a link, where the archive has an address of the web.
function source(hit) {
  const url = webAddress(hit.url);
  const name = hit.source || (url && new URL(url).hostname);
  if (!name) return null;
  const shown = element("bdi", {}, name);
  return url ? element("a", { href: url, target: "_blank", rel: "noopener noreferrer", title: say("published") }, shown) : shown;
}

// The other passages of a document that were found.
function others(hit, written, wanted) {
  if (!hit.further.length) return null;
  const parts = hit.further.map((part) => element("p", { class: "text", ...written }, ...marked(part.text, wanted)));
  return element("details", { class: "others" }, element("summary", {}, say("others", { count: hit.further.length })), ...parts);
}

function same(key) {
  return [...document.querySelectorAll(".hit")].filter((hit) => hit.dataset.key === key);
}

// The same document in both lists, lit together.
function twins(key) {
  const found = key === null ? [] : same(key);
  for (const hit of document.querySelectorAll(".hit.twin")) hit.classList.remove("twin");
  if (found.length > 1) for (const hit of found) hit.classList.add("twin");
}

function jump(badge, key) {
  const made = element("button", { type: "button", class: `badge ${badge.kind}` }, badge.says);
  made.addEventListener("click", () => {
    const here = made.closest(".hit");
    const target = same(key).find((hit) => hit !== here);
    target?.querySelector("h3 button").focus();
    target?.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
  return made;
}

function more(hit, index, text, wanted) {
  const whole = element("button", { type: "button" }, say("whole"));
  whole.addEventListener("click", async () => {
    whole.disabled = true;
    try {
      const found = await ask(`documents?${new URLSearchParams({ id: hit.document, index: index.name })}`);
      whole.replaceWith(found.text === hit.text ? say("thiswhole") : "");
      text.replaceChildren(...marked(found.text, wanted));
    } catch (error) {
      whole.disabled = false;
      made.append(element("span", { role: "alert" }, error.message));
    }
  });
  const made = element("p", { class: "more" }, whole);
  return made;
}

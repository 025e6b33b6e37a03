// A passage in a list: its title opens it, its badge leads to where it stands in the other list.
import { ask } from "./asking.js";
import { coloured, nameOf } from "./languages.js";
import { element, marked, webAddress } from "./marking.js";
import { say } from "./saying.js";

export function item(hit, index, wanted, badge) {
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
  const out = url && element("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, say("published"));
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
  const made = element("p", { class: "more" }, whole, out);
  return made;
}

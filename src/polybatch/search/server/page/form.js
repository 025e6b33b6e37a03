// The form: what it says as a state, and a state put into it.
import { DEFAULTS } from "./address.js";
import { coloured, nameOf, tongues } from "./languages.js";
import { element } from "./marking.js";
import { language, say } from "./saying.js";

const $ = (id) => document.getElementById(id);

export function fromForm(indices) {
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

export function toForm(state, indices) {
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

export function unfold(open) {
  $("rest").hidden = !open;
  $("further").setAttribute("aria-expanded", String(open));
}

// Parts of the form that follow from others.
export function settle() {
  $("all").setAttribute("aria-pressed", String(!document.querySelector("#languages :checked")));
  for (const option of $("b").options) option.disabled = option.value === $("a").value;
  if ($("b").value === $("a").value) $("b").value = "";
}

export function fillForm(indices) {
  languageChips();
  const options = () => indices.map((index) => element("option", { value: index.name }, index.name));
  $("a").replaceChildren(...options());
  $("b").replaceChildren(element("option", { value: "" }, say("nobody")), ...options());
  $("model").hidden = $("beside").hidden = indices.length < 2;
}

function languageChips() {
  const chips = [...tongues.values()].map((one) => {
    const name = nameOf(one.code);
    const names = [name, one.own_name === name ? null : element("bdi", { lang: one.code }, one.own_name)];
    const dot = coloured(element("span", { class: "dot" }), one.code);
    const count = element("span", { class: "count" }, one.passages.toLocaleString(language));
    const box = element("input", { type: "checkbox", value: one.code });
    return element("label", { class: "chip" }, box, dot, ...names, count);
  });
  $("languages").replaceChildren(...chips);
}

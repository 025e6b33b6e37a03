// The page: its state lies in the address after `#`, which no server sees; each change of it is a new search.
import { fromAddress, toAddress } from "./address.js";
import { answers, ask } from "./asking.js";
import { fillForm, fromForm, settle, toForm, unfold } from "./form.js";
import { learn, tongues } from "./languages.js";
import { show } from "./results.js";
import { language, say, translate } from "./saying.js";

const $ = (id) => document.getElementById(id);

let indices = []; // as /languages gives them
let asked = null; // what stops the search under way

function go() {
  settle();
  const address = toAddress(fromForm(indices));
  if (address === (location.hash || "#")) search();
  else location.hash = address; // the event that follows searches
}

async function search() {
  const state = fromAddress();
  toForm(state, indices);
  asked?.abort();
  asked = new AbortController();
  const { signal } = asked;
  $("trouble").hidden = $("link").hidden = true;
  $("copy").hidden = !state.q;
  document.title = state.q ? `${state.q} – polybatch` : `${say("title")} – polybatch`;
  if (!state.q) {
    $("results").replaceChildren();
    $("status").textContent = "";
    return;
  }
  $("results").classList.add("stale");
  try {
    const names = [$("a").value, $("b").value].filter(Boolean);
    const found = await Promise.all(
      names.map((name) => answers(state, indices.find((index) => index.name === name), signal)),
    );
    show(fromForm(indices), found);
  } catch (error) {
    if (signal.aborted) return;
    $("results").replaceChildren();
    $("status").textContent = "";
    $("trouble").textContent = error.message;
    $("trouble").hidden = false;
  }
  $("results").classList.remove("stale");
}

async function copyLink() {
  try {
    await navigator.clipboard.writeText(location.href);
    $("copy").textContent = say("copied");
    setTimeout(() => ($("copy").textContent = say("copy")), 2000);
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
  translate($("speech"));
  try {
    indices = (await ask("languages")).indices;
  } catch (error) {
    $("trouble").textContent = error.message;
    $("trouble").hidden = false;
    return;
  }
  learn(indices);
  fillForm(indices);
  const most = Math.max(...indices.map((index) => index.passages));
  $("archive").textContent = say("archive", { count: most.toLocaleString(language), languages: tongues.size });
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

// What the page says in the reader's language: as chosen here, else by the browser, else English.
import en from "./texts.en.js";
import ne from "./texts.ne.js";
import sw from "./texts.sw.js";

const TEXTS = { en, ne, sw };
const KEPT = "language";

function kept() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null; // a browser that keeps nothing
  }
}

const wanted = [kept(), ...navigator.languages.map((tag) => tag.split("-")[0])];
export const language = wanted.find((code) => Object.hasOwn(TEXTS, code)) ?? "en";

export function say(key, values = {}) {
  return TEXTS[language][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// The fixed texts of the page, and the switch between languages.
export function translate(choice) {
  document.documentElement.lang = language;
  for (const one of document.querySelectorAll("[data-say]")) one.textContent = say(one.dataset.say);
  const query = document.getElementById("query");
  query.placeholder = say("placeholder");
  choice.value = language;
  choice.addEventListener("change", () => {
    try {
      localStorage.setItem(KEPT, choice.value);
    } catch {
      return;
    }
    location.reload(); // the state of the search lies in the address
  });
}

// The page's words in the visitor's language and the facts about this page, which the server puts into it as JSON.
export function readWords() {
  return JSON.parse(document.querySelector(".ask-words").textContent);
}

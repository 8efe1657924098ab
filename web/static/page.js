// Gives the page's HTML what it does. The server draws everything that is shown; nothing here makes words or markup
// of its own, and nothing leaves this origin.
import { createFeedback } from "./feedback.js";
import { explainTerms } from "./gloss.js";
import { createVoice } from "./live.js";
import { createReading, linkTo } from "./reading.js";
import { createStatus } from "./status.js";
import { createTalk } from "./talk.js";
import { readWords } from "./words.js";

const NEEDED = [".ask-words", "#ask-chat [role=log]", "#ask-kept textarea", "#ask-question textarea", "#ask-article article", "#ask-send", "#ask-restore", "#ask-clear", "#ask-top header"];

function whenThere(start) {
  const ready = () => NEEDED.every((selector) => document.querySelector(selector));
  if (ready()) return start();
  const observer = new MutationObserver(() => {
    if (ready()) {
      observer.disconnect();
      start();
    }
  });
  return observer.observe(document.body, { childList: true, subtree: true });
}

whenThere(async () => {
  const words = readWords();
  const part = (id) => document.getElementById(id);
  const chat = part("ask-chat");
  const log = chat.querySelector("[role=log]");
  const status = createStatus(part("ask-foot"));
  const voice = createVoice(log, words);
  const talk = createTalk(chat, status, words);
  const reading = createReading(part("ask-reading"), [part("ask-top"), part("ask-talk")], words);
  const feedback = createFeedback(status, words);
  explainTerms(words);

  async function copy(text, done) {
    try {
      await navigator.clipboard.writeText(text);
      status.say(done, { seconds: 6 });
    } catch {
      status.say(words.not_copied, { seconds: 12 });
    }
  }

  function takeToDoctor() {
    const form = document.createElement("form");
    Object.assign(form, { method: "post", action: "page/doctor", target: "_blank", enctype: "multipart/form-data", hidden: true });
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: "questions", value: JSON.stringify(talk.questions()) });
    form.append(field);
    document.body.append(form);
    form.submit();
    form.remove();
  }

  const answerOf = (button) => button.closest(".ask-answer");
  const placeOf = (button) => [...chat.querySelectorAll(".ask-user")].indexOf(button.closest(".ask-user"));
  const sentenceOf = (button) => button.closest(".ask-source").className.match(/ask-of-(\S+)/)[1];
  const actions = {
    "ask-offer": (button) => talk.ask(button.textContent),
    "ask-open": () => reading.open(),
    "ask-over": () => {
      part("ask-clear").click();
      document.querySelector("#ask-question textarea").focus();
    },
    "ask-doctor": takeToDoctor,
    "ask-edit": (button) => talk.edit(placeOf(button)),
    "ask-again": (button) => talk.again(answerOf(button)),
    "ask-copy": (button) => copy(answerOf(button).querySelector(".ask-copy-text").textContent, words.copied),
    "ask-link": (button) => copy(linkTo(sentenceOf(button)), words.link_copied),
    "ask-cite": (link) => reading.show(link.getAttribute("href").slice(1)),
    "ask-show": (link) => reading.show(link.getAttribute("href").slice(1)),
    "ask-fn": (link) => reading.show(link.getAttribute("href").slice(1)),
    "ask-good": (button) => feedback.send(button, "good"),
    "ask-bad": (button) => feedback.send(button, "bad"),
    "ask-wrong": (button) => feedback.send(button, "wrong"),
  };
  document.addEventListener("click", (event) => {
    const pressed = event.target.closest?.("button, a");
    const name = pressed && Object.keys(actions).find((action) => pressed.classList.contains(action));
    if (!name || pressed.closest("#ask-reading")) return;
    event.preventDefault();
    actions[name](pressed);
  });

  // The newest question stays on top while its answer comes, until the reader scrolls.
  let shown = -1;
  let following = false;
  for (const moved of ["wheel", "touchmove", "keydown"]) log.addEventListener(moved, () => (following = false), { passive: true });

  function follow() {
    const last = [...chat.querySelectorAll(".ask-user")].at(-1);
    if (!last || !following) return;
    log.scrollTo({ top: log.scrollTop + last.getBoundingClientRect().top - log.getBoundingClientRect().top - 12 });
    if (!talk.busy()) following = false;
  }

  function changed({ quietly = false } = {}) {
    document.documentElement.lang = words.language; // Gradio sets it to a language that the page may not speak
    voice.name();
    const answers = talk.answers();
    voice.speak(answers, { quietly });
    talk.changed();
    document.documentElement.classList.toggle("ask-busy", talk.busy());
    document.documentElement.classList.toggle("ask-begun", answers.length > 0);
    for (const button of chat.querySelectorAll(".ask-good, .ask-bad, .ask-wrong")) {
      if (!button.hasAttribute("aria-pressed")) button.setAttribute("aria-pressed", "false");
    }
    if (answers.length !== shown) following = true;
    shown = answers.length;
    follow();
  }
  new MutationObserver(() => changed()).observe(chat, { childList: true, subtree: true, characterData: true });
  changed({ quietly: true });
  await talk.restore();
  reading.showAddressed();
});

// What a screen reader hears: each sentence once, when it comes; urgent help at once. Gradio's own log would read the
// whole answer again at every change, and read HTML aloud as the name of each message, so both are silenced.
export function createVoice(log, words) {
  const calm = region("polite", "log");
  const urgent = region("assertive", "alert");
  let spoken = new WeakMap();

  function region(politeness, role) {
    const made = document.createElement("div");
    made.className = "ask-sr";
    made.setAttribute("role", role);
    made.setAttribute("aria-live", politeness);
    document.body.append(made);
    return made;
  }

  function say(text, where = calm) {
    const line = document.createElement("p");
    line.textContent = text.replace(/\s+/g, " ").trim();
    if (!line.textContent) return;
    where.append(line);
    while (where.childElementCount > 12) where.firstChild.remove();
  }

  function name() {
    log.setAttribute("aria-live", "off");
    log.setAttribute("aria-label", words.chat);
    log.tabIndex = 0; // it scrolls, so the keyboard must reach it
    for (const message of log.querySelectorAll("[data-testid=bot][aria-label], [data-testid=user][aria-label]")) {
      message.removeAttribute("aria-label");
    }
  }

  // Answers are told apart by where they stand and what was asked, since Gradio may make their elements anew.
  let told = new Map();

  function speak(answers, { quietly = false } = {}) {
    const now = new Map();
    answers.forEach((answer, place) => {
      const id = `${place}:${answer.querySelector(".ask-asked-text")?.textContent}`;
      const parts = [...answer.querySelectorAll(".ask-wait, .ask-reminder, .ask-kind, .ask-urgent-text, .ask-quote, .ask-notice, .ask-again-text")];
      const before = told.get(id) ?? [];
      const texts = parts.map((part) => part.textContent);
      if (!quietly) {
        for (const text of texts.filter((text) => !before.includes(text))) {
          say(text, answer.classList.contains("ask-emergency") ? urgent : calm);
        }
      }
      now.set(id, texts);
    });
    told = now;
  }

  return { say, name, speak };
}

// Thumbs for an answer and "this quote does not say that" for a citation. The question goes along only to find out
// whether it was one that the page offered; what is stored are ids.
export function createFeedback(status, words) {
  const ids = new Map();

  function idOf(question) {
    if (!ids.has(question)) ids.set(question, [...crypto.getRandomValues(new Uint8Array(12))].map((n) => n.toString(16).padStart(2, "0")).join(""));
    return ids.get(question);
  }

  async function send(button, verdict) {
    const answer = button.closest(".ask-answer");
    const about = button.closest(".ask-source")?.className.match(/ask-of-(\S+)/)?.[1] ?? "";
    const taken = button.getAttribute("aria-pressed") === "true";
    const question = answer.querySelector(".ask-asked-text").textContent;
    const body = {
      answer: idOf(question),
      about,
      outcome: answer.className.match(/ask-answer ask-(\S+)/)[1],
      verdict: taken ? null : verdict,
      passages: [...answer.querySelectorAll(".ask-cite")].map((mark) => mark.getAttribute("href").slice(1)),
      question,
    };
    const reply = await fetch("page/feedback", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    }).catch(() => null);
    if (!reply?.ok) return status.say(words.not_sent, { seconds: 12 });
    for (const other of button.parentElement.querySelectorAll("[aria-pressed]")) other.setAttribute("aria-pressed", "false");
    button.setAttribute("aria-pressed", String(!taken));
    const thanks = verdict === "wrong" ? "wrong_sent" : "thanks";
    if (!taken) status.say(words[words.keeps_text ? `${thanks}_text` : thanks], { seconds: 8 });
    return undefined;
  }

  return { send };
}

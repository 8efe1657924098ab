/* The panel: asks the API and shows what it answers. Every text is inserted as text; its own words are templates of
   panel.html. It keeps the conversation in memory and nowhere else. */

const VERSION = 1, TURNS = 20, ROOM = 16000, SLOW = 4000, PATIENCE = 90000, NOTES = 3000;
const get = (id) => document.getElementById(id);
const log = get("log"), form = get("form"), input = get("question"), send = get("send"), stop = get("stop");
const query = new URLSearchParams(location.search);
const host = parent === window ? "" : location.hash.slice(1); // the page around the frame, as its loader names it

const asked = []; // earlier questions, oldest first
let running = null; // the AbortController of the question being answered
let article = null; // a promise of the article with its editor's notes, fetched with the first question
let serial = 0;

/* Fills the template `name`, whose parts are named by selectors, with texts. */
const fill = (name, texts = {}) => {
  const part = get(name).content.cloneNode(true);
  for (const [selector, text] of Object.entries(texts)) part.querySelector(selector).textContent = text;
  return part;
};
const named = (name, value) => { // a template with one {variable}, filled
  const part = fill(name), node = part.querySelector(".mark, .problem");
  node.textContent = node.textContent.replace(/\{\w+\}/, value);
  return part;
};
const announce = (name) => { get("status").textContent = fill(name).textContent; };
const tell = (type) => { if (host) parent.postMessage({ ask: VERSION, type }, host); };

/* ---- the article's own sentences, footnotes and the editor's notes ---- */

const loadArticle = () => fetch("api/article", { credentials: "omit" }).then((response) => {
  if (!response.ok) throw new Error("no article");
  return response.json();
}).then((found) => {
  const parts = [...found.sections, ...found.footnotes], passages = new Map();
  for (const part of parts) part.passages.forEach((passage, at) => passages.set(passage.id, { ...passage, before: part.passages[at - 1], after: part.passages[at + 1] }));
  const terms = [...(found.notes?.terms ?? [])].sort((one, two) => two.term.length - one.term.length);
  return {
    passages, terms, footnotes: new Map(found.footnotes.map((note) => [note.label, note.text])),
    notes: new Map((found.notes?.sentences ?? []).map((note) => [note.passage, note])),
  };
}).catch(() => { article = null; }); // an answer can do without; the next question tries again

const background = () => Promise.race([article ??= loadArticle(), new Promise((done) => setTimeout(done, NOTES))]);

/* ---- one answer ---- */

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/* Puts `text` into `node`, each hard term once, as a button that explains it; punctuation stays on the term's line. */
const withTerms = (node, text, tip, known) => {
  const terms = known?.terms ?? [];
  const any = terms.length && new RegExp(`(?<![\\p{L}\\p{N}])(${terms.map((term) => escaped(term.term)).join("|")})(?![\\p{L}\\p{N}])(\\p{P}*)`, "giu");
  const seen = new Set();
  let at = 0;
  for (const match of any ? text.matchAll(any) : []) {
    const [whole, word, punctuation] = match;
    const found = terms.find((term) => term.term.toLowerCase() === word.toLowerCase());
    if (!found || seen.has(found)) continue;
    seen.add(found);
    const part = Object.assign(document.createElement("span"), { className: "kept" });
    part.append(termButton(word, found.gloss, tip), punctuation);
    node.append(text.slice(at, match.index), part);
    at = match.index + whole.length;
  }
  node.append(text.slice(at));
};

const termButton = (word, gloss, tip) => {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "term", textContent: word });
  let pinned = false;
  const show = () => {
    tip.owner?.();
    tip.owner = hide;
    tip.textContent = gloss;
    tip.hidden = false;
    tip.style.top = `${button.offsetTop + button.offsetHeight}px`;
    button.ariaExpanded = "true";
    button.setAttribute("aria-describedby", tip.id);
    const over = tip.getBoundingClientRect().bottom - log.getBoundingClientRect().bottom;
    if (over > 0) log.scrollTop += over + 8;
  };
  const hide = () => {
    pinned = false;
    tip.owner = null;
    tip.hidden = true;
    button.ariaExpanded = "false";
    button.removeAttribute("aria-describedby");
  };
  const leave = () => setTimeout(() => { if (tip.owner === hide && !pinned && !tip.matches(":hover") && !button.matches(":hover, :focus-visible")) hide(); }, 150);
  button.ariaExpanded = "false";
  button.onpointerenter = (event) => event.pointerType === "mouse" && show();
  button.onfocus = () => button.matches(":focus-visible") && show();
  button.onpointerleave = button.onblur = leave;
  tip.addEventListener("pointerleave", leave);
  button.onclick = () => {
    if (pinned) return hide();
    show();
    pinned = true;
  };
  button.onkeydown = (event) => {
    if (event.key !== "Escape" || tip.owner !== hide) return;
    hide();
    event.stopPropagation(); // this Escape closes the explanation, not the chat
  };
  return button;
};

/* Whether a sentence is the article's own; a language model's stands without quotation marks. */
const isQuote = (text, citations) => citations.some((citation) => citation.quote === text);
const inMarks = (text, citations) => isQuote(text, citations) ? `“${text}”` : text;
const lead = ({ text, citations }) => fill(isQuote(text, citations) ? "says" : "written");

/* One sentence, with its marks, the editor's plain words, and a source for each citation that is new. */
const showSentence = (answer, sentence, known) => {
  const part = fill("sentence"), quote = part.querySelector(".quote"), tip = part.querySelector(".gloss");
  tip.id = `gloss-${serial += 1}`;
  quote.lang = document.documentElement.dataset.articleLanguage;
  quote.classList.toggle("written", !isQuote(sentence.text, sentence.citations));
  withTerms(quote, inMarks(sentence.text, sentence.citations), tip, known);
  const after = [];
  for (const citation of sentence.citations) {
    const mark = named("mark", citation.number);
    const id = `source-${answer.dataset.turn}-${citation.number}`;
    mark.querySelector("button").onclick = () => openSource(id);
    quote.append(" ", mark);
    if (get(id) || answer.querySelector(`#${id}`)) continue;
    const note = known?.notes.get(citation.passage);
    if (note?.plain) after.push(fill("plain", { ".text": note.plain }));
    after.push(showSource(id, citation, known, note));
  }
  part.querySelector(".sentence").append(...after);
  answer.append(part);
};

const showSource = (id, citation, known, note) => {
  const part = named("source", citation.number), context = part.querySelector(".context"), details = part.querySelector("details");
  const passage = known?.passages.get(citation.passage);
  details.id = id;
  part.querySelector(".where").textContent = citation.label;
  part.querySelector(".claim").hidden = !["benefit", "provider"].includes(note?.claim);
  context.lang = document.documentElement.dataset.articleLanguage;
  const marked = Object.assign(document.createElement("mark"), { textContent: citation.quote });
  context.append(passage?.before ? `${passage.before.text} ` : "", marked, passage?.after ? ` ${passage.after.text}` : "");
  for (const label of passage?.footnotes ?? []) {
    details.append(fill("footnote", { ".label": `[${label}]`, ".text": known.footnotes.get(label) }));
  }
  return part;
};

const openSource = (id) => {
  const source = get(id);
  source.open = true;
  source.querySelector("summary").focus();
};

/* A reminder of an emergency stands first, whatever follows; the last part is in the language that the answer is in. */
const showNotice = (answer, { notice, language }) => {
  const parts = notice.split("\n\n"), reminders = [...document.querySelectorAll(".reminders")].map(({ id }) => fill(id));
  const reminder = reminders.find((one) => one.querySelector(".notice").textContent === parts[0]);
  if (reminder) {
    answer.prepend(reminder);
    parts.shift();
  }
  for (const text of parts) answer.append(fill("notice", { ".notice": text }));
  if (parts.length) answer.lastElementChild.lang = language;
};

/* The rest of an answer, once all of it is there. Fields that this panel does not know are left alone. */
const finish = (turn, answer, given, known, shown) => {
  const cited = new Map(given.citations.map((citation) => [citation.number, citation]));
  const sentences = given.sentences.map((sentence) => ({ text: sentence.text, citations: sentence.citations.map((number) => cited.get(number)) }));
  const kept = shown.length <= sentences.length && shown.every((text, at) => text === sentences[at].text);
  if (!kept || !shown.length) answer.replaceChildren();
  answer.classList.add(given.outcome === "emergency" ? "emergency" : "said");
  if (given.outcome === "emergency") answer.append(fill("urgent"));
  if (given.notice && !sentences.length) showNotice(answer, given);
  if (sentences.length && !answer.querySelector(".says")) answer.append(lead(sentences[0]));
  for (const sentence of kept ? sentences.slice(shown.length) : sentences) showSentence(answer, sentence, known);
  if (given.notice && sentences.length) showNotice(answer, given);
  const tools = fill("tools");
  tools.querySelector("button").onclick = () => copy(given);
  answer.append(tools);
  if (given.suggestions.length) {
    const next = fill("next");
    next.querySelector(".asks").append(...given.suggestions.map((suggestion) => askButton(suggestion)));
    turn.append(next);
  }
};

const askButton = (text) => {
  const item = document.createElement("li"), button = Object.assign(document.createElement("button"), { type: "button", textContent: text, dir: "auto" });
  button.lang = document.documentElement.dataset.articleLanguage;
  item.append(button);
  return item;
};

/* ---- copying ---- */

const asText = (given) => [
  given.question, given.outcome === "emergency" && get("urgent").content.querySelector(".meaning")?.textContent, given.notice,
  ...given.sentences.map((sentence) => `${inMarks(sentence.text, given.citations)} ${sentence.citations.map((number) => `(${number})`).join(" ")}`),
  ...given.citations.map((citation) => `(${citation.number}) ${citation.label}: “${citation.quote}”`),
  given.disclaimer,
].filter(Boolean).join("\n\n");

const copy = async (given) => {
  const text = asText(given);
  try {
    await navigator.clipboard.writeText(text);
  } catch { // not allowed in this frame: the old way still is
    const area = Object.assign(document.createElement("textarea"), { value: text, className: "unseen" }), before = document.activeElement;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    before?.focus();
  }
  announce("copied");
};

/* ---- asking ---- */

class Refused extends Error {
  constructor(name, value) {
    super(name);
    this.value = value;
  }
}

/* The server reads small bodies only: a very long talk leaves its start behind. */
const packed = (question) => {
  const article = query.get("article"), history = asked.slice(-TURNS);
  const body = () => JSON.stringify({ question, history, ...(article && { article }) });
  while (history.length && new TextEncoder().encode(body()).length > ROOM) history.shift();
  return body();
};

const request = async (question, signal) => {
  const body = packed(question);
  const headers = { "Content-Type": "application/json", Accept: "text/event-stream" };
  const response = await fetch("api/ask", { method: "POST", headers, body, signal, credentials: "omit" });
  if (response.ok) return response;
  if (response.status === 429) throw new Refused("busy", response.headers.get("Retry-After") ?? 60);
  throw new Refused([400, 413, 422].includes(response.status) ? "too_long" : "failed");
};

/* Yields {event, data} for each server-sent event of a response. */
async function* events(response) {
  const reader = response.body.getReader(), decoder = new TextDecoder();
  for (let text = ""; ;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (text + decoder.decode(value, { stream: true })).split("\n\n");
    text = parts.pop();
    for (const part of parts) {
      const fields = Object.fromEntries(part.split("\n").map((line) => line.match(/^(\w+): ?(.*)$/)?.slice(1) ?? ["", ""]));
      if (fields.data) yield { event: fields.event, data: JSON.parse(fields.data) };
    }
  }
}

const answerInto = async (turn, question, signal) => {
  const answer = turn.querySelector(".answer"), shown = [];
  const [response, known] = await Promise.all([request(question, signal), background()]);
  let finished = false;
  for await (const { event, data } of events(response)) {
    if (event === "sentence") {
      if (!shown.length) answer.replaceChildren(lead(data));
      showSentence(answer, data, known);
      shown.push(data.text);
    } else if (event === "answer") {
      finish(turn, answer, { ...data, language: response.headers.get("Content-Language") }, known, shown);
      finished = true;
    }
  }
  if (!finished) throw new Refused("failed");
};

const showProblem = (turn, question, error, stopped) => {
  const name = stopped ? "stopped" : error instanceof Refused ? error.message : "down";
  const answer = turn.querySelector(".answer");
  answer.replaceChildren(name === "busy" ? named(name, error.value) : fill(name), fill("retry"));
  answer.querySelector(".retry").onclick = () => {
    turn.remove();
    ask(question);
  };
  if (!input.value && name === "too_long") input.value = question;
};

const busy = (on) => {
  send.hidden = on;
  stop.hidden = !on;
  log.ariaBusy = String(on);
};

const ask = async (text) => {
  const question = text.trim();
  if (!question || running) return;
  const controller = running = new AbortController();
  const turn = fill("turn", { ".question": question }).querySelector(".turn");
  turn.querySelector(".answer").dataset.turn = serial += 1;
  let stopped = false;
  stop.onclick = () => { stopped = true; controller.abort(); };
  for (const part of get("start").children) part.hidden = !part.matches(".meaning"); // what the disclaimer means stays
  log.append(turn);
  turn.scrollIntoView({ block: "start" });
  busy(true);
  input.focus();
  const slow = setTimeout(() => turn.querySelector(".wait")?.replaceWith(fill("warming")), SLOW);
  const late = setTimeout(() => controller.abort(), PATIENCE);
  try {
    await answerInto(turn, question, controller.signal);
    asked.push(question);
    tell("answered");
  } catch (error) {
    showProblem(turn, question, error, stopped);
  } finally {
    clearTimeout(slow);
    clearTimeout(late);
    running = null;
    busy(false);
    turn.scrollIntoView({ block: "start" });
  }
};

/* ---- what people do ---- */

form.onsubmit = (event) => {
  event.preventDefault();
  if (running || !input.value.trim()) return input.focus();
  const question = input.value;
  input.value = "";
  ask(question);
};
input.onkeydown = (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
};
log.onclick = (event) => {
  const button = event.target.closest(".asks button");
  if (button) ask(button.textContent);
};
document.onkeydown = (event) => { if (event.key === "Escape") tell("close"); };

/* ---- the page around the frame ---- */

addEventListener("message", ({ source, origin, data }) => {
  if (source !== parent || origin !== host || data?.ask !== VERSION) return;
  if (data.type === "focus") (matchMedia("(pointer: coarse)").matches ? document.querySelector("h1") : input).focus();
  if (data.type === "ask" && typeof data.question === "string") ask(data.question);
});

/* Black or white, whichever reads better on the site's colour. */
const ink = (colour) => {
  const [r, g, b] = colour.match(/\w\w/g).map((part) => (parseInt(part, 16) / 255) ** 2.2);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000" : "#fff";
};
const root = document.documentElement, colour = query.get("colour");
if (/^#[\da-f]{6}$/i.test(colour)) {
  root.style.setProperty("--brand", colour);
  root.style.setProperty("--on-brand", ink(colour));
}
if (["ltr", "rtl"].includes(query.get("dir")) && root.lang === "en") root.dir = query.get("dir");
root.classList.toggle("framed", Boolean(host));
tell("ready");

// The conversation from the tab's side. The chat's own DOM says which questions were asked; this keeps them for the
// next question and, in this tab only, for a refresh. It starts what Gradio then does: ask, ask again, change, clear.
const WAITS = 6000;
const LOOK = 2000;
const ROOM = 8000;

export function createTalk(chat, status, words) {
  const key = `ask-the-article:${words.slug}`;
  const box = document.querySelector("#ask-question textarea");
  const kept = document.querySelector("#ask-kept textarea");
  const send = document.getElementById("ask-send");
  let editing = null; // the place of the question that is being changed
  let since = 0; // when a question was sent whose answer is not whole yet
  let arrived = false; // whether the server has taken it
  let watch = 0;
  let lost = false;
  let restored = false;

  const answers = () => [...chat.querySelectorAll(".ask-answer")];
  const questions = () => answers().map((answer) => answer.querySelector(".ask-asked-text")?.textContent ?? "");
  const busy = () => Boolean(chat.querySelector(".ask-pending"));

  // Gradio hears what is typed, so what is set here has to look typed.
  function put(field, text) {
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(field, text);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // What the next question brings along. The server reads small bodies only: a very long talk leaves its start behind.
  function bring(list) {
    let text = JSON.stringify(list);
    while (new TextEncoder().encode(JSON.stringify(text)).length > ROOM) text = JSON.stringify((list = list.slice(1)));
    put(kept, text);
  }

  const settled = () => new Promise((done) => setTimeout(done, 60));

  function remember() {
    const list = questions();
    if (editing === null && (!since || arrived)) bring(list);
    if (restored) store({ questions: list, draft: box.value });
  }

  function store(state) {
    try {
      if (state.questions.length || state.draft) sessionStorage.setItem(key, JSON.stringify(state));
      else sessionStorage.removeItem(key);
    } catch {
      // Storage is blocked in some frames; then a refresh starts afresh.
    }
  }

  function stored() {
    try {
      return JSON.parse(sessionStorage.getItem(key)) ?? { questions: [], draft: "" };
    } catch {
      return { questions: [], draft: "" };
    }
  }

  async function restore() {
    const { questions: list, draft } = stored();
    restored = true;
    if (draft) put(box, draft);
    if (!list.length) return false;
    bring(list);
    await settled();
    document.getElementById("ask-restore").click();
    return true;
  }

  async function ask(question, before = null) {
    if (busy() || !question.trim()) return;
    begun();
    bring(before ?? questions());
    put(box, question);
    await settled();
    send.click();
    // Gradio lets a press go by while it still winds up a stopped answer; pressing twice asks only once.
    setTimeout(() => !arrived && !busy() && box.value === question && send.click(), LOOK);
  }

  const again = (answer) => {
    const place = answers().indexOf(answer);
    ask(questions()[place], questions().slice(0, place));
  };

  function edit(place) {
    editing = place;
    bring(questions().slice(0, place));
    put(box, questions()[place]);
    status.say(words.editing, { button: words.keep, onButton: keep });
    box.focus();
  }

  function keep() {
    editing = null;
    put(box, "");
    remember();
    status.clear();
    box.focus();
  }

  // From sending until the answer is whole: says when it is slow and when nobody is there.
  function begun() {
    since = Date.now();
    arrived = false;
    clearTimeout(watch);
    watch = setTimeout(look, LOOK);
  }

  function ended() {
    since = 0;
    lost = false;
    clearTimeout(watch);
    status.clear();
  }

  async function look() {
    const there = await fetch("healthz", { cache: "no-store" }).then((reply) => reply.ok, () => false);
    if (!since) return;
    if (!there && !lost) {
      lost = true;
      status.say(words.lost);
    } else if (there && lost) {
      ended();
      status.say(words.back, { seconds: 20 });
    } else if (there && Date.now() - since > WAITS) {
      status.say(words.slow);
    }
    if (since) watch = setTimeout(look, LOOK);
  }

  function changed() {
    if (busy()) {
      if (!since) begun();
      arrived = true;
      editing = null;
    } else if (arrived) {
      arrived = false;
      ended();
    }
    remember();
  }

  box.addEventListener("input", () => restored && store({ questions: questions(), draft: box.value }));
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && box.value.trim()) begun();
  });
  send.addEventListener("click", () => box.value.trim() && begun());

  return { answers, questions, busy, ask, again, edit, restore, changed };
}

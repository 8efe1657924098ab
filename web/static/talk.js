// The conversation from the tab's side. The chat's own DOM says which questions were asked; this keeps them for the
// next question and, in this tab only, for a refresh. It starts what Gradio then does: ask, ask again, change, clear.
const WAITS = 6000;
const LOOK = 2000;

export function createTalk(chat, status, words) {
  const key = `ask-the-article:${words.slug}`;
  const box = document.querySelector("#ask-question textarea");
  const kept = document.querySelector("#ask-kept textarea");
  const send = document.getElementById("ask-send");
  let editing = null;
  let sending = 0;
  let watch = 0;
  let lost = false;

  const answers = () => [...chat.querySelectorAll(".ask-answer")];
  const questions = () => answers().map((answer) => answer.querySelector(".ask-asked-text")?.textContent ?? "");
  const busy = () => Boolean(chat.querySelector(".ask-pending"));

  // Gradio hears what is typed, so what is set here has to look typed.
  function put(field, text) {
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(field, text);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  const settled = () => new Promise((done) => setTimeout(done, 60));

  function remember() {
    const list = questions();
    if (editing === null && !sending) put(kept, JSON.stringify(list));
    store({ questions: list, draft: box.value });
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
    if (draft) put(box, draft);
    if (!list.length) return false;
    put(kept, JSON.stringify(list));
    await settled();
    document.getElementById("ask-restore").click();
    return true;
  }

  async function ask(question, before = null) {
    if (busy() || !question.trim()) return;
    sending = Date.now();
    put(kept, JSON.stringify(before ?? questions()));
    put(box, question);
    await settled();
    send.click();
    begun();
  }

  const again = (answer) => {
    const place = answers().indexOf(answer);
    ask(questions()[place], questions().slice(0, place));
  };

  function edit(place) {
    editing = place;
    put(kept, JSON.stringify(questions().slice(0, place)));
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
    clearTimeout(watch);
    sending = sending || Date.now();
    watch = setTimeout(look, LOOK);
  }

  async function look() {
    if (!busy() && !sending) return;
    const there = await fetch("healthz", { cache: "no-store" }).then((reply) => reply.ok, () => false);
    if (!there && !lost) {
      lost = true;
      status.say(words.lost);
    } else if (there && lost) {
      lost = false;
      sending = 0;
      status.say(words.back, { seconds: 20 });
    } else if (there && sending && Date.now() - sending > WAITS) {
      status.say(words.slow);
    }
    watch = setTimeout(look, LOOK);
  }

  function changed() {
    if (editing !== null && busy()) editing = null;
    if (sending && !busy() && answers().length && !box.value) {
      sending = 0;
      lost = false;
      clearTimeout(watch);
      status.clear();
    }
    remember();
  }

  box.addEventListener("input", () => store({ questions: questions(), draft: box.value }));
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && box.value.trim()) begun();
  });
  send.addEventListener("click", () => box.value.trim() && begun());

  return { answers, questions, busy, ask, again, edit, restore, changed };
}

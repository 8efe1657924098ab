// The article beside the chat: shows the sentence that an answer quotes, with its footnote. On a phone it lies over
// the chat, keeps the focus inside, and gives it back to where it came from.
const SHEET = "ask-sheet-open";

export function createReading(pane, rest, words) {
  const close = document.createElement("button");
  close.type = "button";
  close.className = "ask-act ask-close";
  close.textContent = words.article_hide;
  pane.prepend(close);
  pane.setAttribute("role", "region");
  pane.setAttribute("aria-label", words.article);
  pane.tabIndex = 0; // it scrolls, so the keyboard must reach it
  let cameFrom = null;

  const sheet = () => getComputedStyle(close).display !== "none";

  function open() {
    if (document.documentElement.classList.contains(SHEET)) return;
    cameFrom = document.activeElement;
    if (!sheet()) return;
    document.documentElement.classList.add(SHEET);
    for (const part of rest) part.inert = true;
    pane.setAttribute("role", "dialog");
    pane.setAttribute("aria-modal", "true");
    close.focus();
  }

  function shut() {
    if (document.documentElement.classList.contains(SHEET)) {
      document.documentElement.classList.remove(SHEET);
      for (const part of rest) part.inert = false;
      pane.setAttribute("role", "region");
      pane.removeAttribute("aria-modal");
    }
    if (cameFrom?.isConnected) cameFrom.focus();
    cameFrom = null;
  }

  function show(id, { focus = true } = {}) {
    const target = document.getElementById(id);
    if (!target || !pane.contains(target)) return false;
    open();
    for (const old of pane.querySelectorAll(".ask-marked")) old.classList.remove("ask-marked");
    for (const aside of pane.querySelectorAll(".ask-aside")) aside.hidden = true;
    target.classList.add("ask-marked");
    let next = target.nextElementSibling;
    while (next && !next.classList.contains("ask-sentence")) {
      if (next.classList.contains("ask-aside")) next.hidden = false;
      next = next.nextElementSibling;
    }
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    target.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
    if (focus) target.focus({ preventScroll: true });
    return true;
  }

  close.addEventListener("click", shut);
  window.addEventListener("resize", () => {
    if (!sheet() && document.documentElement.classList.contains(SHEET)) shut();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && (pane.contains(document.activeElement) || sheet())) shut();
  });
  pane.addEventListener("click", (event) => {
    const mark = event.target.closest(".ask-fn");
    const link = event.target.closest(".ask-permalink");
    const sentence = !event.target.closest(".ask-term") && getSelection().isCollapsed && event.target.closest(".ask-sentence");
    if (mark) {
      event.preventDefault();
      const label = mark.getAttribute("href").replace("#footnote-", "");
      const aside = mark.closest("p, h2")?.querySelector(`.ask-aside-${CSS.escape(label)}`);
      if (aside) aside.hidden = !aside.hidden;
      else show(mark.getAttribute("href").slice(1));
    } else if (link) {
      event.preventDefault();
      show(link.getAttribute("href").slice(1));
      history.replaceState(null, "", link.getAttribute("href"));
    } else if (sentence) {
      show(sentence.id);
    }
  });

  function showAddressed() {
    const id = decodeURIComponent(location.hash.slice(1));
    if (id) show(id, { focus: false });
  }
  window.addEventListener("hashchange", showAddressed);
  return { open, shut, show, showAddressed };
}

export function linkTo(id) {
  return `${location.origin}${location.pathname}#${id}`;
}

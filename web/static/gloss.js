// A hard word's explanation beside it: on hover, on focus and on tap; Escape puts it away.
export function explainTerms(words) {
  const box = document.createElement("div");
  box.id = "ask-gloss";
  box.setAttribute("role", "tooltip");
  box.hidden = true;
  document.body.append(box);
  let shown = null;
  let leaving = 0;

  const term = (event) => event.target instanceof Element && event.target.closest(".ask-term");

  function show(word) {
    clearTimeout(leaving);
    const number = /ask-term-(\d+)/.exec(word.className)?.[1];
    const text = document.getElementById(`gloss-${number}`)?.textContent;
    if (!text) return;
    hide();
    const label = document.createElement("span");
    label.className = "ask-label";
    label.textContent = words.plain;
    box.replaceChildren(label, document.createTextNode(` ${text}`));
    box.hidden = false;
    place(word);
    word.setAttribute("aria-describedby", box.id);
    shown = word;
  }

  function hide() {
    shown?.removeAttribute("aria-describedby");
    shown = null;
    box.hidden = true;
  }

  function place(word) {
    const at = word.getClientRects()[0];
    const { width, height } = box.getBoundingClientRect();
    const room = document.documentElement.clientWidth;
    const below = at.bottom + 8 + height < window.innerHeight;
    box.style.left = `${Math.max(8, Math.min(at.left, room - width - 8))}px`;
    box.style.top = `${below ? at.bottom + 6 : Math.max(8, at.top - height - 6)}px`;
  }

  document.addEventListener("pointerover", (event) => {
    const word = term(event);
    if (word && event.pointerType === "mouse") show(word);
    else if (box.contains(event.target)) clearTimeout(leaving);
  });
  document.addEventListener("pointerout", (event) => {
    if (event.pointerType === "mouse" && (term(event) || box.contains(event.target))) {
      leaving = setTimeout(hide, 250); // long enough to move onto the explanation itself
    }
  });
  document.addEventListener("focusin", (event) => (term(event) ? show(term(event)) : hide()));
  document.addEventListener("click", (event) => (term(event) ? show(term(event)) : box.contains(event.target) || hide()));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && shown) {
      hide();
      event.stopImmediatePropagation();
    } else if (term(event) && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      show(term(event));
    }
  });
  document.addEventListener("scroll", hide, { capture: true, passive: true });
}

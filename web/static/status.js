// One line above the question box for what the visitor has to know now, seen and spoken.
export function createStatus(foot) {
  const line = document.createElement("p");
  line.id = "ask-status";
  line.setAttribute("role", "status");
  line.hidden = true;
  foot.prepend(line);
  let timer = 0;

  function say(text, { button, onButton, seconds } = {}) {
    clearTimeout(timer);
    line.replaceChildren(document.createTextNode(text));
    if (button) {
      const pressed = document.createElement("button");
      pressed.type = "button";
      pressed.className = "ask-act";
      pressed.textContent = button;
      pressed.addEventListener("click", onButton);
      line.append(" ", pressed);
    }
    line.hidden = false;
    if (seconds) timer = setTimeout(clear, seconds * 1000);
  }

  function clear() {
    line.replaceChildren();
    line.hidden = true;
  }

  return { say, clear };
}

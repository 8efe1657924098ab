/* Ask the Article: a button that opens the chat in a frame. No cookie, no storage, no global name, and nothing is
   fetched before someone means to open it. How to use it: docs/embedding.md */
(() => {
  "use strict";
  const VERSION = 1, PATIENCE = 10000, TAG = "ask-the-article";
  const PHONE = matchMedia("(max-width:600px),(max-height:480px)");
  const WORDS = "WORDS", CSS = "CSS";
  const script = document.currentScript, server = new URL(script.src), given = window.askTheArticle;

  const make = (tag, props, ...children) => {
    const node = Object.assign(document.createElement(tag), props);
    node.append(...children);
    return node;
  };
  /* Black or white, whichever reads better on a colour: at least 4.5 to 1 on any. */
  const ink = (colour) => {
    const [r, g, b] = colour.match(/\w\w/g).map((part) => (parseInt(part, 16) / 255) ** 2.2);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000" : "#fff";
  };

  class Ask extends HTMLElement {
    static ask = VERSION;

    connectedCallback() {
      if (!this.shadowRoot) this.build();
      addEventListener("message", this.heard);
      if (this.hasAttribute("open") && !PHONE.matches) this.open(true);
    }

    disconnectedCallback() {
      removeEventListener("message", this.heard);
      this.leave();
    }

    build() {
      const get = (name) => this.getAttribute(name) || "";
      const root = this.attachShadow({ mode: "open" });
      const colour = (/^#[\da-f]{6}$/i.exec(get("colour")) || ["#0b6470"])[0];
      const button = make("button", { className: "b", ariaHasPopup: "dialog", ariaExpanded: false }, get("label") || WORDS.button);
      const status = make("p", { role: "status" }), close = make("button", { className: "x", ariaLabel: WORDS.close }, "×");
      const dialog = make("dialog", { ariaLabel: WORDS.title }, close, make("h2", {}, WORDS.title), status);
      const box = make("div", { className: get("position") }, button, dialog);
      const marks = box.classList;
      let frame, ready, quiet, waiting, timer;
      box.style.setProperty("--c", colour);
      box.style.setProperty("--i", ink(colour));
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(CSS);
      root.adoptedStyleSheets = [sheet];
      root.append(box);

      const tell = (name) => this.dispatchEvent(new CustomEvent(TAG + ":" + name, { bubbles: true }));
      const send = (type, question) => frame.contentWindow.postMessage({ ask: VERSION, type, question }, server.origin);
      const load = () => {
        if (frame) return;
        const query = new URLSearchParams({ dir: getComputedStyle(this).direction, colour, article: get("article"), language: get("language") || server.searchParams.get("language") || "" });
        const src = new URL("embed?" + query, server).href;
        frame = make("iframe", {
          title: WORDS.title, allow: "clipboard-write", referrerPolicy: "no-referrer", src: src + "#" + location.origin,
          sandbox: "allow-scripts allow-same-origin allow-forms",
        });
        marks.remove("e");
        status.textContent = WORDS.loading;
        dialog.append(frame);
        timer = setTimeout(() => {
          marks.add("e");
          status.replaceChildren(WORDS.not_loading + " ", make("a", { href: src, target: "_blank" }, WORDS.open_alone));
          tell("failed");
        }, PATIENCE);
      };
      const enter = () => {
        if (!ready) return;
        if (!quiet) {
          frame.focus();
          send("focus");
        }
        if (waiting) send("ask", waiting);
        waiting = "";
      };

      this.heard = ({ source, origin, data }) => {
        if (!frame || source != frame.contentWindow || origin != server.origin || data?.ask != VERSION) return;
        if (data.type == "close") this.close();
        else if (data.type == "answered") tell("answered");
        else if (data.type == "ready") {
          clearTimeout(timer);
          ready = true;
          marks.add("f");
          if (dialog.open) enter();
          tell("ready");
        }
      };
      this.leave = () => {
        clearTimeout(timer);
        frame?.remove();
        frame = ready = dialog.open = false;
        marks.remove("f", "o");
      };
      /* Open the chat; asked to be quiet, leave the focus where it is. */
      this.open = (silently) => {
        if (marks.contains("e") && !ready) this.leave();
        load();
        if (dialog.open) return;
        quiet = silently === true;
        marks.add("o");
        button.ariaExpanded = true;
        if (quiet) dialog.open = true;
        else if (PHONE.matches && !marks.contains("inline")) dialog.showModal();
        else dialog.show();
        tell("open");
        enter();
      };
      /* Close it; the focus goes back to the button. */
      this.close = () => dialog.open && dialog.close();
      /* Open it and ask a question. */
      this.ask = (question) => {
        waiting = question + "";
        if (dialog.open) enter();
        else this.open();
      };

      dialog.onclose = () => {
        marks.remove("o");
        button.ariaExpanded = false;
        button.focus();
        tell("close");
      };
      dialog.onkeydown = (event) => event.key == "Escape" && this.close();
      close.onclick = this.close;
      button.onclick = () => dialog.open ? this.close() : this.open();
      button.onpointerenter = button.onfocus = button.ontouchstart = load;
    }
  }

  const found = customElements.get(TAG), name = found && !found.ask ? TAG + "-button" : TAG;
  if (!customElements.get(name)) customElements.define(name, Ask);
  const start = () => {
    if (document.querySelector(name)) return;
    const element = make(name), options = { ...(given?.constructor == Object && given), ...script.dataset };
    for (const [option, value] of Object.entries(options)) if (value + "" != "false") element.setAttribute(option, value);
    const place = options.mount && document.querySelector(options.mount);
    if (place) element.setAttribute("position", "inline");
    (place || document.body).append(element);
  };
  if (document.readyState == "loading") addEventListener("DOMContentLoaded", start);
  else start();
})();

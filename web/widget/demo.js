/* What a site can do with the button from its own page: hand it a question. */
document.addEventListener("click", (event) => {
  if (event.target.matches("button.ask")) document.querySelector("ask-the-article").ask(event.target.textContent);
});

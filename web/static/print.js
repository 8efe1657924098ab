// The one thing the page for the doctor does.
document.getElementById("print").addEventListener("click", () => window.print());

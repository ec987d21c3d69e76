// Which colours the page has: those of the system, or the ones that were chosen here.
(() => {
  const THEMES = ["auto", "light", "dark"];
  const KEY = "codingit.theme";

  function read() {
    try {
      const kept = localStorage.getItem(KEY);
      return THEMES.includes(kept) ? kept : "auto";
    } catch {
      return "auto";
    }
  }

  function apply(theme) {
    document.documentElement.dataset.theme = theme;
  }

  function describe(button, theme) {
    const label = `Colours: ${theme === "auto" ? "as the system has them" : theme}`;
    button.setAttribute("aria-label", label);
    button.title = label;
  }

  apply(read());
  addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme-button");
    describe(button, read());
    button.addEventListener("click", () => {
      const theme = THEMES[(THEMES.indexOf(document.documentElement.dataset.theme) + 1) % THEMES.length];
      apply(theme);
      describe(button, theme);
      try {
        localStorage.setItem(KEY, theme);
      } catch {
        // The choice holds until the page is closed.
      }
    });
  });
})();

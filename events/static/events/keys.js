"use strict";

// One key chooses a candidate: 1 the first, 2 the second ... Not while something is typed.
document.addEventListener("keydown", (event) => {
  const at = event.target;
  const types = at instanceof HTMLElement && (at.isContentEditable || at.matches("input:not([type=checkbox]), textarea, select"));
  if (types || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  const button = document.querySelector(`button[data-key="${CSS.escape(event.key)}"]`);
  if (button) {
    event.preventDefault();
    button.click();
  }
});

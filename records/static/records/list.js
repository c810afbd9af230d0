"use strict";

// The form above a list sends only what is filled in, so that the address says what is asked and no more.
document.addEventListener("formdata", (event) => {
  if (!event.target.matches(".list-filters")) return;
  for (const [name, value] of [...event.formData]) {
    if (value === "") event.formData.delete(name);
  }
});

// The search box of the front page: suggestions while somebody types. Without this script the form shows what it finds.
"use strict";

(() => {
  const WAIT = 150; // milliseconds after the last key
  const input = document.querySelector("input[data-address]");
  const list = document.createElement("ul");
  const said = document.createElement("p"); // read out by screen readers
  let options = [];
  let active = -1;
  let timer = 0;
  let request = null;

  list.id = "suggestions";
  list.className = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Records");
  said.className = "unseen";
  said.setAttribute("role", "status");
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");
  input.parentElement.append(list, said);

  function close() {
    clearTimeout(timer);
    request?.abort();
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    choose(-1);
  }

  function choose(place) {
    options[active]?.setAttribute("aria-selected", "false");
    active = place;
    const option = options[active];
    if (!option) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  }

  function option(record, place) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    const more = document.createElement("small");
    const matched = record.matched === record.label ? "" : `found as “${record.matched}”`;
    item.id = `suggestion-${place}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    link.href = record.url;
    link.tabIndex = -1;
    link.textContent = record.label;
    more.textContent = [record.object.replaceAll("_", " "), record.hint, matched].filter(Boolean).join(" · ");
    link.append(more);
    item.append(link);
    return item;
  }

  function show(records) {
    active = -1;
    options = records.map(option);
    list.replaceChildren(...options);
    list.hidden = !options.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    input.removeAttribute("aria-activedescendant");
    said.textContent = options.length === 1 ? "1 record" : `${options.length || "No"} records`;
  }

  async function suggest() {
    const typed = input.value.trim();
    request?.abort();
    if (!typed) {
      show([]);
      return;
    }
    request = new AbortController();
    try {
      const address = `${input.dataset.address}?q=${encodeURIComponent(typed)}`;
      const answer = await fetch(address, { headers: { Accept: "application/json" }, signal: request.signal });
      if (answer.ok) show((await answer.json()).results);
    } catch (error) {
      if (error.name !== "AbortError") close(); // the form still works
    }
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(suggest, WAIT);
  });

  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault(); // keep what was typed
      close();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) {
        suggest();
        return;
      }
      const step = event.key === "ArrowDown" ? 1 : -1;
      const places = options.length + 1; // one of them is the box itself
      choose(((active + 1 + step + places) % places) - 1);
    } else if (event.key === "Enter" && active >= 0 && !list.hidden) {
      event.preventDefault();
      options[active].firstElementChild.click();
    }
  });

  list.addEventListener("mousedown", (event) => event.preventDefault()); // the box keeps the focus
  input.addEventListener("blur", close);
})();

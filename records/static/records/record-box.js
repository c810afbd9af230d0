// The box in which a record is chosen: a combobox with a list (WAI-ARIA 1.2) in place of the <select> before it.
//
// The <select> stays what the form sends and what Django's pop-ups write into; the box shows what is chosen there. As a custom
// element it works wherever and whenever it comes into the page.
//   <record-box data-address data-noun data-new>   where to search, what is searched for, where such a record is made
//   <select data-narrow-field="person">            a field of the same row, or of the form, whose choice is sent with the search
//   <select data-narrow="agreement=<key>">         a fixed parameter
//   <input data-day-of-record>                     the day of what the form is about, sent with each search
"use strict";

(() => {
  const WAIT = 120; // milliseconds after the last key
  let boxes = 0;

  function element(name, properties = {}, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }

  // The list, which all boxes of a page share: one of them is open at a time.
  const list = element("ul", { id: "record-options" });
  const note = element("p", { className: "record-note" });
  const popup = element("div", { className: "record-popup", hidden: true }, list, note);
  const said = element("div", { className: "record-said" }); // read out by screen readers
  list.setAttribute("role", "listbox");
  said.setAttribute("role", "status");
  if ("popover" in popup) popup.popover = "manual"; // above all that would cut it off
  let open = null;

  popup.addEventListener("mousedown", (event) => event.preventDefault()); // the box keeps the focus
  popup.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) open?.take(option);
  });
  for (const kind of ["scroll", "resize"]) {
    window.addEventListener(kind, () => open?.place(), { capture: true, passive: true });
  }

  function say(text) {
    if (!said.isConnected) (document.querySelector("main") ?? document.body).append(popup, said);
    said.textContent = text;
  }

  class RecordBox extends HTMLElement {
    connectedCallback() {
      // Django copies the last row of an inline to make another: that one stays as it came.
      if (!this.input && !this.closest(".empty-form")) this.build();
    }

    build() {
      this.select = this.previousElementSibling;
      const { select } = this;
      const number = ++boxes;
      this.input = element("input", {
        type: "text", id: `${select.id}_box`, className: "record-input", autocomplete: "off", spellcheck: false,
      });
      this.input.setAttribute("autocapitalize", "none");
      this.input.setAttribute("role", "combobox");
      this.input.setAttribute("aria-autocomplete", "list");
      this.input.setAttribute("aria-expanded", "false");
      this.input.setAttribute("aria-controls", list.id);
      for (const name of ["aria-invalid", "aria-required"]) {
        if (select.hasAttribute(name)) this.input.setAttribute(name, select.getAttribute(name));
      }
      const labels = [...select.labels];
      this.name = labels[0]?.textContent.replace(/:\s*$/, "").trim() || select.getAttribute("aria-label") || this.dataset.noun;
      for (const label of labels) label.htmlFor = this.input.id;
      if (!labels.length) this.input.setAttribute("aria-label", this.name);
      this.hint = element("small", { className: "record-hint", id: `record-hint-${number}` });
      this.input.setAttribute("aria-describedby", [this.hint.id, select.getAttribute("aria-describedby")].filter(Boolean).join(" "));
      // By keyboard one empties the text: a second stop for each box would make the way through a form longer.
      this.clear = element("button", { type: "button", className: "record-clear", tabIndex: -1, textContent: "×" });
      this.clear.setAttribute("aria-label", `Clear ${this.name}`);
      const line = element("span", { className: "record-line" }, this.input, this.clear);
      if (select.multiple) {
        this.chosen = element("ul", { className: "record-chosen" });
        this.chosen.setAttribute("aria-label", `Chosen: ${this.name}`);
        this.append(this.chosen);
      }
      this.append(line, this.hint);
      select.hidden = true;
      this.known = new WeakMap([...select.options].map((option) => [option, option.text]));
      this.show();

      this.input.addEventListener("input", () => this.typed());
      this.input.addEventListener("keydown", (event) => this.key(event));
      this.input.addEventListener("click", () => { if (open !== this) this.search(); });
      this.input.addEventListener("focus", () => this.input.select());
      this.input.addEventListener("blur", (event) => this.leave(event.relatedTarget));
      this.clear.addEventListener("click", () => { this.empty(); this.input.focus(); });
      select.addEventListener("change", () => this.show());
      // Django's pop-ups add and rename options without an event.
      new MutationObserver(() => this.lookUp()).observe(select, { childList: true, subtree: true, characterData: true });
    }

    disconnectedCallback() {
      if (open === this) this.close();
    }

    get options() {
      return [...this.select.selectedOptions].filter((option) => option.value);
    }

    // What is chosen

    show() {
      const { options, select } = this;
      this.hint.classList.remove("record-wrong");
      if (select.multiple) {
        this.chosen.replaceChildren(...options.map((option) => this.chip(option)));
        this.chosen.hidden = !options.length;
        this.clear.hidden = true;
        this.hint.textContent = "";
        this.input.value = "";
      } else {
        this.input.value = options[0]?.text ?? "";
        this.hint.textContent = options[0]?.dataset.hint ?? "";
        this.clear.hidden = !options.length;
      }
      this.isTyped = false;
      this.dropped = "";
    }

    chip(option) {
      const remove = element("button", { type: "button", textContent: "×" });
      remove.setAttribute("aria-label", `Remove ${option.text}`);
      remove.addEventListener("click", () => { this.drop(option); this.input.focus(); });
      const hint = option.dataset.hint ? [element("small", { className: "record-hint", textContent: option.dataset.hint })] : [];
      return element("li", {}, element("span", {}, option.text, ...hint), remove);
    }

    drop(option) {
      option.remove();
      say(`${option.text} removed`);
      this.changed();
    }

    empty() {
      const { select } = this;
      const had = this.options.length > 0;
      for (const option of this.options) option.remove();
      if (!select.multiple) select.value = "";
      if (had) say(`${this.name} cleared`);
      this.changed();
    }

    choose({ id, text, hint }) {
      const { select } = this;
      if (!select.multiple) for (const option of this.options) option.remove();
      let option = [...select.options].find((each) => each.value === id);
      if (!option) {
        option = new Option(text, id, true, true);
        select.append(option);
      }
      this.known.set(option, text);
      option.text = text; // Django's pop-ups add options with labels of their own
      option.dataset.hint = hint ?? "";
      option.selected = true;
      this.close();
      say(`${text} chosen`);
      this.changed();
    }

    changed() {
      this.input.removeAttribute("aria-invalid");
      this.select.dispatchEvent(new Event("change", { bubbles: true })); // `show` hears it too
    }

    // Ask for the label and the hint of what a pop-up has made or changed.
    async lookUp() {
      const strange = this.options.filter((option) => this.known.get(option) !== option.text);
      if (!strange.length) return;
      for (const option of strange) this.known.set(option, option.text);
      this.show();
      for (const option of strange) {
        const answer = await this.ask(option.value).catch(() => null);
        const record = answer?.results.find((each) => each.id === option.value);
        if (record) {
          this.known.set(option, record.text);
          option.text = record.text;
          option.dataset.hint = record.hint ?? "";
        }
      }
      if (!this.isTyped) this.show();
    }

    // The search

    typed() {
      this.isTyped = true;
      this.dropped = "";
      this.hint.textContent = "";
      this.hint.classList.remove("record-wrong");
      clearTimeout(this.timer);
      this.request?.abort();
      this.setActive(null);
      this.timer = setTimeout(() => this.search(), WAIT);
    }

    parameters() {
      const { select } = this;
      const more = new URLSearchParams(select.dataset.narrow ?? "");
      const name = select.dataset.narrowField;
      if (name) {
        const beside = document.getElementsByName(select.name.replace(/[^-]+$/, name))[0];
        const other = beside ?? document.getElementsByName(name)[0];
        // The parameter is the field's last word: speaker_person is a person.
        if (other?.value) more.set(name.split("_").pop(), other.value);
      }
      const day = select.form?.querySelector("[data-day-of-record]")?.value.trim();
      if (day) more.set("on", day);
      return more;
    }

    async ask(term, signal) {
      const address = new URL(this.dataset.address, window.location.href);
      for (const [name, value] of this.parameters()) address.searchParams.set(name, value);
      address.searchParams.set("term", term);
      const answer = await fetch(address, { headers: { Accept: "application/json" }, signal });
      // A redirect leads to the log-in page.
      if (answer.redirected || answer.status === 403) throw new Error("You are logged out, or may not see these records.");
      if (!answer.ok) throw new Error("The search failed. Type again to repeat it.");
      return answer.json();
    }

    async search() {
      clearTimeout(this.timer);
      this.request?.abort();
      this.request = new AbortController();
      const term = this.isTyped ? this.input.value.trim() : "";
      this.openList();
      note.textContent = list.childElementCount ? "" : "Searching…";
      try {
        const answer = await this.ask(term, this.request.signal);
        if (open === this) this.results(answer, term);
      } catch (error) {
        if (error.name === "AbortError" || open !== this) return;
        list.replaceChildren();
        this.finish(error.message, error.message);
      }
    }

    results({ results, more }, term) {
      const taken = new Set(this.options.map((option) => option.value));
      const items = results.map((record) => this.option(record, taken.has(record.id)));
      if (this.dataset.new && window.showRelatedObjectPopup) {
        const text = `Make a new ${this.dataset.noun}${term ? ` “${term}”` : ""}…`;
        const item = element("li", { className: "record-new", textContent: text });
        item.typed = term;
        items.push(item);
      }
      items.forEach((item, place) => {
        item.id = `record-option-${place}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
      });
      list.replaceChildren(...items);
      const count = `${results.length || "No"} ${results.length === 1 ? "result" : "results"}`;
      let words = results.length ? "" : "Nothing found.";
      if (more) words = "There are more: type on to narrow them.";
      this.finish(words, more ? `The first ${count}. Type on to narrow them.` : count);
      if (results.length && term) this.setActive(items[0]);
    }

    finish(words, aloud) {
      list.hidden = !list.childElementCount;
      note.textContent = words;
      note.hidden = !words;
      say(aloud);
      this.setActive(null);
      this.place();
    }

    option(record, isTaken) {
      const item = element("li", {}, record.text);
      if (record.mark) item.append(element("span", { className: "record-mark", textContent: record.mark }));
      if (record.hint) item.append(element("small", { className: "record-hint", textContent: record.hint }));
      item.classList.toggle("record-taken", isTaken);
      item.record = record;
      return item;
    }

    take(item) {
      if (item.record) {
        this.choose(item.record);
      } else {
        this.make(item.typed);
      }
    }

    // Open Django's pop-up for a new record, filled in with what is known here. It writes into the <select>.
    make(typed) {
      const address = new URL(this.dataset.new, window.location.href);
      for (const [name, value] of this.parameters()) address.searchParams.set(name, value);
      if (typed) address.searchParams.set("typed", typed);
      address.searchParams.set("_to_field", "id");
      address.searchParams.set("_popup", "1");
      this.close();
      this.show();
      window.showRelatedObjectPopup(element("a", { id: `add_${this.select.id}`, href: address }));
    }

    // The list

    openList() {
      if (open === this) return;
      open?.close();
      open = this;
      if (!said.isConnected) say("");
      list.replaceChildren();
      list.hidden = true;
      note.hidden = false;
      list.setAttribute("aria-label", this.name);
      popup.hidden = false;
      popup.showPopover?.();
      this.input.setAttribute("aria-expanded", "true");
      this.place();
    }

    close() {
      clearTimeout(this.timer);
      this.request?.abort();
      this.setActive(null);
      this.input.setAttribute("aria-expanded", "false");
      if (open !== this) return;
      open = null;
      if (popup.isConnected) popup.hidePopover?.();
      popup.hidden = true;
    }

    place() {
      const box = this.input.getBoundingClientRect();
      const width = Math.min(Math.max(box.width, 288), window.innerWidth - 16);
      const below = window.innerHeight - box.bottom - 12;
      const isAbove = below < 180 && box.top > below;
      Object.assign(popup.style, {
        width: `${width}px`,
        left: `${Math.max(8, Math.min(box.left, window.innerWidth - width - 8))}px`,
        top: isAbove ? "auto" : `${box.bottom + 2}px`,
        bottom: isAbove ? `${window.innerHeight - box.top + 2}px` : "auto",
        maxHeight: `${Math.min(isAbove ? box.top - 12 : below, 420)}px`,
      });
    }

    setActive(item) {
      this.active?.setAttribute("aria-selected", "false");
      this.active = item;
      if (item) {
        item.setAttribute("aria-selected", "true");
        item.scrollIntoView({ block: "nearest" });
        this.input.setAttribute("aria-activedescendant", item.id);
      } else {
        this.input.removeAttribute("aria-activedescendant");
      }
    }

    key(event) {
      if (event.isComposing) return;
      const isOpen = open === this;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (event.altKey && event.key === "ArrowUp") this.close();
        else if (!isOpen) this.search();
        else this.step(event.key === "ArrowDown" ? 1 : -1);
      } else if (event.key === "Enter" && isOpen) {
        event.preventDefault(); // never send the form while a search is under way
        if (this.active) this.take(this.active);
      } else if (event.key === "Enter" && this.isTyped) {
        event.preventDefault();
        this.search();
      } else if (event.key === "Escape" && (isOpen || this.isTyped || this.dropped)) {
        event.preventDefault();
        event.stopPropagation();
        this.close();
        this.show();
      } else if (event.key === "Backspace" && this.select.multiple && !this.input.value && this.options.length) {
        event.preventDefault();
        this.drop(this.options.at(-1));
      }
    }

    step(by) {
      const items = [...list.children];
      if (!items.length) return;
      const place = items.indexOf(this.active);
      const next = place < 0 && by < 0 ? items.length - 1 : (place + by + items.length) % items.length;
      this.setActive(items[next]);
    }

    // What was typed and stands for nothing.
    get unchosen() {
      return (this.isTyped && this.input.value.trim()) || this.dropped;
    }

    complain(typed, more = ".") {
      this.dropped = typed;
      this.hint.textContent = `“${typed}” was not chosen from the list${more}`;
      this.hint.classList.add("record-wrong");
    }

    // Show what was typed again, and ask for a choice.
    insist() {
      const typed = this.unchosen;
      this.close();
      for (let at = this; at; at = at.parentElement) {
        if (at.tagName === "DETAILS") at.open = true;
        if (at.matches("tr.opened")) at.hidden = false;
      }
      this.input.focus();
      this.input.value = typed;
      this.isTyped = true;
      this.complain(typed, ": choose a result, or press Escape to leave the box as it was. Nothing was sent.");
      say(this.hint.textContent);
    }

    // Nothing is chosen by going on: what was typed is dropped, and the box says so.
    leave(next) {
      const typed = this.input.value.trim();
      const wasTyped = this.isTyped;
      this.close();
      if (wasTyped && !typed && !this.select.multiple) {
        this.empty();
      } else if (wasTyped) {
        this.show();
        // Before a button that sends the form, the words would push it from under the mouse; they are said when it is sent.
        if (typed && next?.type === "submit") this.dropped = typed;
        else if (typed) this.complain(typed);
      }
    }
  }

  // What was typed and not chosen would be lost without a word when the form is sent: it is chosen, or taken back, before.
  document.addEventListener("submit", (event) => {
    if (event.submitter?.formNoValidate) return;
    const box = [...event.target.querySelectorAll("record-box")].find((each) => each.unchosen);
    if (box) {
      event.preventDefault();
      event.stopImmediatePropagation();
      box.insist();
    }
  }, true);

  customElements.define("record-box", RecordBox);
})();

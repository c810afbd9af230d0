// Rows of a record as lines of a table: a line becomes a form when it is opened, and pasted rows are lines that are sent as hidden fields.
// Without this script a line's link opens its row in the page.
"use strict";
{
    const form = document.querySelector("#content-main form[id$='_form']");
    const PACKED = "_packed";

    const groupOf = (prefix) => document.getElementById(`${prefix}-group`);
    const prefixOf = (element) => element.closest(".inline-group").id.slice(0, -"-group".length);
    const counter = (prefix, which) => document.getElementById(`id_${prefix}-${which}_FORMS`);
    const rowOf = (prefix, key) => [...form.querySelectorAll(`input[name^="${CSS.escape(prefix)}-"][name$="-id"]`)]
        .find((field) => field.value === String(key));

    function element(name, properties = {}, ...children) {
        const made = Object.assign(document.createElement(name), properties);
        made.append(...children);
        return made;
    }

    function nextNumber(prefix) {
        const total = counter(prefix, "TOTAL");
        const number = Number(total.value);
        total.value = number + 1;
        return number;
    }

    // How many more rows the form takes.
    function roomFor(prefix) {
        const rows = groupOf(prefix).querySelectorAll(`.dynamic-${CSS.escape(prefix)}`).length;
        return Number(counter(prefix, "MAX_NUM").value) - rows;
    }

    function renumber(row, prefix, from, to) {
        const old = new RegExp(`${prefix}-${from}(?=-|$)`, "g");
        for (const each of [row, ...row.querySelectorAll("*")]) {
            for (const attribute of each.attributes) {
                attribute.value = attribute.value.replace(old, `${prefix}-${to}`);
            }
        }
    }

    // Put values into a field as somebody would who types them: [value, label] of each.
    function fill(field, wanted) {
        if (field.type === "checkbox" || field.type === "radio") {
            field.checked = wanted.some(([value]) => value === field.value);
        } else if (field.tagName === "SELECT") {
            for (const [value, label] of wanted) {
                if (![...field.options].some((option) => option.value === value)) {
                    field.add(new Option(label || value, value));
                }
            }
            for (const option of field.options) {
                option.selected = wanted.some(([value]) => value === option.value);
            }
        } else {
            field.value = wanted.length ? wanted[0][0] : "";
        }
        field.dispatchEvent(new Event("input", {bubbles: true}));
        field.dispatchEvent(new Event("change", {bubbles: true}));
    }

    // Add a blank row, as "Add another" does; returns its number, or nothing where there may be no more.
    function add(prefix) {
        const number = Number(counter(prefix, "TOTAL").value);
        const link = groupOf(prefix).querySelector(".add-row a, .add-row button");
        link?.click();
        return Number(counter(prefix, "TOTAL").value) > number ? number : null;
    }

    // Fetch the form of a row and put it below its line; returns it, or nothing where the row is gone.
    async function fetchRow(prefix, key) {
        const address = new URL(window.location.href);
        address.hash = "";
        address.searchParams.set(`${prefix}-open`, key);
        address.searchParams.set("_one", prefix);
        const answer = await fetch(address);
        if (answer.redirected || !answer.ok) {
            return null;
        }
        const sent = new DOMParser().parseFromString(await answer.text(), "text/html").body.firstElementChild;
        const row = sent.firstElementChild;
        form.dispatchEvent(new CustomEvent("row:opening"));
        const number = nextNumber(prefix);
        const initial = counter(prefix, "INITIAL");
        initial.value = Number(initial.value) + 1;
        renumber(row, prefix, 0, number);
        row.classList.add(`dynamic-${prefix}`);
        const was = document.getElementsByName("_was")[0];
        if (was) {
            was.value = JSON.stringify({...JSON.parse(was.value), ...JSON.parse(sent.dataset.was)});
        }
        const line = document.getElementById(`${prefix}-row-${key}`);
        if (line) {
            const cell = element("td", {colSpan: line.children.length}, row);
            line.after(element("tr", {className: "opened"}, cell));
            line.classList.add("open");
            line.querySelector("a").setAttribute("aria-expanded", "true");
        } else {
            document.getElementById(`${prefix}-empty`).before(row);
        }
        row.dispatchEvent(new CustomEvent("formset:added", {bubbles: true, detail: {formsetName: prefix}}));
        form.dispatchEvent(new CustomEvent("row:opened"));
        return row;
    }

    function focusFirst(row) {
        [...row.querySelectorAll(".form-row input, .form-row select, .form-row textarea")]
            .find((field) => field.type !== "hidden" && field.offsetParent !== null)?.focus();
    }

    async function open(link) {
        const line = link.closest("tr");
        if (line.classList.contains("open")) {
            const opened = line.nextElementSibling;
            opened.hidden = !opened.hidden;
            link.setAttribute("aria-expanded", String(!opened.hidden));
            if (!opened.hidden) {
                focusFirst(opened);
            }
            return;
        }
        if (line.dataset.asked) {
            return;
        }
        line.dataset.asked = "yes";
        const prefix = prefixOf(line);
        const key = line.id.slice(`${prefix}-row-`.length);
        const row = await fetchRow(prefix, key).catch(() => null);
        delete line.dataset.asked;
        if (row) {
            focusFirst(row);
        } else {
            window.location.assign(link.href); // logged out, or gone: the page says it
        }
    }

    // Add a new row as a line. Fields are [name, value, label].
    function pack(prefix, cells, fields) {
        const number = nextNumber(prefix);
        const table = groupOf(prefix).querySelector("table.lines");
        const [first, ...others] = cells;
        const line = element("tr", {id: `${prefix}-${number}`, className: `packed dynamic-${prefix}`}, element("th", {scope: "row"}, first || "(blank)"));
        const columns = table.tHead.rows[0].cells.length;
        for (let place = 0; place < columns - 1; place++) {
            line.append(element("td", {}, others[place] ?? ""));
        }
        const labels = {};
        const last = line.lastElementChild;
        for (const [name, value, label] of fields) {
            last.append(element("input", {type: "hidden", name: `${prefix}-${number}-${name}`, value}));
            (labels[name] ||= []).push(label ?? value);
        }
        last.append(element("input", {type: "hidden", name: `${prefix}-${number}-${PACKED}`, value: JSON.stringify({cells, labels})}));
        decorate(line);
        table.tBodies[0].append(line);
        table.hidden = false;
        last.lastElementChild.dispatchEvent(new Event("change", {bubbles: true}));
        return line;
    }

    const unpacked = (line) => JSON.parse(line.querySelector(`input[name$="-${PACKED}"]`).value);
    const cellsOf = (line) => unpacked(line).cells;

    // What a line of a new row says: its fields by name, each a list of [value, label].
    function packedFields(line) {
        const start = `${line.id}-`;
        const shown = unpacked(line);
        const found = new Map();
        for (const field of line.querySelectorAll("input[type=hidden]")) {
            const name = field.name.slice(start.length);
            if (field.name.startsWith(start) && name !== PACKED) {
                const values = found.get(name) ?? [];
                found.set(name, [...values, [field.value, shown.labels[name]?.[values.length]]]);
            }
        }
        return found;
    }

    function unpack(line) {
        const prefix = prefixOf(line);
        const fields = packedFields(line);
        const number = add(prefix);
        if (number === null) {
            return;
        }
        for (const [name, values] of fields) {
            for (const field of document.getElementsByName(`${prefix}-${number}-${name}`)) {
                fill(field, values);
            }
        }
        remove(line);
        focusFirst(document.getElementById(`id_${prefix}-${number}-${[...fields.keys()][0]}`).closest(".inline-related"));
    }

    // The numbers that are left out are closed up by the server.
    function remove(line) {
        const body = line.parentElement;
        line.remove();
        body.parentElement.hidden = !body.rows.length;
        form.dispatchEvent(new Event("change", {bubbles: true}));
    }

    function decorate(line) {
        const first = line.querySelector("th");
        const name = first.textContent;
        const button = element("button", {type: "button", className: "line-open", textContent: name});
        button.addEventListener("click", () => unpack(line));
        const away = element("button", {type: "button", className: "line-remove", textContent: "×"});
        away.setAttribute("aria-label", `Remove the new row ${name}`);
        away.addEventListener("click", () => remove(line));
        first.replaceChildren(button, " ", element("small", {textContent: "new"}), " ", away);
    }

    if (form) {
        for (const line of form.querySelectorAll("table.lines tr.packed")) {
            decorate(line);
        }
        form.addEventListener("click", (event) => {
            const link = event.target.closest("table.lines tbody th a");
            if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
                event.preventDefault();
                open(link);
            }
        });
        window.deskRows = {add, cellsOf, fetchRow, fill, pack, packedFields, roomFor, rowOf};
    }
}

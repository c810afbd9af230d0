// Rows pasted from a spreadsheet: the server says what each cell means, cells that are not understood are mended in their places, and the
// rows become new rows of the form. Nothing is saved before the form is.
"use strict";
{
    let number = 0;

    function element(name, properties = {}, ...children) {
        const made = document.createElement(name);
        for (const [key, value] of Object.entries(properties)) {
            if (key in made) {
                made[key] = value;
            } else {
                made.setAttribute(key, value);
            }
        }
        made.append(...children);
        return made;
    }

    const button = (words, action, properties = {}) => {
        const made = element("button", {type: "button", textContent: words, ...properties});
        made.addEventListener("click", action);
        return made;
    };

    class Paste {
        constructor(place) {
            this.place = place;
            this.form = place.closest("form");
            this.group = place.closest(".inline-group");
            this.prefix = this.group.id.slice(0, -"-group".length);
            this.id = `paste-${++number}`;
            this.labels = JSON.parse(place.dataset.columns);
            this.opener = button("Paste rows…", () => this.toggle(), {className: "paste-open", "aria-expanded": "false"});
            this.said = element("p", {className: "paste-said", role: "status"});
            this.panel = element("div", {hidden: true, className: "paste-panel"});
            place.append(this.opener, this.said, this.panel); // what is said of the table stands in sight
        }

        toggle() {
            this.panel.hidden = !this.panel.hidden;
            this.opener.setAttribute("aria-expanded", String(!this.panel.hidden));
            if (!this.panel.hidden && !this.preview) {
                this.ask();
            }
        }

        say(words) {
            this.said.textContent = words;
        }

        // The box for the text

        ask() {
            this.preview = null;
            const box = element("textarea", {id: `${this.id}-text`, rows: 4, className: "vLargeTextField", spellcheck: false});
            box.setAttribute("aria-describedby", `${this.id}-help`);
            const help = element("p", {
                id: `${this.id}-help`, className: "help",
                textContent: `Copy rows from a spreadsheet, with or without headings (${this.place.dataset.example}). `
                    + `Up to ${this.place.dataset.most} rows. You see what is understood before anything is added.`,
            });
            box.addEventListener("paste", () => setTimeout(() => this.read(box.value)));
            this.panel.replaceChildren(
                element("label", {htmlFor: box.id, textContent: "Rows:"}), box, help, button("Preview", () => this.read(box.value)),
            );
            box.focus();
        }

        read(text) {
            if (text.trim()) {
                this.send({text});
            }
        }

        // Who is in new rows of the form already.
        added() {
            const found = [];
            for (const field of this.group.querySelectorAll("select, input[type=hidden]")) {
                const [, start, name] = field.name.match(/^(.+-\d+-)(state|organization|person)$/) || [];
                const key = start && document.getElementsByName(`${start}id`)[0];
                if (start && field.value && !key?.value) {
                    found.push(`${name}:${field.value}`);
                }
            }
            return found;
        }

        async send(asked) {
            const day = this.form.querySelector("[data-day-of-record]")?.value.trim() ?? "";
            const body = new FormData();
            body.set("csrfmiddlewaretoken", this.form.querySelector("[name=csrfmiddlewaretoken]").value);
            body.set("record", this.place.dataset.record);
            body.set("data", JSON.stringify({...asked, on: day, new: this.added()}));
            this.say("Reading…");
            const mine = this.asked = {};
            try {
                const answer = await fetch(this.place.dataset.address, {method: "POST", body});
                if (this.asked !== mine) {
                    return; // asked anew meanwhile
                }
                const isJson = (answer.headers.get("Content-Type") ?? "").startsWith("application/json");
                if (answer.redirected || !isJson) {
                    this.say("The rows could not be read: you are logged out, or may not change this record.");
                    return;
                }
                const preview = await answer.json();
                if (preview.problem) {
                    this.say(preview.problem);
                } else {
                    this.preview = preview;
                    this.above = asked.rows ? this.above : preview.above;
                    this.show();
                }
            } catch {
                this.say("The rows could not be read: there is no connection. Try again.");
            }
        }

        // Ask again, after something was mended.
        again() {
            const {columns, rows} = this.preview;
            this.send({
                columns: columns.map((column) => column.name),
                headings: columns.map((column) => column.heading),
                rows: rows.map((row) => ({line: row.line, texts: row.texts, cells: columns.map(({name}) => row.cells[name] ?? {text: ""})})),
            });
        }

        // The preview

        show() {
            const {columns, rows} = this.preview;
            const left = rows.filter((row) => !row.makes);
            const heads = columns.map((column, place) => this.head(column, place));
            const table = element(
                "table", {},
                element("caption", {textContent: "What was understood"}),
                element("thead", {}, element("tr", {}, element("th", {scope: "col", textContent: "Line"}), ...heads,
                    element("th", {scope: "col", textContent: "Note"}))),
                element("tbody", {}, ...rows.map((row) => this.line(row))),
            );
            const count = rows.length - left.length;
            const words = count === 1 ? "Add 1 row" : `Add ${count} rows`;
            this.take = button(left.length && count ? `${words}, leave ${left.length} here` : words, () => this.add(), {
                className: "paste-add", disabled: !count,
            });
            this.panel.replaceChildren(
                element("div", {className: "paste-scrolled", tabIndex: 0, role: "region", "aria-label": "Pasted rows"}, table),
                element("p", {className: "paste-buttons"}, this.take, " ", button("Start over", () => { this.say(""); this.ask(); })),
            );
            const wrong = this.panel.querySelectorAll("[aria-invalid]").length;
            const understood = `${count} of ${rows.length} ${rows.length === 1 ? "row" : "rows"} understood.`;
            this.say([understood, wrong && `${wrong} ${wrong === 1 ? "cell" : "cells"} to mend.`, ...this.remarks()].filter(Boolean).join(" "));
            (this.panel.querySelector("[aria-invalid]") ?? this.take).focus();
        }

        // What is not read, and what was mended along with a cell.
        remarks() {
            const {columns, rows} = this.preview;
            const left = columns.filter(({name}, place) => !name && rows.some(({texts}) => texts[place]));
            const found = [];
            if (this.alike) {
                found.push(`${this.alike} more ${this.alike === 1 ? "date is" : "dates are"} read in the same way.`);
                this.alike = 0;
            }
            if (this.above) {
                found.push(`${this.above} ${this.above === 1 ? "line" : "lines"} above the headings ${this.above === 1 ? "is" : "are"} left out.`);
            }
            if (left.length) {
                const names = left.map(({heading}) => heading && `“${heading}”`).filter(Boolean).join(", ");
                found.push(`${left.length} ${left.length === 1 ? "column is" : "columns are"} left out${names && `: ${names}`}.`);
            }
            return found;
        }

        head(column, place) {
            const select = element("select", {}, new Option("(left out)", ""), ...this.labels.map(([name, label]) => new Option(label, name)));
            select.value = column.name;
            select.setAttribute("aria-label", `What column ${place + 1} is${column.heading ? `, headed ${column.heading}` : ""}`);
            select.addEventListener("change", () => {
                for (const other of this.preview.columns) {
                    if (other !== column && other.name === select.value) {
                        other.name = "";
                    }
                }
                for (const row of this.preview.rows) {
                    const text = row.texts[place] ?? "";
                    row.cells[select.value] = {text};
                }
                column.name = select.value;
                this.again();
            });
            return element("th", {scope: "col"}, ...(column.heading ? [column.heading, element("br")] : []), select);
        }

        line(row) {
            const remove = button("×", () => {
                this.preview.rows.splice(this.preview.rows.indexOf(row), 1);
                if (this.preview.rows.length) {
                    this.again();
                } else {
                    this.say("");
                    this.ask();
                }
            }, {className: "line-remove", "aria-label": `Leave out line ${row.line}`});
            const cells = this.preview.columns.map((column, place) => this.cell(row, column, place));
            return element("tr", {className: row.makes ? "" : "wrong"},
                element("th", {scope: "row"}, String(row.line), " ", remove), ...cells, element("td", {textContent: row.note}));
        }

        cell(row, column, place) {
            const cell = row.cells[column.name];
            const pasted = row.texts[place] ?? "";
            if (!column.name || !cell) {
                return element("td", {}, element("small", {textContent: pasted}));
            }
            if (!cell.problem) {
                const shown = cell.shown || cell.text;
                const typed = pasted && !shown.startsWith(pasted) ? [" ", element("small", {textContent: pasted})] : [];
                return element("td", {}, cell.shown || cell.text, ...typed);
            }
            const id = `${this.id}-${row.line}-${column.name}`;
            const input = element("input", {type: "text", value: cell.text, id, autocomplete: "off", spellcheck: false});
            input.setAttribute("aria-invalid", "true");
            input.setAttribute("aria-label", `${column.label} of line ${row.line}`);
            input.setAttribute("aria-describedby", `${id}-problem`);
            const mend = (text, chosen, way) => {
                row.cells[column.name] = {text, chosen};
                this.alike = way ? this.readAlike(column, way) : 0;
                this.again();
            };
            input.addEventListener("change", () => mend(input.value, ""));
            input.addEventListener("keydown", (event) => {
                if (event.key === "Enter") {
                    event.preventDefault(); // never send the form from here
                    if (input.value !== cell.text) {
                        input.blur(); // which changes it
                    }
                }
            });
            const offers = cell.offers.map((offer) => button(offer.label, () => mend(offer.text, offer.chosen, offer.way), {
                className: "paste-offer", title: offer.hint, "aria-label": `${offer.label}${offer.hint ? `, ${offer.hint}` : ""}, for line ${row.line}`,
            }));
            return element("td", {}, input, element("span", {id: `${id}-problem`, className: "paste-problem", textContent: cell.problem}), ...offers);
        }

        // Day before month, or which century: what is said of one date of a column is meant of all. Returns of how many more.
        readAlike(column, way) {
            let count = 0;
            for (const row of this.preview.rows) {
                const offer = row.cells[column.name]?.offers?.find((each) => each.way === way);
                if (offer) {
                    row.cells[column.name] = {text: offer.text, chosen: offer.chosen};
                    count += 1;
                }
            }
            return count;
        }

        // The rows of the form

        add() {
            const rows = this.preview.rows.filter((row) => row.makes);
            const key = (member, fields) => JSON.stringify([member, ...fields.map(([name, value]) => [name, value]).sort()]);
            // What was pasted before is not added twice.
            const there = new Set([...this.form.querySelectorAll("tr.packed")].map((line) => key(
                line.id.replace(/-\d+$/, ""),
                [...window.deskRows.packedFields(line)].flatMap(([name, values]) => values.map(([value]) => [name, value])),
            )));
            let made = 0;
            const full = [];
            for (const row of rows) {
                const wanted = row.makes.filter((each) => !there.has(key(each.member, each.fields)));
                if (wanted.some(({member}) => window.deskRows.roomFor(member) < wanted.filter((each) => each.member === member).length)) {
                    full.push(row);
                    continue;
                }
                for (const {member, cells, fields} of wanted) {
                    window.deskRows.pack(member, cells, fields);
                    there.add(key(member, fields));
                    made += 1;
                }
            }
            const left = this.preview.rows.filter((row) => !row.makes || full.includes(row));
            this.preview.rows = left;
            const added = made ? `${made} new ${made === 1 ? "row is" : "rows are"} in the form. Save to keep them.` : "There was nothing new to add.";
            const words = full.length ? `${made ? added : ""} ${this.tooMany(full.length)}`.trim() : added;
            if (left.length) {
                this.show();
            } else {
                this.preview = null;
                this.panel.hidden = true;
                this.opener.setAttribute("aria-expanded", "false");
                this.opener.focus();
            }
            this.say(words);
        }

        // What to do with rows for which the form has no room.
        tooMany(count) {
            const most = Number(document.getElementById(`id_${this.prefix}-MAX_NUM_FORMS`).value).toLocaleString("en");
            return `${count} ${count === 1 ? "line is" : "lines are"} left here: a form takes at most ${most} rows of a kind. `
                + "Save it and paste the rest then, or bring all of them in a file, as an import.";
        }
    }

    for (const place of document.querySelectorAll(".paste")) {
        new Paste(place);
    }
}

// Nothing typed is lost: what stands in a record's form is kept in this browser until it is saved, a page that is left asks first,
// and a session that has ended is renewed in place. What is kept is offered, never restored by itself.
"use strict";
{
    const PREFIX = "chancery:draft:";
    const SENT = "chancery:sent";
    const KEPT_FOR = 14 * 24 * 3600 * 1000;
    const TWO_CLICKS = 2000;
    const NOT_KEPT = new Set(["csrfmiddlewaretoken", "_nature"]);
    const account = document.currentScript.dataset;
    const place = document.getElementById("record-form");
    const form = place && place.closest("form");
    const wrong = document.querySelector(".errornote, .errorlist");

    function read(key) {
        try {
            return JSON.parse(localStorage.getItem(key));
        } catch {
            return null;
        }
    }

    function write(key, draft) {
        try {
            localStorage.setItem(key, JSON.stringify(draft));
        } catch {
            // The browser keeps nothing more: the warning on leaving remains.
        }
    }

    // What was sent is saved once a page says so.
    const sent = sessionStorage.getItem(SENT);
    if (sent && document.querySelector(".messagelist .success") && !wrong) {
        localStorage.removeItem(sent);
    }
    if (sent && !document.getElementById("login-form")) {
        sessionStorage.removeItem(SENT);
    }
    for (const key of Object.keys(localStorage)) {
        if (key.startsWith(PREFIX) && !((read(key) || {}).at > Date.now() - KEPT_FOR)) {
            localStorage.removeItem(key);
        }
    }

    function fields() {
        return [...form.elements].filter((field) => field.name && !NOT_KEPT.has(field.name)
            && !field.name.includes("__prefix__") && !["submit", "button", "password", "file"].includes(field.type));
    }

    // [name, value] of each field as it would be sent, and the label of what is chosen.
    function taken() {
        const found = [];
        const packed = new Set();
        for (const field of fields()) {
            if (field.type === "checkbox" || field.type === "radio") {
                if (field.checked) {
                    found.push([field.name, field.value]);
                }
            } else if (field.tagName === "SELECT") {
                for (const option of field.selectedOptions) {
                    found.push([field.name, option.value, option.text]);
                }
            } else if (field.closest("tr.packed")) {
                packed.add(field.closest("tr.packed"));
            } else {
                found.push([field.name, field.value]);
            }
        }
        for (const line of packed) {
            for (const [name, values] of window.deskRows.packedFields(line)) {
                for (const [value, label] of values) {
                    found.push([`${line.id}-${name}`, value, label]);
                }
            }
            found.push([`${line.id}-_packed`, JSON.stringify(window.deskRows.cellsOf(line))]);
        }
        return found;
    }

    function typed(values) {
        return JSON.stringify(values.filter(([name, value]) => value !== "" && !["_seen", "_was", "_new", "_shown", "_also"].includes(name))
            .map(([name, value]) => [name, value]));
    }

    // Rows are named by number, and the numbers of a page differ from those of another: open the rows that the draft has, add those
    // that are new, and name all by the numbers that they have here. New rows that were lines are lines again.
    async function lineUp(values) {
        const rows = new Map();
        for (const [name, value] of values) {
            const [, prefix, number, member] = name.match(/^(.+)-(\d+)-([^-]+)$/) || [];
            if (prefix && document.getElementsByName(`${prefix}-TOTAL_FORMS`)[0]) {
                const row = rows.get(`${prefix}-${number}-`) || {prefix, key: "", cells: null};
                row.key = member === "id" ? value : row.key;
                row.cells = member === "_packed" ? JSON.parse(value) : row.cells;
                rows.set(`${prefix}-${number}-`, row);
            }
        }
        const renamed = new Map();
        for (const [old, {prefix, key, cells}] of rows) {
            const rowsHere = window.deskRows;
            if (cells) {
                rowsHere.pack(prefix, cells, values.filter(([name]) => name.startsWith(old) && name !== `${old}_packed`)
                    .map(([name, ...others]) => [name.slice(old.length), ...others]));
                renamed.set(old, "");
                continue;
            }
            if (key && !rowsHere.rowOf(prefix, key)) {
                await rowsHere.fetchRow(prefix, key).catch(() => null);
            }
            const there = key && rowsHere.rowOf(prefix, key);
            const number = there ? null : rowsHere.add(prefix);
            renamed.set(old, there ? there.name.slice(0, -"id".length) : number === null ? "" : `${prefix}-${number}-`);
        }
        const found = [];
        for (const [name, ...others] of values) {
            const [, row, member] = name.match(/^(.+-\d+-)([^-]+)$/) || [];
            const known = row && renamed.has(row);
            if (!name.endsWith("_FORMS") && (!known || renamed.get(row))) {
                found.push([known ? `${renamed.get(row)}${member}` : name, ...others]);
            }
        }
        return [found, new Set(renamed.values())];
    }

    async function restore(kept) {
        const was = document.getElementsByName("_was")[0];
        const given = new Map();
        const [values, rows] = await lineUp(kept);
        for (const [name, value, label] of values) {
            given.set(name, [...(given.get(name) || []), [value, label]]);
        }
        if (was && given.has("_was")) {
            const both = {...JSON.parse(was.value), ...JSON.parse(given.get("_was")[0][0])};
            given.set("_was", [[JSON.stringify(both)]]);
        }
        for (const field of fields()) {
            const [, row] = field.name.match(/^(.+-\d+-)[^-]+$/) || [];
            // Rows that the draft does not have stay as they are.
            if (!field.name.endsWith("_FORMS") && (!row || rows.has(row))) {
                window.deskRows.fill(field, given.get(field.name) || []);
            }
        }
    }

    function button(words, action) {
        const made = document.createElement("button");
        made.type = "button";
        made.textContent = words;
        made.addEventListener("click", action);
        return made;
    }

    function offer(key, draft, bringBack) {
        const seen = draft.values.find(([name]) => name === "_seen");
        const now = document.getElementsByName("_seen")[0];
        const banner = document.createElement("div");
        banner.className = "kept";
        banner.setAttribute("role", "status");
        const at = new Date(draft.at).toUTCString(); // "Sat, 08 Nov 2025 21:05:17 GMT", written as the desk writes times
        const when = `${at.slice(5, 16).replace(/^0/, "")}, ${at.slice(17, 22)} UTC`;
        banner.append(`What you typed here until ${when} was not saved. This browser has kept it.`);
        if (seen && now && seen[1] !== now.value) {
            banner.append(" The record was changed since: when you save, both changes are merged.");
        }
        banner.append(
            " ", button("Bring it back", () => {
                banner.remove();
                bringBack();
            }),
            " ", button("Discard it", () => {
                localStorage.removeItem(key);
                banner.remove();
            }),
        );
        place.after(banner);
    }

    // Log-in in place

    // Who is logged in and a token for forms: undefined where the server does not say, null where the session has ended.
    async function sessionNow() {
        try {
            const answer = await fetch(account.session, {redirect: "manual", cache: "no-store"});
            return answer.type === "opaqueredirect" ? null : await answer.json();
        } catch {
            return undefined; // no connection: the browser says so
        }
    }

    // A session that was renewed in another tab has another token.
    function takeToken(token) {
        for (const field of document.getElementsByName("csrfmiddlewaretoken")) {
            field.value = token;
        }
    }

    async function tokenOf(address) {
        const text = await (await fetch(address, {cache: "no-store"})).text();
        const found = new DOMParser().parseFromString(text, "text/html").querySelector("[name=csrfmiddlewaretoken]");
        return found ? found.value : "";
    }

    // Returns what is wrong, or nothing.
    async function logIn(password) {
        const data = new URLSearchParams({
            csrfmiddlewaretoken: await tokenOf(account.login), username: account.username, password,
        });
        const answer = await fetch(account.login, {method: "POST", body: data, redirect: "manual"});
        if (answer.type !== "opaqueredirect") {
            return answer.status === 200 ? "That is not the password." : "Log-ins are refused for now: too many wrong passwords.";
        }
        const now = await sessionNow();
        if (now) {
            takeToken(now.token);
        }
        return "";
    }

    function askToLogIn(isOther, then) {
        const dialog = document.createElement("dialog");
        dialog.className = "log-in";
        dialog.setAttribute("aria-labelledby", "log-in-title");
        const title = document.createElement("h2");
        title.id = "log-in-title";
        title.textContent = isOther ? "Somebody else is logged in here by now" : "Your session has ended";
        const words = document.createElement("p");
        words.textContent = `Log in again as ${account.username}. What you typed stays where it is, and is sent then.`;
        const label = document.createElement("label");
        label.textContent = "Password: ";
        const password = document.createElement("input");
        password.type = "password";
        password.autocomplete = "current-password";
        password.required = true;
        label.append(password);
        const error = document.createElement("p");
        error.className = "errornote";
        error.setAttribute("role", "alert");
        error.hidden = true;
        const own = document.createElement("form");
        own.method = "dialog";
        const go = document.createElement("input");
        go.type = "submit";
        go.className = "default";
        go.value = "Log in and send";
        own.append(title, words, error, label, " ", go, " ", button("Cancel", () => dialog.close()));
        own.addEventListener("submit", async (event) => {
            event.preventDefault();
            const wrongs = await logIn(password.value);
            error.hidden = !wrongs;
            error.textContent = wrongs;
            if (!wrongs) {
                dialog.close();
                then();
            }
            password.value = "";
        });
        dialog.addEventListener("close", () => dialog.remove());
        dialog.append(own);
        document.body.append(dialog);
        dialog.showModal();
        password.focus();
    }

    // Before a form is sent, the session is looked at: it may have ended, or be another one.
    function sendInSession(sending) {
        let mayGo = false;
        let isAsking = false;
        let gone = 0;
        sending.addEventListener("submit", async (event) => {
            if (mayGo || event.defaultPrevented) {
                return;
            }
            event.preventDefault();
            // The second click of two: the page that answers the first one is on its way.
            if (isAsking || Date.now() - gone < TWO_CLICKS) {
                return;
            }
            const go = () => {
                mayGo = true;
                sending.requestSubmit(event.submitter);
                mayGo = false;
                gone = Date.now();
            };
            isAsking = true;
            const now = await sessionNow();
            isAsking = false;
            if (now === null || (now && now.user !== account.user)) {
                askToLogIn(Boolean(now), go);
                return;
            }
            if (now) {
                takeToken(now.token);
            }
            go();
        });
    }

    if (account.session) {
        for (const sending of document.querySelectorAll("#content form")) {
            if (sending.method === "post") {
                sendInSession(sending);
            }
        }
    }

    // Who goes back to the form of a new record has the same form again, also where the browser asks for its page anew.
    const ticket = document.getElementsByName("_new")[0];
    if (ticket) {
        const [{type}] = performance.getEntriesByType("navigation");
        if (type === "back_forward" && history.state && history.state.ticket) {
            ticket.value = history.state.ticket;
        } else {
            history.replaceState({...history.state, ticket: ticket.value}, "");
        }
    }

    if (form) {
        // Each page that is opened keeps its own: in two tabs two records are typed. One that came back with errors goes on with that
        // of the page that was sent.
        const ours = `${PREFIX}${account.user}:${location.pathname}:`;
        const key = wrong && sent && sent.startsWith(ours) ? sent : `${ours}${Date.now()}.${Math.random()}`;
        let before = typed(taken());
        let waits = null;
        let isSent = false;

        const isChanged = () => typed(taken()) !== before;
        let wasChanged = false;
        form.addEventListener("row:opening", () => {
            wasChanged = isChanged();
        });
        form.addEventListener("row:opened", () => {
            before = wasChanged ? before : typed(taken()); // looking at a row is no change
        });
        const keep = () => {
            clearTimeout(waits);
            waits = null;
            if (!isSent && isChanged()) {
                write(key, {at: Date.now(), values: taken()});
            }
        };

        if (wrong) {
            before = ""; // what came back with errors is not saved
        } else {
            const drafts = Object.keys(localStorage).filter((each) => each.startsWith(ours)).map((each) => [each, read(each)]);
            drafts.sort(([, one], [, other]) => one.at - other.at); // the latest stands above the others
            for (const [each, draft] of drafts) {
                if (typed(draft.values) !== before) {
                    offer(each, draft, async () => {
                        await restore(draft.values);
                        localStorage.removeItem(each); // from here on this page keeps it
                        keep();
                    });
                }
            }
        }

        const soon = () => {
            waits = waits || setTimeout(keep, 400);
        };
        form.addEventListener("input", soon);
        form.addEventListener("change", soon);
        if (window.django && django.jQuery) {
            django.jQuery(form).on("change", soon); // of boxes that notify only jQuery
        }
        document.addEventListener("visibilitychange", () => waits && keep());
        window.addEventListener("beforeunload", (event) => {
            if (waits) {
                keep();
            }
            if (!isSent && isChanged()) {
                event.preventDefault();
            }
        });
        // A page that the browser brings back from its own memory was not sent.
        window.addEventListener("pageshow", () => {
            isSent = false;
        });

        form.addEventListener("submit", (event) => {
            if (event.defaultPrevented) {
                keep(); // it is sent once the session is known
            } else {
                isSent = true;
                sessionStorage.setItem(SENT, key);
            }
        });
    }
}

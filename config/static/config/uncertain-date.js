// Shows what an EDTF text means while it is typed, and offers EDTF for a date as people write it ("10 May 2025").
// Listens on the document, so rows added later are covered too.
//
// Nothing is taken by itself: Enter writes the only reading, or leads to the first of several, each of which is a button.
"use strict";
{
    const PAUSE = 250; // milliseconds without a key before asking
    const timers = new WeakMap();
    const waiting = new WeakSet(); // inputs whose text has no answer yet

    const isDate = (element) => element instanceof HTMLInputElement && Boolean(element.dataset.edtfMeaningUrl);
    const offersOf = (input) => [...input.parentElement.querySelectorAll(".edtf-offers button")];

    async function show(input) {
        const asked = input.value;
        const address = new URL(input.dataset.edtfMeaningUrl, window.location.href);
        address.searchParams.set("edtf", asked);
        const response = await fetch(address, {headers: {Accept: "application/json"}});
        // A redirect leads to the log-in page: the session has ended, and saving will say so.
        if (!response.ok || response.redirected) {
            return;
        }
        const answer = await response.json();
        if (input.value !== asked) {
            return; // typed on meanwhile; a later answer is under way
        }
        const readings = answer.readings ?? [];
        const line = input.parentElement.querySelector(".edtf-meaning");
        line.textContent = invitation(readings) || answer.error || answer.meaning;
        line.classList.toggle("edtf-wrong", Boolean(answer.error) && !readings.length);
        offer(input, readings);
    }

    function invitation(readings) {
        if (readings.length === 1) {
            return `Not EDTF yet. Press Enter for ${readings[0].edtf}, ${readings[0].meaning}.`;
        }
        return readings.length ? `Not EDTF yet, and it may mean ${readings.length} things. Press Enter, then choose one.` : "";
    }

    function offer(input, readings) {
        const beside = input.parentElement;
        beside.querySelector(".edtf-offers")?.remove();
        if (!readings.length) {
            return;
        }
        const group = document.createElement("span");
        group.className = "edtf-offers";
        group.setAttribute("role", "group");
        group.setAttribute("aria-label", "What the date may mean");
        for (const {edtf, meaning} of readings) {
            const button = document.createElement("button");
            const code = document.createElement("code");
            button.type = "button";
            button.dataset.edtf = edtf;
            code.textContent = edtf;
            button.append(code, ` ${meaning}`);
            group.append(button);
        }
        beside.insertBefore(group, beside.querySelector(".edtf-meaning"));
        if (document.activeElement === input) {
            group.scrollIntoView({block: "nearest"});
        }
    }

    function take(input, edtf) {
        input.value = edtf;
        offer(input, []);
        input.focus();
        input.dispatchEvent(new Event("input", {bubbles: true}));
        input.dispatchEvent(new Event("change", {bubbles: true}));
    }

    function ask(input, pause) {
        clearTimeout(timers.get(input));
        offer(input, []);
        waiting.add(input);
        timers.set(input, setTimeout(() => show(input).catch(() => {}).finally(() => waiting.delete(input)), pause));
    }

    document.addEventListener("input", (event) => {
        if (isDate(event.target)) {
            ask(event.target, PAUSE);
        }
    });

    // What a form refused is asked at once: it may have been saved before its readings were there.
    document.addEventListener("DOMContentLoaded", () => {
        document.querySelectorAll("input[data-edtf-meaning-url][aria-invalid=true]").forEach((input) => ask(input, 0));
    });

    document.addEventListener("click", (event) => {
        const button = event.target.closest(".edtf-offers button");
        if (button) {
            take(button.closest(".edtf").querySelector("input"), button.dataset.edtf);
        }
    });

    document.addEventListener("keydown", (event) => {
        const {target: at, key} = event;
        if (event.isComposing || event.defaultPrevented) {
            return;
        }
        if (isDate(at) && (key === "Enter" || key === "ArrowDown")) {
            const offers = offersOf(at);
            if (key === "Enter" && waiting.has(at)) {
                event.preventDefault(); // it may be no date: the next Enter knows
                return;
            }
            if (!offers.length) {
                return;
            }
            event.preventDefault(); // the form is not sent with what is no date
            if (key === "Enter" && offers.length === 1) {
                take(at, offers[0].dataset.edtf);
            } else {
                offers[0].focus();
            }
        } else if (at instanceof Element && at.matches(".edtf-offers button") && ["ArrowDown", "ArrowUp", "Escape"].includes(key)) {
            event.preventDefault();
            const input = at.closest(".edtf").querySelector("input");
            const offers = offersOf(input);
            const next = offers[offers.indexOf(at) + (key === "ArrowDown" ? 1 : -1)];
            (key === "Escape" ? input : next ?? input).focus();
        }
    });
}

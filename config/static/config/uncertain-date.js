// Shows what an EDTF text means while it is typed. Listens on the document, so rows added later are covered too.
"use strict";
{
    const PAUSE = 250; // milliseconds without a key before asking
    const timers = new WeakMap();

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
        const line = input.parentElement.querySelector(".edtf-meaning");
        line.textContent = answer.error || answer.meaning;
        line.classList.toggle("edtf-wrong", Boolean(answer.error));
    }

    document.addEventListener("input", (event) => {
        const input = event.target;
        if (!(input instanceof HTMLInputElement) || !input.dataset.edtfMeaningUrl) {
            return;
        }
        clearTimeout(timers.get(input));
        timers.set(input, setTimeout(() => show(input).catch(() => {}), PAUSE));
    });
}

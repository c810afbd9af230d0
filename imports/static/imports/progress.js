// Keeps the progress of an import up to date, and loads the page anew when there is something else to see.
"use strict";
{
    const progress = document.querySelector(".progress[data-address]");
    const bar = progress.querySelector("progress");

    function show(now) {
        progress.querySelector(".stage").textContent = now.stage;
        progress.querySelector(".said").textContent = now.said;
        if (now.total) {
            bar.max = now.total;
            bar.value = now.done;
        } else {
            bar.removeAttribute("value");
        }
    }

    async function look() {
        let pause = 1000;
        try {
            const answer = await fetch(progress.dataset.address, { headers: { Accept: "application/json" } });
            if (answer.redirected || answer.status === 403 || answer.status === 404) {
                window.location.reload(); // logged out, or the import is no more
                return;
            }
            const now = await answer.json();
            if (now.state !== progress.dataset.state) {
                window.location.reload();
                return;
            }
            show(now);
        } catch {
            pause = 5000; // the server is starting anew, perhaps
        }
        setTimeout(look, pause);
    }

    setTimeout(look, 500);
}

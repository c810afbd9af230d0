// Keeps the progress of an import up to date, and reloads the page when its status changes.
"use strict";
{
    const progress = document.querySelector(".progress[data-address]");
    const bar = progress.querySelector("progress");

    function show(now) {
        progress.querySelector(".stage").textContent = now.stage;
        progress.querySelector(".count").textContent = now.count;
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
                window.location.reload(); // logged out, or no such import
                return;
            }
            const now = await answer.json();
            if (now.state !== progress.dataset.state) {
                window.location.reload();
                return;
            }
            show(now);
        } catch {
            pause = 5000; // the server may be restarting
        }
        setTimeout(look, pause);
    }

    setTimeout(look, 500);
}

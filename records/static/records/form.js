// The form of a record: where one starts, how one saves, and what was said of a field beside it.
"use strict";
{
    const form = document.querySelector("#content-main form[id$='_form']");

    function open(element) {
        for (let at = element; at; at = at.parentElement) {
            if (at.tagName === "DETAILS") {
                at.open = true;
            }
        }
        element.focus();
    }

    if (form && document.getElementById("record-form")) {
        // Comments stand beside their fields.
        for (const comment of form.querySelectorAll(".comments [data-field]")) {
            const name = CSS.escape(comment.dataset.field);
            const place = form.querySelector(`.field-${name}, .field-${name}_edtf, #${name}-group`);
            if (place) {
                const note = document.createElement("p");
                note.className = "comment";
                note.append(...[...comment.childNodes].map((node) => node.cloneNode(true)));
                place.prepend(note);
            }
        }

        for (const link of form.querySelectorAll(".error-links a")) {
            link.addEventListener("click", (event) => {
                const field = document.getElementById(link.hash.slice(1));
                if (field) {
                    event.preventDefault();
                    open(field);
                }
            });
        }

        // On a narrow screen a bar has the main buttons, and one that unfolds the others. Without this script all are there, in several lines.
        for (const bar of form.querySelectorAll(".submit-row")) {
            const others = [...bar.children].filter((each) => !each.matches(".default, .publish, select"));
            if (!bar.querySelector(".default") || others.length < 2) {
                continue;
            }
            const more = document.createElement("button");
            more.type = "button";
            more.className = "more-acts";
            more.textContent = "More…";
            more.setAttribute("aria-expanded", "false");
            more.addEventListener("click", () => more.setAttribute("aria-expanded", String(bar.classList.toggle("unfolded"))));
            others[0].before(more);
            bar.classList.add("folds");
        }

        // One goes on in the row that one adds.
        document.addEventListener("formset:added", (event) => {
            const first = [...event.target.querySelectorAll("input, select, textarea")].find(
                (field) => field.type !== "hidden" && !field.disabled && field.offsetParent !== null);
            if (first) {
                first.focus();
            }
        });

        document.addEventListener("keydown", (event) => {
            if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "s") {
                event.preventDefault();
                const button = form.querySelector("[name=_continue]") || form.querySelector("[name=_save]");
                if (button && !document.querySelector("dialog[open]")) {
                    form.requestSubmit(button);
                }
            }
        });
    }

    // The first field, or the first that is wrong.
    if (form && !location.hash) {
        const wrong = form.querySelector(".error-links a");
        const first = (wrong && document.getElementById(wrong.hash.slice(1))) || [...form.elements].find(
            (field) => field.matches("fieldset input, fieldset select, fieldset textarea")
                && field.type !== "hidden" && !field.disabled && field.offsetParent !== null);
        if (first) {
            first.focus({preventScroll: !wrong});
        }
    }

    // Django's boxes for groups and permissions, made when all is loaded, name pictures that have no role.
    window.addEventListener("load", () => {
        for (const picture of document.querySelectorAll(".search-label-icon[aria-label]")) {
            picture.setAttribute("role", "img");
        }
    });
}

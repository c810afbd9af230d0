// The boxes that search for a record: a hint below each result, and searches narrowed by another field.
//
// Narrows the search of a foreign key by another field: the capacities of a participation to the tenures of its person.
//   data-narrow-field="person"          a field of the same row, or of the form, whose choice is sent with the search
//   data-narrow="agreement=<key>"       a fixed parameter
"use strict";
{
    const $ = django.jQuery;

    function narrowing(element) {
        if (element.dataset.narrow) {
            return element.dataset.narrow;
        }
        const name = element.dataset.narrowField;
        const beside = element.name.replace(/[^-]+$/, name);
        const other = document.getElementsByName(beside)[0] || document.getElementsByName(name)[0];
        // The parameter is the field's last word: speaker_person is a person.
        return other && other.value ? `${name.split("_").pop()}=${encodeURIComponent(other.value)}` : "";
    }

    // Below the label of a result: what tells it from others of the same name.
    $.fn.select2.defaults.set("templateResult", (result) => {
        if (!result.hint) {
            return result.text;
        }
        return $("<span>").text(result.text).append($("<small class='picker-hint'>").text(result.hint));
    });

    let open = null;
    $(document).on("select2:opening", "[data-narrow], [data-narrow-field]", (event) => { open = event.target; });
    $(document).on("select2:closing", () => { open = null; });
    $.ajaxPrefilter((options) => {
        if (open && options.url.startsWith(new URL(open.dataset["ajax-Url"] || open.getAttribute("data-ajax--url"), window.location.href).pathname)) {
            const extra = narrowing(open);
            options.url += extra ? `${options.url.includes("?") ? "&" : "?"}${extra}` : "";
        }
    });
}

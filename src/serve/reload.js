// Loads this page anew when what is served was made anew, and shows an error in place. Served by `watch`, never published.
"use strict";
(() => {
  const served = document.currentScript.dataset.version;
  let stream = null;

  // texts go in as text, and looks by property: a page may forbid styles that stand in it
  const overlay = () => {
    const made = document.createElement("pre");
    made.id = "watch-error";
    made.setAttribute("role", "alert");
    Object.assign(made.style, {
      position: "fixed", inset: "auto 0 0 0", margin: "0", padding: "1rem", maxHeight: "50vh", overflow: "auto",
      whiteSpace: "pre-wrap", font: "14px/1.5 monospace", color: "#fff", background: "#8b1a1a", zIndex: "2147483647",
    });
    document.body.append(made);
    return made;
  };

  const show = (notice) => {
    const state = document.getElementById("watch-state");
    if (state && notice.at_work) {
      state.textContent = "at work";
    } else if (state) {
      state.textContent = notice.error ? "the last run failed; what was made before it still stands" : "up to date";
    }
    const place = document.getElementById("watch-error") ?? (notice.error ? overlay() : null);
    if (place) {
      place.hidden = !notice.error;
      place.textContent = notice.error ?? "";
    }
  };

  const hear = (event) => {
    const notice = JSON.parse(event.data);
    if (String(notice.version) === served) {
      show(notice);
    } else {
      location.reload();
    }
  };

  // a browser keeps few connections to one server: a page that nobody sees gives up its own
  const listen = () => {
    if (document.hidden) {
      stream?.close();
      stream = null;
    } else if (!stream) {
      stream = new EventSource("/-/events");
      stream.addEventListener("message", hear);
    }
  };
  document.addEventListener("visibilitychange", listen);
  listen();
})();

// The links to a hub lead there as soon as the reader says where it is. What she typed
// stands in this page's own address, which can be passed on to a class.
(() => {
  // The address at which a hub begins, of whatever page of it is given; "" if it is none.
  function start(text) {
    try {
      const { protocol, origin, pathname } = new URL(text);
      return /^https?:$/.test(protocol) ? origin + pathname.replace(/\/?(?:(?:hub|user)(?:\/.*)?)?$/, "") : "";
    } catch { return ""; }
  }

  function set(box, text) {
    const hub = start(text.trim());
    box.querySelectorAll("a").forEach((link) => {
      hub ? link.setAttribute("href", hub + link.dataset.pull) : link.removeAttribute("href");
    });
    box.querySelector("[role=status]").textContent = hub
      ? `The links lead to ${hub}. This page keeps it in its own address.`
      : text ? "This is no address of a hub: it begins with https://." : "Say where your hub is.";
    try { history.replaceState(null, "", (hub ? `?hub=${encodeURIComponent(hub)}` : location.pathname) + location.hash); } catch { /* a page on a disk */ }
  }

  function begin() {
    const box = document.querySelector(".evidence-hub");
    const input = box.querySelector("input");
    input.value ||= new URLSearchParams(location.search).get("hub") ?? "";
    box.querySelector(".evidence-filters").hidden = false;
    box.querySelectorAll("code").forEach((text) => { text.hidden = true; });
    input.addEventListener("input", () => set(box, input.value));
    set(box, input.value);
  }
  document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", begin) : begin();
})();

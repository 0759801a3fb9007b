// What the Tab key should meet on this page and what it did meet; `begin()` starts, `walk.troubles()` judges.
var widest = () =>
  [...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest(".scroll, pre, .sr"))
    .slice(-3)
    .map((one) => one.outerHTML.slice(0, 120))
    .join(" | ");

// What moves though the reader wants nothing to move.
var moving = () =>
  [document.documentElement, ...document.querySelectorAll("body *")]
    .filter((one) => {
      const style = getComputedStyle(one);
      return style.scrollBehavior === "smooth" || style.animationName !== "none" || style.transitionDuration !== "0s";
    })
    .slice(0, 3)
    .map((one) => one.outerHTML.slice(0, 80));

var begin = () => {
  const name = (one) => one.outerHTML.replace(/\s+/g, " ").slice(0, 110);
  const shown = (one) => one.checkVisibility({ visibilityProperty: true });
  const isStop = (one) => {
    if (one.disabled || one.tabIndex < 0 || one.type === "hidden" || !shown(one)) return false;
    if (one.matches("summary") && one !== one.parentElement.querySelector(":scope > summary")) return false;
    if (one.type === "radio") {
      // One stop for a group: the chosen one, else the first.
      const group = [...document.querySelectorAll("input[type=radio]")].filter(
        (other) => other.name === one.name && other.form === one.form && !other.disabled && shown(other),
      );
      return one === (group.find((other) => other.checked) || group[0]);
    }
    return true;
  };
  const kinds = "a[href], button, input, select, textarea, summary, [tabindex]";
  const stops = [...document.querySelectorAll(kinds)].filter(isStop);
  const met = [];
  const unseen = [];
  document.activeElement.blur();
  getSelection().removeAllRanges();
  scrollTo(0, 0);
  document.addEventListener("focusin", (event) => {
    const one = event.target;
    if (!met.includes(one)) met.push(one);
    const style = getComputedStyle(one);
    const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    const box = one.getBoundingClientRect();
    if (!ring || box.width < 1 || box.height < 1) unseen.push(one);
  });
  window.walk = {
    isAtEnd: () => document.activeElement === document.body || met.length >= stops.length,
    troubles: () => {
      const missed = stops.filter((one) => !met.includes(one));
      const order = met.filter((one) => stops.includes(one));
      const turned = order.find((one, at) => one !== stops.filter((other) => met.includes(other))[at]);
      return [
        ...missed.map((one) => "not reached: " + name(one)),
        ...(turned ? ["out of order: " + name(turned)] : []),
        ...[...new Set(unseen)].map((one) => "focus not seen: " + name(one)),
      ];
    },
  };
  return stops.length;
};

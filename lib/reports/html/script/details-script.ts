/** Opens what a link leads into, and everything while the page is printed. */
export const DETAILS_SCRIPT = `
const target = () => {
  const name = location.hash.slice(1);
  // Anybody may have mangled the address: what is no encoding leads nowhere, and ends nothing.
  try { return name && $(decodeURIComponent(name)); } catch { return null; }
};
const reveal = () => {
  const goal = target();
  for (let part = goal; part; part = part.parentElement) if (part.tagName === "DETAILS") part.open = true;
  if (goal) goal.scrollIntoView();
};
addEventListener("hashchange", reveal);
reveal();

let closed = [];
addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll("details:not([open])")];
  for (const part of closed) part.open = true;
});
addEventListener("afterprint", () => {
  for (const part of closed) part.open = false;
  closed = [];
});
`;

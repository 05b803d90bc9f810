/**
 * Hides the findings that are not wanted. The n-th row of the page is the n-th finding of the data, and a row's
 * place in the data holds tenant, check, severity and status, in this order.
 */
export const FILTER_SCRIPT = String.raw`
const form = $("filter");
const rows = [...document.querySelectorAll("table.findings > tbody > tr")];
const count = (number) => number.toLocaleString("en");
const groups = [...document.querySelectorAll("details.group")].map((element) => ({
  element,
  shown: element.querySelector(".shown"),
  full: element.querySelector(".shown").textContent,
  more: element.querySelector("details.more"),
  indexes: [],
}));
data.rows.forEach((row, index) => groups[row[1]].indexes.push(index));

let texts;
const textOf = (index) => {
  texts ??= rows.map((row, at) => (row.textContent + " " + data.checks[data.rows[at][1]].join(" ") + " " + data.texts[data.rows[at][12]]).toLowerCase());
  return texts[index];
};

const wanted = () => ({
  words: $("filter-text").value.trim().toLowerCase().split(/\s+/).filter(Boolean),
  severities: new Set([...form.querySelectorAll("[name=severity]:checked")].map((box) => Number(box.value))),
  status: $("filter-status").value,
  check: $("filter-check").value,
  tenant: $("filter-tenant").value,
});

const matches = (row, index, want) =>
  (want.tenant === "" || row[0] === Number(want.tenant)) &&
  (want.check === "" || row[1] === Number(want.check)) &&
  (want.severities.size === 0 || want.severities.has(row[2])) &&
  (want.status === "" || row[3] === Number(want.status)) &&
  want.words.every((word) => textOf(index).includes(word));

let visible = data.rows.map((_, index) => index);

/** What the filter opened, it closes again. */
const unfolded = new Set();
const unfold = (part) => {
  if (part.open) return;
  part.open = true;
  unfolded.add(part);
};
const foldAgain = () => {
  for (const part of unfolded) part.open = false;
  unfolded.clear();
};

const showGroup = (group, isFiltered, few) => {
  const left = group.indexes.filter((index) => !rows[index].hidden);
  group.element.hidden = left.length === 0;
  group.shown.textContent = isFiltered ? count(left.length) + " of " + count(group.indexes.length) : group.full;
  if (isFiltered && few && left.length > 0) unfold(group.element);
  if (!group.more) return;
  const behind = left.filter((index) => group.more.contains(rows[index])).length;
  group.more.hidden = behind === 0;
  group.more.querySelector(".rest").textContent = count(behind);
  if (isFiltered && behind > 0 && behind === left.length) unfold(group.more);
};

const apply = () => {
  const want = wanted();
  visible = [];
  data.rows.forEach((row, index) => {
    const match = matches(row, index, want);
    rows[index].hidden = !match;
    if (match) visible.push(index);
  });
  const isFiltered = visible.length < rows.length;
  const few = new Set(visible.map((index) => data.rows[index][1])).size <= 3;
  if (!isFiltered) foldAgain();
  for (const group of groups) showGroup(group, isFiltered, few);
  document.body.classList.toggle("filtered", isFiltered);
  $("filter-result").textContent = isFiltered
    ? visible.length === 0
      ? "No finding matches these filters."
      : "Showing " + count(visible.length) + " of " + count(rows.length) + " findings."
    : "Showing all " + count(rows.length) + (rows.length === 1 ? " finding." : " findings.");
  $("download").disabled = visible.length === 0;
};

let pending;
form.addEventListener("input", () => {
  clearTimeout(pending);
  pending = setTimeout(apply, 120);
});
form.addEventListener("reset", () => setTimeout(apply));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  apply();
});

$("expand").addEventListener("click", () => {
  const open = $("expand").getAttribute("aria-pressed") !== "true";
  $("expand").setAttribute("aria-pressed", String(open));
  for (const group of groups) group.element.open = open;
});

for (const link of document.querySelectorAll("a[data-tenant]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    form.reset();
    $("filter-tenant").value = link.dataset.tenant;
    // After the reset's own turn.
    setTimeout(() => {
      apply();
      $("findings").scrollIntoView();
      $("findings-title").focus({ preventScroll: true });
    });
  });
}

form.hidden = false;
// A browser may bring back what was typed before a reload.
apply();
`;

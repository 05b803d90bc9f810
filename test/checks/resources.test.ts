import { expect, test } from "vitest";
import { clientResource, mentionClient } from "../../lib/checks/resources.ts";
import { aClient } from "../support/inventory.ts";

test.each([
  { title: "empty", name: "" },
  { title: "white space", name: " \u00A0\u2003\t\n" },
  { title: "zero-width characters and controls", name: "\u200B\uFEFF\u00AD\u0000" },
  { title: "letters that are drawn as nothing", name: "\u115F\u1160\u3164\uFFA0\u2800" },
  { title: "a variation selector", name: "\uFE0F" },
])("an application whose name is $title goes by its id", ({ name }) => {
  const client = aClient({ client_id: "abc", name });

  expect(clientResource(client)).toEqual({ type: "client", id: "abc", name: null });
  expect(mentionClient(client)).toBe("abc");
});

test.each(["x", "\u200Bx", "0", "日本", "👍"])("the name %j is kept as it is", (name) => {
  expect(clientResource(aClient({ name })).name).toBe(name);
});

test("a sentence has neither what hides nor marks that are piled up", () => {
  const client = aClient({ client_id: "abc", name: `a\u202Eb\u3164c${"\u0300".repeat(9)}` });

  expect(mentionClient(client)).toBe('abc ("a b c\u0300\u0300\u0300\u0300")');
});

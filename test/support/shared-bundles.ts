import { inject } from "vitest";

/** The folder in which the stack stands synthesized with everything in it, its functions bundled as they are deployed. */
export async function sharedBundles(): Promise<string> {
  const answer = await fetch(inject("bundles"));
  const text = await answer.text();
  if (!answer.ok) throw new Error(`The functions could not be bundled: ${text}`);
  return text;
}

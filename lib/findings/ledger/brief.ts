import type { Resource } from "../../model/resource.ts";

// A hundred changes and their names must fit into one row of 400 kB, and names are chosen by strangers. Characters:
export const LONGEST_MESSAGE = 400;
const LONGEST_NAME = 120;

/** The beginning of a text. */
export function brief(text: string, most: number): string {
  const characters = [...text.slice(0, 2 * most)];
  return characters.length <= most && text.length <= 2 * most ? text : `${characters.slice(0, most - 1).join("")}…`;
}

/** A resource with no more of its name than people read. */
export const briefResource = (resource: Resource): Resource =>
  resource.name === null ? resource : { ...resource, name: brief(resource.name, LONGEST_NAME) };

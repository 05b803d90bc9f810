import { escapePattern } from "../escape-pattern.ts";

/** A route that fits a request, with the decoded values of its template's parameters. */
interface RouteMatch<R> {
  route: R;
  parameters: Record<string, string>;
}

/** What a router says about a method and a path. */
export type Routing<R> = { kind: "found"; match: RouteMatch<R> } | { kind: "wrong-method" } | { kind: "not-found" };

interface CompiledRoute<R> {
  route: R;
  pattern: RegExp;
  names: string[];
}

/**
 * Compiles a route table. A `path` is a template such as `/clients/{id}`; a parameter matches one path segment.
 * Where two templates fit a path, the one that stands first wins, so fixed segments
 * go before parameters.
 */
export function createRouter<R extends { method: string; path: string }>(
  routes: readonly R[],
): (method: string, path: string) => Routing<R> {
  const compiled = routes.map(compile);
  return (method, path) => {
    let pathKnown = false;
    for (const { route, pattern, names } of compiled) {
      const match = pattern.exec(path);
      if (!match) continue;
      pathKnown = true;
      if (route.method !== method) continue;
      const parameters = Object.fromEntries(names.map((name, index) => [name, decode(match[index + 1] ?? "")]));
      return { kind: "found", match: { route, parameters } };
    }
    return { kind: pathKnown ? "wrong-method" : "not-found" };
  };
}

function compile<R extends { path: string }>(route: R): CompiledRoute<R> {
  const names: string[] = [];
  const source = route.path
    .split("/")
    .map((segment) => {
      const parameter = /^\{(\w+)\}$/.exec(segment)?.[1];
      if (parameter === undefined) return escapePattern(segment);
      names.push(parameter);
      return "([^/]+)";
    })
    .join("/");
  return { route, pattern: new RegExp(`^${source}/?$`), names };
}

/** A malformed escape stays as it is: it then simply names nothing that exists. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

import { hostname, userInfo } from "node:os";

/** Somebody's login on this machine; some machines know none. */
export function personName(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    return `somebody on ${hostname()}`;
  }
}

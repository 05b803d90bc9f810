import type * as z from "zod";
import type { ManagementApi, ManagementRequest } from "./management-api.ts";
import { only } from "./read-requests.ts";
import { unlessGone } from "./unless-gone.ts";

/** Where one application is; what is done there twice is as done once. */
export const ofClient = (clientId: string): Pick<ManagementRequest, "path" | "pattern" | "group" | "repeatable"> => ({
  path: `/clients/${encodeURIComponent(clientId)}`,
  pattern: "/clients/{id}",
  group: "other",
  repeatable: true,
});

/** The fields of one application that a slice names, and no others; undefined when it is gone. */
export function readClient<Shape extends z.ZodObject>(
  api: ManagementApi,
  clientId: string,
  shape: Shape,
  signal: AbortSignal,
): Promise<z.infer<Shape> | undefined> {
  const request = { ...ofClient(clientId), method: "GET", group: "clients", scope: "read:clients" } as const;
  return unlessGone(() => api.send({ ...request, query: only(shape) }, shape, signal));
}

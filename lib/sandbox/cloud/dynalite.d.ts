declare module "dynalite" {
  import type { Server } from "node:http";

  /** DynamoDB over HTTP, in memory. Times are milliseconds. */
  export default function dynalite(options: {
    createTableMs?: number;
    deleteTableMs?: number;
    updateTableMs?: number;
  }): Server;
}

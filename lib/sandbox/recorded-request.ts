/** What the sandbox remembers of a request: never headers, bodies or secrets. */
export interface RecordedRequest {
  method: string;
  path: string;
  query: Record<string, string>;
  /** Null while it is being answered, and for good when the connection was dropped or the request hangs. */
  status: number | null;
  /** When it arrived, in milliseconds since the Unix epoch on the sandbox's clock. */
  at: number;
}

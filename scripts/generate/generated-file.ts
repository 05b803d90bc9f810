/** A file that nobody edits by hand. */
export interface GeneratedFile {
  /** Relative to the repository's root, with forward slashes. */
  path: string;
  content: string;
}

import type { ErrorCode } from "yaml";

/**
 * Our own sentence for each kind of syntax error. The parser's messages are not used:
 * some of them repeat what stands in the file, and that may be a secret.
 */
const SENTENCES: Partial<Record<ErrorCode, string>> = {
  BAD_ALIAS: 'a star begins an alias in YAML; put it in quotes: "*"',
  BAD_DIRECTIVE: "lines that begin with % are not used here; take this one out",
  BAD_DQ_ESCAPE: "this backslash means nothing in double quotes; use single quotes, or write it twice",
  BAD_INDENT: "the indentation does not fit the lines before it, or a bracket above is not closed",
  BAD_SCALAR_START: "a value cannot begin with this character; put the value in quotes",
  BLOCK_AS_IMPLICIT_KEY:
    "a key and a colon follow here without a line of their own; put the value in quotes or mend the indentation",
  BLOCK_IN_FLOW: "a list or mapping with line breaks cannot stand inside { } or [ ]; use one style",
  KEY_OVER_1024_CHARS: "a key cannot be this long; a quote or a line break is probably missing before",
  MISSING_CHAR: "a closing quote or bracket, a comma or a colon is missing here or before",
  MULTILINE_IMPLICIT_KEY: "a key must stand on one line with its colon; mend the indentation or add the colon",
  MULTIPLE_DOCS: 'a configuration is one document; take out this "---" and what follows it',
  NON_STRING_KEY: "a key must be a plain word",
  RESOURCE_EXHAUSTION: "this is nested too deeply to be a configuration",
  TAB_AS_INDENT: "indent with spaces, not with tabs",
  TAG_RESOLVE_FAILED: "tags (a word after !) are not used here; take it out, or put the value in quotes",
  UNEXPECTED_TOKEN: "this does not belong here; a quote, a comma or a line break is probably missing before it",
};

/** What to say about a syntax error. */
export const syntaxSentence = (code: ErrorCode): string =>
  SENTENCES[code] ?? "this is not valid YAML; compare the line with the example that curfew init writes";

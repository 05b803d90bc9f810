/** White space and what is drawn as nothing; variation selectors too, which only change the letter before them. */
const BLANK = /^[\s\p{Cc}\p{Cf}\p{DI}\u2800]*$/v;

/**
 * Characters that nobody sees but that change what is seen: controls, format characters (bidirectional overrides
 * and zero-width ones among them), line and paragraph separators, private use, halves of a surrogate pair, and what is
 * drawn as nothing, Hangul fillers and the empty Braille pattern among it. Variation selectors are not: emoji need them.
 *
 * And of more than four marks that are drawn over or under one letter, those from the fifth on: no script needs so
 * many, and hundreds of them cover the lines above and below.
 */
const OBSCURE =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}[\p{DI}--[\uFE00-\uFE0F]]\u2800]|[\p{Mn}\p{Me}](?<=(?:[\p{Mn}\p{Me}]\p{Mc}*){5})/gv;

/** Puts something else in the place of every character that hides, or hides something else. */
export const replaceObscure = (text: string, replacement: (character: string) => string): string =>
  text.replace(OBSCURE, replacement);

/** True for a text in which nobody sees anything. */
export const isBlank = (text: string): boolean => BLANK.test(text);

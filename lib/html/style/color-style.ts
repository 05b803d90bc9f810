/**
 * Colours, in both schemes. Text stands at 4.5:1 or more on each ground that it is used on, bars at 3:1 or more
 * on a card (WCAG 2.2, 1.4.3 and 1.4.11).
 */
export const COLOR_STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f6f6f3; --card: #ffffff; --text: #1c2026; --quiet: #575e68; --line: #deded8; --track: #ecece7;
  --link: #1f5a93; --focus: #1f5a93; --call: #f1f1ec;
  --critical: #b0123f; --critical-text: #8c0d34; --critical-ground: #fbe7ed;
  --high: #d1511a; --high-text: #98340a; --high-ground: #fdebe0;
  --medium: #b07d00; --medium-text: #705000; --medium-ground: #faf0d2;
  --low: #3b78b8; --low-text: #1f4f84; --low-ground: #e5eef8;
  --info: #818891; --info-text: #4b525c; --info-ground: #ecece9;
  --known: #3a7d60; --known-text: #1f5b42; --known-ground: #e2f1ea;
  --unknown: #8a6a14; --unknown-ground: #f0e2b6;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #121519; --card: #1a1e23; --text: #e6e8eb; --quiet: #a5adb7; --line: #323840; --track: #2a2f36;
    --link: #8fbdec; --focus: #8fbdec; --call: #242930;
    --critical: #f0557f; --critical-text: #ffabc1; --critical-ground: #46121f;
    --high: #ef7a3f; --high-text: #ffb791; --high-ground: #43210f;
    --medium: #d6a121; --medium-text: #f0cd75; --medium-ground: #382b0a;
    --low: #5b9ade; --low-text: #abcff6; --low-ground: #152d48;
    --info: #8c949e; --info-text: #c5cbd3; --info-ground: #2b3037;
    --known: #4fa27f; --known-text: #9ddcc0; --known-ground: #13352a;
    --unknown: #c59a2b; --unknown-ground: #4b3c12;
  }
}
`;

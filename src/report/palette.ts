/**
 * Colours of the report, in light and dark: the hues of Okabe and Ito (2008), which readers with any colour vision can
 * tell apart, lightened for dark backgrounds. Charts name them by CSS variable, so that one drawing serves both.
 */

const light = {
  paper: "#ffffff",
  panel: "#f6f7f9",
  ink: "#1d2530",
  muted: "#5b6675",
  line: "#d9dee5",
  warning: "#a63c00",
  series: [
    "#0072b2",
    "#d55e00",
    "#009e73",
    "#b5508f",
    "#b98900",
    "#3a9bd1",
    "#6b6b6b",
    "#5e4fa2",
    "#7f9a00",
    "#8c4a1f",
    "#e0458b",
    "#00736b",
  ],
};

const dark: typeof light = {
  paper: "#14181e",
  panel: "#1c222a",
  ink: "#e4e8ee",
  muted: "#9aa6b5",
  line: "#333c48",
  warning: "#ff9a5c",
  series: [
    "#52b4f5",
    "#ff8b3d",
    "#2fcf9f",
    "#e59ac6",
    "#f0c03c",
    "#a3dafc",
    "#b4b4b4",
    "#a99bee",
    "#c3dd4a",
    "#d0916a",
    "#ff8abf",
    "#4cc0b5",
  ],
};

/** The CSS colour of a group; beyond the twelfth they repeat. */
export function seriesColour(index: number): string {
  return `var(--series-${index % light.series.length})`;
}

/**
 * The variables for both schemes; paper is always light.
 * @param selector what carries them: `:root` in a page, `svg` in a file of its own.
 */
export function paletteCss(selector: string): string {
  return [
    `${selector} { ${declarations(light)} }`,
    `@media screen and (prefers-color-scheme: dark) { ${selector} { ${declarations(dark)} } }`,
  ].join("\n");
}

function declarations({ series, ...named }: typeof light): string {
  const names = Object.entries(named).map(([name, colour]) => `--${name}: ${colour};`);
  return [...names, ...series.map((colour, i) => `--series-${i}: ${colour};`)].join(" ");
}

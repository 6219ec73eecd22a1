/**
 * Sentences for a terminal, in lines that fit most of them.
 */

/** Columns of a line. */
export const LINE = 120;

/** Broken between words; lines after the first are indented. */
export function wrapped(text: string, indent = ""): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (longer.length <= LINE || line.trim() === "") line = longer;
    else {
      lines.push(line);
      line = `${indent}${word}`;
    }
  }
  return [...lines, line].join("\n");
}

/**
 * How a report looks: one calm column, numbers that line up, light and dark by the reader's preference, and a print
 * form that breaks between figures and not within them.
 */
import { paletteCss } from "./palette.js";

export const pageCss = `
${paletteCss(":root")}
:root { color-scheme: light dark; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Helvetica Neue", "DejaVu Sans", sans-serif; }
main { max-width: 1008px; margin: 0 auto; padding: 40px 24px 64px; }
header { margin-bottom: 28px; }
h1 { margin: 0 0 4px; font-size: 27px; line-height: 1.2; font-weight: 650; letter-spacing: -0.01em; }
header p, .note, figcaption { color: var(--muted); }
header p { margin: 0; }
h2 { margin: 44px 0 14px; font-size: 18px; font-weight: 650; }
h2.task-name { margin-top: 64px; padding-top: 20px; border-top: 2px solid var(--ink); font-size: 22px; }
.note, figcaption { font-size: 13px; max-width: 110ch; margin: 8px 0 0; }
small { color: var(--muted); font-size: 12px; font-weight: 400; }

table { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }
th, td { padding: 6px 10px; text-align: right; vertical-align: top; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
th:last-child, td:last-child { padding-right: 0; }
.figures thead tr + tr th:first-child { text-align: right; padding-left: 6px; }
thead th { color: var(--muted); font-weight: 500; font-size: 12.5px; vertical-align: bottom; }
thead tr:last-child th, thead th[rowspan] { border-bottom: 1px solid var(--ink); }
tbody th { font-weight: 400; }
tbody tr { border-bottom: 1px solid var(--line); }
.figures, .wide { width: 100%; }
.figures th, .figures td { padding-left: 6px; padding-right: 6px; }
.figures small { font-size: 11.5px; }
.wide td { white-space: nowrap; }
.wide th small { display: block; overflow-wrap: anywhere; }
.figures .span { text-align: center; border-bottom: 1px solid var(--line); }
.figures .mean th, .figures .mean td { padding-top: 10px; font-weight: 650; }
.figures tbody th { white-space: nowrap; }
.figures th small { display: block; margin-left: 19px; }
.figures .mean td small { display: block; white-space: nowrap; }
.figures .run th, .figures .run td { padding-top: 2px; padding-bottom: 2px; font-size: 13px; color: var(--muted); }
.figures .run { border-bottom: 0; }
.figures tbody tr:last-child { border-bottom: 1px solid var(--line); }
.swatch { display: inline-block; width: 11px; height: 11px; margin-right: 8px; border-radius: 2px;
  print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.key { display: flex; flex-wrap: wrap; gap: 2px 22px; margin: 0 0 14px; font-size: 13px; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(270px, 1fr)); gap: 0 32px; align-items: start; }
.columns table, .compared { width: 100%; }
.compared { margin-bottom: 24px; }
.pairs th { color: var(--muted); white-space: nowrap; }
.pairs td { overflow-wrap: anywhere; }
.pairs th, .pairs td, .compared th, .compared td { padding-top: 4px; padding-bottom: 4px; font-size: 13px; }
section > .pairs td, section > .pairs th { text-align: left; }

.warnings { margin: 0 0 28px; padding: 12px 16px 12px 34px; background: var(--panel);
  border-left: 4px solid var(--warning); overflow-wrap: anywhere; }
details { margin: 16px 0 0; }
summary { cursor: pointer; font-size: 13.5px; font-weight: 550; color: var(--muted); }
details > .figures, details > .charts, details > .key { margin-top: 14px; }
.charts { display: flex; flex-wrap: wrap; gap: 26px 18px; }
figure { margin: 0; min-width: 0; }
figure.full { flex: 1 1 100%; }
figure svg { overflow: visible; }

@media (max-width: 760px) { main { padding: 24px 14px; } .task { overflow-x: auto; } }
@media print {
  body { font-size: 11pt; }
  main { max-width: none; padding: 0; }
  figure, tr, .warnings { break-inside: avoid; }
  h2 { break-after: avoid; }
}
`;

/**
 * The page's style. Colours have at least the contrast of WCAG AA in light and dark; a status is told by
 * its word too, never by its colour alone. Its hash stands in {@link STYLE_HASH}; a test tells the right one.
 */
export const STYLE = `:root {
  color-scheme: light dark;
  --bg: #ffffff; --panel: #f6f7f9; --line: #dde1e6; --text: #1b1f24; --muted: #59636e;
  --link: #0b5cad; --good: #1a7f37; --bad: #c02a1d; --odd: #7a3ccf; --late: #8f5a00; --live: #0b63b5;
  --idle: #59636e; --on: #ffffff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --bg: #14171b; --panel: #1c2026; --line: #343b44; --text: #e5e8ec; --muted: #a4adb8;
    --link: #7ab8ff; --good: #56c271; --bad: #ff8178; --odd: #c6a1ff; --late: #e2ac4a; --live: #74b5ff;
    --idle: #a4adb8; --on: #14171b;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 3rem; }
body { margin: 0; background: var(--bg); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
.banner, nav, main, footer { max-width: 84rem; margin: 0 auto; padding: 0 1.5rem; }
a { color: var(--link); }
code, pre { font: 0.9em/1.5 ui-monospace, 'SF Mono', Menlo, Consolas, monospace; }
code { overflow-wrap: anywhere; }
pre { margin: 0.5rem 0; padding: 0.6rem 0.8rem; background: var(--panel); border: 1px solid var(--line);
  border-radius: 4px; white-space: pre-wrap; overflow-wrap: anywhere; }
h1 { margin: 0.25rem 0 0; font-size: 1.6rem; line-height: 1.3; font-weight: 650; overflow-wrap: anywhere; text-wrap: pretty; }
h2 { margin: 0 0 0.6rem; font-size: 1.1rem; font-weight: 650; }
h3 { margin: 0; font-size: 1rem; font-weight: 600; }
p { margin: 0.3rem 0; max-width: 70rem; }
dl, dd, ul, ol, figure { margin: 0; padding: 0; }
section { padding: 1.5rem 0 0; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 0; padding: 0.5rem 1rem; background: var(--bg); z-index: 2; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.good { --tone: var(--good); } .bad { --tone: var(--bad); } .odd { --tone: var(--odd); }
.late { --tone: var(--late); } .live { --tone: var(--live); } .idle { --tone: var(--idle); }
.banner { padding-top: 1.5rem; padding-bottom: 1rem; }
.banner::before { content: ''; position: absolute; top: 0; left: 0; right: 0; height: 5px; background: var(--tone); }
.kicker { display: flex; flex-wrap: wrap; gap: 0.2rem 1rem; align-items: center; color: var(--muted); }
.reason { color: var(--muted); }
.badge { display: inline-block; padding: 0 0.5em; border-radius: 3px; font-size: 0.85em; font-weight: 600;
  white-space: nowrap; color: var(--tone); border: 1px solid var(--tone); }
.banner .kicker .badge { background: var(--tone); color: var(--on); }
.figures { display: flex; flex-wrap: wrap; gap: 0.5rem 2.25rem; margin-top: 0.9rem; }
.figures dt { color: var(--muted); font-size: 0.85rem; }
.figures dd { font-size: 1.15rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.shares { display: block; margin-top: 0.9rem; border-radius: 4px; }
.legend { display: flex; flex-wrap: wrap; gap: 0.1rem 1.1rem; margin-top: 0.35rem; padding: 0; list-style: none; font-size: 0.87rem; color: var(--muted); }
.key { display: inline-block; width: 0.75em; height: 0.75em; margin-right: 0.4em; border-radius: 2px; background: var(--tone); }
.key.bad, .key.odd { background: repeating-linear-gradient(135deg, var(--tone) 0 3px, transparent 3px 5px); }
.key.wait { height: 0; border-top: 2px dotted var(--muted); vertical-align: middle; background: none; }
.key.plan { width: 2px; height: 0.9em; margin-left: 0.3em; background: var(--text); vertical-align: middle; }
nav { position: sticky; top: 0; z-index: 1; background: var(--bg); border-bottom: 1px solid var(--line); box-shadow: 0 0 0 100vmax var(--bg); clip-path: inset(0 -100vmax); }
nav ul { display: flex; flex-wrap: wrap; gap: 0 1.25rem; padding: 0; list-style: none; }
nav a { display: inline-block; padding: 0.45rem 0; text-decoration: none; }
nav a:hover { text-decoration: underline; }
.troubles { padding: 0; list-style: none; display: grid; gap: 0.75rem; }
.troubles li { padding: 0.7rem 1rem; border: 1px solid var(--line); border-left: 4px solid var(--late); border-radius: 4px; }
.troubles .serious { border-left-color: var(--bad); }
.troubles h3 { display: flex; flex-wrap: wrap; gap: 0.6rem; align-items: center; }
.said { font-weight: 600; overflow-wrap: anywhere; }
.places, .sqlstate, .why, small, .others, caption, figcaption { color: var(--muted); }
.sqlstate { font-weight: 400; font-size: 0.9em; overflow-wrap: anywhere; }
.place { overflow-wrap: anywhere; }
.advice::before { content: '→ '; color: var(--muted); }
ul { padding-left: 1.2rem; }
.advice code { display: inline-block; padding: 0 0.3em; background: var(--panel); border: 1px solid var(--line); border-radius: 3px; }
.residue { padding: 0; list-style: none; display: grid; gap: 0.6rem; }
.scroll { position: relative; overflow-x: auto; }
.long { content-visibility: auto; contain-intrinsic-size: auto 60rem; }
.id { min-width: 9rem; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; font-size: 0.92rem; }
caption { padding: 0 0 0.35rem; text-align: left; font-size: 0.87rem; }
th, td { padding: 0.3rem 0.7rem 0.3rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
thead th { white-space: nowrap; font-size: 0.87rem; font-weight: 600; color: var(--muted); border-bottom-color: var(--muted); }
tbody th { font-weight: 400; min-width: 9.5rem; }
tbody tr:hover { background: var(--panel); }
th code, td code { white-space: nowrap; }
code.lengthy { white-space: normal; }
td.remarks { min-width: 15rem; }
.n { text-align: right; font-variant-numeric: tabular-nums; }
td.n { white-space: nowrap; }
.none { color: var(--muted); }
.why { font-size: 0.92em; max-width: 26rem; overflow-wrap: anywhere; }
.others { font-size: 0.87em; max-width: 22rem; overflow-wrap: anywhere; }
.slow { color: var(--bad); font-weight: 600; white-space: nowrap; }
time { font-variant-numeric: tabular-nums; }
th button { padding: 0; border: 0; background: none; font: inherit; color: inherit; cursor: pointer; }
th button::after { content: ' \\2195'; opacity: 0.5; }
th[aria-sort=ascending] button::after { content: ' \\2191'; opacity: 1; }
th[aria-sort=descending] button::after { content: ' \\2193'; opacity: 1; }
details pre { min-width: 18rem; max-width: 44rem; }
summary { cursor: pointer; color: var(--link); white-space: nowrap; }
.attempts { padding-left: 1.4rem; }
.filter { display: flex; flex-wrap: wrap; gap: 0.4rem 1.2rem; align-items: center; margin-bottom: 0.6rem; }
.filter[hidden] { display: none; }
.filter fieldset { display: flex; flex-wrap: wrap; gap: 0.4rem 0.9rem; margin: 0; padding: 0; border: 0; }
.filter legend { float: left; padding: 0 0.7rem 0 0; }
.filter output { color: var(--muted); }
input[type=search] { width: 16rem; max-width: 60vw; padding: 0.25rem 0.5rem; font: inherit; color: inherit; background: var(--bg); border: 1px solid var(--muted); border-radius: 4px; }
.chart { display: grid; grid-template-columns: minmax(6rem, 12rem) minmax(34rem, 1fr); gap: 0 0.75rem; }
.rows { padding-top: 24px; font: 12px/22px ui-monospace, Menlo, Consolas, monospace; color: var(--muted); }
.rows span { display: block; height: 22px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.rows .gap { height: 12px; }
svg { display: block; overflow: visible; }
.bar { fill: var(--tone); rx: 2px; }
.bar.step { fill-opacity: 0.45; }
.hatch { fill: var(--bg); fill-opacity: 0.4; }
.over { pointer-events: none; }
.grid { stroke: var(--line); }
.tick { font-size: 11px; fill: var(--muted); text-anchor: middle; font-variant-numeric: tabular-nums; }
.wait { stroke: var(--muted); stroke-width: 1.5px; stroke-dasharray: 1.5 4; }
.plan { stroke: var(--text); stroke-width: 2px; }
.label { font-size: 11px; fill: var(--on); stroke: var(--tone); stroke-width: 3px; paint-order: stroke; pointer-events: none; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 1rem 2rem; margin-bottom: 1rem; }
.columns dl > div { display: grid; grid-template-columns: 8rem 1fr; gap: 0.5rem; padding: 0.1rem 0; }
.columns dt, .settings dt { color: var(--muted); }
dt, dd { min-width: 0; overflow-wrap: anywhere; }
.columns > div, .chart > svg { min-width: 0; }
h3, .legend li, .residue li, footer, .kicker span { min-width: 0; overflow-wrap: anywhere; }
.settings > div { padding: 0.25rem 0; }
footer { padding: 2rem 1.5rem; color: var(--muted); font-size: 0.87rem; }
@media (max-width: 40rem) {
  .banner, nav, main, footer { padding-left: 1rem; padding-right: 1rem; }
  h1 { font-size: 1.3rem; }
  nav { position: static; }
  .figures { gap: 0.4rem 1.5rem; }
}
@page { size: landscape; margin: 12mm; }
@media print {
  :root { --bg: #fff; --panel: #fff; --text: #000; --muted: #444; --line: #bbb; --link: #000; --good: #1a7f37; --bad: #c02a1d; --odd: #7a3ccf; --late: #8f5a00; --live: #0b63b5; --on: #fff; }
  body { font-size: 9pt; }
  td.remarks { min-width: 0; }
  nav, .filter, .skip, th button::after, details { display: none; }
  #tasks-table th:last-child { display: none; }
  .banner, main, footer { max-width: none; padding: 0; }
  .scroll { overflow: visible; }
  .long { content-visibility: visible; }
  .chart { grid-template-columns: 7rem 1fr; }
  section { break-inside: auto; }
  .troubles li, tr, figure { break-inside: avoid; }
  thead { display: table-header-group; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
`;

/** For the page's Content-Security-Policy: no other style may apply. */
export const STYLE_HASH = 'sha256-vs0Qosm/Pug3CwXBZOLorkOkV27nQkmRZMRN3rwEwo0=';

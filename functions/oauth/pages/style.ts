import { createHash } from "node:crypto";

/** Colours and shapes of every page; the same as on the pages of the documentation. */
const CSS = `
:root {
  color-scheme: light dark;
  --paper: #fbfaf8;
  --card: #ffffff;
  --ink: #1c1917;
  --soft: #57534e;
  --line: #e2dfdc;
  --edge: #8a847e;
  --accent: #0f766e;
  --on-accent: #ffffff;
  --tint: #f0f7f5;
  --code: #f5f4f1;
  --warn: #fef3c7;
  --warn-ink: #78350f;
  --bad: #b42318;
  --bad-tint: #fef1ef;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15171a;
    --card: #1c2022;
    --ink: #ececea;
    --soft: #a8a8a3;
    --line: #31363a;
    --edge: #7c8388;
    --accent: #2dd4bf;
    --on-accent: #06302c;
    --tint: #17302d;
    --code: #0f1113;
    --warn: #3b2f12;
    --warn-ink: #fde68a;
    --bad: #fca5a5;
    --bad-tint: #351b1b;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0;
  min-height: 100vh;
  min-height: 100svh;
  display: flex;
  flex-direction: column;
  background: var(--paper);
  color: var(--ink);
  font: 1rem / 1.55 system-ui, sans-serif;
  -webkit-text-size-adjust: 100%;
}
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
h1, h2, h3, p, ul, dl, dd, fieldset { margin: 0; padding: 0; }
h1 { font-size: clamp(1.6rem, 6vw, 2rem); line-height: 1.2; letter-spacing: -0.02em; text-wrap: balance; }
h2 { font-size: 1.15rem; letter-spacing: -0.01em; }
h3 { font-size: 1rem; overflow-wrap: anywhere; }
code { font: 0.92em / 1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.soft { color: var(--soft); }
.small { font-size: 0.875rem; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.mark {
  display: inline-block;
  padding: 0.25rem 0.55rem;
  border-radius: 0.55rem;
  background: var(--accent);
  color: var(--on-accent);
  font: 700 0.95rem / 1.3 ui-monospace, monospace;
}
.lede { margin-top: 0.6rem; color: var(--soft); text-wrap: pretty; overflow-wrap: anywhere; }

/* One question on a page: sign-in, set-up, consent, messages */
.narrow main {
  width: 100%;
  max-width: 28rem;
  margin: auto;
  padding: 1.5rem 1.25rem;
}
.narrow .card { padding: clamp(1.4rem, 5vw, 2.25rem); }
.narrow .card h1 { margin-top: 1.1rem; }
.card { border: 1px solid var(--line); border-radius: 1rem; background: var(--card); }
.host { margin-top: 1.1rem; color: var(--soft); font-size: 0.875rem; text-align: center; overflow-wrap: anywhere; }

/* Forms */
form { margin: 0; }
.fields { display: grid; gap: 1.1rem; margin-top: 1.5rem; }
label, legend { font-weight: 600; }
legend { padding: 0; margin-bottom: 0.35rem; }
.field { display: grid; gap: 0.35rem; }
.field .hint { color: var(--soft); font-size: 0.875rem; }
input[type="text"], input[type="password"], select {
  width: 100%;
  min-height: 2.9rem;
  padding: 0.55rem 0.8rem;
  border: 1px solid var(--edge);
  border-radius: 0.6rem;
  background: var(--card);
  color: var(--ink);
  font: inherit;
}
fieldset { border: 0; min-width: 0; }
.choice { display: grid; grid-template-columns: auto 1fr; gap: 0 0.75rem; align-items: start; padding: 0.6rem 0; font-weight: 400; cursor: pointer; }
.choice + .choice { border-top: 1px solid var(--line); }
.choice input { width: 1.25rem; height: 1.25rem; margin: 0.15rem 0 0; accent-color: var(--accent); }
.choice b { font-weight: 500; }
.choice span { display: block; color: var(--soft); font-size: 0.875rem; }
button, .button {
  display: inline-flex;
  align-items: center;
  justify-content: center;
  min-height: 2.9rem;
  padding: 0.5rem 1.15rem;
  border: 1px solid var(--accent);
  border-radius: 0.6rem;
  background: var(--accent);
  color: var(--on-accent);
  font: 600 1rem / 1.3 system-ui, sans-serif;
  text-align: center;
  text-decoration: none;
  cursor: pointer;
}
button:hover, .button:hover { filter: brightness(1.08); }
button.quiet, .button.quiet { border-color: var(--edge); background: transparent; color: var(--ink); }
button.quiet:hover, .button.quiet:hover { border-color: var(--accent); color: var(--accent); filter: none; }
button.danger { border-color: var(--bad); background: var(--bad); color: var(--card); }
.buttons { display: grid; gap: 0.75rem; grid-template-columns: 1fr 1fr; }
.or { display: flex; align-items: center; gap: 0.75rem; margin: 1.25rem 0; color: var(--soft); font-size: 0.875rem; }
.or::before, .or::after { content: ""; flex: 1; border-top: 1px solid var(--line); }
.wide { width: 100%; }

/* What the reader has to see */
.notice, .alert, .done { margin-top: 1.1rem; padding: 0.7rem 0.95rem; border-radius: 0.7rem; font-size: 0.93rem; }
.notice { background: var(--warn); color: var(--warn-ink); }
.alert { background: var(--bad-tint); color: var(--bad); }
.done { background: var(--tint); }
`;

/** The owner's page: a bar, sections, lists. */
const OWNER_CSS = `
.bar {
  display: flex;
  flex-wrap: wrap;
  gap: 0.5rem 1rem;
  align-items: center;
  padding: 0.7rem max(1.25rem, calc((100vw - 50rem) / 2));
  border-bottom: 1px solid var(--line);
  background: var(--card);
}
.bar nav { display: flex; gap: 0.25rem 1.1rem; align-items: center; margin-left: auto; }
.bar nav a { padding: 0.5rem 0; color: var(--ink); text-decoration: none; }
.bar nav a[aria-current] { color: var(--accent); font-weight: 600; }
.bar nav a:hover { text-decoration: underline; }
.bar button { min-height: 2.5rem; padding: 0.3rem 0.8rem; font-size: 0.93rem; }
.broad main { width: 100%; max-width: 52.5rem; margin: 0 auto; padding: 1.75rem 1.25rem 4rem; }
.broad section { margin-top: 2.5rem; }
.head { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; align-items: baseline; justify-content: space-between; margin-bottom: 0.75rem; }
.list { list-style: none; }
.list > li { padding: 1rem 1.15rem; overflow-wrap: anywhere; }
.list > li + li, .list + .panel, .empty + .panel, .panel + .panel { border-top: 1px solid var(--line); }
.list > .over { color: var(--soft); }
.row { display: grid; grid-template-columns: 1fr auto; gap: 0.15rem 1rem; align-items: start; }
.row details[open] { grid-column: 1 / -1; }
.facts { display: flex; flex-wrap: wrap; gap: 0.15rem 1rem; color: var(--soft); font-size: 0.875rem; overflow-wrap: anywhere; }
.tags { display: flex; flex-wrap: wrap; gap: 0.35rem; margin: 0.35rem 0; }
.tag { padding: 0.05rem 0.5rem; border: 1px solid var(--line); border-radius: 99rem; font-size: 0.8rem; }
.tag.write { border-color: var(--warn-ink); background: var(--warn); color: var(--warn-ink); }
.empty { padding: 1.25rem 1.15rem; color: var(--soft); }
.panel { padding: 0.35rem 1.15rem; }
details > summary { display: inline-block; padding: 0.6rem 0; color: var(--accent); font-weight: 600; cursor: pointer; list-style: none; }
details > summary::-webkit-details-marker { display: none; }
details > summary::before { content: "+"; display: inline-block; width: 1.1em; font-weight: 400; }
details[open] > summary::before { content: "\\2212"; }
.row details > summary { padding: 0 0.1rem; line-height: 2.5rem; margin: -0.5rem 0; }
.row details > summary::before { content: none; }
.row details[open] > summary { margin: 0.75rem 0 0; color: var(--soft); }
details.danger > summary { color: var(--bad); }
.drawer { display: grid; gap: 1rem; max-width: 30rem; padding: 0.25rem 0 1rem; }
.drawer button { justify-self: start; }
.drawer .fields { margin-top: 0; }
.events { width: 100%; border-collapse: collapse; font-size: 0.93rem; }
.events th { padding: 0.7rem 1.15rem 0.5rem; color: var(--soft); font-size: 0.8rem; font-weight: 600; text-align: left; }
.events td { padding: 0.6rem 1.15rem; border-top: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
.events .bad { color: var(--bad); }
.events .number { text-align: right; white-space: nowrap; }
.events pre { max-width: 100%; overflow: auto; max-height: 20rem; padding: 0.75rem; border-radius: 0.6rem; background: var(--code); white-space: pre-wrap; }
.key { padding: 0.9rem 1.15rem; background: var(--code); user-select: all; -webkit-user-select: all; }
.events td:first-child > span { white-space: nowrap; }
.pages { display: flex; gap: 0.75rem; justify-content: space-between; margin-top: 1rem; }
@media (max-width: 40rem) {
  .bar nav { margin-left: 0; flex: 1; }
  .bar nav form { margin-left: auto; }
  .bar .mark + .soft { display: none; }
  .events thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .events, .events tbody { display: block; }
  .events tr { display: grid; grid-template-columns: 1fr auto; gap: 0 1rem; padding: 0.75rem 1.15rem; }
  .events tr + tr { border-top: 1px solid var(--line); }
  .events td { padding: 0; border: 0; }
  .events td:nth-child(n + 3) { grid-column: 1 / -1; }
}
`;

/** The style sheet that stands in each page. */
export const STYLE = CSS + OWNER_CSS;

/** Its hash, by which the Content-Security-Policy lets it in (https://www.w3.org/TR/CSP3/#grammardef-hash-source). */
export const STYLE_HASH = `'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`;

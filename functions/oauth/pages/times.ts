import { type Html, html } from "#shared/html/html.ts";

const DATE = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeZone: "UTC" });
const MOMENT = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });
const AGO = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

const STEPS = [
  { unit: "minute", ms: 60_000, upTo: 60 },
  { unit: "hour", ms: 3_600_000, upTo: 24 },
  { unit: "day", ms: 86_400_000, upTo: 14 },
] as const;

/** A moment in the past as people say it; the exact one, in UTC, is in its title. */
export function ago(moment: Date, now: Date): Html {
  return html`<time datetime="${moment.toISOString()}" title="${MOMENT.format(moment)} UTC">${inWords(moment, now)}</time>`;
}

/** A day, in UTC. */
export function day(moment: Date): Html {
  return html`<time datetime="${moment.toISOString()}" title="${MOMENT.format(moment)} UTC">${DATE.format(moment)}</time>`;
}

function inWords(moment: Date, now: Date): string {
  const passed = Math.max(0, now.getTime() - moment.getTime());
  if (passed < 60_000) return "just now";
  const step = STEPS.find(({ ms, upTo }) => passed < ms * upTo);
  return step === undefined ? DATE.format(moment) : AGO.format(-Math.floor(passed / step.ms), step.unit);
}

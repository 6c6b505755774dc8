/** Markup that is safe to put in a page as it is. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * Template tag: what is put in is escaped for text and for quoted attributes; markup made by this tag, or a list of it,
 * goes in as it is.
 */
export function html(
  parts: TemplateStringsArray,
  ...values: readonly (string | Html | readonly Html[])[]
): Html {
  const rendered = values.map(render);
  return new Html(parts.map((part, index) => part + (rendered[index] ?? "")).join(""));
}

function render(value: string | Html | readonly Html[]): string {
  if (value instanceof Html) return value.markup;
  if (typeof value === "string")
    return value.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
  return value.map((item) => item.markup).join("");
}

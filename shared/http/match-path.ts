/** The values of a path's parameters by name, percent-decoded once. */
export type PathValues = Readonly<Record<string, string>>;

const PARAMETER = /^\{(\w+)\}$/;

/**
 * Matches a path against a template like `/execute/executions/{id}`. A parameter takes exactly one segment and is decoded once; a
 * segment that is empty, has a broken escape (RFC 3986 §2.1), or would hold a NUL or a slash once decoded, matches nothing.
 *
 * @param template a path whose segments are literal or one parameter each
 * @param pathname as it was sent, still encoded
 * @param rest the parameter at the template's end that takes all segments that are left, or null
 * @returns the parameters' values, or null when the path does not match
 */
export function matchPath(template: string, pathname: string, rest: string | null): PathValues | null {
  const wanted = template.split("/");
  const given = pathname.split("/");
  if (rest === null ? given.length !== wanted.length : given.length < wanted.length) return null;
  const values: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const name = PARAMETER.exec(part)?.[1];
    if (name === undefined) {
      if (part !== given[index]) return null;
      continue;
    }
    const value = decodeSegments(given.slice(index, name === rest ? given.length : index + 1));
    if (value === null) return null;
    values[name] = value;
  }
  return values;
}

function decodeSegments(segments: readonly string[]): string | null {
  const decoded: string[] = [];
  for (const segment of segments) {
    const text = decodeOnce(segment);
    // An encoded slash would make two segments of one: what stands behind it could mean another thing's name.
    if (text === null || text === "" || text.includes("/") || text.includes("\0")) return null;
    decoded.push(text);
  }
  return decoded.join("/");
}

function decodeOnce(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}

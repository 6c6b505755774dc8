import { BIGINT, BLOB, DuckDBBlobValue, VARCHAR } from "@duckdb/node-api";
import type { OwnFunction } from "./own-function.ts";
import { bytesOf } from "./value-text.ts";

/** The host of a URL, as it is written there; null when there is none. */
function hostOf(url: string): string | null {
  const trimmed = url.trim();
  const authority =
    /^(?:[A-Za-z][A-Za-z0-9+.-]*:)?\/\/([^/?#\\]*)/.exec(trimmed)?.[1] ?? bareAuthority(trimmed);
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  const bracketed = /^(\[[^\]]*\])(?::\d*)?$/.exec(host)?.[1];
  const name = (bracketed ?? host.replace(/:.*$/s, "")).trim();
  return name === "" ? null : name;
}

/** Text without a scheme and slashes begins with its host. */
function bareAuthority(text: string): string {
  return /^[^/?#\\]*/.exec(text)?.[0] ?? "";
}

/**
 * Top-level domains with every suffix below them that the first section of the public suffix list names
 * (https://publicsuffix.org); names below any other one are refused, because a guess would be wrong unseen.
 */
const SUFFIXES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [..."com,org,net,edu,gov,mil,info,de,eu,nl,ch,dk,xyz,app,dev".split(",")].map((name) => [name, ""]),
  ),
  be: "ac",
  es: "com,nom,org,gob,edu",
  fr: "asso,com,gouv,nom,prd,tm,avoues,cci,greta,huissier-justice",
  io: "co,com,edu,gov,mil,net,nom,org",
  nz: "ac,co,cri,geek,gen,govt,health,iwi,kiwi,maori,mil,net,org,parliament,school",
  uk: "ac,co,gov,ltd,me,net,nhs,org,plc,police",
};

/** How many labels the public suffix has; private suffixes of the list do not count. */
function suffixLength(host: string): number | null {
  const labels = host.toLowerCase().replace(/\.$/, "").split(".");
  if (host.startsWith("[") || labels.some((label) => label === "") || /^[\d.]+$/.test(host)) return null;
  const below = SUFFIXES[labels.at(-1) ?? ""];
  const second = labels.at(-2) ?? "";
  if (below === undefined || (labels.at(-1) === "uk" && second === "sch")) {
    throw new Error(
      `unsupported: NET.REG_DOMAIN or NET.PUBLIC_SUFFIX of the domain ${(labels.at(-1) ?? "").slice(0, 60)}`,
    );
  }
  return below.split(",").includes(second) && second !== "" ? 2 : 1;
}

function lastLabels(host: string, extra: number): string | null {
  const length = suffixLength(host);
  const labels = host.replace(/\.$/, "").split(".");
  return length === null || labels.length < length + extra ? null : labels.slice(-length - extra).join(".");
}

/** The bytes of an IP address; null when the text is none. */
function parseAddress(text: string): Uint8Array | null {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) {
    const parts = text.split(".");
    const isPlain = parts.every((part) => Number(part) < 256 && (part === "0" || !part.startsWith("0")));
    return isPlain ? Uint8Array.from(parts, Number) : null;
  }
  const mapped = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (mapped === null) return parseGroups(text);
  const four = parseAddress(mapped[2] ?? "");
  if (four === null) return null;
  const [a = 0, b = 0, c = 0, d = 0] = four;
  return parseGroups(`${mapped[1]}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`);
}

function parseGroups(text: string): Uint8Array | null {
  const halves = text.split("::");
  if (halves.length > 2 || !text.includes(":")) return null;
  const [left = [], right = []] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const missing = 8 - left.length - right.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
  const groups = [...left, ...Array.from({ length: missing }, () => "0"), ...right];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return null;
  return Uint8Array.from(
    groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]),
  );
}

function addressText(bytes: Buffer): string {
  if (bytes.length === 4) return [...bytes].join(".");
  if (bytes.length !== 16) throw new Error("error: NET.IP_TO_STRING takes 4 or 16 bytes");
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(i * 2).toString(16));
  const runs = [...groups.join(":").matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)].sort(
    (a, b) => b[0].length - a[0].length,
  );
  const [longest] = runs;
  if (longest === undefined) return groups.join(":");
  const all = groups.join(":");
  return `${all.slice(0, longest.index)}::${all.slice(longest.index + longest[0].length).replace(/^:/, "")}`;
}

function ipFromString(text: string): DuckDBBlobValue {
  const bytes = parseAddress(text);
  if (bytes === null) throw new Error("error: The text is no IP address");
  return new DuckDBBlobValue(bytes);
}

function netMask(bytes: number, prefix: number): DuckDBBlobValue {
  if ((bytes !== 4 && bytes !== 16) || prefix < 0 || prefix > bytes * 8)
    throw new Error("error: NET.IP_NET_MASK takes 4 or 16 and a prefix of at most as many bits");
  return new DuckDBBlobValue(
    Uint8Array.from({ length: bytes }, (_, i) => 255 & ~(255 >> Math.min(8, Math.max(0, prefix - i * 8)))),
  );
}

/** NET.… functions. */
export const NET_FUNCTIONS: readonly OwnFunction[] = [
  { name: "own_net_host", parameters: [VARCHAR], returns: VARCHAR, compute: ([url]) => hostOf(String(url)) },
  {
    name: "own_net_suffix",
    parameters: [VARCHAR, BIGINT],
    returns: VARCHAR,
    compute: ([url, extra]) => {
      const host = hostOf(String(url));
      return host === null ? null : lastLabels(host, Number(extra));
    },
  },
  {
    name: "own_ip_from_string",
    parameters: [VARCHAR],
    returns: BLOB,
    compute: ([x]) => ipFromString(String(x)),
  },
  {
    name: "own_safe_ip_from_string",
    parameters: [VARCHAR],
    returns: BLOB,
    compute: ([x]) => {
      const bytes = parseAddress(String(x));
      return bytes === null ? null : new DuckDBBlobValue(bytes);
    },
  },
  {
    name: "own_ip_to_string",
    parameters: [BLOB],
    returns: VARCHAR,
    compute: ([x]) => addressText(bytesOf(x ?? null)),
  },
  {
    name: "own_ip_net_mask",
    parameters: [BIGINT, BIGINT],
    returns: BLOB,
    compute: ([bytes, prefix]) => netMask(Number(bytes), Number(prefix)),
  },
  {
    name: "own_ip_trunc",
    parameters: [BLOB, BIGINT],
    returns: BLOB,
    compute: ([address, prefix]) => {
      const bytes = bytesOf(address ?? null);
      const mask = netMask(bytes.length, Number(prefix)).bytes;
      return new DuckDBBlobValue(Uint8Array.from(bytes, (byte, i) => byte & (mask[i] ?? 0)));
    },
  },
];

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { createFileFetcher } from "#functions/execute/input-files/create-file-fetcher.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { failureOf } from "./failure-of.ts";
import { type FileHost, lookupOf, PUBLIC_ADDRESS, startFileHost } from "./file-host.ts";

const logger = createLogger({}, () => undefined);
const signal = new AbortController().signal;

let host: FileHost;

beforeAll(async () => {
  host = await startFileHost((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "https://files.example.com");
    const target = pathname === "/loop" ? "/loop" : searchParams.get("to");
    if (target === null) response.end("content");
    else response.writeHead(302, { location: target }).end();
  });
});

beforeEach(() => {
  host.connectedTo.length = 0;
  host.requests.length = 0;
});

afterAll(() => host.close());

/** What becomes of one fetch from a server that answers every request. */
async function fetchFrom(
  url: string,
  names: Parameters<typeof lookupOf>[0],
  allowedHosts: readonly string[] = ["*"],
) {
  const lookup = lookupOf(names);
  const fetcher = createFileFetcher({ allowedHosts, logger, lookup, connect: host.connect });
  const file = { label: 'The file "a.csv"', url, expectsHtml: false };
  return { lookup, fetched: fetcher.fetch(file, { signal }) };
}

/** A path that the server redirects from. */
function redirectTo(target: string): string {
  return `/?to=${encodeURIComponent(target)}`;
}

const FILES = { "files.example.com": [[PUBLIC_ADDRESS]] };

describe("a URL that is refused before a name is looked up", () => {
  it.each([
    ["no URL", "files.example.com/a"],
    ["empty", ""],
    ["http", "http://files.example.com/a"],
    ["file", "file:///etc/passwd"],
    ["data", "data:text/plain,hello"],
    ["ftp", "ftp://files.example.com/a"],
    ["gopher", "gopher://files.example.com/a"],
    ["another port", "https://files.example.com:8443/a"],
    ["port 80", "https://files.example.com:80/a"],
    ["a user", "https://user@files.example.com/a"],
    ["a password", "https://user:password@files.example.com/a"],
    ["a user that looks like the host", "https://files.example.com@127.0.0.1/a"],
    ["an IPv4 address", "https://127.0.0.1/a"],
    ["a public IPv4 address", "https://93.184.215.14/a"],
    ["a decimal address", "https://2130706433/a"],
    ["an octal address", "https://0177.0.0.1/a"],
    ["a hexadecimal address", "https://0x7f000001/a"],
    ["a short address", "https://127.1/a"],
    ["an address with a dot behind", "https://127.0.0.1./a"],
    ["a full-width address", "https://１２７.０.０.１/a"],
    ["an encoded address", "https://%31%32%37.0.0.1/a"],
    ["a circled address", "https://①②⑦.0.0.1/a"],
    ["IPv6 loopback", "https://[::1]/a"],
    ["IPv4-mapped", "https://[::ffff:169.254.169.254]/a"],
    ["a public IPv6 address", "https://[2606:4700::1111]/a"],
    ["localhost", "https://localhost/a"],
    ["a name below localhost", "https://a.localhost/a"],
    ["a name of the local network", "https://printer.local/a"],
    ["a name without a dot", "https://intranet/a"],
    ["a name with a dot behind", "https://files.example.com./a"],
    ["Google's metadata", "https://metadata.google.internal/computeMetadata/v1/"],
    ["an internal name", "https://db.internal/a"],
    ["an onion", "https://abc.onion/a"],
  ])("%s: %s", async (_what, url) => {
    const { lookup, fetched } = await fetchFrom(url, FILES);
    const error = await failureOf(() => fetched);
    expect(error.code).toBe("file_not_fetched");
    expect(error.message).toMatch(/^The file "a\.csv" was not fetched: its URL must begin with https:\/\//);
    expect(lookup.asked).toEqual([]);
    expect(host.connectedTo).toEqual([]);
  });
});

describe("a host that is not listed is refused before its name is looked up", () => {
  it.each([
    ["another host", "https://evil.example.net/a", ["files.example.com"]],
    ["a host below a listed one", "https://x.files.example.com/a", ["files.example.com"]],
    ["the name itself of a wildcard", "https://example.com/a", ["*.example.com"]],
    ["a name that ends alike", "https://evilexample.com/a", ["*.example.com"]],
    [
      "a listed name in front",
      "https://files.example.com.evil.net/a",
      ["files.example.com", "*.example.com"],
    ],
    ["an empty list", "https://files.example.com/a", []],
  ])("%s", async (_what, url, allowedHosts) => {
    const { lookup, fetched } = await fetchFrom(url, FILES, allowedHosts);
    const error = await failureOf(() => fetched);
    expect(error.message).toContain("files are not fetched from its host here");
    expect(lookup.asked).toEqual([]);
  });

  it.each([
    ["by its name", ["files.example.com"]],
    ["in capitals", ["FILES.example.COM"]],
    ["by a wildcard", ["other.example.org", "*.example.com"]],
    ["as every public host", ["*"]],
  ])("and is fetched from when it is listed %s", async (_what, allowedHosts) => {
    const { fetched } = await fetchFrom("https://FILES.example.com/a", FILES, allowedHosts);
    expect((await fetched).toString()).toBe("content");
  });

  it.each([
    "",
    "https://files.example.com",
    "*.",
    "*.*.example.com",
    "10.0.0.1",
    "localhost",
    "*.internal",
    "a*.example.com",
  ])("a list with %j is no list", (pattern) => {
    expect(() => createFileFetcher({ allowedHosts: [pattern], logger })).toThrow(
      "is no host to fetch files from",
    );
  });
});

describe("a name whose addresses are not all public is not connected to, and not told from one that does not exist", () => {
  it.each([
    ["loopback", ["127.0.0.1"]],
    ["metadata", ["169.254.169.254"]],
    ["private", ["10.1.2.3"]],
    ["a mapped address", ["::ffff:127.0.0.1"]],
    ["unique-local", ["fd00:ec2::254"]],
    ["a public and a private one", [PUBLIC_ADDRESS, "192.168.0.1"]],
    ["a private and a public one", ["192.168.0.1", PUBLIC_ADDRESS]],
    ["a public one and IPv6 loopback", [PUBLIC_ADDRESS, "::1"]],
    ["no address", []],
  ])("%s", async (_what, addresses) => {
    const unknown = await fetchFrom("https://nowhere.example.com/a", {});
    const known = await fetchFrom("https://files.example.com/a", { "files.example.com": [addresses] });
    const error = await failureOf(() => known.fetched);
    expect(error.message).toBe((await failureOf(() => unknown.fetched)).message);
    expect(error.message).toContain("its host could not be reached over https");
    expect(error.code).toBe("file_not_fetched");
    expect(host.connectedTo).toEqual([]);
  });
});

describe("a name with several public addresses", () => {
  it("is fetched from the next when the first does not answer", async () => {
    // Nothing listens at the second address of the local machine.
    const toAddress = (checked: string) => (checked === "8.8.8.8" ? "127.0.0.2" : "127.0.0.1");
    const connect = { ...host.connect, toAddress };
    const lookup = lookupOf({ "files.example.com": [["8.8.8.8", PUBLIC_ADDRESS]] });
    const fetcher = createFileFetcher({ allowedHosts: ["*"], logger, lookup, connect });
    const file = { label: "The file", url: "https://files.example.com/a", expectsHtml: false };
    expect((await fetcher.fetch(file, { signal })).toString()).toBe("content");
  });
});

describe("DNS rebinding", () => {
  it("changes nothing: the name is looked up once, and the connection goes to the address that was checked", async () => {
    const names = { "files.example.com": [[PUBLIC_ADDRESS], ["127.0.0.1"]] };
    const { lookup, fetched } = await fetchFrom("https://files.example.com/a", names);
    expect((await fetched).toString()).toBe("content");
    expect(lookup.asked).toEqual(["files.example.com"]);
    expect(new Set(host.connectedTo)).toEqual(new Set([PUBLIC_ADDRESS]));
  });

  it("is found at the next redirect, where the name is looked up and checked again", async () => {
    const names = { "files.example.com": [[PUBLIC_ADDRESS], ["127.0.0.1"]] };
    const { lookup, fetched } = await fetchFrom("https://files.example.com/a?to=/b", names);
    const error = await failureOf(() => fetched);
    expect(error.message).toContain("could not be reached");
    expect(lookup.asked).toEqual(["files.example.com", "files.example.com"]);
    expect(host.requests).toHaveLength(1);
  });
});

describe("a redirect is refused when it leads to", () => {
  it.each([
    ["http", "http://files.example.com/a"],
    ["loopback", "https://127.0.0.1/a"],
    ["metadata", "http://169.254.169.254/latest/meta-data/"],
    ["Google's metadata", "https://metadata.google.internal/computeMetadata/v1/"],
    ["IPv6 loopback", "https://[::1]/a"],
    ["another port", "https://files.example.com:22/a"],
    ["a user", "//user@files.example.com/a"],
    ["a file", "file:///etc/passwd"],
    ["no URL", "https://"],
    ["a host that is not listed", "https://evil.example.net/a"],
  ])("%s", async (_what, target) => {
    const url = `https://files.example.com/?to=${encodeURIComponent(target)}`;
    const { fetched } = await fetchFrom(url, FILES, ["*.example.com"]);
    const error = await failureOf(() => fetched);
    expect(error.message).toContain("it is redirected to where files are not fetched from");
    expect(host.requests).toHaveLength(1);
  });

  it("a listed name with a private address", async () => {
    const names = { ...FILES, "inside.example.com": [["10.0.0.1"]] };
    const url = "https://files.example.com/?to=https://inside.example.com/";
    const { fetched } = await fetchFrom(url, names);
    expect((await failureOf(() => fetched)).message).toContain("could not be reached");
    expect(host.connectedTo).not.toContain("10.0.0.1");
    expect(host.requests).toHaveLength(1);
  });

  it.each([
    ["itself, for ever", "https://files.example.com/loop"],
    ["a fourth redirect", `https://files.example.com${redirectTo(redirectTo(redirectTo(redirectTo("/a"))))}`],
  ])("%s", async (_what, url) => {
    const { fetched } = await fetchFrom(url, FILES);
    expect((await failureOf(() => fetched)).message).toContain("redirected more than 3 times");
    expect(host.requests).toHaveLength(4);
  });
});

describe("a redirect", () => {
  it("to another listed host is followed, three times", async () => {
    const names = { ...FILES, "a.cdn.example.com": [["8.8.8.8"]] };
    const last = "https://a.cdn.example.com/file";
    const url = `https://files.example.com${redirectTo(redirectTo(redirectTo(last)))}`;
    const { fetched } = await fetchFrom(url, names, ["*.example.com"]);
    expect((await fetched).toString()).toBe("content");
    expect(host.requests.map(({ headers }) => headers.host).at(-1)).toBe("a.cdn.example.com");
    expect(host.connectedTo.at(-1)).toBe("8.8.8.8");
    expect(host.requests).toHaveLength(4);
  });
});

import { createHash } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import {
  signUrl,
  toCanonicalRequest,
  toStringToSign,
  type UrlToSign,
} from "#shared/google-cloud/sign-url.ts";
import { HMAC_KEY, useGoogleCloud } from "./google-cloud.fixture.ts";

/** Calls of Google's conformance tests for V4 signatures (googleapis/conformance-tests), with the SHA-256 of their canonical requests. */
const VECTORS: readonly [
  name: string,
  hash: string,
  call: Partial<UrlToSign> & { at?: string; expires?: number },
][] = [
  ["a GET", "00e2fb794ea93d7adb703edaebdd509821fcc7d4f1a79ac5c8d2b394df109320", {}],
  ["a PUT", "78742860705da91404222d5d66ff89850292471199c3c2808d116ad12e6177b4", { method: "PUT" }],
  [
    "a POST with a header",
    "877f8b40179d2753296f2fd6de815ab40503c7a3c446a7b44aa4e74422ff4daf",
    { method: "POST", headers: { "X-Goog-Resumable": "start" } },
  ],
  [
    "another time",
    "779f19fdb6fd381390e2d5af04947cf21750277ee3c20e0c97b7e46a1dff8907",
    { at: "20190301T090000Z", expires: 20 },
  ],
  [
    "another object",
    "a139afbf35ac30e9864f63197f79609731ab1b0ca166e2a456dba156fcd3f9ce",
    { bucket: "test-bucket2", object: "test-object2" },
  ],
  [
    "slashes and ampersands",
    "f1d206dd8cbe1b892d4081ccddae0927d9f5fee5653fb2a2f43e7c20ed455cad",
    {
      object: "path/with/slashes/under_score/amper&sand/file.ext",
      headers: { "header/name/with/slash": "should-be-encoded" },
    },
  ],
  [
    "a slash at the start",
    "63c601ecd6ccfec84f1113fc906609cbdf7651395f4300cecd96ddd2c35164f8",
    { object: "/path/with/slashes/under_score/amper&sand/file.ext" },
  ],
  [
    "headers in another order",
    "59c1ac1a6ee7d773d5c4487ecc861d60b71c4871dd18fc7d8485fac09df1d296",
    { headers: { BAR: "BAR-value", foo: "foo-value" } },
  ],
  [
    "headers with colons",
    "a2a6df7e6bd818894e1f60ac3c393901b512ca1cf1061ba602dace3fb38c19a6",
    { headers: { BAR: "2023-02-10T03:", foo: "2023-02-10T02:00:00Z" } },
  ],
  [
    "headers with spaces and tabs",
    "19153e83555808dbfeb8969043cc8ce8d5db0cce91dc11fb9df58b8130f09d42",
    {
      headers: {
        collapsed: "abc    def",
        leading: "    xyz",
        trailing: "abc    ",
        tabs: "\tabc\t\t\t\tdef\t",
      },
    },
  ],
  [
    "a header of several values",
    "4df8e486146c31f1c8cd4e4c730554cde4326791ba48ec11fa969a3de064cd7f",
    { headers: { multiple: " xyz ,  abc, def  , xyz   " } },
  ],
  [
    "parameters that need encoding",
    "448f96c23dafa8210900554e138b2b5fd55bc53ef53b8637cecc3edec45a8fcf",
    { query: { "aA0é/=%-_.~": "~ ._-%=/é0Aa" } },
  ],
  [
    "parameters in order",
    "4dafe74ad142f32b7c25fc4e6b38fd3b8a6339d7f112247573fb0066f637db6c",
    { query: { prefix: "/foo", "X-Goog-Meta-Foo": "bar" } },
  ],
  [
    "a date as a header",
    "4052143280d90d5f4a8c878ff7418be6fee5d34e50b1da28d8081a094b88fa61",
    { headers: { "X-Goog-Date": "20190201T090000Z" } },
  ],
  [
    "a payload that is signed",
    "be21a0841a897930ff5cf72e6e74ec5274efd76c3fe4cde6678f24a0a3d6dbec",
    {
      method: "PUT",
      headers: {
        "X-Goog-Content-SHA256": "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b982",
        "X-TestCaseMetadata-Payload-Value": "hello",
      },
    },
  ],
];

describe("canonical requests", () => {
  it.each(VECTORS)("are Google's, of %s", (_, hash, { at = "20190201T090000Z", expires = 10, ...call }) => {
    const scope = `${at.slice(0, 8)}/auto/storage/goog4_request`;
    const { canonicalRequest } = toCanonicalRequest(
      { method: "GET", bucket: "test-bucket", object: "test-object", ...call },
      {
        endpoint: "https://storage.googleapis.com",
        algorithm: "GOOG4-RSA-SHA256",
        credential: `test-iam-credentials@dummy-project-id.iam.gserviceaccount.com/${scope}`,
        date: at,
        expires,
      },
    );
    expect(createHash("sha256").update(canonicalRequest).digest("hex")).toBe(hash);
    const stringToSign = toStringToSign("GOOG4-RSA-SHA256", { date: at, scope, canonicalRequest });
    expect(stringToSign).toBe(`GOOG4-RSA-SHA256\n${at}\n${scope}\n${hash}`);
  });
});

describe("signed URLs", () => {
  const world = useGoogleCloud();
  const sign = (what: Partial<UrlToSign> = {}, key = HMAC_KEY, now = () => world.timeMs) =>
    signUrl(
      { method: "PUT", bucket: "b", object: "runs/in", lifetimeSeconds: 60, ...what },
      { key, endpoint: world.storage.endpoint, now },
    );
  const use = (url: string, init: RequestInit = {}) => fetch(url, { method: "PUT", body: "x", ...init });
  const codeOf = async (response: Response) => /<Code>(\w+)</.exec(await response.text())?.[1];

  it("put and get without a credential", async () => {
    expect((await use(sign())).status).toBe(200);
    const got = await fetch(sign({ method: "GET" }));
    expect(await got.text()).toBe("x");
  });

  it("are good for their call alone", async () => {
    const url = sign();
    expect(await codeOf(await fetch(url))).toBe("SignatureDoesNotMatch");
    expect(await codeOf(await use(url.replace("runs/in", "runs/out")))).toBe("SignatureDoesNotMatch");
    expect(await codeOf(await use(url.replace("Expires=360", "Expires=9999")))).toBe("SignatureDoesNotMatch");
    expect(await codeOf(await use(sign({}, { ...HMAC_KEY, secret: "guess" })))).toBe("SignatureDoesNotMatch");
    expect(await codeOf(await use(sign({}, { ...HMAC_KEY, accessId: "GOOGOTHER" })))).toBe("InvalidSecurity");
    expect(world.storage.bucket("b").objects.size).toBe(0);
  });

  it("end, and what clocks differ by is allowed for", async () => {
    const url = sign();
    world.timeMs += 59_000;
    expect((await use(url)).status).toBe(200);
    world.timeMs += 2_000;
    expect(await codeOf(await use(url))).toBe("ExpiredToken");
    const ahead = world.timeMs + 240_000;
    expect((await use(sign({}, HMAC_KEY, () => ahead))).status).toBe(200);
    const farAhead = world.timeMs + 400_000;
    expect((await use(sign({}, HMAC_KEY, () => farAhead))).status).toBe(403);
  });

  it("write once when their header says so, and need it", async () => {
    const once = { "x-goog-if-generation-match": "0", "x-goog-content-length-range": "0,3" };
    const url = sign({ headers: once });
    expect((await use(url)).status).toBe(403);
    expect(await codeOf(await use(url, { headers: once, body: "long" }))).toBe("EntityTooLarge");
    expect((await use(url, { headers: once, body: "abc" })).status).toBe(200);
    expect((await use(url, { headers: once, body: "def" })).status).toBe(412);
    const wider = { ...once, "x-goog-content-length-range": "0,9" };
    expect((await use(url, { headers: wider })).status).toBe(403);
    expect((await use(sign(), { headers: { "x-goog-meta-a": "b" } })).status).toBe(400);
  });

  it.each([0, -1, 0.5, Number.NaN, 604_800])("refuse a lifetime of %d seconds", (lifetimeSeconds) => {
    expect(() => sign({ lifetimeSeconds })).toThrow(RangeError);
  });

  it("hold neither the secret nor what is derived from it but the signature", () => {
    expect(sign()).not.toContain(HMAC_KEY.secret);
    expect(sign()).toMatch(/&X-Goog-Signature=[0-9a-f]{64}$/);
  });
});

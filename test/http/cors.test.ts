import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { ask } from "../support/post.ts";
import { type RunningServer, startServer } from "../support/start-server.ts";

let open: RunningServer;
let narrow: RunningServer;
beforeAll(async () => {
  [open, narrow] = await Promise.all([
    startServer(),
    startServer({ CORS_ALLOWED_ORIGINS: "https://a.example, https://b.example" }),
  ]);
});
afterAll(() => Promise.all([open.stop(), narrow.stop()]));

const preflight = (server: RunningServer, origin: string) =>
  server.request("/execute", {
    method: "OPTIONS",
    headers: {
      authorization: "",
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization",
    },
  });

describe("CORS", () => {
  it("answers a preflight without a key", async () => {
    const response = await preflight(open, "https://anything.example");
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.get("access-control-allow-methods")).toContain("POST");
    expect(response.headers.get("access-control-allow-headers")).toMatch(/Authorization.*X-API-Key/);
    expect(response.headers.get("access-control-allow-credentials")).toBeNull();
  });

  it("lets pages read errors too", async () => {
    const { status, headers } = await ask(open, "/languages", {
      headers: { authorization: "", origin: "https://x.example" },
    });
    expect([status, headers.get("access-control-allow-origin")]).toEqual([401, "*"]);
    expect(headers.get("access-control-expose-headers")).toContain("Retry-After");
  });

  it("names only the origins that are allowed", async () => {
    const allowed = await preflight(narrow, "https://b.example");
    expect(allowed.headers.get("access-control-allow-origin")).toBe("https://b.example");
    expect(allowed.headers.get("vary")).toContain("Origin");
    const other = await preflight(narrow, "https://c.example");
    expect(other.headers.get("access-control-allow-origin")).toBeNull();
  });
});

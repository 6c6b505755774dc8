import { describe, expect, it } from "@jest/globals";
import { resourceOf } from "#shared/auth/resource.ts";

describe("the one resource that access tokens are for", () => {
  it.each(["http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080"])(
    "is the same by every name of this machine: %s",
    (baseUrl) => {
      expect(resourceOf(baseUrl)).toBe("http://127.0.0.1:8080/mcp");
    },
  );

  it.each(["https://example.org", "http://127.0.0.2:8080", "https://localhost.example.org"])(
    "is below the address of everything else: %s",
    (baseUrl) => {
      expect(resourceOf(baseUrl)).toBe(`${baseUrl}/mcp`);
    },
  );
});

import { describe, expect, it } from "@jest/globals";
import { describeFull, describeWith } from "./capabilities.ts";

// Nothing of this run is on the PATH, so terraform is missing on every machine; so are control groups, which a Node looks for.
process.execPath = "/nonexistent";
describe("a suite without needs", () => {
  it("runs", () => expect(1).toBe(1));
});

describeWith("terraform", "a suite that plans", () => {
  it("never runs here", () => {
    throw new Error("ran without what it needs");
  });
});

describeWith("memory-cgroups", "a suite that makes groups", () => {
  it("never runs here", () => {
    throw new Error("ran without what it needs");
  });
});

describeFull([], "a suite that takes an hour", () => {
  it("runs in the full suite", () => expect(1).toBe(1));
});

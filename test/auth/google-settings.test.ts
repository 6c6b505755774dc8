import { describe, expect, it } from "@jest/globals";
import { loadGoogleSettings } from "#shared/config/google-settings.ts";

const ADA = { ALLOWED_GOOGLE_PRINCIPALS: "Ada@Example.org", PUBLIC_BASE_URL: "https://example.org" };

describe("the settings of Google's identity tokens", () => {
  it("take nobody's by default", () => {
    expect(loadGoogleSettings({ PUBLIC_BASE_URL: "https://example.org" })).toBeNull();
  });

  it("take tokens for our own addresses, and never those of the usual sandbox account", () => {
    expect(loadGoogleSettings({ ...ADA, GOOGLE_CLOUD_PROJECT: "demo" })).toEqual({
      principals: ["ada@example.org"],
      audiences: ["", "/execute", "/query", "/health", "/mcp"].map((path) => `https://example.org${path}`),
      sandboxAccounts: ["sandbox@demo.iam.gserviceaccount.com"],
      keysUrl: new URL("https://www.googleapis.com/oauth2/v3/certs"),
    });
  });

  it("let another sandbox account be named", () => {
    const settings = loadGoogleSettings({
      ...ADA,
      SANDBOX_SERVICE_ACCOUNT: "Runner@demo.iam.gserviceaccount.com",
    });
    expect(settings?.sandboxAccounts).toEqual(["runner@demo.iam.gserviceaccount.com"]);
  });

  it.each([
    [{ ALLOWED_GOOGLE_PRINCIPALS: "ada@example.org" }, "GOOGLE_TOKEN_AUDIENCES is missing"],
    [{ ...ADA, ALLOWED_GOOGLE_PRINCIPALS: "ada@example.org,*" }, "must be e-mail addresses"],
    [{ ...ADA, ALLOWED_GOOGLE_PRINCIPALS: "example.org" }, "must be e-mail addresses"],
    [{ ...ADA, GOOGLE_TOKEN_AUDIENCES: "https://a.example, ,b" }, "must be addresses or client ids"],
    [{ ...ADA, ALLOW_GCLOUD_AUDIENCE: "yes" }, "must be on or off"],
    [{ ...ADA, GOOGLE_KEYS_URL: "ftp://keys.example" }, "must be an https address"],
    [{ ...ADA, GOOGLE_KEYS_URL: "http://keys.example" }, "must be an https address"],
  ])("say what is wrong with %j", (environment, sentence) => {
    expect(() => loadGoogleSettings(environment)).toThrow(sentence);
  });
});

import { describe, expect, it } from "@jest/globals";
import { loadStorageSettings } from "#shared/config/storage-settings.ts";

const KEY = { STORAGE_HMAC_ACCESS_ID: "GOOGX", STORAGE_HMAC_SECRET: "s3cret-value" };

describe("settings of the storage", () => {
  it("are none without a bucket", () => {
    expect(loadStorageSettings({})).toBeNull();
  });

  it("need the bucket alone on Google Cloud", () => {
    expect(loadStorageSettings({ STORAGE_BUCKET: "my-project-objects" })).toEqual({
      bucket: "my-project-objects",
      endpoint: "https://storage.googleapis.com",
      hmacKey: null,
      metadataHost: "metadata.google.internal",
    });
  });

  it("take a key and another place", () => {
    const env = {
      STORAGE_BUCKET: "b12",
      ...KEY,
      STORAGE_URL: "http://127.0.0.1:9000/",
      GCE_METADATA_HOST: "127.0.0.1:9001",
    };
    expect(loadStorageSettings(env)).toEqual({
      bucket: "b12",
      endpoint: "http://127.0.0.1:9000",
      hmacKey: { accessId: "GOOGX", secret: "s3cret-value" },
      metadataHost: "127.0.0.1:9001",
    });
  });

  it.each([
    ["half a key", { STORAGE_BUCKET: "b12", STORAGE_HMAC_ACCESS_ID: "GOOGX" }, "STORAGE_HMAC_SECRET"],
    ["a secret alone", { STORAGE_HMAC_SECRET: "s3cret-value" }, "STORAGE_HMAC_ACCESS_ID"],
    [
      "a secret with a line end",
      { STORAGE_HMAC_ACCESS_ID: "GOOGX", STORAGE_HMAC_SECRET: "s3cret-value\n" },
      "STORAGE_HMAC_SECRET must have no space and no line end",
    ],
    ["a bucket that is none", { STORAGE_BUCKET: "gs://b12" }, "STORAGE_BUCKET"],
    ["a place without TLS", { STORAGE_BUCKET: "b12", STORAGE_URL: "http://storage.example" }, "STORAGE_URL"],
  ])("refuse %s by its name", (_, env, name) => {
    expect(() => loadStorageSettings(env)).toThrow(name);
    expect(() => loadStorageSettings(env)).not.toThrow("s3cret-value");
  });
});

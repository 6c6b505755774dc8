import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { loadBigquerySettings } from "#functions/query/config.ts";
import { SettingsError } from "#shared/config/load-settings.ts";

const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
});
const key = (more: object = {}): string =>
  Buffer.from(
    JSON.stringify({
      type: "service_account",
      project_id: "acme-project",
      client_email: "reader@acme-project.iam.gserviceaccount.com",
      private_key: privateKey,
      ...more,
    }),
  ).toString("base64");

describe("BigQuery's settings", () => {
  const wrong: readonly (readonly [string, Readonly<Record<string, string>>, RegExp])[] = [
    [
      "credentials that are not base64",
      { GOOGLE_CREDENTIALS_BASE64: "{}" },
      /GOOGLE_CREDENTIALS_BASE64 is not base64/,
    ],
    [
      "credentials that are not JSON",
      { GOOGLE_CREDENTIALS_BASE64: "bm90IGpzb24=" },
      /GOOGLE_CREDENTIALS_BASE64 is base64 of something that is not JSON/,
    ],
    [
      "credentials without an account",
      { GOOGLE_CREDENTIALS_BASE64: key({ client_email: "" }) },
      /without client_email/,
    ],
    [
      "a key that cannot sign",
      {
        GOOGLE_CREDENTIALS_BASE64: key({
          private_key: "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
        }),
      },
      /private_key that is damaged/,
    ],
    [
      "a project that is none",
      { GOOGLE_CLOUD_PROJECT: "Acme Project" },
      /GOOGLE_CLOUD_PROJECT is no project's id/,
    ],
    ["a location that is none", { BIGQUERY_LOCATION: "eu;us" }, /BIGQUERY_LOCATION is no location/],
    [
      "a default dataset that is none",
      { BIGQUERY_DEFAULT_DATASET: "a.b.c!" },
      /BIGQUERY_DEFAULT_DATASET is neither/,
    ],
    [
      "an account that is none",
      { BIGQUERY_IMPERSONATE: "reader", GOOGLE_CLOUD_PROJECT: "acme-project" },
      /BIGQUERY_IMPERSONATE is no service account/,
    ],
    [
      "an account to act as without a project",
      { BIGQUERY_IMPERSONATE: "r@acme-project.iam.gserviceaccount.com" },
      /set GOOGLE_CLOUD_PROJECT/,
    ],
    [
      "open datasets that are none",
      { BIGQUERY_ALLOWED_DATASETS: "p.shop,a b", GOOGLE_CLOUD_PROJECT: "acme-project" },
      /Entry 2 of BIGQUERY_ALLOWED_DATASETS/,
    ],
    ["open datasets of an unknown project", { BIGQUERY_ALLOWED_DATASETS: "shop" }, /GOOGLE_CLOUD_PROJECT/],
    ["too many open datasets", { BIGQUERY_ALLOWED_DATASETS: "p.d,".repeat(201) }, /more than 200/],
    [
      "a default dataset that is not open",
      { BIGQUERY_ALLOWED_DATASETS: "p.shop", BIGQUERY_DEFAULT_DATASET: "p.web" },
      /BIGQUERY_DEFAULT_DATASET is not one of/,
    ],
    [
      "a cap that is no number",
      { BIGQUERY_MAX_BYTES_BILLED: "10GB" },
      /BIGQUERY_MAX_BYTES_BILLED must be a whole number/,
    ],
    [
      "a price that is no number",
      { BIGQUERY_PRICE_PER_TIB: "$6" },
      /BIGQUERY_PRICE_PER_TIB must be a number/,
    ],
    ["a switch that is none", { BIGQUERY_ALLOW_WRITES: "maybe" }, /BIGQUERY_ALLOW_WRITES must be on or off/],
  ];
  it.each(wrong)("say in one sentence what is wrong: %s", (_name, environment, words) => {
    const load = () => loadBigquerySettings(environment);
    expect(load).toThrow(SettingsError);
    expect(load).toThrow(words);
    expect(load).not.toThrow(/\n/);
  });

  it("are safe when nothing is set", () => {
    const settings = loadBigquerySettings({});
    expect(settings).toMatchObject({
      maximumBytesBilled: 10 * 2 ** 30,
      pricePerTib: 6.25,
      allowWrites: false,
      allowExternal: false,
    });
    expect(settings.allowed?.names).toBeNull();
  });

  it("take the project of the key for datasets without one", () => {
    const { allowed } = loadBigquerySettings({
      GOOGLE_CREDENTIALS_BASE64: key(),
      BIGQUERY_ALLOWED_DATASETS: "shop, other-project.ga",
      BIGQUERY_DEFAULT_DATASET: "shop",
    });
    expect(allowed?.names).toEqual([
      { project: "acme-project", dataset: "shop" },
      { project: "other-project", dataset: "ga" },
    ]);
    expect([allowed?.allows(null, "shop"), allowed?.allows("acme-project", "shop")]).toEqual([true, true]);
    expect([
      allowed?.allows(null, "ga"),
      allowed?.allows("other-project", "shop"),
      allowed?.allows(null, "SHOP"),
    ]).toEqual([false, false, false]);
  });
});

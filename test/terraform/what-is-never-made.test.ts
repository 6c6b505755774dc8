import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { readTestFile } from "./mutations/read-expectations.ts";

const ROOT = resolve(import.meta.dirname, "../..");

/** Of both folders: the run that holds who has a right, and grants of another kind, with their own assertions. */
const FOLDERS = [
  {
    folder: "terraform",
    run: ["sandbox.tftest.hcl", "the_sandbox_is_in_no_binding"],
    elsewhere: [] as string[],
  },
  {
    folder: "terraform/bootstrap",
    run: ["security.tftest.hcl", "nobody_comes_unnamed"],
    // Its member is no account of the project but the workflows of one repository.
    elsewhere: ["google_service_account_iam_member.ci_is_the_workflow"],
  },
];

/** What keeps a secret's value in the state of Terraform. */
const KEEPS_SECRETS =
  /^(google_secret_manager_(regional_)?secret_version(_access)?|google_storage_hmac_key|google_service_account_key|google_service_account_(access|id)_token|google_sql_user|google_sql_ssl_cert|google_compute_ssl_certificate|random_\w+|tls_\w+)$/;

/** Replaces what others have granted, or makes everybody's. */
const REPLACES_GRANTS = /_iam_(binding|policy)$|_access_control$|_acl$|_iam_audit_config$/;

/** `kind type.name` of everything that a folder declares. */
function declaredIn(folder: string): readonly { readonly type: string; readonly name: string }[] {
  const texts = readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith(".tf"))
    .map((name) => readFileSync(join(ROOT, folder, name), "utf8"));
  return texts.flatMap((text) =>
    [...text.matchAll(/^(?:resource|data|ephemeral) "(\w+)" "(\w+)" \{$/gm)].map(
      ([, type = "", name = ""]) => ({ type, name }),
    ),
  );
}

describe.each(FOLDERS)("$folder", ({ folder, run: [file = "", run = ""], elsewhere }) => {
  const declared = declaredIn(folder);
  const asserted = readTestFile(join(ROOT, folder), file).runs.get(run) ?? "";

  it("has no grant that the assertion of who has a right leaves out", () => {
    const grants = declared
      .filter(({ type }) => type.endsWith("_iam_member"))
      .map(({ type, name }) => `${type}.${name}`);
    expect(grants.length).toBeGreaterThan(5);
    const left = grants.filter((grant) => !new RegExp(`\\b${grant.replace(".", "\\.")}\\b`).test(asserted));
    expect(left).toEqual(elsewhere);
  });

  it("grants by adding one member, and in no other way", () => {
    expect(declared.filter(({ type }) => REPLACES_GRANTS.test(type))).toEqual([]);
  });

  it("holds nothing that keeps a secret's value in the state", () => {
    expect(declared.filter(({ type }) => KEEPS_SECRETS.test(type))).toEqual([]);
  });

  it("has no bucket that no assertion keeps private", () => {
    const tests = readdirSync(join(ROOT, folder, "tests")).map((name) =>
      readFileSync(join(ROOT, folder, "tests", name), "utf8"),
    );
    const buckets = declared.filter(({ type }) => type === "google_storage_bucket");
    expect(buckets).not.toEqual([]);
    for (const { name } of buckets) {
      const kept = tests.some((text) =>
        new RegExp(`google_storage_bucket\\.${name}\\b.*"enforced"`).test(text),
      );
      expect([name, kept]).toEqual([name, true]);
    }
  });
});

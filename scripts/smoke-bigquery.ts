import { GoogleAuth } from "google-auth-library";
import { loadBigquerySettings } from "#functions/query/config.ts";
import { createBigqueryWarehouse } from "#functions/query/warehouse/warehouse-bigquery/create-bigquery-warehouse.ts";
import { SettingsError } from "#shared/config/load-settings.ts";
import { CHECKS, runChecks } from "./smoke/run-checks.ts";
import { BELTS } from "./smoke/smoke-belts.ts";

// Looks at a live project with twenty checks that only read, and bills at most some 30 MB: public datasets in the US, through the same
// adapter as the server, with seat belts of its own. Credentials and project come from the server's settings.
const HOW_TO =
  "No Google credentials were found: set GOOGLE_CREDENTIALS_BASE64 to the base64 of a service account's JSON key, or run `gcloud auth application-default login`, and set GOOGLE_CLOUD_PROJECT to the project that pays.";

try {
  await smoke();
} catch (thrown) {
  if (!(thrown instanceof SettingsError)) throw thrown;
  console.error(thrown.message);
  process.exitCode = 1;
}

async function smoke(): Promise<void> {
  const settings = loadBigquerySettings({ ...process.env, ...BELTS });
  if (settings.credentials === undefined) await checkCredentials();
  const warehouse = createBigqueryWarehouse(settings);
  let good = 0;
  try {
    for await (const { name, isGood, note } of runChecks(warehouse)) {
      good += Number(isGood);
      console.log(`${isGood ? "ok  " : "FAIL"}  ${name.padEnd(60)}  ${note.replaceAll("\n", " ")}`);
    }
  } finally {
    await warehouse.close();
  }
  console.log(`${good} of ${CHECKS.length} checks are as they should be.`);
  if (good < CHECKS.length) process.exitCode = 1;
}

/** @throws SettingsError when Application Default Credentials, or the project, are not to be found */
async function checkCredentials(): Promise<void> {
  const auth = new GoogleAuth({ scopes: ["https://www.googleapis.com/auth/bigquery"] });
  const isThere = await auth.getClient().then(
    () => true,
    () => false,
  );
  if (!isThere || (await auth.getProjectId().catch(() => null)) === null) throw new SettingsError(HOW_TO);
}

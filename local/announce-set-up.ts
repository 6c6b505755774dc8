import { offerSetUpCode } from "#functions/oauth/owner/set-up-code.ts";
import type { Database } from "#shared/database/database.ts";
import { describeCause } from "#shared/observability/describe-cause.ts";
import type { Logger } from "#shared/observability/logger.ts";

/** Just after the embedded database opens by itself: the first requests do not have to wait for it. */
const ANNOUNCE_AFTER_MS = 2_100;

/** Prints, for an owner who has no passphrase yet, the code with which one can be chosen: some seconds after the start, once. */
export function announceSetUp(database: Database, ownerPage: string, logger: Logger): void {
  const announce = async () => {
    try {
      const code = await offerSetUpCode(database);
      if (code === null) return;
      process.stdout.write(`\nChoose your passphrase at ${ownerPage}\nSet-up code ${code}\n\n`);
    } catch (thrown) {
      logger.log("WARNING", "no set-up code could be made", { ...describeCause(thrown) });
    }
  };
  setTimeout(() => void announce(), ANNOUNCE_AFTER_MS).unref();
}

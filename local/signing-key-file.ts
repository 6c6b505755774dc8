import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { loadOrCreateSecret } from "./secret-file.ts";

/**
 * Reads the key that links are signed with and that the first start made, or makes it: 32 random bytes in base64url.
 * @throws SettingsError when the file is there but cannot be read or is damaged
 */
export function loadOrCreateSigningKey(dataFolder: string): string {
  return loadOrCreateSecret({
    file: join(dataFolder, "signing-key"),
    title: "The signing key",
    pattern: /^[\w-]{43}$/,
    create: () => randomBytes(32).toString("base64url"),
  });
}

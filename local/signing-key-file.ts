import { join } from "node:path";
import { createSigningKey } from "#shared/signing/create-signing-key.ts";
import { loadOrCreateSecret } from "./secret-file.ts";

/**
 * Reads the key that links and page tokens are signed with and that the first start made, or makes it.
 * @throws SettingsError when the file is there but cannot be read or is damaged
 */
export function loadOrCreateSigningKey(dataFolder: string): string {
  return loadOrCreateSecret({
    file: join(dataFolder, "signing-key"),
    title: "The signing key",
    pattern: /^[\w-]{43}$/,
    create: createSigningKey,
  });
}

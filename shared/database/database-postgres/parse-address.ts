import { SettingsError } from "../../config/load-settings.ts";

/** Where a PostgreSQL server is and how to speak to it. */
export interface PostgresAddress {
  /** The address for `pg`, without `sslmode`. */
  readonly connectionString: string;
  /** `verify`: TLS, and the server's certificate has to be good for its name. `encrypt`: TLS with any certificate. */
  readonly tls: "off" | "encrypt" | "verify";
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

const TLS_OF_SSLMODE: ReadonlyMap<string, PostgresAddress["tls"]> = new Map([
  ["disable", "off"],
  ["no-verify", "encrypt"],
  ["require", "verify"],
  ["verify-ca", "verify"],
  ["verify-full", "verify"],
]);

/**
 * Reads `postgres://user:password@host:port/name?sslmode=…`. Without `sslmode` everything but this machine is verified. `require` is
 * verified too: libpq's own meaning of it leaves the connection open to whoever sits between.
 * @throws SettingsError that never shows the address, which has a password
 */
export function parseAddress(address: string): PostgresAddress {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || !/^postgres(?:ql)?:$/.test(url.protocol) || url.pathname.length < 2) {
    throw new SettingsError(
      "Wrong settings: DATABASE_URL must be an address like postgres://user:password@host:5432/name.",
    );
  }
  const mode = url.searchParams.get("sslmode");
  // Certificates come from settings, never from paths in an address.
  for (const name of [...url.searchParams.keys()]) if (name.startsWith("ssl")) url.searchParams.delete(name);
  const host = url.searchParams.get("host") ?? url.hostname;
  const near = host === "" || host.startsWith("/") || LOOPBACK.test(host);
  const tls = mode === null ? (near ? "off" : "verify") : TLS_OF_SSLMODE.get(mode);
  if (tls === undefined) {
    throw new SettingsError(
      "Wrong settings: DATABASE_URL has an unknown sslmode. Use verify-full (the default), no-verify or disable.",
    );
  }
  return { connectionString: url.href, tls };
}

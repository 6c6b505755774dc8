import { describe, expect, it } from "@jest/globals";
import { parseAddress } from "#shared/database/database-postgres/parse-address.ts";

describe("the address of a PostgreSQL server", () => {
  it.each([
    ["postgres://u:p@db.example.org/name", "verify"],
    ["postgresql://u:p@db.example.org:6432/name?sslmode=require", "verify"],
    ["postgres://u:p@db.example.org/name?sslmode=verify-ca", "verify"],
    ["postgres://u:p@10.0.0.3/name", "verify"],
    ["postgres://u:p@localhost.example.org/name", "verify"],
    ["postgres://u:p@db.example.org/name?sslmode=no-verify", "encrypt"],
    ["postgres://u:p@db.example.org/name?sslmode=disable", "off"],
    ["postgres://u:p@localhost:5432/name", "off"],
    ["postgres://u:p@127.0.0.1/name", "off"],
    ["postgres://u:p@[::1]/name", "off"],
    ["postgres://u:p@localhost/name?sslmode=verify-full", "verify"],
    ["postgres://u:p@localhost/name?host=/cloudsql/project:region:instance", "off"],
    ["postgres://u:p@localhost/name?host=db.example.org", "verify"],
  ])("%s is spoken to with TLS: %s", (address, tls) => {
    expect(parseAddress(address).tls).toBe(tls);
  });

  it("never takes certificates or keys from paths in the address", () => {
    const { connectionString } = parseAddress(
      "postgres://u:p@h/n?sslmode=verify-full&sslrootcert=/etc/passwd&sslkey=/k&sslcert=/c&application_name=a",
    );
    expect(connectionString).toBe("postgres://u:p@h/n?application_name=a");
  });

  it.each([
    "mysql://u:secret@h/n",
    "not an address, secret",
    "postgres://u:secret@h",
    "postgres://u:secret@h/n?sslmode=prefer",
    "postgres://u:secret@h/n?sslmode=constructor",
  ])("refuses %s without showing it", (address) => {
    expect(() => parseAddress(address)).toThrow(/^Wrong settings: DATABASE_URL (?!.*secret)/);
  });
});

import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

const DAY_MS = 24 * 3600 * 1000;

/** Object identifiers in DER (ITU-T X.690). */
const ECDSA_WITH_SHA256 = "06082a8648ce3d040302";
const COMMON_NAME = "0603550403";
const SUBJECT_ALT_NAME = "0603551d11";
const BASIC_CONSTRAINTS = "0603551d13";

/** A key and its certificate, in PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/**
 * Makes a key and a certificate that signs itself (RFC 5280) for DNS names, valid for a day. Both live in memory alone.
 * @param names of which `*.example.com` stands for every name one label below
 */
export function createCertificate(names: readonly string[]): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const contents = toContents(names, publicKey);
  const algorithm = sequence(hex(ECDSA_WITH_SHA256));
  const certificate = sequence(contents, algorithm, bitString(sign("sha256", contents, privateKey)));
  const lines = certificate.toString("base64").replaceAll(/.{64}/g, "$&\n");
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}

/** The TBSCertificate of RFC 5280 §4.1.2, version 3. */
function toContents(names: readonly string[], publicKey: KeyObject): Buffer {
  const name = sequence(der(0x31, sequence(hex(COMMON_NAME), der(0x0c, Buffer.from(names[0] ?? "")))));
  const validity = sequence(utcTime(Date.now() - DAY_MS), utcTime(Date.now() + DAY_MS));
  const extensions = sequence(
    sequence(hex(BASIC_CONSTRAINTS), der(0x04, sequence(hex("0101ff")))),
    sequence(hex(SUBJECT_ALT_NAME), der(0x04, sequence(...names.map((dns) => der(0x82, Buffer.from(dns)))))),
  );
  return sequence(
    der(0xa0, hex("020102")),
    der(0x02, Buffer.concat([hex("01"), randomBytes(8)])),
    sequence(hex(ECDSA_WITH_SHA256)),
    name,
    validity,
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, extensions),
  );
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, ...parts);
}

function bitString(content: Buffer): Buffer {
  return der(0x03, Buffer.from([0]), content);
}

function utcTime(timeMs: number): Buffer {
  return der(
    0x17,
    Buffer.from(
      `${new Date(timeMs)
        .toISOString()
        .replaceAll(/[-:T]|\.\d+/g, "")
        .slice(2)}`,
    ),
  );
}

function hex(text: string): Buffer {
  return Buffer.from(text, "hex");
}

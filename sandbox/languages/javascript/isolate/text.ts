import { Buffer } from "buffer/";

type Decode = (label: string, fatal: boolean, ignoreBOM: boolean, bytes: Uint8Array) => string;

/** Encoding Standard's TextEncoder (https://encoding.spec.whatwg.org/#interface-textencoder) over a Buffer. */
export function createTextEncoder(bufferClass: typeof Buffer) {
  return class TextEncoder {
    readonly encoding = "utf-8";
    encode(text = "") {
      return new Uint8Array(bufferClass.from(String(text), "utf8"));
    }
    encodeInto(text: string, target: Uint8Array) {
      let read = 0;
      let written = 0;
      for (const character of String(text)) {
        const bytes = bufferClass.from(character, "utf8");
        if (written + bytes.length > target.length) break;
        target.set(bytes, written);
        written += bytes.length;
        read += character.length;
      }
      return { read, written };
    }
  };
}

/** TextDecoder that lets the host's decode; it does not stream. */
export function createTextDecoder(decode: Decode) {
  return class TextDecoder {
    readonly encoding: string;
    readonly fatal: boolean;
    readonly ignoreBOM: boolean;
    constructor(label = "utf-8", options: { fatal?: boolean; ignoreBOM?: boolean } = {}) {
      decode(label, false, false, new Uint8Array());
      this.encoding = /^utf-?8$/i.test(label) ? "utf-8" : label.toLowerCase();
      this.fatal = Boolean(options.fatal);
      this.ignoreBOM = Boolean(options.ignoreBOM);
    }
    decode(input: ArrayBuffer | ArrayBufferView = new Uint8Array()) {
      const bytes = ArrayBuffer.isView(input)
        ? new Uint8Array(input.buffer, input.byteOffset, input.byteLength)
        : new Uint8Array(input);
      return decode(this.encoding, this.fatal, this.ignoreBOM, bytes.slice());
    }
  };
}

function refuse(message: string): never {
  const error = new Error(message);
  error.name = "InvalidCharacterError";
  throw error;
}

/** `btoa` (https://html.spec.whatwg.org/#atob). */
export function encodeBase64(value: unknown): string {
  const text = String(value);
  for (const unit of text) if (unit > "\xff") refuse("Invalid character");
  return Buffer.from(text, "latin1").toString("base64");
}

/** `atob` (https://html.spec.whatwg.org/#atob). */
export function decodeBase64(value: unknown): string {
  const text = String(value).replace(/[\t\n\f\r ]/g, "");
  const digits = text.length % 4 === 0 ? text.replace(/={1,2}$/, "") : text;
  if (digits.length % 4 === 1 || /[^A-Za-z0-9+/]/.test(digits)) {
    refuse("The string to be decoded is not correctly encoded.");
  }
  return Buffer.from(digits, "base64").toString("latin1");
}

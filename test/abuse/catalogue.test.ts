import { describe, expect, it } from "@jest/globals";
import { THREATS } from "./catalogue.ts";

describe("the catalogue of attacks", () => {
  const attacks = THREATS.flatMap((threat) => threat.attacks);

  it.each(["python", "javascript"])("holds many programs in %s", (language) => {
    expect(attacks.filter((attack) => attack.language === language).length).toBeGreaterThan(60);
  });

  it("holds each attack once", () => {
    const names = attacks.map(({ language, name }) => `${language}: ${name}`);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it("has a quick attack of each threat, for every run of the tests", () => {
    expect(
      THREATS.filter((threat) => !threat.attacks.some(({ quick }) => quick)).map(({ name }) => name),
    ).toEqual([]);
  });
});

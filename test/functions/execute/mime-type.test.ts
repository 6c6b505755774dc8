import { expect, it } from "@jest/globals";
import { toMimeType } from "#functions/execute/mime-type.ts";

it.each([
  ["a.csv", "text/csv"],
  ["folder.png/a.CSV", "text/csv"],
  ["chart-1.png", "image/png"],
  ["chart-1.svg", "image/svg+xml"],
  ["a.jpg", "image/jpeg"],
  ["a.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"],
  ["a.pdf", "application/pdf"],
  ["a.json", "application/json"],
  ["a.html", "text/html"],
  ["a.tar.gz", "application/gzip"],
  ["a", "application/octet-stream"],
  ["csv", "application/octet-stream"],
  ["folder/csv", "application/octet-stream"],
  [".csv", "application/octet-stream"],
  ["a.", "application/octet-stream"],
  ["a.b.csv/c", "application/octet-stream"],
  ["a.unheard-of", "application/octet-stream"],
  ["a.__proto__", "application/octet-stream"],
  ["", "application/octet-stream"],
])("the type of %j is %s", (name, type) => {
  expect(toMimeType(name)).toBe(type);
});

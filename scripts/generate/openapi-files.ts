import { stringify } from "yaml";
import type { Operation } from "#shared/contract/operation.ts";
import { GENERATED_NOTICE, type GeneratedFile } from "./generated-file.ts";
import { createOpenApiDocument } from "./openapi-document.ts";

/** Stands in the committed document; a running server puts its own address there. */
const PLACEHOLDER_SERVER = "https://REGION-PROJECT.cloudfunctions.net";

const MODULE = "functions/docs/generated/openapi-document";

/**
 * The document twice: as YAML for people and tools, and as a module that the `docs` function serves. A module and not a
 * JSON file, so that bundler, test runner and Node read it alike.
 *
 * @param operations the contract
 * @param version the bundle's version
 */
export function createOpenApiFiles(
  operations: readonly Operation[],
  version: string,
): readonly GeneratedFile[] {
  const document = createOpenApiDocument({ operations, version, baseUrl: PLACEHOLDER_SERVER });
  // Readers of YAML 1.1 take a bare timestamp for a date and `on` for true: what they would misread is quoted.
  const yaml = stringify(document, { aliasDuplicateObjects: false, compat: "yaml-1.1", lineWidth: 110 });
  const json = JSON.stringify(document, null, 2);
  return [
    { path: "openapi.yaml", content: `# ${GENERATED_NOTICE}\n${yaml}` },
    {
      path: `${MODULE}.js`,
      content: `// ${GENERATED_NOTICE}\nexport const openApiDocument = ${json};\n`,
    },
    {
      path: `${MODULE}.d.ts`,
      content: [
        `// ${GENERATED_NOTICE}`,
        "/** The OpenAPI 3.1 document with a placeholder as its one server. */",
        "export declare const openApiDocument: Readonly<Record<string, unknown>> & {",
        "  readonly info: Readonly<Record<string, unknown>>;",
        "};",
        "",
      ].join("\n"),
    },
  ];
}

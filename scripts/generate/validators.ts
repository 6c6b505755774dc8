import { Ajv2020, type AnySchema } from "ajv/dist/2020.js";
import { build } from "esbuild";
import type { Operation } from "#shared/contract/operation.ts";
import { GENERATED_NOTICE, type GeneratedFile } from "./generated-file.ts";
import { toKebabCase, toPascalCase } from "./names.ts";

const FOLDER = "shared/contract/generated";

/**
 * Compiles the request schemas into standalone validators, one module a function that has any. Standalone code starts in
 * about 1 ms where compiling at run time takes 47, and needs no code generation in production.
 *
 * @param operations the contract
 * @param root absolute path of the repository, where node_modules lies
 * @returns for each function a script and its declarations; the same bytes for the same contract
 * @throws when a schema is not valid JSON Schema 2020-12 by ajv's strict mode
 */
export async function createValidators(
  operations: readonly Operation[],
  root: string,
): Promise<readonly GeneratedFile[]> {
  const withRequest = operations.filter((operation) => operation.request !== null);
  const byFunction = Map.groupBy(withRequest, (operation) => operation.function);
  const files: GeneratedFile[] = [];
  for (const [name, members] of byFunction) {
    const path = `${FOLDER}/${name}-validators`;
    files.push({ path: `${path}.js`, content: await createScript(members, root) });
    files.push({ path: `${path}.d.ts`, content: createDeclarations(members) });
  }
  return files;
}

async function createScript(operations: readonly Operation[], root: string): Promise<string> {
  const { default: standalone } = await import("ajv/dist/standalone/index.js");
  const ajv = new Ajv2020({
    allErrors: true,
    strict: true,
    // The contract uses both `type: [string, "null"]` and closed objects; neither is a mistake.
    allowUnionTypes: true,
    useDefaults: true,
    code: { source: true, esm: true, lines: true },
  });
  const exports: Record<string, string> = {};
  for (const { operationId, request } of operations) {
    // A copy: ajv's types and json-schema-to-ts's disagree about optional properties.
    const schema: AnySchema = JSON.parse(JSON.stringify(request));
    ajv.addSchema(schema, operationId);
    exports[validatorName(operationId)] = operationId;
  }
  return bundle(standalone.default(ajv, exports), root);
}

/** Inlines ajv's run-time functions, so that no bundle needs ajv itself. */
async function bundle(source: string, root: string): Promise<string> {
  const result = await build({
    stdin: { contents: source, resolveDir: root, sourcefile: "validators.js" },
    absWorkingDir: root,
    // A linked node_modules must not change the paths in esbuild's comments.
    preserveSymlinks: true,
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "node20",
    banner: { js: `// ${GENERATED_NOTICE}` },
  });
  const [output] = result.outputFiles;
  if (output === undefined) throw new Error("esbuild wrote no validators.");
  return output.text;
}

function createDeclarations(operations: readonly Operation[]): string {
  const imports = operations.map(
    ({ function: name, operationId }) =>
      `import type { ${toPascalCase(operationId)}Request } from "../${name}/${toKebabCase(operationId)}.ts";`,
  );
  const declarations = operations.map(
    ({ operationId }) =>
      `/** Checks the body of \`${operationId}\` and fills in its defaults. */\nexport declare const ${validatorName(operationId)}: ValidateFunction<${toPascalCase(operationId)}Request>;`,
  );
  const lines = [
    `// ${GENERATED_NOTICE}`,
    ...imports,
    'import type { ValidateFunction } from "../validate-function.ts";',
  ];
  return `${lines.join("\n")}\n\n${declarations.join("\n\n")}\n`;
}

function validatorName(operationId: string): string {
  return `validate${toPascalCase(operationId)}`;
}

import { Ajv2020, type AnySchema } from "ajv/dist/2020.js";
import { build } from "esbuild";
import type { Operation } from "#shared/contract/operation.ts";
import { GENERATED_NOTICE, type GeneratedFile } from "./generated-file.ts";
import { toKebabCase, toPascalCase } from "./names.ts";
import { createParametersSchema } from "./parameters.ts";

const FOLDER = "shared/contract/generated";

/** One schema that becomes a validator. */
interface Subject {
  readonly operation: Operation;
  /** What is checked: decides the names of the validator and of its type. */
  readonly part: "Request" | "Parameters";
  readonly schema: AnySchema;
}

/**
 * Compiles the schemas of bodies and of parameters into standalone validators, one module a function that has any. Standalone code
 * starts in about 1 ms where compiling at run time takes 47, and needs no code generation in production.
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
  const byFunction = Map.groupBy(operations.flatMap(subjectsOf), ({ operation }) => operation.function);
  const files: GeneratedFile[] = [];
  for (const [name, members] of byFunction) {
    const path = `${FOLDER}/${name}-validators`;
    files.push({ path: `${path}.js`, content: await createScript(members, root) });
    files.push({ path: `${path}.d.ts`, content: createDeclarations(members) });
  }
  return files;
}

function subjectsOf(operation: Operation): readonly Subject[] {
  const subjects: Subject[] = [];
  const parameters = createParametersSchema(operation);
  if (parameters !== null) subjects.push({ operation, part: "Parameters", schema: parameters });
  // A copy: ajv's types and json-schema-to-ts's disagree about optional properties.
  const request: AnySchema | null = JSON.parse(JSON.stringify(operation.request));
  if (request !== null) subjects.push({ operation, part: "Request", schema: request });
  return subjects;
}

async function createScript(subjects: readonly Subject[], root: string): Promise<string> {
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
  for (const subject of subjects) {
    const key = keyOf(subject);
    ajv.addSchema(subject.schema, key);
    exports[validatorName(subject)] = key;
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

function createDeclarations(subjects: readonly Subject[]): string {
  const byOperation = Map.groupBy(subjects, ({ operation }) => operation);
  const imports = [...byOperation].map(([{ function: name, operationId }, members]) => {
    const types = members.map(typeName).join(", ");
    return `import type { ${types} } from "../${name}/${toKebabCase(operationId)}.ts";`;
  });
  const declarations = subjects.map((subject) => {
    const checked = subject.part === "Request" ? "body" : "parameters";
    return `/** Checks the ${checked} of \`${subject.operation.operationId}\` and fills in its defaults. */\nexport declare const ${validatorName(subject)}: ValidateFunction<${typeName(subject)}>;`;
  });
  const lines = [
    `// ${GENERATED_NOTICE}`,
    ...imports,
    'import type { ValidateFunction } from "../validate-function.ts";',
  ];
  return `${lines.join("\n")}\n\n${declarations.join("\n\n")}\n`;
}

/** Ajv's name of a schema; it stands in the generated script. */
function keyOf({ operation: { operationId }, part }: Subject): string {
  return part === "Request" ? operationId : `${operationId}_${part.toLowerCase()}`;
}

function typeName({ operation: { operationId }, part }: Subject): string {
  return `${toPascalCase(operationId)}${part}`;
}

/** `validateExecuteCode`, `validateGetExecution`; with `Parameters` at its end where the operation has a body as well. */
function validatorName({ operation: { operationId, request }, part }: Subject): string {
  const hasBoth = part === "Parameters" && request !== null;
  return `validate${toPascalCase(operationId)}${hasBoth ? part : ""}`;
}

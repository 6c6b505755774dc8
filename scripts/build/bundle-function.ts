import { join } from "node:path";
import { build, type Metafile } from "esbuild";

/** What a cloud function never carries: engines that run foreign code in its own process, and what belongs to one machine. */
const FORBIDDEN: readonly { readonly pattern: RegExp; readonly reason: string; readonly except?: string }[] =
  [
    { pattern: /(^|\/)node_modules\/@duckdb\//, reason: "the embedded warehouse's engine" },
    { pattern: /(^|\/)node_modules\/@polyglot-sql\//, reason: "the embedded warehouse's translator" },
    { pattern: /(^|\/)node_modules\/isolated-vm\//, reason: "an engine for foreign programs" },
    { pattern: /(^|\/)node_modules\/@electric-sql\//, reason: "the embedded database" },
    {
      pattern: /(^|\/)node_modules\/(oidc-provider|koa)\//,
      reason: "the authorization server",
      except: "oauth",
    },
    { pattern: /(^|\/)warehouse-duckdb\//, reason: "the embedded warehouse" },
    { pattern: /(^|\/)executor-local[./]/, reason: "the executor of one machine" },
    {
      // Programs and results travel as documents, which both sides know.
      pattern:
        /^sandbox\/(?!entry\/((program-|result-)?document|exchange-headers|signed-address)\.ts$|supervisor\/sandbox-files\.ts$)/,
      reason: "the sandbox",
    },
    { pattern: /^local\//, reason: "the composition of one machine" },
    { pattern: /^(test|scripts)\//, reason: "a tool of the developers" },
  ];

/** Node's `require` for the packages that are still CommonJS. */
const REQUIRE_BANNER =
  'import { createRequire as createRequireOfBundle } from "node:module"; const require = createRequireOfBundle(import.meta.url);';

/**
 * Bundles `functions/<name>/index.ts` to `index.js` with a source map. functions-framework stays outside: a second copy of it
 * would have a second registry of functions.
 * @returns the bundle's size in bytes.
 * @throws Error when the bundle holds what a cloud function must not carry, or does not export its entry point.
 */
export async function bundleFunction(root: string, name: string, folder: string): Promise<number> {
  const outfile = join(folder, "index.js");
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [`functions/${name}/index.ts`],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    external: ["@google-cloud/functions-framework"],
    banner: { js: REQUIRE_BANNER },
    sourcemap: "linked",
    legalComments: "linked",
    metafile: true,
    logLevel: "warning",
  });
  refuseForbidden(name, metafile);
  const output = Object.values(metafile.outputs).find(({ entryPoint }) => entryPoint !== undefined);
  if (!output?.exports.includes(name)) {
    throw new Error(
      `functions/${name}/index.ts must export its entry point as "${name}": the cloud looks it up by this name.`,
    );
  }
  return output.bytes;
}

function refuseForbidden(name: string, { inputs }: Metafile): void {
  for (const input of Object.keys(inputs)) {
    const other = /^functions\/([^/]+)\//.exec(input)?.[1];
    const reason =
      other !== undefined && other !== name
        ? "another function"
        : FORBIDDEN.find(({ pattern, except }) => except !== name && pattern.test(input))?.reason;
    if (reason === undefined) continue;
    throw new Error(
      `The bundle of ${name} must not hold ${reason}: ${importChain(inputs, input).join(" -> ")}`,
    );
  }
}

/** The imports that lead from the entry point to a file, so that the reader sees which one to remove. */
function importChain(inputs: Metafile["inputs"], target: string): string[] {
  const chain = [target];
  for (let current: string | undefined = target; current !== undefined; ) {
    current = Object.keys(inputs).find(
      (input) => !chain.includes(input) && inputs[input]?.imports.some(({ path }) => path === chain[0]),
    );
    if (current !== undefined) chain.unshift(current);
  }
  return chain;
}

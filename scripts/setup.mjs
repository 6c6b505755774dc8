// Brings what is missing before `npm start` and `npm test`, and says so line by line; silent when nothing is missing.
// Plain JavaScript without dependencies: it runs before `npm ci`, on the Node of the machine.
//   --all   also the Debian packages that every suite together needs
import { buildParts } from "./setup/build-parts.mjs";
import { installDebianPackages } from "./setup/debian-packages.mjs";
import { withLock } from "./setup/lock.mjs";
import { checkNode, installNodeModules } from "./setup/node-modules.mjs";
import { allowUserNamespaces } from "./setup/user-namespaces.mjs";

const all = process.argv.includes("--all");

try {
  withLock(() => {
    installNodeModules();
    checkNode();
    installDebianPackages({ all });
    allowUserNamespaces();
    buildParts();
  });
} catch (error) {
  process.stderr.write(`setup: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

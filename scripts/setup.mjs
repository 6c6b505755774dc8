// Brings what is missing before `npm start` and `npm test`, and says so line by line; silent when nothing is missing.
// Plain JavaScript without dependencies: it runs before `npm ci`, on the Node of the machine.
//   --all   also the Debian packages that every suite together needs
//   SANDBOX_PYTHON_EXTRAS=1   also the larger libraries for Python programs: scipy, sympy, scikit-learn, openpyxl, pillow
import { buildParts } from "./setup/build-parts.mjs";
import { installDebianPackages } from "./setup/debian-packages.mjs";
import { withLock } from "./setup/lock.mjs";
import { checkNode, installNodeModules } from "./setup/node-modules.mjs";
import { allowUserNamespaces } from "./setup/user-namespaces.mjs";

const all = process.argv.includes("--all");
const extras = process.env.SANDBOX_PYTHON_EXTRAS === "1";

try {
  withLock(() => {
    installNodeModules();
    checkNode();
    installDebianPackages({ all, extras });
    allowUserNamespaces();
    buildParts();
  });
} catch (error) {
  process.stderr.write(`setup: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

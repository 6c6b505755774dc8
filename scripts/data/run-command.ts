/** Runs a command; what it throws is told in one line, and the exit status is 1. */
export function runCommand(work: () => void): void {
  try {
    work();
  } catch (thrown) {
    console.error(thrown instanceof Error ? thrown.message : String(thrown));
    process.exitCode = 1;
  }
}

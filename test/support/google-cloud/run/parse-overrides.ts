/** What a call of `jobs:run` asks for. */
export interface Overrides {
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
}

const LONGEST_VALUE_BYTES = 32 * 1024;

/**
 * Reads the body of `jobs:run` as strictly as the real service does, for what is imitated: the environment of the one container, one task,
 * and its timeout.
 * @returns null for anything else
 */
export function parseOverrides(body: string): Overrides | null {
  try {
    const { overrides, ...others } = JSON.parse(body);
    const { containerOverrides, taskCount, timeout, ...more } = overrides;
    const [{ env, ...rest }, ...containers] = containerOverrides;
    if ([others, more, rest].some((object) => Object.keys(object).length > 0) || containers.length > 0)
      return null;
    const seconds = /^(\d{1,6})s$/.exec(timeout)?.[1];
    if (taskCount !== 1 || seconds === undefined) return null;
    const environment: Record<string, string> = {};
    for (const { name, value } of env) {
      if (typeof value !== "string" || Buffer.byteLength(value) > LONGEST_VALUE_BYTES) return null;
      environment[String(name)] = value;
    }
    return { environment, timeoutSeconds: Number(seconds) };
  } catch {
    return null;
  }
}

import { AppError } from "#shared/errors/app-error.ts";

/** The AppError that something is refused with. @throws Error when it is not refused, or with something else */
export async function failureOf(work: () => unknown): Promise<AppError> {
  try {
    await work();
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown;
    throw new Error("It is refused with something that is no AppError.", { cause: thrown });
  }
  throw new Error("It is not refused.");
}

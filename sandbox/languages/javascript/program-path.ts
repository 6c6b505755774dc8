/** The program's file, and its name in its own errors. */
export const PROGRAM_PATH = "/workspace/main.js";

import { secret } from "./setting-kinds.ts";

/** The setting of everything that signs links and handles, for `loadSettings`. */
export const SIGNING_SETTINGS = {
  SIGNING_KEY: secret({ default: undefined, desc: "What links, page tokens and handles are signed with." }),
};

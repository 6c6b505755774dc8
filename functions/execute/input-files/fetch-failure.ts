import { AppError } from "#shared/errors/app-error.ts";

const SEND_INSTEAD = "or send the content as content_base64.";

/**
 * What is said when a file is not fetched, after the file's name. Everything below the name of the host is one sentence: an answer
 * never tells which names a resolver here knows, which addresses they have, or what listens there.
 */
const SENTENCES = {
  url: `its URL must begin with https:// and name a public host, without port, user or password. Correct it, ${SEND_INSTEAD}`,
  host: `files are not fetched from its host here. Ask the owner of this server to add the host to FILE_HOSTS, ${SEND_INSTEAD}`,
  unreachable: `its host could not be reached over https. Check the URL, ${SEND_INSTEAD}`,
  redirects: `it is redirected more than 3 times. Give the URL of the file itself, ${SEND_INSTEAD}`,
  redirect_target: `it is redirected to where files are not fetched from. Give the URL of the file itself, ${SEND_INSTEAD}`,
  encoding: `its host answers in a compressed form that was not asked for. Use another host, ${SEND_INSTEAD}`,
  html: `its host answers with a web page instead of the file, as for a login. Give a direct link, ${SEND_INSTEAD}`,
  too_large: "it is larger than 10 MiB. Send a smaller file, or split it.",
  incomplete: `the content ended before its announced length. Try again, ${SEND_INSTEAD}`,
  idle: `its host sent nothing for too long. Try again, ${SEND_INSTEAD}`,
  too_slow: `it took too long. Try again, ${SEND_INSTEAD}`,
} as const;

/** Why a file was not fetched. */
export type FetchFailureReason = keyof typeof SENTENCES | { readonly status: number };

/** A failure on the way to a file; `message` and `cause` are private, for the log. */
export class FetchFailure extends Error {
  override readonly name = "FetchFailure";
  readonly reason: FetchFailureReason;

  constructor(reason: FetchFailureReason, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.reason = reason;
  }

  /** The public error. @param label how the sentence names the file */
  toAppError(label: string): AppError {
    const sentence =
      typeof this.reason === "object"
        ? `its host answered with HTTP status ${this.reason.status}. Links expire: get a new one, ${SEND_INSTEAD}`
        : SENTENCES[this.reason];
    return new AppError("file_not_fetched", `${label} was not fetched: ${sentence}`, { cause: this });
  }
}

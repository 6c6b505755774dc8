/** A file to fetch. */
export interface FileToFetch {
  /** How a sentence names the file: `The file "sales.csv"`. */
  readonly label: string;
  readonly url: string;
  /** True when a page of HTML is what is wanted; else it is refused, as it tells that a login is asked for. */
  readonly expectsHtml: boolean;
}

/** Port: fetches files from the internet. */
export interface FileFetcher {
  /**
   * Fetches one file into memory, at most `INPUT_FILES.fetchedBytes`.
   * @throws AppError `file_not_fetched` with a sentence for the public; the signal's reason when it aborts
   */
  fetch(file: FileToFetch, options: { readonly signal: AbortSignal }): Promise<Buffer>;
}

import mime from "mime";

const UNKNOWN = "application/octet-stream";

/**
 * The media type of a file by its name's ending (https://www.iana.org/assignments/media-types), never by its content.
 * @param name with or without folders
 * @returns lower case and without parameters; `application/octet-stream` when the ending says nothing
 */
export function toMimeType(name: string): string {
  // With a folder in front, a name without an ending is not taken for an ending: a file called `csv` is no table.
  return mime.getType(`./${name}`) ?? UNKNOWN;
}

import { stringify } from "yaml";
import { openApiDocument } from "./generated/openapi-document.js";

/** The document as it is served. */
export interface RenderedDocument {
  readonly json: string;
  readonly yaml: string;
}

/**
 * Renders the OpenAPI document for one server.
 *
 * @param baseUrl the one server, without a slash at the end
 * @param version the bundle's version
 */
export function renderOpenApi(baseUrl: string, version: string): RenderedDocument {
  const document = {
    ...openApiDocument,
    info: { ...openApiDocument.info, version },
    servers: [{ url: baseUrl }],
  };
  return {
    json: `${JSON.stringify(document, null, 2)}\n`,
    // What readers of YAML 1.1 would take for a date or a boolean is quoted.
    yaml: stringify(document, { aliasDuplicateObjects: false, compat: "yaml-1.1" }),
  };
}

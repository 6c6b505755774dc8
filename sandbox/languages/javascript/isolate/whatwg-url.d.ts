/** whatwg-url comes without types; its classes are those of the URL Standard. */
declare module "whatwg-url" {
  const url: typeof globalThis.URL;
  const urlSearchParams: typeof globalThis.URLSearchParams;
  type URL = globalThis.URL;
  type URLSearchParams = globalThis.URLSearchParams;

  export { url as URL, urlSearchParams as URLSearchParams };
}

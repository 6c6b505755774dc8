const element = document.getElementById("api");
const dark = matchMedia("(prefers-color-scheme: dark)");

function followColorScheme() {
  document.documentElement.classList.toggle("dark-mode", dark.matches);
}

followColorScheme();
dark.addEventListener("change", followColorScheme);

globalThis.SwaggerUIBundle({
  domNode: element,
  url: element.dataset.document,
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayOperationId: true,
  displayRequestDuration: true,
  // The key lives as long as the page: storage would outlast it.
  persistAuthorization: false,
  tryItOutEnabled: true,
  // The default asks an outside host to judge the document.
  validatorUrl: null,
});

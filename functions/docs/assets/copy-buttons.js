// Browsers give the clipboard only to https and to the machine itself; elsewhere the text is selected by one click.
if (navigator.clipboard !== undefined) {
  for (const element of document.querySelectorAll("[data-copy]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(element.textContent);
      button.textContent = "Copied";
      setTimeout(() => {
        button.textContent = "Copy";
      }, 1500);
    });
    element.after(button);
  }
}

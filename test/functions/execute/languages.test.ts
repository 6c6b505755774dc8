import { expect, it } from "@jest/globals";
import { describeWith } from "../../support/capabilities.ts";
import { ask } from "../../support/post.ts";
import { servePrograms } from "./serve-programs.fixture.ts";

describeWith("sandbox", "GET /languages", () => {
  const { server, python, javascript } = servePrograms();

  it("tells true versions", async () => {
    const { body } = await ask(server(), "/languages");
    const ofPython = await python("import platform; print(platform.python_version())");
    const ofNode = await javascript("console.log(process.versions.node)");
    expect(body).toEqual({
      languages: [
        { name: "python", version: ofPython.output.trim(), available: true },
        { name: "javascript", version: ofNode.output.trim(), available: true },
      ],
    });
  });
});

import { describe, expect, it } from "@jest/globals";
import { needsDataLibraries } from "#sandbox/languages/python/choose-imports.ts";

describe("the choice of an interpreter that has the data libraries", () => {
  it.each([
    "import numpy",
    "import os, numpy as np",
    "if True:\n    import pandas",
    "from matplotlib import pyplot as plt",
    "from matplotlib.pyplot import plot",
    "import  scipy.stats",
    "importlib.import_module('sklearn.linear_model')",
    '__import__( "numpy")',
    "import json; import pandas as pd",
  ])("takes %j for one that needs it", (code) => expect(needsDataLibraries(code)).toBe(true));

  it.each([
    "",
    "print('hello')",
    "import os\nnumpy = 3",
    "from mynumpy import x",
    "import numpyish",
    "import numpy_stand_in",
    "# about numpy and pandas",
    "print('no import of', 'numpy')",
  ])("takes %j for one that does not", (code) => expect(needsDataLibraries(code)).toBe(false));

  it("takes no longer than the program is long", () => {
    const started = performance.now();
    expect(needsDataLibraries("import ".repeat(150_000))).toBe(false);
    expect(needsDataLibraries(`import ${" ".repeat(1_000_000)}`)).toBe(false);
    expect(needsDataLibraries(`from ${"\n".repeat(1_000_000)}`)).toBe(false);
    // By trying each place anew it would be many minutes.
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});

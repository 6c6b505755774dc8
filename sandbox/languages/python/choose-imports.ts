/** Libraries that take long to import, and those that import one of them. */
const DATA_LIBRARIES = [
  ...["numpy", "pandas", "matplotlib", "mpl_toolkits", "pylab", "scipy", "sklearn", "seaborn", "statsmodels"],
  ...["skimage", "networkx", "xarray", "bottleneck", "numexpr", "pyarrow", "cv2", "plotly"],
];

/** `import a, numpy as np`, `from numpy.linalg import inv`, `importlib.import_module("numpy")`, `__import__('numpy')`. */
const IMPORTS = new RegExp(
  String.raw`\b(?:import\b[^\n#'"]{0,200}?|from\s+|(?:import_module|__import__)\s*\(\s*["'])\b(?:${DATA_LIBRARIES.join("|")})\b`,
);

/**
 * True when a Python program seems to import numpy, pandas, matplotlib or a library on top of them: an interpreter that has them
 * already then saves it that time. A wrong guess costs time and nothing else.
 */
export function needsDataLibraries(code: string): boolean {
  return IMPORTS.test(code);
}

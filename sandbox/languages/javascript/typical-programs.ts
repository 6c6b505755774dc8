/** The choice of the engine looks further into programs that seem to be the isolate's. */
export const TYPICAL_PROGRAMS = [
  "console.log('hello', [1, 2].map((x) => x * 2), `a`)",
  "function f(n) { return n < 2 ? n : f(n - 1) + f(n - 2); }\nfor (let i = 0; i < 3; i++) { console.log(f(i)); }",
  "class A { constructor(x) { this.x = x; } }\nconst all = new Map([['a', new A({ b: 1 })]]);\nconsole.log([...all.values()]);",
  "const a = [3, 1].sort((x, y) => x - y);\nif (a.length > 1) { console.error(JSON.stringify({ a }), Math.max(...a)); }",
];

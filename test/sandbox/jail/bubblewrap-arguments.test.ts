import { describe, expect, it } from "@jest/globals";
import { toBubblewrapArguments } from "#sandbox/jail/bubblewrap-arguments.ts";
import { createSeccompProgram } from "#sandbox/jail/seccomp-program.ts";

const SPEC = {
  command: ["/usr/bin/true", "--unshare-nothing; $(reboot)"],
  readOnly: [],
  environment: { NAME: "a value" },
  tmpfsBytes: 4096,
  limits: { processes: 5, openFiles: 6, fileSizeBytes: 7, addressSpaceBytes: 8, cpuSeconds: 9 },
};

const MOUNTS = { readOnly: [{ source: "/a b", target: "/c" }], writable: [] };

describe("the arguments of bubblewrap", () => {
  const list = toBubblewrapArguments(SPEC, MOUNTS, []);

  it("take a new namespace of each kind, drop the environment and end with the parent", () => {
    for (const flag of [
      "--unshare-all",
      "--disable-userns",
      "--clearenv",
      "--die-with-parent",
      "--new-session",
    ]) {
      expect(list).toContain(flag);
    }
    expect(list).not.toContain("--share-net");
  });

  it("bind nothing writable", () => {
    expect(list.filter((argument) => /^--(dev-)?bind/.test(argument))).toEqual([]);
  });

  it("hand on sources, values and commands as they are, each as one argument", () => {
    expect(list.slice(list.indexOf("/a b") - 1, list.indexOf("/a b") + 2)).toEqual([
      "--ro-bind",
      "/a b",
      "/c",
    ]);
    expect(list).toContain("a value");
    expect(list.slice(-2)).toEqual(SPEC.command);
  });

  it("set every limit", () => {
    expect(list.join(" ")).toContain("--as=8 --cpu=9 --nproc=5 --nofile=6 --fsize=7 --core=0");
  });
});

describe("the arguments of bubblewrap for a jail that makes jails", () => {
  const writable = [{ source: "/groups", target: "/run/memory" }];
  const list = toBubblewrapArguments({ ...SPEC, nests: true }, { ...MOUNTS, writable }, []).join(" ");

  it("take every namespace but that of control groups, and no filter", () => {
    for (const kind of ["user", "ipc", "pid", "net", "uts"]) expect(list).toContain(`--unshare-${kind}`);
    expect(list).not.toMatch(/--unshare-(all|cgroup)|--disable-userns|--seccomp/);
  });

  it("bind what the zygote writes to", () => {
    expect(list).toContain("--bind /groups /run/memory");
  });
});

describe("the seccomp filter", () => {
  it.each([
    ["x64", 0xc000003e],
    ["arm64", 0xc00000b7],
  ] as const)(
    "for %s checks the architecture first and is a whole number of instructions",
    (architecture, audit) => {
      const program = createSeccompProgram(architecture);
      expect(program.length % 8).toBe(0);
      expect(program.length / 8).toBeLessThan(4096);
      expect(program.readUInt16LE(0)).toBe(0x20);
      expect(program.readUInt32LE(4)).toBe(4);
      expect(program.readUInt32LE(12)).toBe(audit);
    },
  );
});

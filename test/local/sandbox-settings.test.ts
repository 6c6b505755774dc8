import { describe, expect, it } from "@jest/globals";
import { SettingsError } from "#shared/config/load-settings.ts";
import { loadSandboxSettings } from "../../local/sandbox-settings.ts";

describe("the settings of the sandbox", () => {
  it.each([
    ["SANDBOX_CONCURRENCY", 1, 256],
    ["SANDBOX_QUEUE_LENGTH", 0, 10_000],
    ["SANDBOX_QUEUE_WAIT_MS", 0, 13_000],
    ["SANDBOX_WARM_PYTHON", 0, 256],
    ["SANDBOX_WARM_DATA", 0, 256],
    ["SANDBOX_WARM_JAVASCRIPT", 0, 256],
    ["SANDBOX_WARM_NODE", 0, 256],
    ["SANDBOX_MEMORY_MIB", 64, 65_536],
    ["SANDBOX_CPU_SECONDS", 1, 3_600],
    ["SANDBOX_PROCESSES", 16, 4_096],
    ["SANDBOX_OPEN_FILES", 64, 4_096],
    ["SANDBOX_FILE_MIB", 1, 65_536],
    ["SANDBOX_DISK_MIB", 4, 65_536],
    ["SANDBOX_FILES", 64, 1_000_000],
    ["SANDBOX_OUTPUT_KIB", 1, 1_024],
  ])("refuse %s outside of %d to %d, and what is no number", (name, least, most) => {
    for (const wrong of [least - 1, most + 1, `${least}.5`, "many", `${least} `, "0x10", "-1", "∞"]) {
      const load = () => loadSandboxSettings({ [name]: String(wrong) });
      expect(load).toThrow(SettingsError);
      expect(load).toThrow(`${name} must be a whole number from ${least} to ${most}`);
    }
    for (const right of [least, most]) loadSandboxSettings({ [name]: String(right) });
  });

  it.each(["yes", "ON", "true", "1"])("refuse the switch %j", (value) => {
    expect(() => loadSandboxSettings({ SANDBOX_MEMORY_CGROUP: value })).toThrow(
      "SANDBOX_MEMORY_CGROUP must be on or off",
    );
  });

  it("have defaults, also for variables that are there but empty", () => {
    const defaults = loadSandboxSettings({});
    expect(defaults).toMatchObject({ queueLength: 32, queueWaitMs: 10_000, memoryCgroup: true });
    expect(defaults.limits).toEqual({
      memoryBytes: 512 * 1024 ** 2,
      cpuMs: 30_000,
      processes: 128,
      openFiles: 512,
      fileSizeBytes: 64 * 1024 ** 2,
      diskBytes: 128 * 1024 ** 2,
      files: 16_384,
      outputBytes: 256 * 1024,
    });
    expect(loadSandboxSettings({ SANDBOX_MEMORY_MIB: "", SANDBOX_MEMORY_CGROUP: "" })).toEqual(defaults);
  });

  it("become what the executor takes, in its units", () => {
    const settings = loadSandboxSettings({
      SANDBOX_CONCURRENCY: "3",
      SANDBOX_QUEUE_LENGTH: "0",
      SANDBOX_QUEUE_WAIT_MS: "1500",
      SANDBOX_WARM_PYTHON: "0",
      SANDBOX_WARM_DATA: "1",
      SANDBOX_WARM_JAVASCRIPT: "2",
      SANDBOX_WARM_NODE: "1",
      SANDBOX_MEMORY_MIB: "100",
      SANDBOX_CPU_SECONDS: "2",
      SANDBOX_PROCESSES: "20",
      SANDBOX_OPEN_FILES: "80",
      SANDBOX_FILE_MIB: "5",
      SANDBOX_DISK_MIB: "6",
      SANDBOX_FILES: "70",
      SANDBOX_OUTPUT_KIB: "8",
      SANDBOX_MEMORY_CGROUP: "off",
    });
    expect(settings).toEqual({
      concurrency: 3,
      queueLength: 0,
      queueWaitMs: 1500,
      warm: { python: 0, data: 1, javascript: 2, node: 1 },
      memoryCgroup: false,
      limits: {
        memoryBytes: 104_857_600,
        cpuMs: 2000,
        processes: 20,
        openFiles: 80,
        fileSizeBytes: 5_242_880,
        diskBytes: 6_291_456,
        files: 70,
        outputBytes: 8192,
      },
    });
  });
});

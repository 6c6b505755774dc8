import { Socket } from "node:net";
import { argv, exit } from "node:process";
import { type EngineSettings, serveEngine } from "./engine.ts";

const settings = JSON.parse(argv[2] ?? "{}") as EngineSettings;
const channel = new Socket({ fd: 3, readable: true, writable: true });
channel.on("close", () => exit(0));
channel.on("error", () => exit(0));
await serveEngine(channel, settings);

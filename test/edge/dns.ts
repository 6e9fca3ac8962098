import { createSocket } from "node:dgram";
import { once } from "node:events";

/** A DNS server with one name on a free port of the loopback address. */
export interface Dns {
  /** As nginx' resolver takes it. */
  address: string;
  /** Answers with these IPv4 addresses from now on; with none: the name does not exist. */
  resolveTo(...addresses: string[]): void;
  close(): Promise<void>;
}

const typeA = 1;
const noSuchName = 3;

/** A question's answer: the header, the question as it came, and a record of the name for each address. */
function answerTo(question: Buffer, name: string, known: readonly string[]): Buffer {
  const end = 12 + name.length + 2;
  const asked = question.subarray(12, end + 4);
  const isOurs = asked.subarray(0, -4).equals(encoded(name));
  const addresses = isOurs && question.readUInt16BE(end) === typeA ? known : [];
  const header = Buffer.alloc(12);
  question.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8180 | (isOurs && known.length > 0 ? 0 : noSuchName), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(addresses.length, 6);
  // a pointer to the name, type A, class IN, 1 s, 4 bytes
  const records = addresses.map((ip) =>
    Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, ...ip.split(".").map(Number)]),
  );
  return Buffer.concat([header, asked, ...records]);
}

function encoded(name: string): Buffer {
  const labels = name.split(".").map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  return Buffer.concat([...labels, Buffer.from([0])]);
}

/** Starts a DNS server that knows this name. */
export async function startDns(name: string, ...first: string[]): Promise<Dns> {
  let known = first;
  const socket = createSocket("udp4");
  socket.on("message", (question, { port, address }) => socket.send(answerTo(question, name, known), port, address));
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return {
    address: `127.0.0.1:${socket.address().port}`,
    resolveTo: (...addresses) => {
      known = addresses;
    },
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

// The floor that Sluice is compared with: the least a proxy can do, node:http in and undici out, bodies piped unread.
import { createServer } from "node:http";
import { Agent, request } from "undici";

const [upstream, , listen] = process.argv.slice(2); // URL --listen HOST:PORT
const dispatcher = new Agent({ connections: 512, pipelining: 1 });

const server = createServer({ noDelay: true }, async (incoming, outgoing) => {
  try {
    const reply = await request(upstream, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: incoming,
      dispatcher,
    });
    outgoing.writeHead(reply.statusCode, reply.headers);
    reply.body.pipe(outgoing);
    outgoing.on("close", () => reply.body.destroy());
  } catch {
    outgoing.writeHead(502).end();
  }
});

server.listen(Number(listen.split(":")[1]), "127.0.0.1");

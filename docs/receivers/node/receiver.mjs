// A receiver of Relance's webhooks. `npm install standardwebhooks`, then WEBHOOK_SECRET=whsec_… PORT=3000 node receiver.mjs
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";

const webhook = new Webhook(process.env.WEBHOOK_SECRET);
const seen = new Set(); // in a real receiver: a unique column of a table
const last = new Map(); // subject → sequence

createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    let event;
    try {
      event = webhook.verify(Buffer.concat(chunks), request.headers); // the bytes as they came, before any JSON
    } catch {
      return response.writeHead(400).end();
    }
    response.writeHead(204).end(); // answer first, work later: 15 seconds are all there is
    if (seen.has(event.id)) return; // at least once means sometimes twice
    seen.add(event.id);
    if (event.sequence <= (last.get(event.subject.id) ?? 0)) return; // overtaken: the subject is newer here already
    last.set(event.subject.id, event.sequence);
    console.log(`${event.type} ${event.subject.id} #${event.sequence}`);
  });
}).listen(Number(process.env.PORT ?? 3000), "127.0.0.1");

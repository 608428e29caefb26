// The server's own front with 100,000 tokens in memory, for comparison with the plain programs beside it.
// Prints a token that may write on its first line.
//   node bench/dist/baselines/doors.js PORT UPSTREAM_ORIGIN
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { digestOf } from '@hallpass/core/digest';
import { newTokenId } from '@hallpass/core/id';
import { mint } from '@hallpass/core/token';
import { TokenTable } from '@hallpass/core/token-table';
import { TrustedProxies } from 'hallpass/http/address';
import { createForwardAuth } from 'hallpass/http/forward-auth';
import { Front, SERVER_OPTIONS } from 'hallpass/http/front';
import { Gate } from 'hallpass/http/gate/gate';
import { requestIds } from 'hallpass/http/request-id';
import { Live } from 'hallpass/live';
import { Usage } from 'hallpass/usage';

const live = new Live(new TokenTable(), new Usage(), Date.now);
let value = '';
for (let i = 0; i < 100_000; i++) {
  value = mint('hp_', randomBytes).reveal();
  const id = newTokenId(Date.now(), randomBytes);
  live.tokens.set({
    digest: digestOf(value),
    id,
    name: `bench-${i}`,
    expiresAt: null,
    active: true,
    write: true,
  });
}
live.open(1);

const trustedProxies = new TrustedProxies(['127.0.0.1']);
const report = (error: unknown) => console.error(error);
const front = new Front({
  prefix: '/_/',
  forwardAuth: createForwardAuth({ checker: live, trustedProxies }),
  api: (_request, response) => response.writeHead(404).end(),
  gate: new Gate({
    checker: live,
    trustedProxies,
    upstream: { origin: process.argv[3] ?? '', answerTimeoutMs: 60_000, connectTimeoutMs: 5_000 },
    report,
  }),
  newRequestId: requestIds(randomBytes),
  report,
});
const server = createServer(SERVER_OPTIONS);
front.attach(server);
server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log(value));

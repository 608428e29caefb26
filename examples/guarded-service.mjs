// A service that checks tokens itself, by a copy that follows Hallpass:
//   node examples/guarded-service.mjs http://127.0.0.1:4255 verifier.key 8080
import { createServer } from 'node:http';
import { connect } from '@hallpass/sdk';
import { hallpass } from '@hallpass/sdk/node';

const [url, keyFile, port = '8080'] = process.argv.slice(2);

const guard = connect({ url, keyFile });
guard.on('trouble', ({ message }) => console.error(message));
await guard.ready();

const server = createServer(
  hallpass(guard, (_request, response, principal) => {
    response.end(`hello ${principal.name}, my copy is ${guard.ageMs.toFixed(0)} ms old\n`);
  }),
);
server.listen(Number(port), '127.0.0.1', () => {
  console.log(`A service is on http://127.0.0.1:${server.address().port}`);
});

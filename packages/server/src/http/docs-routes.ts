import { readFile } from 'node:fs/promises';
import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Hallpass API</title>
    <link rel="stylesheet" href="docs/swagger-ui.css">
  </head>
  <body>
    <main id="api"></main>
    <script src="docs/swagger-ui-bundle.js"></script>
    <script src="docs/page.js"></script>
  </body>
</html>
`;
const SCRIPT = `SwaggerUIBundle({ url: 'openapi.json', dom_id: '#api', deepLinking: true, validatorUrl: null });\n`;

/** Nothing from elsewhere and nothing inline, but for the icons that the page's style sheet carries. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const TYPES = {
  html: 'text/html; charset=utf-8',
  css: 'text/css',
  js: 'text/javascript',
  json: 'application/json; charset=utf-8',
} as const;

/** Read once: what many fetch, or leave unread, is in memory once. */
function bundled(file: string): () => Promise<Buffer> {
  let bytes: Promise<Buffer> | undefined;
  return async () => {
    bytes ??= readFile(new URL(`../docs-page/${file}`, import.meta.url));
    return bytes;
  };
}

/** Keeps the API's document, made from the schemas that validate. Due before the first route. */
export async function keepDocument(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Hallpass', description: 'Bearer tokens that belong to no user.', version: '1' },
      components: {
        securitySchemes: {
          operatorKey: { type: 'http', scheme: 'bearer', description: 'An operator key, hpo_…' },
          operatorBasic: {
            type: 'http',
            scheme: 'basic',
            description: 'The name of an operator, and its key.',
          },
          token: { type: 'http', scheme: 'bearer', description: 'A token, hp_…' },
        },
      },
    },
  });
}

/** The document, and a page that shows it without the network. */
export function docsRoutes(app: FastifyInstance): void {
  const hide = { schema: { hide: true } };
  let document: Buffer | undefined;
  app.get(
    '/openapi.json',
    { schema: { summary: 'This document', tags: ['operations'] } },
    async (_request, reply) => {
      document ??= Buffer.from(JSON.stringify(app.swagger()));
      return reply.type(TYPES.json).send(document);
    },
  );
  app.get(
    '/docs',
    { schema: { summary: 'This document as a page', tags: ['operations'] } },
    async (_request, reply) => reply.header('Content-Security-Policy', POLICY).type(TYPES.html).send(PAGE),
  );
  app.get('/docs/page.js', hide, async (_request, reply) => reply.type(TYPES.js).send(SCRIPT));
  const style = bundled('swagger-ui.css');
  const bundle = bundled('swagger-ui-bundle.js');
  app.get('/docs/swagger-ui.css', hide, async (_request, reply) => reply.type(TYPES.css).send(await style()));
  app.get('/docs/swagger-ui-bundle.js', hide, async (_request, reply) =>
    reply.type(TYPES.js).send(await bundle()),
  );
}

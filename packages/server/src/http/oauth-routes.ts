import type { FastifyInstance } from 'fastify';
import type { ApiParts } from './api-parts.ts';
import { readForms } from './form.ts';
import { introspectionRoutes } from './introspection-routes.ts';
import { answerOAuthErrors } from './oauth-error.ts';
import { revocationRoutes } from './revocation-routes.ts';

/** The door for OAuth clients. It alone reads forms, and answers errors in the words of OAuth. */
export async function oauthRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  await app.register(async (door) => {
    readForms(door);
    answerOAuthErrors(door);
    introspectionRoutes(door, parts);
    revocationRoutes(door, parts);
  });
}

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { ApiParts } from './api-parts.ts';
import { ProblemDocument } from './schemas.ts';

const WELL_KNOWN = '/.well-known/oauth-authorization-server';

const Texts = Type.Array(Type.String());
const Metadata = Type.Object({
  issuer: Type.String(),
  scopes_supported: Texts,
  introspection_endpoint: Type.String(),
  introspection_endpoint_auth_methods_supported: Texts,
  revocation_endpoint: Type.String(),
  revocation_endpoint_auth_methods_supported: Texts,
  service_documentation: Type.String(),
});

/** RFC 8414: what an OAuth client can find out by itself. Lists without elements are left out, as §3.2 says. */
export function metadataRoutes(app: FastifyInstance, { issuerOf, prefix }: ApiParts): void {
  const answer = async (request: FastifyRequest, reply: FastifyReply) => {
    const issuer = issuerOf(request.raw);
    return reply.send({
      issuer,
      scopes_supported: ['read', 'write'],
      introspection_endpoint: `${issuer}/introspect`,
      introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'Bearer'],
      revocation_endpoint: `${issuer}/revoke`,
      revocation_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'client_secret_post'],
      service_documentation: `${issuer}/docs`,
    });
  };
  const response = { 200: Metadata, '4xx': ProblemDocument };
  app.get(`${prefix}${WELL_KNOWN}`, { schema: { summary: 'What OAuth clients can use', response } }, answer);
  // Where a client looks that puts the well-known part between host and path (RFC 8414 §3.1): see the front.
  app.get(
    `${WELL_KNOWN}${prefix}`,
    { schema: { summary: 'The same, where RFC 8414 puts it', response } },
    answer,
  );
}

import { HallpassError } from '@hallpass/core/errors';
import { madeAt } from '@hallpass/core/id';
import type { Principal } from '@hallpass/core/principal';
import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { authorise } from '../control/authorise.ts';
import type { ApiParts } from './api-parts.ts';
import { clientOf } from './client-authentication.ts';
import { FORM } from './form.ts';
import { OAuthError, ProblemDocument, TokenForm } from './schemas.ts';

const IntrospectionForm = Type.Object({
  ...TokenForm.properties,
  client_id: Type.Optional(Type.String({ description: "The operator's name or id, without a header." })),
  client_secret: Type.Optional(Type.String({ description: "The operator's key, without a header." })),
});

const Seconds = Type.Integer({ description: 'Seconds since the epoch.' });
const Introspection = Type.Object({
  active: Type.Boolean({ description: 'When it is false, nothing else is said.' }),
  scope: Type.Optional(Type.Enum(['read', 'read write'])),
  client_id: Type.Optional(Type.String()),
  username: Type.Optional(Type.String({ description: 'The name of the token.' })),
  token_type: Type.Optional(Type.String()),
  exp: Type.Optional(Seconds),
  iat: Type.Optional(Seconds),
  sub: Type.Optional(Type.String({ description: 'The id of the token.' })),
  iss: Type.Optional(Type.String()),
  jti: Type.Optional(Type.String()),
});

const INACTIVE = { active: false };

/** RFC 7662 §2.2. Both times are rounded down: no client believes a token for longer than this server does. */
function active(principal: Principal, issuer: string): Static<typeof Introspection> {
  const { id, name, write, expiresAt } = principal;
  return {
    active: true,
    scope: write ? 'read write' : 'read',
    client_id: id,
    username: name,
    token_type: 'Bearer',
    ...(expiresAt === null ? {} : { exp: Math.floor(expiresAt / 1000) }),
    iat: Math.floor(madeAt(id) / 1000),
    sub: id,
    iss: issuer,
    jti: id,
  };
}

/** Tells a resource server whether a token is good. `token_type_hint` is taken and not looked at. */
export function introspectionRoutes(app: FastifyInstance, parts: ApiParts): void {
  const { control, live, issuerOf } = parts;
  const schema = {
    summary: 'Whether a token is good (RFC 7662)',
    security: [{ operatorBasic: [] }, { operatorKey: [] }],
    consumes: [FORM],
    body: IntrospectionForm,
    response: {
      200: Introspection,
      400: OAuthError,
      401: OAuthError,
      403: OAuthError,
      '4xx': ProblemDocument,
      '5xx': ProblemDocument,
    },
  };
  app.post<{ Body: Static<typeof IntrospectionForm> }>('/introspect', { schema }, async (request) => {
    await authorise(control, clientOf(parts, request, request.body), 'token.introspect', null);
    const issuer = issuerOf(request.raw);
    const verdict = live.check({ presented: request.body.token, access: 'read' }, 'introspection');
    if (verdict.allow) return active(verdict.principal, issuer);
    if (verdict.reason !== 'fault' && verdict.reason !== 'not_ready') return INACTIVE;
    throw new HallpassError('not_ready', 'The token could not be checked. Try again in a moment.');
  });
}

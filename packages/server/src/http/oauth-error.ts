import { type ErrorCode, HallpassError } from '@hallpass/core/errors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { fieldErrors, type SchemaError } from './input-errors.ts';

/** The errors for which OAuth has words of its own (RFC 6749 §5.2, RFC 6750 §3.1). */
const WORDS: { readonly [C in ErrorCode]?: readonly [error: string, description: string] } = {
  invalid_request: [
    'invalid_request',
    'Send each parameter once, with a value, and one Authorization header at most.',
  ],
  missing_credential: [
    'invalid_client',
    'Send the name and key of an operator by Basic, or its key by Bearer authentication.',
  ],
  invalid_token: ['invalid_client', 'This is not the name and key of an active operator.'],
  insufficient_scope: ['insufficient_scope', 'This takes an operator with the role verifier or owner.'],
};

const BASIC = 'Basic realm="hallpass", charset="UTF-8"';
const BEARER = 'Bearer realm="hallpass"';

/** In the scheme that was tried (RFC 6749 §5.2); every scheme when there was none. */
function challengeOf(request: FastifyRequest, code: ErrorCode): string {
  const sent = request.headers.authorization ?? '';
  if (/^basic\b/i.test(sent)) return BASIC;
  return /^bearer\b/i.test(sent) ? `${BEARER}, error="${code}"` : `${BASIC}, ${BEARER}`;
}

interface Invalid {
  readonly validation?: readonly SchemaError[];
  readonly validationContext?: string;
}

/** What is wrong with the query; OAuth's own parameters are all in the body. */
function queryMistake({ validation = [], validationContext }: Invalid): string | undefined {
  if (validationContext !== 'querystring') return undefined;
  const mistakes = fieldErrors(validation, 'query').map(({ field, message }) => `${field} ${message}`);
  return `Correct the query: ${mistakes.join('; ')}.`;
}

/** Answers errors in the form OAuth clients read. What OAuth has no word for stays a problem document. */
export function answerOAuthErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: HallpassError | Invalid, request, reply) => {
    const invalid = 'validation' in error && error.validation !== undefined ? error : undefined;
    const known = invalid ? new HallpassError('invalid_request', 'Send the parameter token.') : error;
    const words = known instanceof HallpassError ? WORDS[known.code] : undefined;
    if (!(known instanceof HallpassError) || !words) throw error;
    if (known.status !== 400) reply.header('WWW-Authenticate', challengeOf(request, known.code));
    const description = (invalid && queryMistake(invalid)) ?? words[1];
    const body = JSON.stringify({ error: words[0], error_description: description });
    return reply.code(known.status).type('application/json').serializer(String).send(body);
  });
}

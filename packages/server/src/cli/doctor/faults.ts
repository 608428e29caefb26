/** What can be wrong with an installation. */
export const FAULTS = {
  open: 'Whoever comes is let through without a token: this path is not checked.',
  no_challenge:
    'It is refused, but not with the challenge of Hallpass: either the challenge is lost on the way, or it was your service that refused, and the proxy let it through.',
  good_token_refused: 'A good token is refused. Is it the right token, and active? Does it reach Hallpass?',
  method_not_believed:
    'A read-only token may not even read: Hallpass is not told the method, or does not believe who tells it.',
  writes: 'A read-only token can write: the method does not reach Hallpass, or its answer is not heeded.',
  method_forged:
    'A read-only token can write by naming another method itself: what the client says is believed.',
  doubled: 'Two Authorization lines are let through: proxy and Hallpass may each look at another one.',
  query_token: 'A token in the query is looked at: it would stand in logs and histories.',
  web_socket: 'A read-only token can open a WebSocket, and write through it.',
  other_protocol:
    'Another protocol than a WebSocket is passed on: inside it the proxy sees no requests any more, nothing is checked there, and identity headers can be forged.',
  not_working:
    'Nothing can be decided: Hallpass cannot be reached from the proxy, or answers it with an error.',
  not_read_only: 'The token that should be read-only may write. Nothing more was tried with it.',
  forged_identity: 'What a client says about who it is reaches your service.',
  identity_missing: 'Your service does not learn, in full and once, whose request it is.',
  token_shown: 'The token reaches your service, which has no use for it.',
  override: 'A header that turns a GET into a write reaches your service from a read-only token.',
  fails_open: 'With Hallpass stopped, requests get through. (Or is it still running?)',
} as const satisfies Record<string, string>;

export type Fault = keyof typeof FAULTS;

export const PROXIES = ['nginx', 'caddy', 'haproxy', 'apache', 'traefik', 'envoy'] as const;

export type ProxyKind = (typeof PROXIES)[number];

/** The proxy that a `Server` header speaks of. */
export function proxyOf(server: string): ProxyKind | undefined {
  return PROXIES.find((proxy) => server.toLowerCase().startsWith(proxy));
}

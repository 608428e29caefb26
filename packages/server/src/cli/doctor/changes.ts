import type { Fault, ProxyKind } from './faults.ts';

type Changes = { readonly [F in Fault]?: string };

const NGINX: Changes = {
  open: 'Put `auth_request /_hallpass;` into every location that has a proxy_pass, and take `satisfy any;` out.',
  no_challenge:
    'In `location @hallpass_denied`: `add_header WWW-Authenticate $hallpass_challenge always;`, with `auth_request_set $hallpass_challenge $upstream_http_www_authenticate;` and `error_page 403 = @hallpass_denied;` in the location that asks.',
  method_not_believed: 'In `location = /_hallpass`: `proxy_set_header X-Forwarded-Method $request_method;`.',
  writes:
    'In `location = /_hallpass`: `proxy_method $request_method;` and `proxy_set_header X-Forwarded-Method $request_method;`. In the location that asks: no `satisfy any;`.',
  method_forged:
    'In `location = /_hallpass`: `proxy_set_header X-Forwarded-Method $request_method;`, `proxy_set_header X-Original-Method "";` and `proxy_method $request_method;`.',
  web_socket: 'In `location = /_hallpass`: `proxy_set_header Upgrade $hallpass_upgrade;`.',
  other_protocol:
    'In the location that asks: `proxy_set_header Upgrade $hallpass_upgrade;`, with the two `map` of the guide.',
  forged_identity:
    'One `proxy_set_header X-Hallpass-… $hallpass_…;` for each of the four headers; `underscores_in_headers off;` and `ignore_invalid_headers on;`.',
  identity_missing:
    'One `auth_request_set $hallpass_… $upstream_http_x_hallpass_…;` and one `proxy_set_header X-Hallpass-… $hallpass_…;` for each of the four headers, in the same location.',
  token_shown: "In the location that asks: `proxy_set_header Authorization '';`.",
  override:
    "In the location that asks: `proxy_set_header X-HTTP-Method-Override '';`, and so on for its relatives.",
  fails_open:
    'No `error_page` in the location that asks may lead to a page with another status, or to your service.',
};

const CADDY: Changes = {
  open: 'Put `forward_auth` before `reverse_proxy` inside one `route { … }` that holds the whole site.',
  no_challenge:
    'Leave the answer of `forward_auth` as it is: no `handle_errors`, no `handle_response` for it.',
  method_not_believed: 'Caddy tells the method by itself; Hallpass must believe it.',
  writes: 'Put `forward_auth` before `reverse_proxy` inside one `route { … }`, with `uri /_/verify`.',
  method_forged: 'In `forward_auth`: no `header_up X-Forwarded-Method` of your own, and `uri /_/verify`.',
  web_socket: 'In `forward_auth`: no `header_up -Upgrade`.',
  other_protocol:
    'Before `forward_auth`, inside `route { … }`: `request_header @other_protocol -Upgrade`, with that matcher of the guide.',
  forged_identity: 'As the first line inside `route { … }`: `request_header -*allpass*`.',
  identity_missing:
    'Wrap everything in `route { … }`, with `request_header -*allpass*` before `forward_auth`: without it Caddy sorts the lines and removes what Hallpass said. Name all four headers in `copy_headers`.',
  token_shown: 'After `forward_auth`, inside `route { … }`: `request_header -Authorization`.',
  override: 'Inside `route { … }`: `request_header -*verride` and `request_header -X-HTTP-Method`.',
  fails_open: 'No `handle_errors` may lead to your service.',
};

const HAPROXY: Changes = {
  open: 'Put `http-request lua.hallpass` and all its `return` lines before any `use_backend`, without conditions of their own.',
  no_challenge:
    'On the `return status 401` and `403` lines: `hdr WWW-Authenticate "%[var(txn.hallpass_challenge)]"`.',
  method_not_believed: 'In hallpass.lua: `["x-forwarded-method"] = { txn.f:method() }`.',
  writes: 'The last `return` line must end `unless { var(txn.hallpass_status) -m int 200 }`.',
  method_forged:
    'In hallpass.lua: `["x-forwarded-method"] = { txn.f:method() }`, and no header of the client beside Authorization.',
  doubled: 'In hallpass.lua: `if credential and credential[1] then return 400 end`.',
  web_socket: 'In hallpass.lua: `local url = headers["upgrade"] and VERIFY .. "/write" or VERIFY`.',
  other_protocol:
    'Before `http-request lua.hallpass`: `http-request del-header Upgrade unless …` of the guide.',
  forged_identity: 'Before `http-request lua.hallpass`: `http-request del-header ^x.hallpass. -m reg`.',
  identity_missing:
    'After the `return` lines: one `http-request set-header X-Hallpass-… %[var(txn.hallpass_…)]` for each header.',
  token_shown: 'After the `return` lines: `http-request del-header Authorization`.',
  override: '`http-request del-header ^x.(http.method(.override)?|method.override)$ -m reg`.',
  fails_open: 'The last `return` line must end `unless { var(txn.hallpass_status) -m int 200 }`.',
};

const APACHE: Changes = {
  open: 'In `<Location />`: `AuthType oauth20`, `Require valid-user` and `Require not method OPTIONS` in one `<RequireAll>`; no `Satisfy Any`.',
  no_challenge:
    'The line `Header always set WWW-Authenticate …` of the guide, and `AuthzSendForbiddenOnFailure On`.',
  method_not_believed: 'In `<RequireAny>`: `Require method GET HEAD`.',
  writes:
    'In `<RequireAny>`: `Require claim "scope~(^| )write( |$)"` beside `Require method GET HEAD`, and nothing else.',
  query_token: '`OIDCOAuthAcceptTokenAs header`.',
  web_socket: 'Beside `Require method GET HEAD`: `Require expr "-z %{HTTP:Upgrade}"`.',
  other_protocol:
    '`ProxyPass … upgrade=websocket`, and `r.headers_in["Upgrade"] = nil` in the script as the guide has it.',
  forged_identity: 'In `<Location />`: `LuaHookFixups …/identity.lua identity`.',
  identity_missing:
    'In `<Location />`: `OIDCPassClaimsAs environment` and `LuaHookFixups …/identity.lua identity`.',
  token_shown: '`OIDCPassClaimsAs environment`, and the script that removes `Authorization`.',
  override: 'The script of the guide removes it: `LuaHookFixups …/identity.lua identity`.',
  fails_open: '`OIDCOAuthTokenIntrospectionInterval -1`: Apache remembers tokens otherwise.',
};

const TRAEFIK: Changes = {
  open: 'Put the middleware `hallpass` on every router.',
  method_not_believed: 'Traefik tells the method by itself; Hallpass must believe it.',
  method_forged: 'In `forwardAuth`: `trustForwardHeader: false`.',
  web_socket: 'The router `sockets` of the guide, which asks `/_/verify/write`.',
  other_protocol:
    'The middleware `no-upgrade` of the guide on every router but `sockets`, `web-socket` there.',
  forged_identity:
    'At the entry point: `underscoreHeadersStrategy: delete`; all four headers in `authResponseHeaders`.',
  identity_missing: 'All four headers in `authResponseHeaders`.',
  token_shown: 'The middleware `tidy` of the guide, after `hallpass`.',
  override: 'The middleware `tidy` of the guide, after `hallpass`.',
};

const ENVOY: Changes = {
  open: 'No route may switch ext_authz off.',
  no_challenge: '`allowed_client_headers` must name `www-authenticate`.',
  method_not_believed: '`path_prefix: /_/ext-authz`, and Hallpass must believe Envoy.',
  web_socket: 'No `upgrade_configs` for websocket.',
  other_protocol: 'No `upgrade_configs`.',
  forged_identity:
    'Remove each of the four headers in `early_header_mutation_extensions`; `headers_with_underscores_action: DROP_HEADER`.',
  identity_missing: 'All four headers in `allowed_upstream_headers`.',
  token_shown: '`request_headers_to_remove: [authorization]`.',
  override: 'Remove it in `early_header_mutation_extensions`.',
  fails_open: '`failure_mode_allow: false`.',
};

const OF: { readonly [P in ProxyKind]: Changes } = {
  nginx: NGINX,
  caddy: CADDY,
  haproxy: HAPROXY,
  apache: APACHE,
  traefik: TRAEFIK,
  envoy: ENVOY,
};

const BELIEVE =
  'Start Hallpass with `--trusted-proxies` and the address it sees the proxy under, or with a proxy secret.';

const ANY: Changes = {
  good_token_refused:
    'See that the Authorization header reaches Hallpass as it is, and that the file holds the right token.',
  not_working: 'See that Hallpass runs, and that the proxy asks the right address and path.',
  not_read_only: 'Name a file with a token that was made with `"write": false`.',
};

/** What to change. For a proxy that is not known: where to read. */
export function changeFor(fault: Fault, proxy: ProxyKind | undefined): string {
  const own = (proxy && OF[proxy][fault]) ?? ANY[fault];
  const line =
    own ??
    (proxy ? `Set it up as docs/guides/${proxy}.md prints it.` : 'Say which proxy it is with --proxy.');
  return fault === 'method_not_believed' ? `${line} ${BELIEVE}` : line;
}

import type { GatePlan, GateRule, GateUpstream } from './plan.ts';

function shownUpstream({ host, path, origin, prefix, socketPath, ...options }: GateUpstream): string {
  const to = socketPath === null ? origin + prefix : `unix:${socketPath}`;
  const more = [
    ...(options.stripPath ? ['path stripped'] : []),
    ...(options.hostHeader === null ? [] : [`Host ${options.hostHeader}`]),
    ...(options.ca === null ? [] : [`${options.ca.length} certificates to trust`]),
    ...(options.serverName === null ? [] : [`certificate for ${options.serverName}`]),
    `${options.connectTimeoutMs} ms to connect, ${options.answerTimeoutMs} ms to answer`,
    ...(options.cutStreams ? [] : ['streams not cut']),
  ];
  return `${host ?? 'any host'}${path} to ${to} (${more.join('; ')})`;
}

function shownRule({ host, methods, path, access }: GateRule): string {
  return `${methods?.join(', ') ?? 'any method'} at ${host ?? ''}${path}: ${access}`;
}

/** A plan in lines for people. */
export function shownPlan({
  upstreams,
  rules,
}: GatePlan): { readonly name: string; readonly value: string }[] {
  return [
    ...upstreams.map((upstream, i) => ({
      name: `gate_file.upstreams[${i}]`,
      value: shownUpstream(upstream),
    })),
    ...rules.map((rule, i) => ({ name: `gate_file.rules[${i}]`, value: shownRule(rule) })),
  ];
}

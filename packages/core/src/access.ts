/** What a request asks for. `refused` is granted to nobody. */
export type Access = 'read' | 'write' | 'refused';

/**
 * What a method asks for. GET, HEAD and OPTIONS read; every other method writes, also one nobody has heard
 * of; TRACE and CONNECT are refused (RFC 9110 §9.3.8: a credential never travels with TRACE).
 */
export function accessOf(method: string): Access {
  switch (method) {
    case 'GET':
    case 'HEAD':
    case 'OPTIONS':
      return 'read';
    case 'TRACE':
    case 'CONNECT':
      return 'refused';
    default:
      return 'write';
  }
}

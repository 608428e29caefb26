import { readFile } from 'node:fs/promises';
import { createSecureContext, type SecureContextOptions } from 'node:tls';

export interface CertificateFiles {
  readonly tlsCert: string;
  readonly tlsKey: string;
}

export type Certificate = Pick<SecureContextOptions, 'cert' | 'key' | 'minVersion'>;

/** Reads certificate and key and tries them together; rejects when they cannot serve. */
export async function readCertificate({ tlsCert, tlsKey }: CertificateFiles): Promise<Certificate> {
  const [cert, key] = await Promise.all([readFile(tlsCert), readFile(tlsKey)]);
  const certificate = { cert, key, minVersion: 'TLSv1.2' } as const;
  createSecureContext(certificate);
  return certificate;
}

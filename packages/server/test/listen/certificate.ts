import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
}

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const size = body.length;
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

const SEQUENCE = 0x30;
const ECDSA_WITH_SHA256 = Buffer.from('06082a8648ce3d040302', 'hex');
const COMMON_NAME = Buffer.from('0603550403', 'hex');
const ALT_NAME = Buffer.from('0603551d11', 'hex');

function nameOf(text: string): Buffer {
  const pair = der(SEQUENCE, COMMON_NAME, der(0x0c, Buffer.from(text)));
  return der(SEQUENCE, der(0x31, pair));
}

function forLocalhost(): Buffer {
  const names = der(SEQUENCE, der(0x82, Buffer.from('localhost')));
  return der(0xa3, der(SEQUENCE, der(SEQUENCE, ALT_NAME, der(0x04, names))));
}

/** A self-signed certificate (X.509, P-256) for `localhost`; `name` tells it from others. */
export function makeCertificate(name: string): TestCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = der(SEQUENCE, ECDSA_WITH_SHA256);
  const issuer = nameOf(name);
  const dates = ['20200101000000Z', '21200101000000Z'].map((date) => der(0x18, Buffer.from(date)));
  const serial = Buffer.concat([Buffer.from([1]), randomBytes(8)]);
  const body = der(
    SEQUENCE,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    algorithm,
    issuer,
    der(SEQUENCE, ...dates),
    issuer,
    publicKey.export({ type: 'spki', format: 'der' }),
    forLocalhost(),
  );
  const signature = sign('sha256', body, privateKey);
  const whole = der(SEQUENCE, body, algorithm, der(0x03, Buffer.from([0]), signature));
  const lines = whole.toString('base64').replace(/.{64}/g, '$&\n');
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

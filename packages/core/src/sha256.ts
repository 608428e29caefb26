function fraction(root: number): number {
  return ((root - Math.floor(root)) * 2 ** 32) | 0;
}

const PRIMES: number[] = [];
for (let n = 2; PRIMES.length < 64; n++) if (PRIMES.every((prime) => n % prime !== 0)) PRIMES.push(n);

const START = Int32Array.from(PRIMES.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));
const ROUNDS = Int32Array.from(PRIMES, (prime) => fraction(Math.cbrt(prime)));

const schedule = new Int32Array(64);
const digest = new Int32Array(8);

function fillSchedule(bytes: Uint8Array, length: number): void {
  bytes[length] = 0x80;
  for (let i = length + 1; i < 60; i++) bytes[i] = 0;
  for (let i = 0, at = 0; i < 15; i++, at += 4) {
    schedule[i] =
      ((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number);
  }
  schedule[15] = length * 8;
}

/** The word that round `i + 16` takes in, from those of the 16 rounds before it. */
function nextWord(i: number): number {
  const x = schedule[i + 1] as number;
  const y = schedule[i + 14] as number;
  const sigma0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
  const sigma1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
  return ((schedule[i] as number) + (schedule[i + 9] as number) + sigma0 + sigma1) | 0;
}

/**
 * SHA-256 (FIPS 180-4) of the first `length` bytes of a 64-byte block, at most 55 of them, as eight 32-bit words.
 * The block is written to, and the words are good until the next call. It is here because a check that never
 * leaves JavaScript takes a quarter less time than one that calls OpenSSL; what is stored is hashed by OpenSSL.
 */
export function sha256(block: Uint8Array, length: number): Int32Array {
  fillSchedule(block, length);
  for (let i = 0; i < 48; i++) schedule[i + 16] = nextWord(i);
  let a = START[0] as number;
  let b = START[1] as number;
  let c = START[2] as number;
  let d = START[3] as number;
  let e = START[4] as number;
  let f = START[5] as number;
  let g = START[6] as number;
  let h = START[7] as number;
  for (let i = 0; i < 64; i += 8) {
    h += ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    h = (h + (g ^ (e & (f ^ g))) + (ROUNDS[i] as number) + (schedule[i] as number)) | 0;
    d = (d + h) | 0;
    h += ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    h = (h + ((a & b) | (c & (a | b)))) | 0;
    g += ((d >>> 6) | (d << 26)) ^ ((d >>> 11) | (d << 21)) ^ ((d >>> 25) | (d << 7));
    g = (g + (f ^ (d & (e ^ f))) + (ROUNDS[i + 1] as number) + (schedule[i + 1] as number)) | 0;
    c = (c + g) | 0;
    g += ((h >>> 2) | (h << 30)) ^ ((h >>> 13) | (h << 19)) ^ ((h >>> 22) | (h << 10));
    g = (g + ((h & a) | (b & (h | a)))) | 0;
    f += ((c >>> 6) | (c << 26)) ^ ((c >>> 11) | (c << 21)) ^ ((c >>> 25) | (c << 7));
    f = (f + (e ^ (c & (d ^ e))) + (ROUNDS[i + 2] as number) + (schedule[i + 2] as number)) | 0;
    b = (b + f) | 0;
    f += ((g >>> 2) | (g << 30)) ^ ((g >>> 13) | (g << 19)) ^ ((g >>> 22) | (g << 10));
    f = (f + ((g & h) | (a & (g | h)))) | 0;
    e += ((b >>> 6) | (b << 26)) ^ ((b >>> 11) | (b << 21)) ^ ((b >>> 25) | (b << 7));
    e = (e + (d ^ (b & (c ^ d))) + (ROUNDS[i + 3] as number) + (schedule[i + 3] as number)) | 0;
    a = (a + e) | 0;
    e += ((f >>> 2) | (f << 30)) ^ ((f >>> 13) | (f << 19)) ^ ((f >>> 22) | (f << 10));
    e = (e + ((f & g) | (h & (f | g)))) | 0;
    d += ((a >>> 6) | (a << 26)) ^ ((a >>> 11) | (a << 21)) ^ ((a >>> 25) | (a << 7));
    d = (d + (c ^ (a & (b ^ c))) + (ROUNDS[i + 4] as number) + (schedule[i + 4] as number)) | 0;
    h = (h + d) | 0;
    d += ((e >>> 2) | (e << 30)) ^ ((e >>> 13) | (e << 19)) ^ ((e >>> 22) | (e << 10));
    d = (d + ((e & f) | (g & (e | f)))) | 0;
    c += ((h >>> 6) | (h << 26)) ^ ((h >>> 11) | (h << 21)) ^ ((h >>> 25) | (h << 7));
    c = (c + (b ^ (h & (a ^ b))) + (ROUNDS[i + 5] as number) + (schedule[i + 5] as number)) | 0;
    g = (g + c) | 0;
    c += ((d >>> 2) | (d << 30)) ^ ((d >>> 13) | (d << 19)) ^ ((d >>> 22) | (d << 10));
    c = (c + ((d & e) | (f & (d | e)))) | 0;
    b += ((g >>> 6) | (g << 26)) ^ ((g >>> 11) | (g << 21)) ^ ((g >>> 25) | (g << 7));
    b = (b + (a ^ (g & (h ^ a))) + (ROUNDS[i + 6] as number) + (schedule[i + 6] as number)) | 0;
    f = (f + b) | 0;
    b += ((c >>> 2) | (c << 30)) ^ ((c >>> 13) | (c << 19)) ^ ((c >>> 22) | (c << 10));
    b = (b + ((c & d) | (e & (c | d)))) | 0;
    a += ((f >>> 6) | (f << 26)) ^ ((f >>> 11) | (f << 21)) ^ ((f >>> 25) | (f << 7));
    a = (a + (h ^ (f & (g ^ h))) + (ROUNDS[i + 7] as number) + (schedule[i + 7] as number)) | 0;
    e = (e + a) | 0;
    a += ((b >>> 2) | (b << 30)) ^ ((b >>> 13) | (b << 19)) ^ ((b >>> 22) | (b << 10));
    a = (a + ((b & c) | (d & (b | c)))) | 0;
  }
  digest[0] = a + (START[0] as number);
  digest[1] = b + (START[1] as number);
  digest[2] = c + (START[2] as number);
  digest[3] = d + (START[3] as number);
  digest[4] = e + (START[4] as number);
  digest[5] = f + (START[5] as number);
  digest[6] = g + (START[6] as number);
  digest[7] = h + (START[7] as number);
  return digest;
}

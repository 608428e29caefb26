import { bareSegment } from '@hallpass/core/target';

/** How a path fits a pattern: to the letter, or only as a lenient server might read it. */
export type Fit = 'exact' | 'near' | 'none';

const ANY = '*';
const REST = '**';
/** As many as the reader of targets undoes. */
const MOST_LEVELS = 8;
const SAME_FOLDED = /^[0-9a-z_~/-]*$/;

/**
 * The path with its escapes in the one form of RFC 3986 §6.2.2: what needs none is plain, the others have
 * capital letters. Two spellings that differ in nothing else are the same to every server.
 */
export function normalPath(path: string): string {
  if (!path.includes('%')) return path;
  return path.replace(/%([0-9a-f]{2})/gi, (spelled, hex: string) => {
    const char = String.fromCharCode(Number.parseInt(hex, 16));
    return /[0-9A-Za-z._~-]/.test(char) ? char : spelled.toUpperCase();
  });
}

function decodeFully(path: string): string {
  let bytes = path;
  for (let level = 0; level < MOST_LEVELS && bytes.includes('%'); level++)
    bytes = bytes.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/**
 * What the most lenient servers make of a path: no escapes, case, compatibility forms, invisible characters, broken
 * ones, parameters, white space, last dots or empty segments.
 */
function foldedSegments(path: string): readonly string[] {
  if (SAME_FOLDED.test(path)) return path.split('/').filter((segment) => segment !== '');
  const text = decodeFully(path)
    .normalize('NFKC')
    .replace(/[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\uFFFD]/gu, '')
    .toUpperCase()
    .toLowerCase();
  return text
    .split(/[\\/]/)
    .map(bareSegment)
    .filter((segment) => segment !== '');
}

/** The same without the last segment's extension, which some frameworks take for a wish of format. */
function withoutExtension(segments: readonly string[]): readonly string[] | undefined {
  const last = segments.at(-1);
  if (last === undefined || !last.includes('.')) return undefined;
  const stem = bareSegment(last.slice(0, last.lastIndexOf('.')));
  return stem === '' ? segments.slice(0, -1) : [...segments.slice(0, -1), stem];
}

/** A request's path, taken apart once for all patterns. */
export class RequestPath {
  readonly normal: string;
  readonly segments: readonly string[];
  #readings: readonly (readonly string[])[] | undefined;

  /** `path` of a canonical target. */
  constructor(path: string) {
    this.normal = normalPath(path);
    this.segments = this.normal.slice(1).split('/');
  }

  /** The folded readings of it: with the last extension, and without one. */
  get readings(): readonly (readonly string[])[] {
    if (this.#readings) return this.#readings;
    const folded = foldedSegments(this.normal);
    const stem = withoutExtension(folded);
    this.#readings = stem ? [folded, stem] : [folded];
    return this.#readings;
  }
}

/** Whether a segment names something in every reading: `%20` and `.json` may be nothing at all. */
function isSomething(segment: string): boolean {
  const folded = foldedSegments(`/${segment}`);
  return (withoutExtension(folded) ?? folded).length > 0;
}

/** Literal segments, `*` for any one segment, and `**` at the end for whatever follows, nothing included. */
export class PathPattern {
  readonly #segments: readonly string[];
  readonly #folded: readonly string[];
  readonly #open: boolean;

  constructor(pattern: string) {
    const all = normalPath(pattern).slice(1).split('/');
    this.#open = all.at(-1) === REST;
    this.#segments = this.#open ? all.slice(0, -1) : all;
    this.#folded = this.#segments.flatMap((segment) =>
      segment === ANY ? [ANY] : foldedSegments(`/${segment}`),
    );
  }

  fit(path: RequestPath): Fit {
    if (this.#fits(this.#segments, path.segments, isSomething)) return 'exact';
    return path.readings.some((reading) => this.#fits(this.#folded, reading)) ? 'near' : 'none';
  }

  #fits(pattern: readonly string[], path: readonly string[], isAny = (_: string) => true): boolean {
    if (this.#open ? path.length < pattern.length : path.length !== pattern.length) return false;
    return pattern.every((segment, i) => (segment === ANY ? isAny(path[i] as string) : segment === path[i]));
  }
}

const WIDE =
  /[\p{Emoji_Presentation}\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303e\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|\ufe0f/u;

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

function* cells(text: string): Generator<readonly [string, number]> {
  for (const { segment } of graphemes.segment(text)) yield [segment, WIDE.test(segment) ? 2 : 1];
}

/** How many cells of a terminal a text takes. */
export function widthOf(text: string): number {
  let width = 0;
  for (const [, cell] of cells(text)) width += cell;
  return width;
}

/** The text, or as much of its beginning as fits with `…` behind it. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  let used = 1;
  for (const [segment, cell] of cells(text)) {
    if (used + cell > width) break;
    kept += segment;
    used += cell;
  }
  return `${kept}…`;
}

export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Listener, type ListenerOptions, type ListenSettings, openListener } from 'hallpass/listen';
import type { LogFields, Logger } from 'hallpass/log';

export interface Line {
  readonly level: string;
  readonly fields: LogFields;
  readonly text: string;
}

/** A log that is kept for the test to look at. */
export function keptLog(lines: Line[]): Logger {
  const at = (level: string) => (fields: LogFields, text: string) => void lines.push({ level, fields, text });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), fatal: at('fatal') };
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const LOCAL: ListenSettings = {
  host: '127.0.0.1',
  port: 0,
  socket: null,
  socketMode: 0o660,
  tlsCert: null,
  tlsKey: null,
};

export interface Opened {
  readonly listener: Listener;
  readonly lines: readonly Line[];
}

/** A listener that answers 200 and the path, or as `handler` does; not yet listening. */
export async function opened(
  settings: Partial<ListenSettings> = {},
  options: { readonly handler?: Handler } & Pick<ListenerOptions, 'drain' | 'server'> = {},
): Promise<Opened> {
  const lines: Line[] = [];
  const { handler = (request, response) => void response.end(request.url), ...rest } = options;
  const listener = await openListener({ config: { ...LOCAL, ...settings }, log: keptLog(lines), ...rest });
  listener.server.on('request', handler);
  return { listener, lines };
}

/** Why a measurement is none: a figure with one of these has no number. */
export class Fault extends Error {
  override readonly name = 'Fault';
}

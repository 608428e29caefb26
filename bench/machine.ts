import { availableParallelism, cpus, release, totalmem, type } from 'node:os';

/** Where figures were measured: enough to judge them, nothing that names the machine. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  readonly system: string;
}

export function readMachine(): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    system: `${type()} ${release()}`,
  };
}

export function describe({ processor, cores, memoryGiB, node, system }: Machine): string {
  return `${processor}, ${cores} cores, ${memoryGiB} GiB of memory, ${system}, Node ${node}`;
}

// Everything that must hold before a commit.
import { run } from './setup.mjs';

for (const verb of ['lint', 'test']) run(process.execPath, [`scripts/${verb}.mjs`]);

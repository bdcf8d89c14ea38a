import { main } from './main.ts';
import { printError } from './output.ts';

const exit = (code: number) => {
  process.exitCode = code;
};

main(process.argv.slice(2)).then(exit, (error: unknown) => exit(printError(error)));

export { type Answer, type Sending, sendTo } from './client.ts';
export { bold, dim, print } from './printer.ts';
export { namesOf } from './rows.ts';
export { type Demo, type Place, runDemo } from './run-demo.ts';
export {
  type Audience,
  type BaseEnvelope,
  ClaimFailed,
  type StageOf,
  type StepOn,
  stageOn,
  type World,
} from './stage.ts';
export { startPostgres } from './start-postgres.ts';

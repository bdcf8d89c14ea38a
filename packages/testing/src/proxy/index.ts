export { startProxyProcess } from './process.ts';
export { startProxy } from './start.ts';
export type {
  ConnectionTraffic,
  MessageCounts,
  PostgresProxy,
  ProxyOptions,
  ProxyStats,
  ProxyTarget,
  Traffic,
} from './types.ts';

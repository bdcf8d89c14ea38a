import type { NextConfig } from 'next';

const config: NextConfig = {
  cacheComponents: true,
  typescript: { ignoreBuildErrors: true },
  experimental: { isrFlushToDisk: false },
};

export default config;

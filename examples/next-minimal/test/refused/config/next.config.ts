import type { NextConfig } from 'next';

const config: NextConfig = {
  poweredByHeader: false,
  // the packages are built without declarations; test/types.test.ts checks the application
  typescript: { ignoreBuildErrors: true },
  // several test files serve one build
  experimental: { isrFlushToDisk: false },
};

export default config;

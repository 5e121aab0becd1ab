// Preloaded into a measured process: says at its end what it used, in the file named by BENCH_USAGE_FILE.
import { readFileSync, writeFileSync } from 'node:fs';

process.on('exit', () => {
  const { maxRSS } = process.resourceUsage();
  let bytesToDisk = null;
  try {
    const io = readFileSync('/proc/self/io', 'utf8');
    bytesToDisk = Number(/^write_bytes: (\d+)$/m.exec(io)?.[1]);
  } catch {
    // Only Linux tells.
  }
  writeFileSync(process.env.BENCH_USAGE_FILE, JSON.stringify({ peakKilobytes: maxRSS, bytesToDisk }));
});

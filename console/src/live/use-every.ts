import { useEffect } from 'preact/hooks';

/** Runs it again and again while the view is shown. @param run must stay the same. */
export function useEvery(ms: number, run: () => void): void {
  useEffect(() => {
    const timer = setInterval(run, ms);
    return () => clearInterval(timer);
  }, [ms, run]);
}

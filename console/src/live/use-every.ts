import { useEffect } from 'preact/hooks';

/**
 * Calls `run` at an interval while the view is shown. @param run The function. It must be the same
 * at each render.
 */
export function useEvery(ms: number, run: () => void): void {
  useEffect(() => {
    const timer = setInterval(run, ms);
    return () => clearInterval(timer);
  }, [ms, run]);
}

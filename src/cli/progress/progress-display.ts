import type { EventLog } from '../../ports/event-log.ts';
import type { Progress } from '../../ports/progress.ts';

/** Progress on stderr while a run goes on. `close` leaves the terminal as it was. */
export interface ProgressDisplay extends EventLog, Progress, Disposable {}
